// The default store: a LadybugDB file on disk, queried with Cypher in this process. It is an index of the journal:
// a file that a killed process left unreadable is found by a probe and can be rebuilt. Every row carries a digest: of a graph that is mostly what
// stands there only the rest is written, any other is written to a new file that takes the place of the old.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Connection, Database, LbugValue, QueryResult } from '@ladybugdb/core';
import PQueue from 'p-queue';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Attribute, Entity, EntityMention, Fact, GraphDelta, GraphRows } from '../../pipeline/core/model.ts';
import type { GraphStore, StoreCounts, SyncReport } from '../../pipeline/core/stage.ts';
import { countDocuments, countEntities, countFacts, factDigests, nodeDigests } from './cypher.ts';
import { changesFrom, checkDelta, differencesBetween, endsOutside, refuseMissingEntities, reportOf, rowsOfDelta, slicesOf, wholeReport } from './delta.ts';
import type { CheckedDelta, StandingRow } from './delta.ts';
import * as cypher from './embedded-cypher.ts';
import { documentRow, entityRow, factRow, fillDatabase, linkRows } from './embedded-rows.ts';
import { probeEmbedded } from './embedded-probe.ts';
import { readRows, wholeOf, type RowReading } from './read-rows.ts';

export type CypherRow = Readonly<Record<string, unknown>>;

/** A store that also answers questions in Cypher; nothing asked this way can change it. */
export interface QueryableStore extends GraphStore {
  query(statement: string, parameters?: Readonly<Record<string, unknown>>): Promise<readonly CypherRow[]>;
}

export interface EmbeddedOptions {
  /** A corrupt file: 'rebuild' removes it, and the caller writes the graph anew; 'refuse' throws `ENGRAM_STORE_CORRUPT`. */
  readonly onCorrupt?: 'rebuild' | 'refuse';
}

const maxDatabaseBytes = 2 ** 38;
const bufferPoolBytes = 2 ** 30;
const rowsPerStatement = 2000;
const rowsAtOnce = 4096;
/** Of all rows; a new file is quicker where more have changed. */
const mostChanged = 1 / 50;
/** The first bytes of every LadybugDB file; without them the file is somebody else's and is never removed. */
const magic = 'LBUG';
/** What the engine keeps beside `graph.lbug`: `.wal`, `.wal.checkpoint`, `.shadow`, `.checkpoint.*.lock`. */
const sideFile = /^\.(wal|shadow|tmp|checkpoint)(\.|$)/;

/** Opens or makes the database file; `wasCorrupt` tells the caller to write everything anew. */
export async function openEmbedded(file: string, options: EmbeddedOptions = {}): Promise<{ store: QueryableStore; wasCorrupt: boolean }> {
  const path = resolve(file);
  const name = `embedded:${file}`;
  let wasCorrupt = false;
  try {
    await mkdir(dirname(path), { recursive: true });
    await refuseForeignFile(path, name);
    await removeStrandedBuilds(path);
  } catch (cause) {
    throw asStoreError(name, cause);
  }
  if (existsSync(path)) {
    const { verdict, problem } = await probeEmbedded(path, maxDatabaseBytes);
    if (verdict === 'in-use') throw new EngramError('ENGRAM_STORE_UNAVAILABLE', { store: name, problem: 'another process is writing to it' });
    if (verdict === 'engine-missing') throw engineMissing(problem);
    if (verdict === 'corrupt') {
      if (options.onCorrupt === 'refuse') throw new EngramError('ENGRAM_STORE_CORRUPT', { store: name, problem });
      wasCorrupt = true;
      await removeDatabase(path);
    }
  } else {
    // A log whose database is gone belongs to nothing, and would be replayed into the new file.
    await removeDatabase(path);
  }
  const session = await openSession(path, name);
  return { store: createEmbeddedStore(path, name, session), wasCorrupt };
}

