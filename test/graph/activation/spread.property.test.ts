import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../../graph/build-graph.ts';
import { rowsOf, type Arcs } from '../../../graph/activation/arcs.ts';
import { localPageRank, pageRank } from '../../../graph/activation/page-rank.ts';
import { strongestPaths } from '../../../graph/activation/paths.ts';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { spread, SPREAD_DEFAULTS, type SpreadOptions } from '../../../graph/activation/spread.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';

const runs = { seed: 1975, numRuns: 300 };
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const decay = fc.double({ min: 0.01, max: 0.95, noNaN: true });
const NODES = 14;
const listed = fc.array(fc.tuple(fc.nat(NODES - 1), fc.nat(NODES - 1), unit), { maxLength: 60, size: 'max' });
const arcsOf = (list: readonly (readonly [number, number, number])[]): Arcs => rowsOf(NODES, (visit) => list.forEach((arc) => visit(...arc)));
const seedsOf = fc.array(fc.tuple(fc.nat(NODES - 1), fc.double({ min: 0.01, max: 2, noNaN: true })), { minLength: 1, maxLength: 3 }).map((pairs) => new Map(pairs));
const shape = fc.record({ firingThreshold: unit.map((x) => x / 5), hubInhibition: unit.map((x) => 2 * x - 1), leastFan: fc.constantFrom(0, 1) });
const exact = { tolerance: 0, maxPulses: 2000, maxWork: Infinity, maxActive: Infinity } as const;
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** The fixed point by the formula, over all nodes. */
function fixedPoint({ offsets, targets, weights, fan }: Arcs, seeds: ReadonlyMap<number, number>, options: SpreadOptions): { readonly x: Float64Array; readonly inhibition: readonly number[] } {
  const { decay: d, firingThreshold, hubInhibition, leastFan } = { ...SPREAD_DEFAULTS, ...options };
  const inhibition = [...fan].map((each) => Math.max(1, each) ** hubInhibition);
  let x = new Float64Array(fan.length);
  for (let step = 0; step < 2000; step++) {
    const next = Float64Array.from(x, (_, node) => seeds.get(node) ?? 0);
    for (let node = 0; node < fan.length; node++) {
      const sent = Math.max(0, x[node]! - firingThreshold * inhibition[node]!);
      for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) next[targets[arc]!]! += (d * sent * weights[arc]!) / Math.max(leastFan, fan[node]!);
    }
    x = next;
  }
  return { x, inhibition };
}

test('what is pushed reaches the fixed point, which no more than the decay allows is put out of', (t) => {
  fc.assert(
    fc.property(listed, seedsOf, decay, shape, (list, seeds, d, options) => {
      const arcs = arcsOf(list);
      const { x, inhibition } = fixedPoint(arcs, seeds, { ...options, decay: d });
      const found = spread(arcs, seeds, { ...options, ...exact, decay: d });
      t.true(sum(x) <= sum(seeds.values()) / (1 - d) + 1e-9);
      const levels = new Map([...found.nodes].map((node, place) => [node, found.levels[place]!]));
      for (let node = 0; node < NODES; node++) t.true(Math.abs((levels.get(node) ?? 0) - x[node]! / inhibition[node]!) < 1e-9);
    }),
    { ...runs, numRuns: 100 },
  );
});

test('what is cut short is below the fixed point by no more than the error', (t) => {
  const cut = fc.record({ tolerance: unit.map((y) => y / 10), maxPulses: fc.integer({ min: 0, max: 6 }), maxActive: fc.integer({ min: 1, max: 20 }), maxWork: fc.integer({ min: 0, max: 80 }) });
  fc.assert(
    fc.property(listed, seedsOf, decay, shape, cut, (list, seeds, d, options, limits) => {
      const arcs = arcsOf(list);
      const { x, inhibition } = fixedPoint(arcs, seeds, { ...options, decay: d });
      const found = spread(arcs, seeds, { ...options, ...limits, decay: d });
      found.nodes.forEach((node, place) => t.true(found.levels[place]! * inhibition[node]! <= x[node]! + 1e-9));
      const reached = sum([...found.nodes].map((node, place) => found.levels[place]! * inhibition[node]!));
      t.true(sum(x) - reached <= found.error + 1e-9);
      t.true(found.nodes.length <= limits.maxActive);
      t.true(found.work <= limits.maxWork);
    }),
    { ...runs, numRuns: 100 },
  );
});

