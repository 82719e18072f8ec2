import test from 'ava';
import fc from 'fast-check';
import { buildGraph } from '../../graph/build-graph.ts';
import { admitExtraction, functionalOf } from '../../graph/admit-extractions.ts';
import type { RejectedRelation } from '../../graph/admit-relations.ts';
import { LiveGraph } from '../../graph/live-graph.ts';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { EntityResolver } from '../../graph/resolve/entity-resolver.ts';
import { refer } from '../../graph/resolve/name-groups.ts';
import { createContextReader } from '../../graph/resolve/context.ts';
import type { Decision, Extraction, GraphDelta } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { documentsOf, arbitraryExtraction, extractionOf, schema } from '../support/graph-arbitraries.ts';

const functional = functionalOf(schema);
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

/** Pairs of names of documents, and what is said of them by now: `undefined` takes it back. */
const sayings = fc.array(fc.record({ i: fc.nat(), j: fc.nat(), same: fc.constantFrom(true, false, undefined) }), { minLength: 1, maxLength: 8 });

test('decisions that come, turn and are taken back leave the graph of a build that knows them from the start', (t) => {
  let held = 0;
  fc.assert(
    fc.property(fc.tuple(...NAMES.map(arbitraryExtraction)), sayings, fc.boolean(), (documents, said, comeAndGo) => {
      const live = new LiveGraph({ schema });
      const store = new Map<string, unknown>();
      applied(store, live.update({ added: documents }));
      const all = live.resolver.clusters().flatMap(({ appearances }) => appearances).map(refer);
      const decisions = new Map<string, Decision>();
      let present = [...documents];
      for (const [at, { i, j, same }] of said.entries()) {
        const a = all[i % all.length]!;
        const others = all.filter(({ type, documentId }) => type === a.type && documentId !== a.documentId);
        if (others.length === 0) continue;
        const b = others[j % others.length]!;
        const id = [a, b].map((reference) => JSON.stringify(reference)).sort().join();
        if (same === undefined) decisions.delete(id);
        else decisions.set(id, { a, b, same });
        const [going, coming] = comeAndGo ? [present.filter((_, index) => index === at % 6), documents.filter((document) => !present.includes(document))] : [[], []];
        present = [...present.filter((document) => !going.includes(document)), ...coming];
        const given = [...decisions.values()];
        const before = JSON.stringify(live.graph.toDelta());
        applied(store, live.update({ added: coming, removed: going.map((document) => document.id), decisions: given }));
        const fresh = buildGraph(present, { schema, decisions: given }).toDelta();
        t.deepEqual(live.graph.toDelta(), fresh);
        t.deepEqual(new Map([...store].sort()), new Map(recordsOf(fresh).map((record) => [(record as { id: string }).id, record] as const).sort()));
        const resolver = new EntityResolver({ functional, decisions: given });
        for (const document of present) resolver.add(admitExtraction(document, { schema }));
        t.deepEqual(live.resolver.doubtfulPairs(), resolver.doubtfulPairs());
        if (!comeAndGo && JSON.stringify(fresh) !== before) held++;
      }
    }),
    { seed: 77, numRuns: 300 },
  );
  t.true(held > 100, `${held} decisions changed the graph`);
});

test('a surname alone that two decisions name goes where the last one leaves it', (t) => {
  const documents = [extractionOf('a', '[PER Grace Hopper] ran.'), extractionOf('b', '[PER John Smith] and [PER Grace Murray Hopper].'), extractionOf('c', '[PER Grace] and [PER John A. Smith].'), extractionOf('d', '[PER Grace Hopper] and [PER John A. Smith].')];
  const [hopper, smith, grace] = [['grace hopper', 0], ['john smith', 1], ['grace', 2]].map(([key, at]) => ({ type: 'PER' as const, key: key as string, documentId: documents[at as number]!.id }));
  const live = new LiveGraph();
  live.update({ added: documents });
  const [first, second]: Decision[] = [{ a: hopper!, b: grace!, same: true }, { a: smith!, b: grace!, same: true }];
  for (const decisions of [[first!], [first!, second!], [second!]]) {
    live.update({ decisions });
    t.deepEqual(live.graph.toDelta(), buildGraph(documents, { decisions }).toDelta());
  }
});

test('a decision about a name that hundreds of documents use, with what surrounds it compared', (t) => {
  const corpus = [...generateExtractions(600, 3)];
  const options = { reader: createContextReader(loadWordVectors()), schema };
  const live = new LiveGraph(options);
  live.apply({ added: corpus });
  const clusters = live.resolver.clusters().filter(({ appearances }) => appearances.length > 1).sort((a, b) => b.appearances.length - a.appearances.length);
  let decisions: Decision[] = [];
  for (const { appearances } of [clusters[0]!, clusters[1]!, clusters[2]!]) {
    decisions = [...decisions, { a: refer(appearances[0]!), b: refer(appearances.at(-1)!), same: false }];
    const { entities } = live.update({ decisions });
    t.true(entities.length < 40, `${entities.length} entities`);
    t.deepEqual(live.graph.toDelta(), buildGraph(corpus, { ...options, decisions }).toDelta());
  }
  live.update({ decisions: [] });
  t.deepEqual(live.graph.toDelta(), buildGraph(corpus, options).toDelta());
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
