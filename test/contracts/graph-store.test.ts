// What every graph store must do, asked of every entry of the table of stores.
// The Neo4j server is named by ENGRAM_TEST_NEO4J (bolt://…); it is emptied before each test.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { STORES, openStore } from '../../graph/stores/index.ts';
import { documentIdOf, entityIdOf, factIdOf } from '../../pipeline/core/ids.ts';
import type { DocumentRecord, Entity, EntityType, Fact, GraphDelta, GraphRows } from '../../pipeline/core/model.ts';
import type { GraphStore } from '../../pipeline/core/stage.ts';
import { collected } from '../support/collected.ts';
import { neo4jAddress, neo4jNotice, takeNeo4jTurn } from '../support/neo4j-server.ts';

const oddNames = [
  `O'Brien "the \`quoted\`"`,
  'back\\slash \\u0060) DETACH DELETE n //',
  "x'}) MATCH (n) DETACH DELETE n //",
  'two\nlines\r\nand a tab\t',
  'Ωμέγα 東京 🧠 e\u0301',
  ', ;| ""',
  'null',
  '',
  ' spaces ',
  'a\u0000b',
];

const document = (key: string, rest: Partial<DocumentRecord> = {}): DocumentRecord => ({ id: documentIdOf(key), uri: `${key}.txt`, ...rest });

function entity(name: string, rest: Partial<Entity> = {}): Entity {
  const type: EntityType = rest.type ?? 'PER';
  return { id: entityIdOf(type, name), type, name, aliases: [], mentions: [], attributes: [], ...rest };
}

function fact(subject: Entity, predicate: string, object: Entity, rest: Partial<Fact> = {}): Fact {
  const triple = { subject: subject.id, predicate, object: object.id };
  return { id: factIdOf(triple), ...triple, probability: 1, provenance: [], ...rest };
}

const evidence = (key: string, score: number): Fact['provenance'][number] => ({
  documentId: documentIdOf(key),
  sentence: 2,
  start: 10,
  end: 90,
  head: [10, 21],
  tail: [40, 46],
  extractor: 'relation@1a2b3c4d',
  score,
});

const ada = entity('Ada Lovelace', {
  aliases: ['Ada', 'Countess of Lovelace'],
  mentions: [
    { documentId: documentIdOf('one'), sentence: 0, start: 0, end: 12, surface: 'Ada Lovelace', score: 0.99 },
    { documentId: documentIdOf('one'), sentence: 1, start: 40, end: 43, surface: 'Ada', score: 0.9 },
    { documentId: documentIdOf('two'), sentence: 0, start: 3, end: 6, surface: 'Ada', score: 1 },
  ],
  attributes: [
    { name: 'dateOfBirth', value: '1815-12-10', surface: '10 December 1815', kind: 'date', probability: 0.9, provenance: [evidence('one', 0.9)] },
    { name: 'dateOfBirth', value: '1815', surface: '1815', kind: 'date', probability: 0.4, provenance: [evidence('two', 0.4)] },
  ],
});
const london = entity('London', { type: 'LOC' });
const society = entity('Royal Society', { type: 'ORG', attributes: [{ name: 'members', value: '1600', surface: '1,600', kind: 'number', probability: 1, provenance: [] }] });
const engine = entity('Analytical Engine', { type: 'MISC' });
const sample: GraphDelta = {
  documents: [document('one', { title: 'On "Ada"', date: '1843-07-10', metadata: { shelf: 'A;1', empty: '' } }), document('two')],
  entities: [ada, london, society, engine],
  facts: [
    fact(ada, 'placeOfBirth', london, { probability: 0.1 + 0.2, provenance: [evidence('one', 0.3), evidence('two', 1)] }),
    fact(ada, 'memberOf', society, { probability: 0 }),
    fact(society, 'headquarters', london),
    fact(ada, 'notableWork', engine),
    fact(ada, 'residence', london),
  ],
};
const nothing: GraphDelta = { documents: [], entities: [], facts: [] };

