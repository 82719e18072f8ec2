import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../../graph/build-graph.ts';
import { strongestPaths } from '../../../graph/activation/paths.ts';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { spread } from '../../../graph/activation/spread.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';

const runs = { seed: 1975, numRuns: 200 };
const unit = fc.double({ min: 0, max: 1, noNaN: true });
const decay = fc.double({ min: 0.01, max: 1, noNaN: true });
const options = fc.record({ firingThreshold: unit.map((x) => x / 10), maxPulses: fc.integer({ min: 0, max: 6 }), maxActive: fc.integer({ min: 1, max: 20 }) });
const cases = arbitraryCorpus.chain((corpus) => {
  const graph = buildGraph(corpus);
  const snapshot = createSnapshot(graph);
  const seeds = snapshot.ids.length === 0 ? fc.constant(new Map()) : fc.array(fc.tuple(fc.constantFrom(...snapshot.ids), unit), { maxLength: 3 }).map((pairs) => new Map(pairs));
  return fc.record({ graph: fc.constant(graph), snapshot: fc.constant(snapshot), seeds, options, decay });
});

test('activation stays in (0, 1], and no more entities are active than allowed beside the seeds', (t) => {
  fc.assert(
    fc.property(cases, ({ snapshot, seeds, options: o, decay: d }) => {
      const activation = spread(snapshot, seeds, { ...o, decay: d });
      return [...activation.values()].every((level) => level > 0 && level <= 1) && activation.size <= Math.max(o.maxActive, seeds.size);
    }),
    runs,
  );
  t.pass();
});

test('less decay factor never raises any activation', (t) => {
  fc.assert(
    fc.property(cases, decay, ({ snapshot, seeds, options: o, decay: d }, other) => {
      const low = spread(snapshot, seeds, { ...o, decay: Math.min(d, other) });
      const high = spread(snapshot, seeds, { ...o, decay: Math.max(d, other) });
      return [...low].every(([id, level]) => level <= (high.get(id) ?? 0));
    }),
    runs,
  );
  t.pass();
});

test('more pulses never lower any activation', (t) => {
  fc.assert(
    fc.property(cases, ({ snapshot, seeds, options: o, decay: d }) => {
      const few = spread(snapshot, seeds, { ...o, maxActive: 1000, decay: d });
      const many = spread(snapshot, seeds, { ...o, maxActive: 1000, decay: d, maxPulses: o.maxPulses + 1 });
      return [...few].every(([id, level]) => level <= (many.get(id) ?? 0) + 1e-15);
    }),
    runs,
  );
  t.pass();
});

test('the order of the seeds plays no part', (t) => {
  fc.assert(
    fc.property(cases, ({ snapshot, seeds, options: o, decay: d }) => {
      const backwards = new Map([...seeds].reverse());
      return JSON.stringify([...spread(snapshot, seeds, { ...o, decay: d })]) === JSON.stringify([...spread(snapshot, backwards, { ...o, decay: d })]);
    }),
    runs,
  );
  t.pass();
});

test('a path starts at a seed, visits nothing twice, and its steps are edges', (t) => {
  fc.assert(
    fc.property(cases, ({ snapshot, seeds, options: o, decay: d }) => {
      const paths = strongestPaths(snapshot, seeds, spread(snapshot, seeds, { ...o, decay: d }), d);
      return [...paths.values()].every((path) => {
        const steps = path.slice(1).every((to, i) => {
          const node = snapshot.indexOf.get(path[i]) as number;
          return snapshot.targets.subarray(snapshot.offsets[node], snapshot.offsets[node + 1]).includes(snapshot.indexOf.get(to) as number);
        });
        return seeds.has(path[0]) && new Set(path).size === path.length && steps;
      });
    }),
    runs,
  );
  t.pass();
});

test('rows of the snapshot ascend and mirror one another', (t) => {
  fc.assert(
    fc.property(cases, ({ snapshot: s }) => {
      const edges = new Map<string, number>();
      for (let node = 0; node < s.ids.length; node++) {
        for (let e = s.offsets[node]; e < s.offsets[node + 1]; e++) {
          if (e > s.offsets[node] && s.targets[e] <= s.targets[e - 1]) return false;
          if (!(s.weights[e] > 0 && s.weights[e] <= 1)) return false;
          edges.set(`${node} ${s.targets[e]}`, s.weights[e]);
        }
      }
      return [...edges].every(([key, weight]) => edges.get(key.split(' ').reverse().join(' ')) === weight);
    }),
    runs,
  );
  t.pass();
});
