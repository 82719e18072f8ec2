import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../graph/build-graph.ts';
import { sha256Of } from '../../pipeline/core/ids.ts';
import type { GraphDelta } from '../../pipeline/core/model.ts';
import { digestOfGraph } from '../../pipeline/manifest.ts';
import { arbitraryCorpus } from '../support/graph-arbitraries.ts';

/** Of the lines of all records, sorted list by list. */
const byLines = ({ documents, entities, facts }: GraphDelta): string => sha256Of([documents, entities, facts].map((records) => `${records.map((record) => `${JSON.stringify(record)}\n`).sort().join('')}\n`).join(''));

test('the digest of a graph is that of its sorted lines, in whatever order it comes', (t) => {
  fc.assert(
    fc.property(arbitraryCorpus, (corpus) => {
      const { documents, entities, facts } = buildGraph(corpus).toDelta();
      const delta = { documents, entities, facts };
      t.is(digestOfGraph(delta), byLines(delta));
      t.is(digestOfGraph({ documents: [...documents].reverse(), entities: [...entities].reverse(), facts: [...facts].reverse() }), byLines(delta));
    }),
    { seed: 41, numRuns: 60 },
  );
});