/** One connection, one statement at a time. */
export interface Session {
  run(statement: string, parameters?: Readonly<Record<string, unknown>>, readOnly?: boolean): Promise<readonly CypherRow[]>;
  close(): Promise<void>;
}

function createEmbeddedStore(path: string, name: string, first: Session): QueryableStore {
  let session = first;
  const queue = new PQueue({ concurrency: 1 });
  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      try {
        return await work();
      } catch (cause) {
        throw asStoreError(name, cause);
      }
    });

  const inTransaction = async (checked: CheckedDelta): Promise<SyncReport> => {
    await session.run('BEGIN TRANSACTION');
    try {
      await writeDelta(session, checked);
      await session.run('COMMIT');
      return reportOf(checked);
    } catch (error) {
      // A failed statement may have ended the transaction already; the first error is the one to tell.
      await session.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  };

  const rebuild = async (rows: GraphRows): Promise<SyncReport> => {
    const folder = await mkdtemp(`${path}.build-`);
    try {
      const fresh = join(folder, basename(path));
      const building = await openSession(fresh, name);
      let written: StoreCounts;
      try {
        await prepare(building);
        written = await fillDatabase(building, folder, name, rows);
      } finally {
        // Closed, it is one file without a log.
        await building.close();
      }
      await session.close();
      await removeSideFiles(path);
      await rename(fresh, path);
      session = await openSession(path, name);
      return wholeReport(written);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const replaceAll = async (delta: GraphDelta): Promise<SyncReport> => {
    const checked = checkDelta(delta, name);
    refuseMissingEntities(checked, new Set(), name);
    const standing = await readDigests(session);
    if (standing === undefined) return rebuild(rowsOfDelta(checked));
    const changes = changesFrom(checked, standing);
    const [changed, all] = [changes, checked].map(sizeOf) as [number, number];
    return changed > all * mostChanged ? rebuild(rowsOfDelta(checked)) : changed === 0 ? reportOf(changes) : inTransaction(changes);
  };

  return {
    kind: 'embedded',
    prepare: () => alone(() => prepare(session)),
    write: (delta) =>
      alone(async () => {
        const checked = checkDelta(delta, name);
        refuseMissingEntities(checked, await idsOf(session, 'EngramEntity', endsOutside(checked)), name);
        return inTransaction(checked);
      }),
    replaceAll: (delta) => alone(() => replaceAll(delta)),
    load: (rows) => alone(() => rebuild(rows)),
    differences: (delta) => alone(async () => differencesBetween(delta, await wholeOf(rowsIn(session.run)))),
    repair: (delta) =>
      alone(() => {
        const checked = checkDelta(delta, name);
        refuseMissingEntities(checked, new Set(), name);
        return rebuild(rowsOfDelta(checked));
      }),
    counts: () => alone(() => readCounts(session)),
    readAll: () => alone(() => wholeOf(rowsIn(session.run))),
    rows: () => rowsIn((statement, parameters) => alone(() => session.run(statement, parameters))),
    query: (statement, parameters = {}) =>
      alone(() => {
        refuseUnlessRead(statement);
        return session.run(statement, parameters, true);
      }),
    close: () => alone(() => session.close()),
  };
}

async function prepare(session: Session): Promise<void> {
  for (const statement of cypher.SCHEMA) await session.run(statement);
}

async function writeDelta(session: Session, delta: CheckedDelta): Promise<void> {
  const forIds = async (statement: string, ids: Iterable<string>): Promise<void> => {
    for (const slice of slicesOf([...ids], rowsPerStatement)) await session.run(statement, { ids: slice });
  };
  const forRows = async (statement: string, rows: readonly object[]): Promise<void> => {
    for (const slice of slicesOf(rows, rowsPerStatement)) await session.run(statement, { rows: slice });
  };
  const writeNodes = async (table: cypher.NodeTable, rows: readonly { readonly id: string }[]): Promise<ReadonlySet<string>> => {
    const standing = await idsOf(session, table, rows.map(({ id }) => id));
    await forRows(cypher.setNodes(table), rows.filter(({ id }) => standing.has(id)));
    await forRows(cypher.createNodes(table), rows.filter(({ id }) => !standing.has(id)));
    return standing;
  };
  await forIds(cypher.removeFacts, delta.removedFacts);
  await forIds(cypher.removeNodes('EngramEntity'), delta.removedEntities);
  await forIds(cypher.removeNodes('EngramDocument'), delta.removedDocuments);
  await writeNodes('EngramDocument', [...delta.documents.values()].map(documentRow));
  const entities = [...delta.entities.values()];
  for (const id of await writeNodes('EngramEntity', entities.map(entityRow))) await session.run(cypher.unlinkEntity, { id });
  await forRows(cypher.createLinks, entities.flatMap(linkRows));
  const facts = [...delta.facts.values()];
  const bySubject = new Map<string, string[]>();
  for (const { id, subject } of facts) bySubject.set(subject, [...(bySubject.get(subject) ?? []), id]);
  for (const [subject, ids] of bySubject) await session.run(cypher.removeFactsFrom, { subject, ids });
  await forRows(cypher.createFacts, facts.map(factRow));
}

/** Undefined where the file is of an earlier version, which kept none. */
async function readDigests(session: Session): Promise<Record<'documents' | 'entities' | 'facts', StandingRow[]> | undefined> {
  const rowsFor = async (statement: string): Promise<StandingRow[]> => (await session.run(statement)) as unknown as StandingRow[];
  try {
    return { documents: await rowsFor(nodeDigests('EngramDocument')), entities: await rowsFor(nodeDigests('EngramEntity')), facts: await rowsFor(factDigests('Fact')) };
  } catch (cause) {
    if (/Cannot find property digest/.test(messageOf(cause))) return undefined;
    throw cause;
  }
}

const sizeOf = ({ documents, entities, facts, removedDocuments, removedEntities, removedFacts }: CheckedDelta): number =>
  [documents, entities, facts, removedDocuments, removedEntities, removedFacts].reduce((sum, { size }) => sum + size, 0);

async function idsOf(session: Session, table: cypher.NodeTable, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const slice of slicesOf(ids, rowsPerStatement)) {
    for (const row of await session.run(cypher.existing(table), { ids: slice })) found.add(row['id'] as string);
  }
  return found;
}

async function readCounts(session: Session): Promise<StoreCounts> {
  const count = async (statement: string): Promise<number> => Number((await session.run(statement))[0]?.['n']);
  return {
    documents: await count(countDocuments),
    entities: await count(countEntities),
    facts: await count(countFacts('Fact')),
  };
}

const rowsIn = (ask: RowReading['ask']): GraphRows =>
  readRows({
    ask,
    factTypes: async () => ['Fact'],
    entityOf: (row) => ({
      id: row['id'] as Entity['id'],
      type: row['type'] as Entity['type'],
      // COPY reads an empty field as null.
      name: (row['name'] as string | null) ?? '',
      aliases: JSON.parse(row['aliases'] as string) as string[],
      mentions: JSON.parse(row['mentions'] as string) as EntityMention[],
      attributes: JSON.parse(row['attributes'] as string) as Attribute[],
    }),
    factOf: (row) => ({ ...row, provenance: JSON.parse(row['provenance'] as string) as Fact['provenance'] }) as Fact,
  });

async function openSession(path: string, name: string): Promise<Session> {
  let engine: { Database: typeof Database; Connection: typeof Connection };
  try {
    engine = createRequire(import.meta.url)('@ladybugdb/core') as typeof engine;
  } catch (cause) {
    throw engineMissing(messageOf(cause), cause);
  }
  const database = new engine.Database(path, bufferPoolBytes, true, false, maxDatabaseBytes);
  try {
    await database.init();
  } catch (cause) {
    throw new EngramError('ENGRAM_STORE_FAILED', { store: name, problem: messageOf(cause) }, { cause });
  }
  const connection = new engine.Connection(database);
  await connection.init();
  let closed = false;
  return {
    async run(statement, parameters = {}, readOnly = false) {
      const prepared = await connection.prepare(statement);
      if (!prepared.isSuccess()) throw new Error(prepared.getErrorMessage());
      if (readOnly && !prepared.isReadOnly()) throw new EngramError('ENGRAM_USAGE', { problem: 'Only statements that read are allowed.' });
      return rowsOf(await connection.execute(prepared, parameters as Record<string, LbugValue>));
    },
    async close() {
      if (closed) return;
      closed = true;
      await connection.close();
      await database.close();
    },
  };
}

/** Row by row without waiting, thirty times as fast as the engine's own way of waiting for each; others get their turn now and then. */
async function allOf(result: QueryResult): Promise<readonly CypherRow[]> {
  const rows: CypherRow[] = [];
  while (result.hasNext()) {
    rows.push(result.getNextSync() as CypherRow);
    if (rows.length % rowsAtOnce === 0) await setImmediate();
  }
  return rows;
}

/** Every result is closed: one left open brings the process down when its database closes first. */
async function rowsOf(results: QueryResult | QueryResult[]): Promise<readonly CypherRow[]> {
  let rows: readonly CypherRow[] = [];
  for (const result of Array.isArray(results) ? results : [results]) {
    try {
      rows = await allOf(result);
    } finally {
      result.close();
    }
  }
  return rows;
}

/** Beyond what the engine calls read-only: no statement that touches files, which COPY TO and LOAD FROM do. */
function refuseUnlessRead(statement: string): void {
  // What is never closed goes to the end: looked for anew from every quote, it would take the square of the time.
  const bare = statement.replace(/'(?:\\[\s\S]?|[^'\\])*(?:'|$)|"(?:\\[\s\S]?|[^"\\])*(?:"|$)|`[^`]*(?:`|$)|\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*/g, ' ');
  if (/^\s*(MATCH|OPTIONAL|UNWIND|WITH|RETURN)\b/i.test(bare) && !/\b(LOAD|COPY|ATTACH|INSTALL|EXPORT|IMPORT)\b/i.test(bare)) return;
  throw new EngramError('ENGRAM_USAGE', { problem: 'Only statements that read are allowed, starting with MATCH, OPTIONAL MATCH, UNWIND, WITH or RETURN.' });
}

async function refuseForeignFile(path: string, name: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || (found.isFile() && found.size === 0)) return;
  if (found.isFile()) {
    const file = await open(path);
    try {
      const { buffer } = await file.read(Buffer.alloc(magic.length), 0, magic.length, 0);
      if (buffer.toString('latin1') === magic) return;
    } finally {
      await file.close();
    }
  }
  throw new EngramError('ENGRAM_STORE_CORRUPT', { store: name, problem: found.isFile() ? 'it is a file of another kind' : 'it is not a file' });
}

async function removeDatabase(path: string): Promise<void> {
  await rm(path, { force: true });
  await removeSideFiles(path);
}

async function removeSideFiles(path: string): Promise<void> {
  for (const entry of await readdir(dirname(path))) {
    if (entry.startsWith(basename(path)) && sideFile.test(entry.slice(basename(path).length))) await rm(join(dirname(path), entry), { force: true });
  }
}

/** Folders that a build killed half-way left behind. */
async function removeStrandedBuilds(path: string): Promise<void> {
  for (const entry of await readdir(dirname(path))) {
    if (entry.startsWith(`${basename(path)}.build-`)) await rm(join(dirname(path), entry), { recursive: true, force: true });
  }
}

function engineMissing(problem: string, cause?: unknown): EngramError {
  return new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'LadybugDB (@ladybugdb/core)', problem }, { cause });
}

function asStoreError(store: string, cause: unknown): EngramError {
  if (cause instanceof EngramError) return cause;
  return new EngramError('ENGRAM_STORE_FAILED', { store, problem: messageOf(cause) }, { cause });
}
