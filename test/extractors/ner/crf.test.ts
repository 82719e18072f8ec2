import test from 'ava';
import { allowedTags, mayEnd, mayFollow, mayStart, spansFromBioes, tagCountOf, tagOf } from '../../../extractors/ner/bioes.ts';
import type { Emissions } from '../../../extractors/engine/crf-kernel.ts';
import { createTransitions, Crf } from '../../../extractors/ner/crf.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const LABELS = ['PER', 'ORG', 'LOC', 'TIME'];
const WIDTH = tagCountOf(LABELS.length);
const ALL_TAGS = Array.from({ length: WIDTH }, (_, tag) => tag);
const random = createRandom(3);
const scores = (n: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * 2);
const randomTransitions = (): Float32Array => scores(createTransitions(LABELS.length).length);
const sentenceOf = (emissions: Float32Array): Emissions => ({ scores: emissions, offset: 0, stride: WIDTH, tokens: emissions.length / WIDTH });

/** Every path BIOES allows, with its score. */
function paths(emissions: Float32Array, transitions: Float32Array): { path: number[]; score: number }[] {
  const width = Math.sqrt(transitions.length) - 1;
  const all = Array.from({ length: width }, (_, tag) => tag);
  const tokens = emissions.length / width;
  const step = (from: number, to: number): number => transitions[from * (width + 1) + to]!;
  let open = all.map((tag) => ({ path: [tag], score: step(width, tag) + emissions[tag]! })).filter(({ path }) => mayStart(path[0]!));
  for (let i = 1; i < tokens; i++) {
    open = open.flatMap(({ path, score }) =>
      all.flatMap((to) => (mayFollow(path.at(-1)!, to) ? [{ path: [...path, to], score: score + step(path.at(-1)!, to) + emissions[i * width + to]! }] : [])),
    );
  }
  return open.filter(({ path }) => mayEnd(path.at(-1)!)).map(({ path, score }) => ({ path, score: score + step(path.at(-1)!, width) }));
}

const logSum = (values: number[]): number => {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, v) => sum + Math.exp(v - most), 0));
};

for (const tokens of [1, 2, 3, 4]) {
  for (const temperature of [1, 1.7]) {
    test(`partition function, marginals, mentions and best path agree with every path of ${tokens} tokens at temperature ${temperature}`, (t) => {
      const emissions = scores(tokens * WIDTH);
      const transitions = randomTransitions();
      const crf = new Crf(transitions, temperature);
      const all = paths(emissions, transitions);
      const total = logSum(all.map((p) => p.score / temperature));
      const probabilityOf = (holds: (path: number[]) => boolean): number =>
        all.filter(({ path }) => holds(path)).reduce((sum, p) => sum + Math.exp(p.score / temperature - total), 0);
      t.true(Math.abs(crf.logPartition(sentenceOf(emissions)) - total) < 1e-6);
      const best = all.reduce((a, b) => (b.score > a.score ? b : a));
      t.deepEqual([...crf.bestPath(sentenceOf(emissions))], best.path);
      const marginals = crf.marginals(sentenceOf(emissions));
      for (let i = 0; i < tokens; i++) {
        for (const tag of ALL_TAGS) t.true(Math.abs(marginals[i * WIDTH + tag]! - probabilityOf((path) => path[i] === tag)) < 1e-6);
      }
      for (let start = 0; start < tokens; start++) {
        for (let end = start + 1; end <= tokens; end++) {
          const [found] = crf.spanProbabilities(sentenceOf(emissions), [[start, end, 1]]);
          const has = (path: number[]): boolean => spansFromBioes(path, LABELS).some((s) => s.start === start && s.end === end && s.label === 'ORG');
          t.true(Math.abs(found! - probabilityOf(has)) < 1e-6);
        }
      }
    });
  }
}

