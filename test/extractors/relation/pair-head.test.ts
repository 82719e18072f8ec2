// The head's gradient against finite differences, and what must not change its scores.
import test from 'ava';
import { createRandom } from '../../../pipeline/core/random.ts';
import { createPairHead, PAIR_HEAD_NAMES, scorePairs, TOKEN_OUTPUTS, type PairHeadWeights } from '../../../extractors/relation/pair-head.ts';
import { structureOf, type Passage } from '../../../extractors/relation/passage.ts';

const LABELS = 5;
const tokens = (count: number): string[] => Array.from({ length: count }, (_, i) => `w${i}`);
const long: Passage = {
  tokens: tokens(14),
  sentences: [[0, 8], [8, 14]],
  mentions: [{ start: 0, end: 2, label: 'PER' }, { start: 4, end: 5, label: 'ORG' }, { start: 6, end: 8, label: 'LOC' }, { start: 8, end: 9, label: 'PER' }, { start: 11, end: 13, label: 'TIME' }],
  clusters: [[0, 3], [1], [2], [4]],
};
const short: Passage = { tokens: tokens(6), sentences: [[0, 6]], mentions: [{ start: 1, end: 2, label: 'ORG' }, { start: 4, end: 6, label: 'X' }], clusters: [[0], [1]] };

function setUp(passages: readonly Passage[], seed = 5) {
  const random = createRandom(seed);
  const weights = Object.fromEntries(Object.entries(createPairHead(LABELS, random)).map(([name, p]) => [name, p.value])) as PairHeadWeights;
  const batch = passages.map(structureOf);
  const time = Math.max(...passages.map((p) => p.tokens.length));
  const outputs = Float32Array.from({ length: time * batch.length * TOKEN_OUTPUTS }, () => random.normal());
  return { random, weights, batch, outputs, time };
}

test('the gradient of every array meets finite differences', (t) => {
  const { random, weights, batch, outputs } = setUp([long, short]);
  const run = (): Float32Array => scorePairs(weights, outputs, batch).scores;
  const result = scorePairs(weights, outputs, batch);
  const upstream = Float32Array.from(result.scores, () => random.normal());
  const valueOf = (scores: Float32Array): number => scores.reduce((sum, score, i) => sum + score * upstream[i]!, 0);
  const { outputs: byOutputs, weights: byWeights } = result.backward(upstream);
  const arrays = [['outputs', outputs, byOutputs] as const, ...PAIR_HEAD_NAMES.map((name) => [name, weights[name], byWeights[name]] as const)];
  for (const [name, values, gradient] of arrays) {
    // Along the gradient itself, where the change is largest; a small step, since maxima and ReLUs have corners.
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    t.true(norm > 0, `${name}: no gradient`);
    const step = 0.005 / norm;
    const kept = values.slice();
    const at = (factor: number): number => {
      values.forEach((_, i) => (values[i] = kept[i]! + factor * step * gradient[i]!));
      return valueOf(run());
    };
    const slope = (at(1) - at(-1)) / 2;
    values.set(kept);
    const expected = step * norm * norm;
    t.true(Math.abs(slope - expected) < 0.03 * expected + 1e-4, `${name}: ${slope} where ${expected} is expected`);
  }
});

test('a passage scores the same alone and in a batch with others', (t) => {
  const { weights, batch, outputs, time } = setUp([long, short]);
  const together = scorePairs(weights, outputs, batch).scores;
  const rows = Array.from({ length: time }, (_, at) => outputs.subarray(at * 2 * TOKEN_OUTPUTS, (at * 2 + 1) * TOKEN_OUTPUTS));
  const own = new Float32Array(time * TOKEN_OUTPUTS);
  rows.forEach((row, at) => own.set(row, at * TOKEN_OUTPUTS));
  const alone = scorePairs(weights, own, [batch[0]!]).scores;
  alone.forEach((score, i) => t.true(Math.abs(score - together[i]!) < 1e-4));
});

test('a pair is asked about both ways, but never from a value', (t) => {
  const { heads, tails } = structureOf(long);
  t.deepEqual([...heads].map((h, i) => `${h}>${tails[i]}`), ['0>1', '0>2', '0>3', '1>0', '1>2', '1>3', '2>0', '2>1', '2>3']);
});

test('windows take the nearest mentions of a pair; far ones have none', (t) => {
  const { windows, heads, tails, tokenDistances } = structureOf(long);
  const of = (h: number, c: number) => windows.filter(({ pair }) => heads[pair] === h && tails[pair] === c).map(({ head, tail }) => [head, tail]);
  t.deepEqual(of(0, 2), [[3, 2], [0, 2]]);
  const far = structureOf({ tokens: tokens(200), sentences: [[0, 200]], mentions: [{ start: 0, end: 1, label: 'PER' }, { start: 150, end: 151, label: 'LOC' }], clusters: [[0], [1]] });
  t.deepEqual(far.windows, []);
  t.is(far.tokenDistances[0], 8);
  t.is(tokenDistances[0], 1);
});
