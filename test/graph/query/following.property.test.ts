import test from 'ava';
import fc from 'fast-check';
import { LiveGraph } from '../../../graph/live-graph.ts';
import { createSearch } from '../../../graph/query/search.ts';
import { SentenceIndex } from '../../../graph/query/sentence-index.ts';
import type { DocumentId, Extraction } from '../../../pipeline/core/model.ts';
import { documentsOf, arbitraryExtraction, extractionOf } from '../../support/graph-arbitraries.ts';

const NAMES = ['doc-0.txt', 'doc-1.txt', 'doc-2.txt', 'doc-3.txt'];
const steps = fc.array(fc.record({ added: fc.array(fc.constantFrom(...NAMES).chain(arbitraryExtraction), { maxLength: 2 }), removed: fc.subarray(NAMES.map((name) => extractionOf(name, '').id), { maxLength: 2 }) }), { minLength: 1, maxLength: 6 });
const TEXTS = ['met', 'formerly', 'hopper', 'washington of', 'apple', 'renamed smith'];
const CALLED = ['grace hopper', 'Washington', 'Smith', 'IBM', 'apple'];

test('indexes that follow a graph find what new ones find', (t) => {
  fc.assert(
    fc.property(steps, (changes) => {
      const live = new LiveGraph();
      const documents = new Map<DocumentId, Extraction>();
      const [names, sentences] = [createSearch(live.graph), new SentenceIndex(live.graph, documents)];
      sentences.warm();
      names.called('');
      for (const { added, removed } of changes) {
        const latest = documentsOf(added);
        for (const id of removed) documents.delete(id);
        for (const [id, extraction] of latest) documents.set(id, extraction);
        const delta = live.update({ added: [...latest.values()], removed });
        const touched = [...delta.entities.map(({ id }) => id), ...delta.removedEntities!];
        names.update(touched);
        sentences.update([...delta.documents.map(({ id }) => id), ...delta.removedDocuments!], touched);
        const [newNames, newSentences] = [createSearch(live.graph), new SentenceIndex(live.graph, documents)];
        for (const text of TEXTS) {
          t.deepEqual(names.rank(text).map(({ id }) => id).sort(), newNames.rank(text).map(({ id }) => id).sort(), text);
          const [found, again] = [sentences.find(text), newSentences.find(text)];
          t.deepEqual([...found.keys()].sort(), [...again.keys()].sort(), text);
          for (const { place } of found.values()) {
            const { documentId, start, end, text: said } = sentences.evidenceOf(place);
            t.is(documents.get(documentId)!.text.slice(start, end), said!);
          }
        }
        for (const name of CALLED) t.deepEqual(names.called(name), newNames.called(name), name);
      }
    }),
    { seed: 1843, numRuns: 150 },
  );
});