for (const count of [1, 2, 3, 5, 6, 7]) {
  test(`best path and mentions agree with every path for ${count} labels`, (t) => {
    const width = tagCountOf(count);
    const emissions = scores(3 * width);
    const transitions = scores(createTransitions(count).length);
    const crf = new Crf(transitions);
    const sentence = { scores: emissions, offset: 0, stride: width, tokens: 3 };
    const all = paths(emissions, transitions);
    const total = logSum(all.map((p) => p.score));
    t.deepEqual([...crf.bestPath(sentence)], all.reduce((a, b) => (b.score > a.score ? b : a)).path);
    const names = Array.from({ length: count }, (_, label) => `L${label}`);
    for (const [start, end] of [[0, 1], [1, 2], [0, 2], [1, 3], [0, 3]] as const) {
      for (const label of names.keys()) {
        const expected = all.filter(({ path }) => spansFromBioes(path, names).some((s) => s.start === start && s.end === end && s.label === names[label]));
        const probability = expected.reduce((sum, p) => sum + Math.exp(p.score - total), 0);
        t.true(Math.abs(crf.spanProbabilities(sentence, [[start, end, label]])[0]! - probability) < 1e-6);
      }
    }
  });
}

test('sentences of any length share one kernel', (t) => {
  const transitions = randomTransitions();
  const crf = new Crf(transitions);
  for (const tokens of [3, 500, 2, 4000, 1]) {
    const emissions = scores(tokens * WIDTH);
    const fresh = new Crf(transitions);
    t.deepEqual(crf.bestPath(sentenceOf(emissions)), fresh.bestPath(sentenceOf(emissions)));
    const spans = [[0, 1, 0], [tokens - 1, tokens, 2]] as const;
    const marginals = fresh.marginals(sentenceOf(emissions));
    crf.spanProbabilities(sentenceOf(emissions), spans).forEach((probability, index) => {
      const [start, , label] = spans[index]!;
      t.true(Math.abs(probability - marginals[start * WIDTH + tagOf(label, 3)]!) < 1e-4);
    });
  }
});

test('the best path is found where one tag is far ahead of the others', (t) => {
  for (let round = 0; round < 200; round++) {
    const emissions = scores(3 * WIDTH).map((value) => value * 6);
    const transitions = randomTransitions();
    const best = paths(emissions, transitions).reduce((a, b) => (b.score > a.score ? b : a));
    t.deepEqual([...new Crf(transitions).bestPath(sentenceOf(emissions))], best.path);
  }
});

test('a sentence within a batch is read where it lies', (t) => {
  const emissions = scores(3 * WIDTH);
  const batch = scores(3 * 2 * WIDTH);
  for (let i = 0; i < 3; i++) batch.set(emissions.subarray(i * WIDTH, (i + 1) * WIDTH), (i * 2 + 1) * WIDTH);
  const crf = new Crf(randomTransitions());
  const within = { scores: batch, offset: WIDTH, stride: 2 * WIDTH, tokens: 3 };
  t.deepEqual(crf.bestPath(within), crf.bestPath(sentenceOf(emissions)));
  t.deepEqual(crf.marginals(within), crf.marginals(sentenceOf(emissions)));
});

test('the loss of a partly annotated sentence sums over the paths that agree, and its gradient meets finite differences', (t) => {
  const tokens = 4;
  const emissions = scores(tokens * WIDTH);
  const transitions = randomTransitions();
  const allowed = allowedTags({ spans: [{ start: 1, end: 3, label: 'ORG' }], tokens: Array<string>(tokens).fill('x'), annotated: ['PER', 'ORG', 'LOC'] }, LABELS);
  const lossOf = (e: Float32Array, s: Float32Array): number => {
    const all = paths(e, s);
    const agreeing = all.filter(({ path }) => path.every((tag, i) => allowed[i * WIDTH + tag]));
    return logSum(all.map((p) => p.score)) - logSum(agreeing.map((p) => p.score));
  };
  const steps = createTransitions(LABELS.length);
  const result = new Crf(transitions).gradient(emissions, allowed, steps);
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
  for (let index = 0; index < transitions.length; index += 5) {
    t.true(Math.abs(numeric(transitions, index, () => lossOf(emissions, transitions)) - steps[index]!) < 1e-3);
  }
});

test('scores of a thousand do not overflow', (t) => {
  const emissions = Float32Array.from({ length: 3 * WIDTH }, (_, i) => (i % 2 ? 1000 : -1000));
  t.true(Number.isFinite(new Crf(createTransitions(LABELS.length)).logPartition(sentenceOf(emissions))));
});
