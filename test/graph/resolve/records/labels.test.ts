import test from 'ava';
import { findBestCut } from '../../../../graph/resolve/records/best-cut.ts';
import { boostTrees, valueOfTree } from '../../../../graph/resolve/records/boosted-trees.ts';
import { levelOf, LEVELS, valueOf, type FieldKind } from '../../../../graph/resolve/records/fields.ts';
import { mostInformative } from '../../../../graph/resolve/records/most-informative.ts';
import { createPairWeigher, trainPairModel } from '../../../../graph/resolve/records/pair-model.ts';
import { createRandom } from '../../../../pipeline/core/random.ts';

const random = createRandom(23);
const examples = Array.from({ length: 200 }, () => Float64Array.of(random.normal(), random.normal()));
// The log odds, the first feature, say little; the second decides.
const labels = examples.map(([, x]) => x! > 0);

test('without labels a learnt model says what it said before; with labels it finds what decides', (t) => {
  const same = createPairWeigher(trainPairModel(['log odds', 'x'], [], [], 1).model);
  for (const each of examples.slice(0, 5)) t.true(Math.abs(same(each) - each[0]!) < 1e-6);
  const learnt = createPairWeigher(trainPairModel(['log odds', 'x'], examples, labels, 1).model);
  const right = examples.filter((each, at) => learnt(each) > 0 === labels[at]).length;
  t.true(right > 185, `${right} of 200`);
});

test('one seed, one model', (t) => t.deepEqual(trainPairModel(['log odds', 'x'], examples, labels, 5), trainPairModel(['log odds', 'x'], examples, labels, 5)));

test('trees lower the loss where a line cannot', (t) => {
  const xor = examples.map(([x, y]) => x! > 0 === y! > 0);
  const trees = boostTrees(examples, xor, new Float64Array(examples.length), { trees: 30, depth: 3, rate: 0.3, ridge: 1, leastExamples: 5 });
  const right = examples.filter((each, at) => trees.reduce((sum, tree) => sum + valueOfTree(tree, each), 0) > 0 === xor[at]).length;
  t.true(right > 170, `${right} of 200`);
});

test('unsure pairs are asked for first, answered ones never again', (t) => {
  const pairs = { a: Uint32Array.of(0, 1, 2, 3), b: Uint32Array.of(4, 5, 6, 7), patternOf: Uint32Array.of(0, 1, 2, 3) };
  t.deepEqual(mostInformative(pairs, [5, 0.1, -4, 1], new Set(), 2), [1, 3]);
  t.deepEqual(mostInformative(pairs, [5, 0.1, -4, 1], new Set([1]), 2).includes(1), false);
});

test('the cut between two tables never asks for more than even odds', (t) => {
  const pairs = { a: Uint32Array.of(0, 1, 2), b: Uint32Array.of(3, 4, 5), logOdds: Float32Array.of(6, -0.3, -6) };
  const cut = findBestCut(pairs);
  t.true(cut <= 0 && cut > -6);
});

for (const [kind, a, b, equal] of [
  ['person', 'Smith, John', 'John Smith', true],
  ['date', '1908-07-12', '12 July 1908', true],
  ['date', '19080712', '1908-07-12', true],
  ['address', '12 Main Street', '12 main st.', true],
  ['address', '12 Main Street', '14 Main Street', false],
] as const) {
  test(`as ${kind}, "${a}" and "${b}" are ${equal ? 'equal' : 'not equal'}`, (t) => {
    const [x, y] = [valueOf(a, kind as FieldKind)!, valueOf(b, kind as FieldKind)!];
    t.is(levelOf(x, y, kind, () => 1) === LEVELS[kind] - 1, equal);
  });
}
