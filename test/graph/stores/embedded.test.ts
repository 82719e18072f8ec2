import { copyFile, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { openEmbedded } from '../../../graph/stores/embedded.ts';
import { sortedById } from '../../../graph/stores/delta.ts';
import { documentIdOf, entityIdOf } from '../../../pipeline/core/ids.ts';
import type { Entity, GraphDelta } from '../../../pipeline/core/model.ts';

const delta: GraphDelta = {
  documents: [],
  facts: [],
  entities: ['Ada', 'Grace'].map((name) => ({ id: entityIdOf('PER', name), type: 'PER', name, aliases: [], mentions: [], attributes: [] })),
};

async function folderOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'engram-embedded-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A database that holds `delta`, closed. */
async function madeIn(t: ExecutionContext): Promise<{ folder: string; path: string }> {
  const folder = await folderOf(t);
  const path = join(folder, 'graph.lbug');
  const { store } = await openEmbedded(path);
  await store.prepare();
  await store.replaceAll(delta);
  await store.close();
  return { folder, path };
}

test('a new file is not corrupt, nor one that was closed', async (t) => {
  const { path } = await madeIn(t);
  const { store, wasCorrupt } = await openEmbedded(path);
  t.false(wasCorrupt);
  t.is((await store.counts()).entities, 2);
  await store.close();
});

test('a damaged file is found out and made anew, empty', async (t) => {
  const { path } = await madeIn(t);
  await truncate(path, 5000);
  const { store, wasCorrupt } = await openEmbedded(path);
  t.true(wasCorrupt);
  await store.prepare();
  t.is((await store.counts()).entities, 0);
  await store.replaceAll(delta);
  t.is((await store.counts()).entities, 2);
  await store.close();
});

test('a damaged file is kept when asked to refuse it', async (t) => {
  const { path } = await madeIn(t);
  await truncate(path, 5000);
  await t.throwsAsync(openEmbedded(path, { onCorrupt: 'refuse' }), { code: 'ENGRAM_STORE_CORRUPT' });
  t.is((await readFile(path)).length, 5000);
});

test('a file of another kind is never touched', async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, 'letter.txt');
  await writeFile(path, 'Dear Ada');
  await t.throwsAsync(openEmbedded(path), { code: 'ENGRAM_STORE_CORRUPT', message: /another kind/ });
  await t.throwsAsync(openEmbedded(folder), { code: 'ENGRAM_STORE_CORRUPT', message: /not a file/ });
  t.is(await readFile(path, 'utf8'), 'Dear Ada');
});

test('the log of a database that is gone is not replayed into a new one', async (t) => {
  const { folder, path } = await madeIn(t);
  const { store } = await openEmbedded(path);
  await store.write(delta);
  await copyFile(`${path}.wal`, join(folder, 'kept'));
  await store.close();
  await rm(path);
  await copyFile(join(folder, 'kept'), `${path}.wal`);
  const opened = await openEmbedded(path);
  await opened.store.prepare();
  t.is((await opened.store.counts()).entities, 0);
  await opened.store.close();
});

test('replacing everything leaves one file', async (t) => {
  const { folder } = await madeIn(t);
  t.deepEqual(await readdir(folder), ['graph.lbug']);
});

test('a query reads with parameters', async (t) => {
  const { path } = await madeIn(t);
  const { store } = await openEmbedded(path);
  t.teardown(() => store.close());
  t.deepEqual(await store.query('MATCH (e:EngramEntity) WHERE e.name = $name RETURN e.type AS type', { name: 'Ada' }), [{ type: 'PER' }]);
  t.deepEqual(await store.query("MATCH (e:EngramEntity) WHERE e.name = 'LOAD FROM' RETURN e.name"), []);
});

