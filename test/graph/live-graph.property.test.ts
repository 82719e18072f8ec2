import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../graph/build-graph.ts';
import type { RejectedRelation } from '../../graph/admit-relations.ts';
import { LiveGraph } from '../../graph/live-graph.ts';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { createContextReader } from '../../graph/resolve/context.ts';
import type { Decision, Extraction, GraphDelta } from '../../pipeline/core/model.ts';
import { relationSchemaOf } from '../../pipeline/core/relation-schema.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { documentsOf, arbitraryExtraction, extractionOf } from '../support/graph-arbitraries.ts';

const schema = relationSchemaOf(
  {
    dateOfBirth: { labels: ['dateOfBirth'], domain: ['PER'], range: ['TIME'], functional: true },
    employer: { labels: ['employer'], domain: ['PER'], range: ['ORG'], functional: true },
    spouse: { labels: ['spouse'], domain: ['PER'], range: ['PER'], symmetric: true },
    foundedBy: { labels: ['foundedBy'], domain: ['ORG', 'MISC'], range: ['PER', 'ORG'] },
  },
  'test',
);
const NAMES = ['doc-0.txt', 'doc-1.txt', 'doc-2.txt', 'doc-3.txt', 'doc-4.txt', 'doc-5.txt'];

/** Documents that come, are replaced and go, a few at a time. */
const steps = fc.array(
  fc.record({
    added: fc.array(fc.constantFrom(...NAMES).chain(arbitraryExtraction), { maxLength: 2 }),
    removed: fc.subarray(NAMES.map((name) => extractionOf(name, '').id), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
);

function applied(store: Map<string, unknown>, { documents, entities, facts, removedDocuments = [], removedEntities = [], removedFacts = [] }: GraphDelta): void {
  for (const id of [...removedDocuments, ...removedEntities, ...removedFacts]) store.delete(id);
  for (const record of [...documents, ...entities, ...facts]) store.set(record.id, record);
}

const recordsOf = ({ documents, entities, facts }: GraphDelta): unknown[] => [...documents, ...entities, ...facts];

test('after every change the graph is that of the documents that are there, and the changes told add up to it', (t) => {
  fc.assert(
    fc.property(steps, fc.boolean(), (changes, withSchema) => {
      const options = withSchema ? { schema } : {};
      const live = new LiveGraph(options);
      const present = new Map<string, Extraction>();
      const store = new Map<string, unknown>();
      for (const { added, removed } of changes) {
        for (const id of removed) present.delete(id);
        const latest = documentsOf(added);
        for (const [id, extraction] of latest) present.set(id, extraction);
        applied(store, live.update({ added: [...latest.values()], removed }));
        const rejected: RejectedRelation[] = [];
        const fresh = buildGraph(present.values(), { ...options, onRejected: (relation) => rejected.push(relation) }).toDelta();
        t.deepEqual(live.graph.toDelta(), fresh);
        t.deepEqual(live.rejected(), rejected);
        t.deepEqual(new Map([...store].sort()), new Map(recordsOf(fresh).map((record) => [(record as { id: string }).id, record] as const).sort()));
      }
    }),
    { seed: 1912, numRuns: 200 },
  );
});

test('what people decided holds while documents come and go', (t) => {
  const documents = [extractionOf('doc-0.txt', '[PER John Smith] of [ORG Acme].'), extractionOf('doc-1.txt', '[PER John Smith] in [LOC Oslo].'), extractionOf('doc-2.txt', '[PER Smith] ran.')];
  const [a, b] = documents.map(({ id }) => ({ type: 'PER' as const, key: 'john smith', documentId: id }));
  const decisions: Decision[] = [{ a: a!, b: b!, same: false }];
  const live = new LiveGraph({ decisions });
  for (const document of documents) live.update({ added: [document] });
  t.deepEqual(live.graph.toDelta(), buildGraph(documents, { decisions }).toDelta());
  live.update({ removed: [documents[0]!.id] });
  t.deepEqual(live.graph.toDelta(), buildGraph(documents.slice(1), { decisions }).toDelta());
});

test('an unchanged document changes nothing, a document about other things only what is its own', (t) => {
  const live = new LiveGraph();
  const hopper = extractionOf('a', '[PER Grace Hopper] of [ORG Harvard].', [['Grace Hopper', 'employer', 'Harvard']]);
  live.update({ added: [hopper] });
  const again = live.update({ added: [hopper] });
  t.deepEqual([again.entities, again.facts, again.removedEntities, again.removedFacts], [[], [], [], []]);
  const other = live.update({ added: [extractionOf('b', '[PER Alan Turing] in [LOC London].')] });
  t.deepEqual(other.entities.map(({ name }) => name).sort(), ['Alan Turing', 'London']);
  const removed = live.update({ removed: [extractionOf('b', '').id] });
  t.deepEqual([removed.removedDocuments?.length, removed.removedEntities?.length, removed.entities], [1, 2, []]);
});

test('names that hundreds of documents use, with what surrounds them compared', (t) => {
  const corpus = [...generateExtractions(600, 3)];
  const options = { reader: createContextReader(loadWordVectors()), schema };
  const live = new LiveGraph(options);
  live.apply({ added: corpus.slice(0, 500) });
  const random = createRandom(5);
  let present = corpus.slice(0, 500);
  for (const added of [corpus.slice(500, 520), corpus.slice(520, 600)]) {
    const removed = Array.from({ length: 30 }, () => present[random.integer(present.length)]!.id);
    present = [...present.filter(({ id }) => !removed.includes(id)), ...added];
    live.update({ added, removed });
    t.deepEqual(live.graph.toDelta(), buildGraph(present, options).toDelta());
  }
});
