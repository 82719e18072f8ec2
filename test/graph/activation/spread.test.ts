import test from 'ava';
import { shareOf } from '../../../graph/activation/arcs.ts';
import { strongestPaths } from '../../../graph/activation/paths.ts';
import { createSnapshot, nodeOf, type Snapshot } from '../../../graph/activation/snapshot.ts';
import { spread, type SpreadOptions } from '../../../graph/activation/spread.ts';
import { buildGraph } from '../../../graph/build-graph.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';
import type { EntityId } from '../../../pipeline/core/model.ts';
import { extractionOf } from '../../support/graph-arbitraries.ts';

const ada = entityIdOf('PER', 'ada king');
const [firm, town, lake] = [entityIdOf('ORG', 'acme'), entityIdOf('LOC', 'oslo'), entityIdOf('LOC', 'mjosa')];

// ada –0.5→ acme –0.8→ oslo, and ada mentioned with the lake in one sentence, of two that name her.
const graph = buildGraph([
  extractionOf(
    'a',
    '[PER Ada King] likes [LOC Mjosa].\n[ORG Acme] hired.\n[LOC Oslo] grew.\n[PER Ada King] left.',
    [['Ada King', 'employer', 'Acme', 0.5], ['Acme', 'headquarters', 'Oslo', 0.8]],
  ),
]);

const weightIn = (s: Snapshot, from: EntityId, to: EntityId): number | undefined => {
  const node = nodeOf(s, from);
  for (let e = s.offsets[node]!; e < s.offsets[node + 1]!; e++) if (s.ids.at(s.targets[e]!) === to) return s.weights[e];
  return undefined;
};
const from = (s: Snapshot, id: EntityId, options: SpreadOptions): Map<EntityId, number> => {
  const { nodes, levels } = spread(s, new Map([[nodeOf(s, id), 1]]), { hubInhibition: 0, tolerance: 0, ...options });
  return new Map([...nodes].map((node, place) => [s.ids.at(node)!, levels[place]!]));
};
const near = (a: number | undefined, b: number): boolean => Math.abs((a ?? Number.NaN) - b) < 1e-7;

test('arcs weigh as much as their facts, shared sentences little, and both directions alike', (t) => {
  const s = createSnapshot(graph);
  t.is(weightIn(s, ada, firm), 0.5);
  t.is(weightIn(s, firm, ada), 0.5);
  t.true(near(weightIn(s, firm, town), 0.8));
  // 0.1 × 1 shared sentence / √(2 × 1)
  t.true(near(weightIn(s, ada, lake), 0.1 / Math.SQRT2));
  t.is(weightIn(s, ada, town), undefined);
  t.is(createSnapshot(graph, { maxCoMentions: 0 }).targets.length, 4);
});

test('a predicate may pass on less, and less one way than the other', (t) => {
  const s = createSnapshot(graph, { predicates: { employer: { toObject: 0.4, toSubject: 0 } } });
  t.true(near(weightIn(s, ada, firm), 0.2));
  t.is(weightIn(s, firm, ada), undefined);
  t.true(near(weightIn(s, firm, town), 0.8));
});

test('activation after two pulses is what one computes by hand', (t) => {
  const s = createSnapshot(graph, { maxCoMentions: 0 });
  const activation = from(s, ada, { decay: 0.5, maxPulses: 2 });
  // Pulse 1: acme 1 × 0.5 × 0.5 = 0.25. Pulse 2: oslo 0.25 × 0.5 × 0.8 / 1.3, and ada 0.25 × 0.5 × 0.5 / 1.3 more.
  t.true(near(activation.get(ada), 1 + (0.25 * 0.5 * 0.5) / 1.3));
  t.true(near(activation.get(firm), 0.25));
  t.true(near(activation.get(town), (0.25 * 0.5 * 0.8) / 1.3));
  t.false(activation.has(lake));
});

test('an entity keeps what is below the firing threshold to itself', (t) => {
  const s = createSnapshot(graph, { maxCoMentions: 0 });
  t.false(from(s, ada, { decay: 0.5, firingThreshold: 0.3 }).has(town));
  t.true(near(from(s, ada, { decay: 0.5, firingThreshold: 0.2, maxPulses: 1 }).get(firm), 0.8 * 0.25));
});

test('an entity of many links is held back', (t) => {
  const s = createSnapshot(graph, { maxCoMentions: 0 });
  const [free, held] = [0, 1].map((hubInhibition) => from(s, ada, { hubInhibition }));
  t.true(near(held!.get(firm), free!.get(firm)! / 1.3));
  t.true(near(held!.get(town), free!.get(town)!));
});

test('seeds of no weight activate nothing', (t) => {
  const s = createSnapshot(graph);
  t.is(spread(s, new Map([[0, 0]])).nodes.length, 0);
  t.is(spread(s, new Map()).nodes.length, 0);
});

test('what an entity passes on is never more than it has', (t) => {
  const s = createSnapshot(graph);
  for (let node = 0; node < s.ids.length; node++) {
    let total = 0;
    for (let arc = s.offsets[node]!; arc < s.offsets[node + 1]!; arc++) total += shareOf(s, node, arc, 1);
    t.true(total <= 1 + 1e-9);
  }
});

test('the strongest path leads over the facts', (t) => {
  const s = createSnapshot(graph);
  const seeds = new Map([[nodeOf(s, ada), 1]]);
  const path = strongestPaths(s, seeds, spread(s, seeds)).get(nodeOf(s, town));
  t.deepEqual(path?.map((node) => s.ids.at(node)), [ada, firm, town]);
});
