import test from 'ava';
import { allowedTags, mayEnd, mayFollow, mayStart, TAGS } from '../../../extractors/ner/bioes.ts';
import { crfGradient, exponentiate, logPartition, tagMarginals, viterbi } from '../../../extractors/ner/crf.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const WIDTH = TAGS.length;
const random = createRandom(3);
const scores = (n: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * 2);

/** Every path BIOES allows, with its score. */
function paths(emissions: Float32Array, tokens: number, transitions: Float32Array): { path: number[]; score: number }[] {
  let open = TAGS.map((_, tag) => ({ path: [tag], score: emissions[tag]! })).filter(({ path }) => mayStart(path[0]!));
  for (let i = 1; i < tokens; i++) {
    open = open.flatMap(({ path, score }) =>
      TAGS.flatMap((_, to) => {
        const from = path.at(-1)!;
        return mayFollow(from, to) ? [{ path: [...path, to], score: score + transitions[from * WIDTH + to]! + emissions[i * WIDTH + to]! }] : [];
      }),
    );
  }
  return open.filter(({ path }) => mayEnd(path.at(-1)!));
}

const logSum = (values: number[]): number => {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, v) => sum + Math.exp(v - most), 0));
};

for (const tokens of [1, 2, 3, 4]) {
  test(`the partition function, the marginals and Viterbi agree with every path of ${tokens} tokens`, (t) => {
    const emissions = scores(tokens * WIDTH);
    const transitions = scores(WIDTH * WIDTH);
    const all = paths(emissions, tokens, transitions);
    const total = logSum(all.map((p) => p.score));
    t.true(Math.abs(logPartition(emissions, tokens, exponentiate(transitions)) - total) < 1e-6);
    const best = all.reduce((a, b) => (b.score > a.score ? b : a));
    t.deepEqual([...viterbi(emissions, tokens, transitions)], best.path);
    const marginals = tagMarginals(emissions, tokens, exponentiate(transitions));
    for (let i = 0; i < tokens; i++) {
      for (let tag = 0; tag < WIDTH; tag++) {
        const expected = all.filter((p) => p.path[i] === tag).reduce((sum, p) => sum + Math.exp(p.score - total), 0);
        t.true(Math.abs(marginals[i * WIDTH + tag]! - expected) < 1e-6);
      }
    }
  });
}

test('the loss of a partly annotated sentence sums over the paths that agree, and its gradient meets finite differences', (t) => {
  const tokens = 4;
  const emissions = scores(tokens * WIDTH);
  const transitions = scores(WIDTH * WIDTH);
  const allowed = allowedTags({ spans: [{ start: 1, end: 3, label: 'ORG' }], tokens: Array<string>(tokens).fill('x'), annotated: ['PER', 'ORG', 'LOC'] });
  const lossOf = (e: Float32Array, s: Float32Array): number => {
    const all = paths(e, tokens, s);
    const agreeing = all.filter(({ path }) => path.every((tag, i) => allowed[i * WIDTH + tag]));
    return logSum(all.map((p) => p.score)) - logSum(agreeing.map((p) => p.score));
  };
  const steps = new Float32Array(WIDTH * WIDTH);
  const result = crfGradient(emissions, allowed, exponentiate(transitions), steps);
  t.true(Math.abs(result.loss - lossOf(emissions, transitions)) < 1e-6);
  const by = 1 / 64;
  const numeric = (values: Float32Array, index: number, loss: () => number): number => {
    const kept = values[index]!;
    values[index] = kept + by;
    const up = loss();
    values[index] = kept - by;
    const down = loss();
    values[index] = kept;
    return (up - down) / (2 * by);
  };
  for (let index = 0; index < tokens * WIDTH; index += 3) {
    t.true(Math.abs(numeric(emissions, index, () => lossOf(emissions, transitions)) - result.emissions[index]!) < 1e-3);
  }
  for (let index = 0; index < WIDTH * WIDTH; index += 29) {
    t.true(Math.abs(numeric(transitions, index, () => lossOf(emissions, transitions)) - steps[index]!) < 1e-3);
  }
});

test('scores of a thousand do not overflow', (t) => {
  const emissions = Float32Array.from({ length: 3 * WIDTH }, (_, i) => (i % 2 ? 1000 : -1000));
  t.true(Number.isFinite(logPartition(emissions, 3, exponentiate(new Float32Array(WIDTH * WIDTH)))));
});
