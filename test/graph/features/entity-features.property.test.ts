import test from 'ava';
import fc from 'fast-check';
import { createSnapshot } from '../../../graph/activation/snapshot.ts';
import { buildGraph } from '../../../graph/build-graph.ts';
import { MemoryBudget } from '../../../graph/compact/buckets.ts';
import { openSpill } from '../../../graph/compact/spill.ts';
import { createFeatureReader, entityFeatures } from '../../../graph/features/entity-features.ts';
import { collected } from '../../support/collected.ts';
import { arbitraryCorpus } from '../../support/graph-arbitraries.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('features of a graph that is gone through are, bit for bit, those of one in memory, whatever memory they have', async (t) => {
  const folder = await temporaryFolder(t);
  const dates = fc.array(fc.constantFrom(undefined, '2001-02-03', '1999', 'once'), { minLength: 6, maxLength: 6 });
  let spilled = 0;
  await fc.assert(
    fc.asyncProperty(arbitraryCorpus, dates, fc.constantFrom(0, 500, 5000, Infinity), async (corpus, dated, bytes) => {
      const graph = buildGraph(corpus.map((extraction, at) => ({ ...extraction, date: dated[at] })));
      const rowOf = createFeatureReader(graph, createSnapshot(graph));
      const spill = openSpill(folder);
      const rows = await collected(entityFeatures(graph.rows(), { neighbours: 3, budget: new MemoryBudget(bytes, spill) }));
      t.deepEqual(rows, graph.entityIds().map((id) => rowOf(id, 3)));
      spilled += spill.size;
      spill.close();
    }),
    { seed: 31, numRuns: 80 },
  );
  t.true(spilled > 0);
});