/** As `readAll` returns it: no removals, all sorted by id. */
function stored(delta: GraphDelta): GraphDelta {
  const sorted = <T extends { readonly id: string }>(records: readonly T[]): T[] => [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { documents: sorted(delta.documents), entities: sorted(delta.entities), facts: sorted(delta.facts) };
}

/** In order of id, as a graph that is loaded comes. */
function rowsIn(delta: GraphDelta): GraphRows {
  const { documents, entities, facts } = stored(delta);
  return { documents: () => documents, entities: () => entities, facts: () => facts };
}

/** Opens a store again at the same place. */
type Reopen = () => Promise<GraphStore>;

const places: Readonly<Record<string, (folder: string) => string>> = {
  embedded: (folder) => `embedded:${join(folder, 'graph.lbug')}`,
  jsonl: (folder) => `jsonl:${join(folder, 'graph')}`,
  neo4j: () => neo4jAddress ?? '',
};

async function withStore(t: ExecutionContext, kind: string, body: (store: GraphStore, reopen: Reopen) => Promise<void>): Promise<void> {
  const place = places[kind];
  if (place === undefined) return t.fail(`the store '${kind}' is in the table, but this suite has no place for it`);
  if (kind === 'neo4j' && neo4jAddress === undefined) {
    t.log(neo4jNotice);
    t.pass();
    return;
  }
  const folder = await mkdtemp(join(tmpdir(), 'engram-store-'));
  const opened: GraphStore[] = [];
  const reopen: Reopen = async () => {
    await opened.at(-1)?.close();
    const store = await openStore(place(folder));
    opened.push(store);
    await store.prepare();
    return store;
  };
  try {
    const store = await reopen();
    await store.replaceAll(nothing);
    await body(store, reopen);
  } finally {
    await opened.at(-1)?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

test.before(takeNeo4jTurn);
if (neo4jAddress === undefined) console.warn('graph-store contract: Neo4j is NOT tested, because ENGRAM_TEST_NEO4J names no server.');

for (const { kind } of STORES) {
  const contract = (title: string, body: (t: ExecutionContext, store: GraphStore, reopen: Reopen) => Promise<void>): void => {
    test.serial(`${kind}: ${title}`, (t) => withStore(t, kind, (store, reopen) => body(t, store, reopen)));
  };

  contract('what was written is read back, exactly and sorted by id', async (t, store) => {
    await store.write(sample);
    t.deepEqual(await store.readAll(), stored(sample));
    t.deepEqual(await store.counts(), { documents: 2, entities: 4, facts: 5 });
  });

  contract('what was written is there after closing and opening again', async (t, store, reopen) => {
    await store.write(sample);
    t.deepEqual(await (await reopen()).readAll(), stored(sample));
  });

  contract('writing twice equals writing once', async (t, store) => {
    await store.write(sample);
    await store.write(sample);
    t.deepEqual(await store.readAll(), stored(sample));
    t.deepEqual(await store.counts(), { documents: 2, entities: 4, facts: 5 });
  });

  contract('preparing twice changes nothing', async (t, store) => {
    await store.write(sample);
    await store.prepare();
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('a record written again replaces the one of its id', async (t, store) => {
    await store.write(sample);
    const changedAda = { ...ada, name: 'Augusta Ada King', aliases: [], attributes: [], mentions: ada.mentions.slice(2) };
    const changedFact = fact(ada, 'placeOfBirth', london, { probability: 0.75, provenance: [evidence('two', 0.75)] });
    const changedDocument = document('one', { title: 'Renamed' });
    await store.write({ documents: [changedDocument], entities: [changedAda], facts: [changedFact] });
    const expected = {
      documents: [changedDocument, document('two')],
      entities: [changedAda, london, society, engine],
      facts: [changedFact, ...sample.facts.slice(1)],
    };
    t.deepEqual(await store.readAll(), stored(expected));
  });

  contract('the order within a delta does not matter, and of two records of one id the last counts', async (t, store) => {
    const reversed = { documents: [...sample.documents].reverse(), entities: [...sample.entities].reverse(), facts: [...sample.facts].reverse() };
    await store.write({ ...reversed, entities: [{ ...london, name: 'Londinium' }, ...reversed.entities] });
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('a fact may name an entity that only the store has', async (t, store) => {
    await store.write({ ...nothing, entities: [ada, london] });
    await store.write({ ...nothing, facts: [fact(ada, 'residence', london)] });
    t.deepEqual(await store.readAll(), stored({ ...nothing, entities: [ada, london], facts: [fact(ada, 'residence', london)] }));
  });

  contract('a fact whose entity is missing is refused, and nothing of its delta is written', async (t, store) => {
    await store.write({ ...nothing, entities: [london] });
    const delta = { documents: [document('three')], entities: [ada], facts: [fact(ada, 'residence', london), fact(ada, 'memberOf', society)] };
    await t.throwsAsync(store.write(delta), { code: 'ENGRAM_STORE_MISSING_ENTITY', message: /1 fact/ });
    t.deepEqual(await store.readAll(), stored({ ...nothing, entities: [london] }));
  });

  contract('a fact whose entity is removed by the same delta is refused', async (t, store) => {
    await store.write({ ...nothing, entities: [ada, london] });
    const delta = { ...nothing, facts: [fact(ada, 'residence', london)], removedEntities: [london.id] };
    await t.throwsAsync(store.write(delta), { code: 'ENGRAM_STORE_MISSING_ENTITY' });
    t.is((await store.counts()).entities, 2);
  });

  contract('replacing everything refuses a fact whose entity is only in the old graph, and keeps that graph', async (t, store) => {
    await store.write(sample);
    await t.throwsAsync(store.replaceAll({ ...nothing, entities: [ada], facts: [fact(ada, 'residence', london)] }), { code: 'ENGRAM_STORE_MISSING_ENTITY' });
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('a predicate that could carry Cypher is refused, and nothing is written', async (t, store) => {
    for (const predicate of ['PLACE', 'a b', 'x`]->(o) DETACH DELETE o //', '', 'é', 'a_b', `a${'b'.repeat(63)}`]) {
      await t.throwsAsync(store.write({ ...nothing, entities: [ada, london], facts: [fact(ada, predicate, london)] }), { code: 'ENGRAM_STORE_FAILED' });
    }
    t.deepEqual(await store.readAll(), nothing);
  });

  contract('a type that is a value or could carry Cypher is refused, and nothing is written', async (t, store) => {
    for (const type of ['TIME', 'NUM', '', 'a b', 'x`) DETACH DELETE e //', `a${'b'.repeat(63)}`]) {
      await t.throwsAsync(store.write({ ...nothing, entities: [entity('now', { type })] }), { code: 'ENGRAM_STORE_FAILED' });
    }
    t.deepEqual(await store.readAll(), nothing);
  });

  contract("a type of a user's own is kept", async (t, store) => {
    const own = entity('aspirin', { type: 'creative-work.v2' });
    await store.write({ ...nothing, entities: [own] });
    t.deepEqual((await store.readAll()).entities, [own]);
  });

  for (const way of ['write', 'replaceAll'] as const) {
    contract(`names with quotes, line ends, scripts and Cypher in them survive ${way}`, async (t, store) => {
      const entities = oddNames.map((name, i) =>
        entity(name, { aliases: [...oddNames], mentions: [{ documentId: documentIdOf('odd'), sentence: i, start: 0, end: name.length, surface: name, score: 0.5 }] }),
      );
      const [first, ...others] = entities as [Entity, ...Entity[]];
      const delta = {
        documents: oddNames.map((name) => document(`odd ${name}`, { title: name, metadata: { [name]: name } })),
        entities,
        facts: others.map((other) => fact(first, 'spouse', other, { provenance: [{ ...evidence('odd', 1), extractor: other.name }] })),
      };
      await store[way](delta);
      t.deepEqual(await store.readAll(), stored(delta));
    });
  }

  contract('removed facts, entities and documents are gone, and the facts of a removed entity with it', async (t, store) => {
    await store.write(sample);
    await store.write({
      ...nothing,
      removedFacts: [fact(ada, 'residence', london).id, fact(ada, 'spouse', ada).id],
      removedEntities: [society.id, entity('nobody').id],
      removedDocuments: [documentIdOf('two'), documentIdOf('none')],
    });
    const expected = {
      documents: sample.documents.slice(0, 1),
      entities: [ada, london, engine],
      facts: [sample.facts[0] as Fact, sample.facts[3] as Fact],
    };
    t.deepEqual(await store.readAll(), stored(expected));
  });

  contract('what a delta both removes and writes is there afterwards', async (t, store) => {
    await store.write(sample);
    await store.write({
      ...sample,
      removedDocuments: sample.documents.map(({ id }) => id),
      removedEntities: sample.entities.map(({ id }) => id),
      removedFacts: sample.facts.map(({ id }) => id),
    });
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('an entity may change its type', async (t, store) => {
    await store.write({ ...nothing, entities: [ada] });
    await store.write({ ...nothing, entities: [{ ...ada, type: 'MISC' }] });
    t.deepEqual(await store.readAll(), { ...nothing, entities: [{ ...ada, type: 'MISC' }] });
  });

  contract('replacing everything leaves only the new graph, which takes further writes', async (t, store, reopen) => {
    await store.write({ documents: [document('old')], entities: [entity('Old'), london], facts: [fact(entity('Old'), 'residence', london)] });
    await store.replaceAll(sample);
    t.deepEqual(await store.readAll(), stored(sample));
    const more = entity('Charles Babbage');
    await store.write({ ...nothing, entities: [more], facts: [fact(more, 'residence', london)] });
    const expected = { ...sample, entities: [...sample.entities, more], facts: [...sample.facts, fact(more, 'residence', london)] };
    t.deepEqual(await store.readAll(), stored(expected));
    t.deepEqual(await (await reopen()).readAll(), stored(expected));
  });

  contract('a graph that is loaded a record at a time takes the place of what stood there, and loaded again changes nothing', async (t, store, reopen) => {
    await store.write({ documents: [document('old'), document('one')], entities: [entity('Old'), { ...london, name: 'Londinium' }], facts: [fact(entity('Old'), 'residence', london)] });
    await store.load(rowsIn(sample));
    t.deepEqual(await store.readAll(), stored(sample));
    const { written } = await store.load(rowsIn(sample));
    if (kind === 'neo4j') t.deepEqual(written, { documents: 0, entities: 0, facts: 0 });
    t.deepEqual(await store.differences(sample), []);
    const changed = { ...sample, entities: sample.entities.map((each) => (each.id === london.id ? { ...london, aliases: ['Londinium'] } : each)), facts: sample.facts.slice(1) };
    await store.load(rowsIn(changed));
    t.deepEqual(await (await reopen()).readAll(), stored(changed));
  });

  contract('a graph of several pages is loaded, and of the next one only what is another', async (t, store) => {
    const people = Array.from({ length: 10_200 }, (_, i) => entity(`Person ${i}`));
    const facts = people.slice(1, 200).map((person, i) => fact(person, i % 2 ? 'spouse' : 'sibling', people[0]!));
    const large = { documents: [document('one')], entities: people, facts };
    await store.load(rowsIn(large));
    t.deepEqual(await store.readAll(), stored(large));
    const next = { ...large, entities: [...people.slice(0, -1), entity('New')], facts: facts.slice(0, -1) };
    const report = await store.load(rowsIn(next));
    if (kind === 'neo4j') t.like(report, { written: { documents: 0, entities: 1, facts: 0 }, removed: { documents: 0, entities: 1 } });
    t.deepEqual(await store.readAll(), stored(next));
  });

  contract('a fact without its entity keeps a graph from being loaded, and the one that stands stays', async (t, store) => {
    await store.write(sample);
    await t.throwsAsync(store.load(rowsIn({ ...nothing, entities: [ada], facts: [fact(ada, 'residence', london)] })), { code: 'ENGRAM_STORE_MISSING_ENTITY' });
    await t.throwsAsync(store.load(rowsIn({ ...nothing, entities: [ada, london], facts: [fact(ada, 'a b', london)] })), { code: 'ENGRAM_STORE_FAILED' });
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('what is not as the graph has it is named, and a repair writes it anew', async (t, store) => {
    await store.replaceAll(sample);
    t.deepEqual(await store.differences(sample), []);
    const [first, second] = sample.facts;
    await store.write({ documents: [], entities: [{ ...london, aliases: ['Londinium'] }, entity('Paris')], facts: [{ ...second!, probability: 0.25 }], removedFacts: [first!.id] });
    const expected = [
      { kind: 'entity', id: london.id, problem: 'changed' },
      { kind: 'entity', id: entity('Paris').id, problem: 'extra' },
      { kind: 'fact', id: first!.id, problem: 'missing' },
      { kind: 'fact', id: second!.id, problem: 'changed' },
    ].sort((a, b) => (a.id < b.id ? -1 : 1));
    t.deepEqual(await store.differences(sample), expected);
    await store.repair(sample);
    t.deepEqual(await store.differences(sample), []);
    t.deepEqual(await store.readAll(), stored(sample));
  });

  contract('an empty delta changes nothing', async (t, store) => {
    await store.write(nothing);
    t.deepEqual(await store.readAll(), nothing);
    t.deepEqual(await store.counts(), { documents: 0, entities: 0, facts: 0 });
  });

  contract('writes sent together are all there', async (t, store) => {
    const people = Array.from({ length: 8 }, (_, i) => entity(`Person ${i}`));
    await Promise.all(people.map((person) => store.write({ ...nothing, entities: [person, london], facts: [fact(person, 'residence', london)] })));
    t.deepEqual(await store.counts(), { documents: 0, entities: 9, facts: 8 });
  });

  contract('a delta of 5,000 entities and as many facts is written whole, or not at all', async (t, store) => {
    const people = Array.from({ length: 5000 }, (_, i) => entity(`Person ${i}`, { mentions: [{ ...(ada.mentions[0] as Entity['mentions'][number]), start: i }] }));
    const facts = people.map((person, i) => fact(person, i % 2 ? 'spouse' : 'sibling', people[(i * 7 + 1) % people.length] as Entity, { probability: i / 5000 }));
    const large = { documents: [document('one')], entities: people, facts };
    const broken = { ...large, facts: [...facts, fact(people[0] as Entity, 'residence', london)] };
    await t.throwsAsync(store.write(broken), { code: 'ENGRAM_STORE_MISSING_ENTITY' });
    t.deepEqual(await store.counts(), { documents: 0, entities: 0, facts: 0 });
    await store.write(large);
    t.deepEqual(await store.readAll(), stored(large));
  });

  contract('a graph of several pages is read a record at a time, documents and entities in order of id, and again', async (t, store) => {
    const documents = Array.from({ length: 25 }, (_, i) => document(`number ${i}`));
    const people = Array.from({ length: 10_500 }, (_, i) => entity(`Person ${i}`));
    // More than a page, of few subjects.
    const facts = people.map((person, i) => fact(people[i % 40] as Entity, 'sibling', person)).filter(({ subject, object }) => subject !== object);
    const large = { documents, entities: people, facts };
    await store.replaceAll(large);
    const expected = stored(large);
    for (let time = 0; time < 2; time++) {
      const rows = store.rows();
      t.deepEqual(await collected(rows.documents()), expected.documents);
      t.deepEqual(await collected(rows.entities()), expected.entities);
      t.deepEqual((await collected(rows.facts())).sort((a, b) => (a.id < b.id ? -1 : 1)), expected.facts);
    }
  });

  contract('an empty store has no rows', async (t, store) => {
    const rows = store.rows();
    t.deepEqual([await collected(rows.documents()), await collected(rows.entities()), await collected(rows.facts())], [[], [], []]);
  });
}
