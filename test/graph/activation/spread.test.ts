import test from 'ava';
import { buildGraph } from '../../../graph/build-graph.ts';
import { strongestPaths } from '../../../graph/activation/paths.ts';
import { createSnapshot, shareOf } from '../../../graph/activation/snapshot.ts';
import { spread } from '../../../graph/activation/spread.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';
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

test('edges weigh as much as their facts, shared sentences little, and both directions alike', (t) => {
  const s = createSnapshot(graph);
  const weight = (from: typeof ada, to: typeof ada): number | undefined => {
    const node = s.indexOf.get(from) as number;
    for (let e = s.offsets[node]; e < s.offsets[node + 1]; e++) if (s.ids[s.targets[e]] === to) return s.weights[e];
    return undefined;
  };
  t.is(weight(ada, firm), 0.5);
  t.is(weight(firm, ada), 0.5);
  t.true(Math.abs((weight(firm, town) ?? 0) - 0.8) < 1e-12);
  // 0.1 × 1 shared sentence / √(2 × 1)
  t.true(Math.abs((weight(ada, lake) ?? 0) - 0.1 / Math.SQRT2) < 1e-12);
  t.is(weight(ada, town), undefined);
  t.is(createSnapshot(graph, { coMentionWeight: 0 }).targets.length, 4);
});

test('activation after two pulses is what one computes by hand', (t) => {
  const s = createSnapshot(graph, { coMentionWeight: 0 });
  const activation = spread(s, new Map([[ada, 1]]), { decay: 0.5, firingThreshold: 0, maxPulses: 2 });
  // Pulse 1: acme 1 × 0.5 × 0.5 = 0.25. Pulse 2: oslo 0.25 × 0.5 × 0.8 / 1.3; ada 1, as she cannot exceed it.
  t.is(activation.get(ada), 1);
  t.is(activation.get(firm), 0.25);
  t.true(Math.abs((activation.get(town) ?? 0) - (0.25 * 0.5 * 0.8) / 1.3) < 1e-12);
  t.false(activation.has(lake));
});

test('an entity below the firing threshold does not pass anything on', (t) => {
  const s = createSnapshot(graph, { coMentionWeight: 0 });
  t.false(spread(s, new Map([[ada, 1]]), { decay: 0.5, firingThreshold: 0.3, maxPulses: 4 }).has(town));
});

test('no more entities take part than allowed, the best connected first', (t) => {
  const s = createSnapshot(graph);
  t.deepEqual([...spread(s, new Map([[ada, 1]]), { maxActive: 2 }).keys()].sort(), [ada, firm].sort());
});

test('seeds that are not in the graph are left out', (t) => {
  t.is(spread(createSnapshot(graph), new Map([[entityIdOf('PER', 'nobody'), 1]])).size, 0);
});

test('what an entity passes on is never more than it has', (t) => {
  const s = createSnapshot(graph);
  for (let node = 0; node < s.ids.length; node++) {
    let total = 0;
    for (let edge = s.offsets[node]; edge < s.offsets[node + 1]; edge++) total += shareOf(s, node, edge);
    t.true(total <= 1 + 1e-12);
  }
});

test('the strongest path leads over the facts', (t) => {
  const s = createSnapshot(graph);
  const seeds = new Map([[ada, 1]]);
  t.deepEqual(strongestPaths(s, seeds, spread(s, seeds)).get(town), [ada, firm, town]);
});
