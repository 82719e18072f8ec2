import test from 'ava';
import { ASKABLE_SIZE, askableIndex, argumentPairs, pairFeatures } from '../../../extractors/relation/argument-pairs.ts';
import { distanceBucket } from '../../../extractors/relation/passage.ts';

const person = { start: 0, end: 2, label: 'PER' } as const;
const city = { start: 5, end: 6, label: 'LOC' } as const;
const year = { start: 7, end: 8, label: 'TIME' } as const;

test('a pair is asked about once, in the order of the text, and only where its labels are askable', (t) => {
  const pairs = argumentPairs([city, person, year], 9);
  t.deepEqual(pairs.map(({ first, second }) => [first, second]), [[0, 2], [1, 0], [1, 2]]);
  const askable = new Float32Array(ASKABLE_SIZE);
  askable[askableIndex('PER', 'LOC')] = 1;
  t.deepEqual(argumentPairs([city, person, year], 9, askable).map(({ first, second }) => [first, second]), [[1, 0]]);
});

test('roles, distances and pools describe the two mentions', (t) => {
  const [pair] = argumentPairs([person, city], 9);
  const { roles, firstDistances, pools } = pairFeatures(pair!, [person, city]);
  t.deepEqual([...roles].map((r) => (r > 0 ? 1 : 0)), [1, 1, 0, 0, 0, 1, 0, 0, 0]);
  t.deepEqual([...firstDistances].slice(0, 5), [0, 0, 1, 2, 3]);
  t.deepEqual([...pools.slice(0, 9)], [1, 1, 0, 0, 0, 0, 0, 0, 0]);
  t.deepEqual([...pools.slice(18, 27)], [1, 1, 1, 1, 1, 1, 0, 0, 0]);
});

test('a sentence of very many mentions asks about the nearest pairs', (t) => {
  const mentions = Array.from({ length: 40 }, (_, i) => ({ start: 2 * i, end: 2 * i + 1, label: 'PER' as const }));
  const pairs = argumentPairs(mentions, 80);
  t.is(pairs.length, 120);
  t.true(pairs.every(({ first, second }) => second - first <= 4));
});

for (const [token, bucket] of [[5, 0], [6, 1], [10, 4], [90, 6], [4, 7], [0, 10]] as const) {
  test(`token ${token} lies in bucket ${bucket} of a mention at 5`, (t) => t.is(distanceBucket(token, city), bucket));
}