test('a higher decay, a lower threshold and more pulses never lower an activation', (t) => {
  fc.assert(
    fc.property(listed, seedsOf, fc.tuple(decay, decay), fc.tuple(unit, unit), fc.nat(6), shape, (list, seeds, decays, thresholds, pulses, options) => {
      const arcs = arcsOf(list);
      const at = (d: number, threshold: number, maxPulses: number): Map<number, number> => {
        const { nodes, levels } = spread(arcs, seeds, { ...options, ...exact, decay: d, firingThreshold: threshold / 5, maxPulses });
        return new Map([...nodes].map((node, place) => [node, levels[place]!]));
      };
      const low = at(Math.min(...decays), Math.max(...thresholds), pulses);
      const high = at(Math.max(...decays), Math.min(...thresholds), pulses + 1);
      return [...low].every(([node, level]) => level <= (high.get(node) ?? 0) + 1e-12);
    }),
    runs,
  );
  t.pass();
});

test('the order of arcs and seeds plays no part, nor what was asked before', (t) => {
  fc.assert(
    fc.property(listed, seedsOf, seedsOf, decay, shape, (list, seeds, others, d, options) => {
      const arcs = arcsOf(list);
      const backwards = arcsOf([...list].reverse());
      const first = spread(arcs, seeds, { ...options, decay: d });
      spread(arcs, others, { ...options, decay: d });
      t.deepEqual(spread(arcs, seeds, { ...options, decay: d }), first);
      t.deepEqual(spread(backwards, new Map([...seeds].reverse()), { ...options, decay: d }), first);
    }),
    { ...runs, numRuns: 100 },
  );
});

test('PageRank adds up to 1 and the local one is as close to it as it says', (t) => {
  fc.assert(
    fc.property(listed, seedsOf, (list, seeds) => {
      const arcs = arcsOf(list);
      const whole = pageRank(arcs, { tolerance: 1e-13, maxIterations: 1000 }, seeds);
      const local = localPageRank(arcs, seeds, { tolerance: 1e-3 });
      t.true(Math.abs(sum(whole) - 1) < 1e-9);
      const missing = sum(whole.map((share, node) => Math.abs(share - (local.levels[local.nodes.indexOf(node)] ?? 0))));
      t.true(missing <= local.error + 1e-9);
    }),
    runs,
  );
});

test('a path starts at a seed, visits nothing twice, and its steps are arcs', (t) => {
  fc.assert(
    fc.property(listed, seedsOf, decay, (list, seeds, d) => {
      const arcs = arcsOf(list);
      const paths = strongestPaths(arcs, seeds, spread(arcs, seeds, { decay: d }), { decay: d });
      return [...paths.values()].every((path) => {
        const steps = path.slice(1).every((to, i) => arcs.targets.subarray(arcs.offsets[path[i]!], arcs.offsets[path[i]! + 1]).includes(to));
        return seeds.has(path[0]!) && new Set(path).size === path.length && steps;
      });
    }),
    runs,
  );
  t.pass();
});

test('rows of a snapshot ascend and, where no predicate weighs one way more, mirror one another', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const s = createSnapshot(buildGraph(corpus));
      const edges = new Map<string, number>();
      for (let node = 0; node < s.ids.length; node++) {
        for (let e = s.offsets[node]!; e < s.offsets[node + 1]!; e++) {
          if (e > s.offsets[node]! && s.targets[e]! <= s.targets[e - 1]!) return false;
          if (!(s.weights[e]! > 0 && s.weights[e]! <= 1)) return false;
          edges.set(`${node} ${s.targets[e]}`, s.weights[e]!);
        }
      }
      return [...edges].every(([key, weight]) => edges.get(key.split(' ').reverse().join(' ')) === weight);
    }),
    { ...runs, numRuns: 100 },
  );
  t.pass();
});