test('a query that would change the graph or touch files is refused', async (t) => {
  const { path } = await madeIn(t);
  const { store } = await openEmbedded(path);
  t.teardown(() => store.close());
  for (const statement of [
    'MATCH (e:EngramEntity) DETACH DELETE e',
    "CREATE (:EngramDocument {id: 'x'})",
    "COPY (MATCH (e:EngramEntity) RETURN e.name) TO 'names.csv'",
    "LOAD FROM 'names.csv' RETURN *",
    "UNWIND [1] AS x LOAD FROM 'names.csv' RETURN *",
    'DROP TABLE Fact',
  ]) {
    await t.throwsAsync(store.query(statement), { code: 'ENGRAM_USAGE' }, statement);
  }
  await t.throwsAsync(store.query('MATCH (e'), { code: 'ENGRAM_STORE_FAILED' });
  t.is((await store.counts()).entities, 2);
});

/** So many entities that a changed one is no reason for a new file. */
const many: GraphDelta = {
  documents: [{ id: documentIdOf('a.txt'), uri: 'a.txt' }],
  facts: [],
  entities: sortedById(Array.from({ length: 200 }, (_, index): Entity => ({ id: entityIdOf('PER', `number ${index}`), type: 'PER', name: `Number ${index}`, aliases: [], mentions: [{ documentId: documentIdOf('a.txt'), sentence: 0, start: index, end: index + 1, surface: 'x', score: 1 }], attributes: [] }))),
};
const without = (delta: GraphDelta, index: number): GraphDelta => ({ ...delta, entities: delta.entities.filter((_, at) => at !== index) });

test('of a graph that is mostly what stands there only the rest is written, into the same file', async (t) => {
  const path = join(await folderOf(t), 'graph.lbug');
  const { store } = await openEmbedded(path);
  await store.prepare();
  await store.replaceAll(many);
  const { ino } = await stat(path);
  t.deepEqual((await store.replaceAll(many)).written, { documents: 0, entities: 0, facts: 0 });
  const changed = { ...without(many, 3), entities: without(many, 3).entities.map((entity, index) => (index === 7 ? { ...entity, name: 'Another' } : entity)) };
  const { written, removed } = await store.replaceAll(changed);
  t.deepEqual([written.entities, removed.entities], [1, 1]);
  t.is((await stat(path)).ino, ino);
  t.deepEqual(await store.readAll(), changed);
  t.deepEqual(await store.query('MATCH (e:EngramEntity)-[m:MENTIONED_IN]->(:EngramDocument) RETURN count(*) AS n'), [{ n: 199 }]);
  await store.close();
});

test('a repair leaves nothing of what stood there, in no file', async (t) => {
  const folder = await folderOf(t);
  const { store } = await openEmbedded(join(folder, 'graph.lbug'));
  await store.prepare();
  const secret = { ...many, entities: many.entities.map((entity, index) => (index === 5 ? { ...entity, name: 'Rumpelstiltskin himself' } : entity)) };
  await store.replaceAll(secret);
  const holds = async (): Promise<boolean> => (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name))))).some((bytes) => bytes.includes('Rumpelstiltskin'));
  await store.replaceAll(without(secret, 5));
  t.true(await holds(), 'in place, pages keep what they held');
  await store.repair(without(secret, 5));
  t.false(await holds());
  await store.close();
});

test('a file of an earlier version, without digests, is written anew', async (t) => {
  const path = join(await folderOf(t), 'graph.lbug');
  const { Database, Connection } = createRequire(import.meta.url)('@ladybugdb/core') as typeof import('@ladybugdb/core');
  const database = new Database(path);
  const connection = new Connection(database);
  for (const table of ['EngramEntity(id STRING PRIMARY KEY, type STRING, name STRING, aliases STRING, attributes STRING, mentions STRING)', 'EngramDocument(id STRING PRIMARY KEY, uri STRING, title STRING, record STRING)']) await connection.query(`CREATE NODE TABLE ${table}`);
  await connection.query('CREATE REL TABLE Fact(FROM EngramEntity TO EngramEntity, id STRING, predicate STRING, probability DOUBLE, provenance STRING)');
  await connection.close();
  await database.close();
  const { store } = await openEmbedded(path);
  await store.prepare();
  await store.replaceAll(many);
  t.deepEqual(await store.readAll(), many);
  await store.close();
});
