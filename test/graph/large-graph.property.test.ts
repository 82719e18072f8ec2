import { readdirSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import type { RejectedRelation } from '../../graph/admit-relations.ts';
import { buildGraph } from '../../graph/build-graph.ts';
import { MemoryBudget } from '../../graph/compact/buckets.ts';
import { openSpill } from '../../graph/compact/spill.ts';
import { largeGraph, type LargeGraphOptions } from '../../graph/large-graph.ts';
import type { GraphOptions } from '../../graph/live-graph.ts';
import { createContextReader } from '../../graph/resolve/context.ts';
import { wholeOf } from '../../graph/stores/read-rows.ts';
import type { Decision, Extraction } from '../../pipeline/core/model.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { arbitraryCorpus, extractionOf, schema } from '../support/graph-arbitraries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sortedById = (documents: readonly Extraction[]): Extraction[] => [...documents].sort((a, b) => (a.id < b.id ? -1 : 1));

/** @param bytes of memory; the rest goes to a file */
async function large(documents: readonly Extraction[], options: LargeGraphOptions, folder: string, bytes: number) {
  const spill = openSpill(folder);
  async function* read(): AsyncGenerator<Extraction> {
    yield* sortedById(documents);
  }
  const found = await largeGraph(read, options, new MemoryBudget(bytes, spill));
  const { rows, counts } = found;
  const [delta, again, rejected] = [await wholeOf(rows), await wholeOf(rows), [...found.rejected()]];
  const facts = [...(rows.facts() as Iterable<{ readonly id: string }>)].map(({ id }) => id);
  found.close();
  spill.close();
  return { delta, again, rejected, counts, areFactsInOrder: facts.every((id, at) => at === 0 || facts[at - 1]! < id) };
}

function whole(documents: readonly Extraction[], options: GraphOptions) {
  const rejected: RejectedRelation[] = [];
  const delta = buildGraph(documents, { ...options, onRejected: (relation) => rejected.push(relation) }).toDelta();
  const { documents: { length: count }, entities, facts } = delta;
  const attributes = entities.reduce((sum, each) => sum + each.attributes.length, 0);
  return { delta, again: delta, rejected, counts: { documents: count, entities: entities.length, facts: facts.length, attributes }, areFactsInOrder: true };
}

const options = fc.record({ withSchema: fc.boolean(), minMentionScore: fc.constantFrom(0, 0.95), minRelationScore: fc.constantFrom(0, 0.5) }).map(({ withSchema, ...rest }) => ({ ...rest, ...(withSchema ? { schema } : {}) }));

test('names resolved in parts and entities put together in buckets are the graph that memory would hold', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(arbitraryCorpus, options, fc.constantFrom(1, 3, 100), fc.constantFrom(0, 4096, Infinity), async (corpus, given, mostOfPart, bytes) => {
      t.deepEqual(await large(corpus, { ...given, mostOfPart }, folder, bytes), whole(corpus, given));
    }),
    { seed: 44, numRuns: 100 },
  );
  t.deepEqual(readdirSync(folder), []);
});

test('what people decided is decided in the parts too', async (t) => {
  const folder = await temporaryFolder(t);
  const said = fc.array(fc.record({ i: fc.nat(), j: fc.nat(), same: fc.boolean() }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(arbitraryCorpus, said, async (corpus, sayings) => {
      const names = corpus.flatMap(({ id, mentions }) => mentions.flatMap(({ label, surface }) => (label === 'PER' ? [{ type: 'PER' as const, key: surface.toLowerCase(), documentId: id }] : [])));
      if (names.length === 0) return;
      const decisions = sayings.map(({ i, j, same }): Decision => ({ a: names[i % names.length]!, b: names[j % names.length]!, same })).filter(({ a, b }) => a !== b);
      t.deepEqual(await large(corpus, { decisions, mostOfPart: 1 }, folder, 1024), whole(corpus, { decisions }));
    }),
    { seed: 45, numRuns: 100 },
  );
});

test('a key that too many names of the whole corpus have finds none in a part either', async (t) => {
  const folder = await temporaryFolder(t);
  const syllables = ['ab', 'ed', 'in', 'ol', 'ur', 'ash', 'eck', 'im', 'ost', 'ulf', 'an', 'el'];
  const given = syllables.flatMap((first) => syllables.map((second) => `J${first}${second}`));
  const corpus = ['J.', ...given].map((name, at) => extractionOf(`doc-${at}.txt`, `[PER ${name} Smith] ran.`));
  for (const mostOfPart of [1, 20, 1000]) t.deepEqual(await large(corpus, { mostOfPart }, folder, 4096), whole(corpus, {}));
});

test('hundreds of documents with what surrounds their names, and rows of a table about some of them', async (t) => {
  const reader = createContextReader(loadWordVectors());
  const documents = [...generateExtractions(600, 3)];
  const persons = new Map(documents.flatMap(({ mentions }) => mentions.filter(({ label, surface }) => label === 'PER' && surface.includes(' ')).map(({ surface }) => [surface, surface])));
  const rows = [...persons.keys()].slice(0, 60).flatMap((name, at): Extraction[] => ['a', 'b'].map((copy) => rowOf(name, String(1850 + (at % 100)), `${at}${copy}`)));
  const folder = await temporaryFolder(t);
  const given = { schema, reader };
  t.deepEqual(await large(documents, { ...given, mostOfPart: 50 }, folder, 1 << 16), whole(documents, given));
  const both = [...documents, ...rows];
  t.deepEqual(await large(both, { ...given, mostOfPart: 200 }, folder, 1 << 16), whole(both, given));
});

function rowOf(name: string, year: string, id: string): Extraction {
  const text = `${name}, ${year}`;
  const mention = (label: string, start: number, surface: string) => ({ label, sentence: 0, tokenStart: 0, tokenEnd: 1, start, end: start + surface.length, surface, score: 1 });
  return {
    ...{ id: `d-row${id}` as Extraction['id'], uri: `persons.csv#${id}`, text, sentences: [[0, text.length]], extractor: 'table' },
    mentions: [mention('PER', 0, name), mention('TIME', name.length + 2, year)],
    chains: [{ label: 'PER', mentions: [0] }, { label: 'TIME', mentions: [1] }],
    relations: [{ head: 0, tail: 1, label: 'dateOfBirth', score: 1 }],
    record: { fields: [{ predicate: 'name', kind: 'text', value: name }, { predicate: 'dateOfBirth', kind: 'date', value: year }] },
  };
}
