import test from 'ava';
import fc from 'fast-check';
import { clusterPairs, type ClusterOptions, type ScoredPairs } from '../../../graph/resolve/cluster.ts';

type Scored = readonly (readonly [a: number, b: number, logOdds: number])[];

const pairsOf = (pairs: Scored): ScoredPairs => ({ a: Uint32Array.from(pairs, ([a]) => a), b: Uint32Array.from(pairs, ([, b]) => b), logOdds: Float32Array.from(pairs, ([, , odds]) => odds) });
const cluster = (count: number, pairs: Scored, options?: ClusterOptions): number[] => [...clusterPairs(count, pairsOf(pairs), options)];

test('clusters join from the surest pair down, and not where most pairs speak against it', (t) => {
  t.deepEqual(cluster(4, [[0, 1, 4], [1, 2, 0.4], [0, 2, -4], [2, 3, 2]]), [0, 0, 2, 2]);
  t.deepEqual(cluster(3, [[0, 1, 3], [1, 2, 2]]), [0, 0, 0]);
  t.deepEqual(cluster(3, [[0, 1, -3]]), [0, 1, 2]);
  t.deepEqual(cluster(0, []), []);
});

test('items of one source are never one', (t) => {
  t.deepEqual(cluster(3, [[0, 1, 0.8], [0, 2, 2]], { source: [0, 1, 1] }), [0, 1, 0]);
  t.deepEqual(cluster(2, [[0, 1, 9]], { source: [7, 7] }), [0, 1]);
});

test('what people call the same is together, whatever the pairs say; what they call different is not, not even through others', (t) => {
  t.deepEqual(cluster(3, [[0, 1, -9], [1, 2, 1]], { same: [[1, 0]] }), [0, 0, 0]);
  t.deepEqual(cluster(2, [], { same: [[0, 1]], source: [0, 0] }), [0, 0]);
  t.deepEqual(cluster(2, [[0, 1, 9]], { different: [[1, 0]] }), [0, 1]);
  t.deepEqual(cluster(3, [[0, 1, 9], [1, 2, 8]], { different: [[0, 2]] }), [0, 0, 2]);
});

test('where people contradict themselves, different holds and the least sure of the same links goes', (t) => {
  t.deepEqual(cluster(2, [[0, 1, 9]], { same: [[0, 1]], different: [[0, 1]] }), [0, 1]);
  t.deepEqual(cluster(3, [[0, 1, 1], [1, 2, 2]], { same: [[0, 1], [1, 2]], different: [[0, 2]] }), [0, 1, 1]);
});

const ITEMS = 9;
const anyPair = fc.tuple(fc.nat(ITEMS - 1), fc.nat(ITEMS - 1)).filter(([a, b]) => a !== b);
const sides = ([a, b]: readonly [number, number]): string => `${Math.min(a, b)} ${Math.max(a, b)}`;
/** Pairs whose log odds all differ. */
const anyScored = fc.uniqueArray(anyPair, { selector: sides, maxLength: 30, size: 'max' }).chain((pairs) =>
  fc.uniqueArray(fc.integer({ min: -400, max: 400 }), { minLength: pairs.length, maxLength: pairs.length }).map((odds) => pairs.map(([a, b], at) => [a, b, odds[at]! / 40] as const)),
);
const together = (clusters: readonly number[], [a, b]: readonly [number, number]): boolean => clusters[a] === clusters[b];

test('neither the order of the pairs nor that of the items plays a part', (t) => {
  const order = fc.shuffledSubarray(Array.from({ length: ITEMS }, (_, at) => at), { minLength: ITEMS });
  const statements = fc.array(anyPair, { maxLength: 3 });
  fc.assert(
    fc.property(anyScored, order, fc.array(fc.nat(3), { minLength: ITEMS, maxLength: ITEMS }), statements, (scored, place, source, different) => {
      const clusters = cluster(ITEMS, scored, { source, different });
      const moved = cluster(ITEMS, scored.map(([a, b, odds]) => [place[b]!, place[a]!, odds] as const).toReversed(), { source: source.map((_, at) => source[place.indexOf(at)]!), different: different.map(([a, b]) => [place[a]!, place[b]!] as const) });
      for (let a = 0; a < ITEMS; a++) for (let b = 0; b < a; b++) t.is(together(clusters, [a, b]), together(moved, [place[a]!, place[b]!]));
    }),
  );
});

test('the cluster is named by its smallest item; same and different hold, and so do sources', (t) => {
  fc.assert(
    fc.property(anyScored, fc.array(anyPair, { maxLength: 4 }), fc.array(anyPair, { maxLength: 4 }), (scored, same, different) => {
      const clusters = cluster(ITEMS, scored, { same, different });
      clusters.forEach((own, at) => t.true(own <= at && clusters[own] === own));
      for (const pair of different) t.false(together(clusters, pair));
      for (const pair of same) t.true(together(clusters, pair) || different.length > 0);
    }),
  );
  fc.assert(
    fc.property(anyScored, fc.array(fc.nat(3), { minLength: ITEMS, maxLength: ITEMS }), (scored, source) => {
      const clusters = cluster(ITEMS, scored, { source });
      for (let a = 0; a < ITEMS; a++) for (let b = 0; b < a; b++) if (source[a] === source[b]) t.false(together(clusters, [a, b]));
    }),
  );
});

test('joins as the plain method does that weighs every pair between two clusters', (t) => {
  fc.assert(
    fc.property(anyScored, (scored) => {
      const clusterOf = Array.from({ length: ITEMS }, (_, at) => at);
      const odds = new Map(scored.map(([a, b, value]) => [sides([a, b]), value]));
      for (const [a, b] of scored.filter(([, , value]) => value > 0).toSorted((x, y) => y[2] - x[2])) {
        const [x, y] = [clusterOf[a]!, clusterOf[b]!];
        let sum = 0;
        clusterOf.forEach((p, i) => clusterOf.forEach((q, j) => (sum += p === x && q === y ? (odds.get(sides([i, j])) ?? -0.1) : 0)));
        // What is said for and against to the same amount is decided by the order in which it is added up.
        fc.pre(x === y || Math.abs(sum) > 1e-9);
        if (x !== y && sum > 1e-9) clusterOf.forEach((own, at) => own === Math.max(x, y) && (clusterOf[at] = Math.min(x, y)));
      }
      t.deepEqual(cluster(ITEMS, scored), clusterOf);
    }),
  );
});

test('pairs that are not given are looked at where it can be asked what they say, and count as much as those that are', (t) => {
  const groups = [[0, 1, 2], [3, 4, 5]];
  const within: Scored = groups.flatMap(([a, b, c]) => [[a!, b!, 9], [b!, c!, 9], [a!, c!, 9]] as const);
  const linked: Scored = [...within, [2, 3, 1]];
  const asked: string[] = [];
  const saying = (logOdds: number) => (a: number, b: number): number => {
    asked.push(`${a} ${b}`);
    return logOdds;
  };
  t.deepEqual(cluster(6, linked, { compare: saying(0.5) }), [0, 0, 0, 0, 0, 0]);
  t.is(new Set(asked).size, asked.length, 'no pair is asked for twice');
  t.false(asked.includes('2 3'), 'nor one that is given');
  t.deepEqual(cluster(6, linked, { compare: saying(-5) }), [0, 0, 0, 3, 3, 3]);
});
