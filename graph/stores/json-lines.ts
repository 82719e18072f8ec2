// The graph as three files of JSON lines, for people and other tools: entities.jsonl, facts.jsonl, documents.jsonl.
// Each write replaces a changed file whole, through a temporary file and a rename, so a reader never sees half of one.
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { DocumentId, DocumentRecord, Entity, EntityId, Fact, FactId, GraphDelta, GraphRows, Rows } from '../../pipeline/core/model.ts';
import type { GraphStore, StoreCounts, SyncReport } from '../../pipeline/core/stage.ts';
import { checkDelta, checkedRows, differencesBetween, refuseMissingEntities, reportOf, sortedById, wholeReport } from './delta.ts';
import type { CheckedDelta } from './delta.ts';
import { mapOf } from './read-rows.ts';

interface Records {
  readonly documents: Map<DocumentId, DocumentRecord>;
  readonly entities: Map<EntityId, Entity>;
  readonly facts: Map<FactId, Fact>;
}

const tables = ['documents', 'entities', 'facts'] as const;
type Table = (typeof tables)[number];
const linesPerWrite = 1000;
const bytesPerRead = 2 ** 20;

export function createJsonLinesStore(folder: string): GraphStore {
  const name = `jsonl:${folder}`;
  const queue = new PQueue({ concurrency: 1 });

  const read = async (): Promise<Records> => ({
    documents: await mapOf(readLines<DocumentRecord>(name, folder, 'documents')),
    entities: await mapOf(readLines<Entity>(name, folder, 'entities')),
    facts: await mapOf(readLines<Fact>(name, folder, 'facts')),
  });

  const replaceAll = (delta: GraphDelta): Promise<SyncReport> => queue.add(() => apply(checkDelta(delta, name), { documents: new Map(), entities: new Map(), facts: new Map() }));

  const apply = async (delta: CheckedDelta, before: Records): Promise<SyncReport> => {
    refuseMissingEntities(delta, new Set(before.entities.keys()), name);
    const after: Records = {
      documents: merged(before.documents, delta.documents, delta.removedDocuments),
      entities: merged(before.entities, delta.entities, delta.removedEntities),
      facts: merged(before.facts, delta.facts, delta.removedFacts),
    };
    for (const fact of after.facts.values()) {
      if (!after.entities.has(fact.subject) || !after.entities.has(fact.object)) after.facts.delete(fact.id);
    }
    const sorted = deltaOf(after);
    await replaceTables(name, folder, { documents: () => sorted.documents, entities: () => sorted.entities, facts: () => sorted.facts });
    return reportOf(delta);
  };

  return {
    kind: 'jsonl',
    async prepare() {
      await inStore(name, () => mkdir(folder, { recursive: true }));
    },
    write(delta) {
      return queue.add(async () => apply(checkDelta(delta, name), await read()));
    },
    replaceAll,
    load: (rows) => queue.add(async () => wholeReport(await replaceTables(name, folder, rows))),
    differences(delta) {
      return queue.add(async () => differencesBetween(delta, deltaOf(await read())));
    },
    repair: replaceAll,
    counts() {
      return queue.add(async () => {
        const count = async (table: Table): Promise<number> => {
          let rows = 0;
          for await (const _ of readLines(name, folder, table)) rows++;
          return rows;
        };
        return { documents: await count('documents'), entities: await count('entities'), facts: await count('facts') };
      });
    },
    readAll() {
      return queue.add(async () => deltaOf(await read()));
    },
    rows: () => ({ documents: () => readLines(name, folder, 'documents'), entities: () => readLines(name, folder, 'entities'), facts: () => readLines(name, folder, 'facts') }),
    async close() {
      await queue.onIdle();
    },
  };
}

const deltaOf = ({ documents, entities, facts }: Records): GraphDelta => ({ documents: sortedById(documents.values()), entities: sortedById(entities.values()), facts: sortedById(facts.values()) });

function merged<Id, T>(before: ReadonlyMap<Id, T>, written: ReadonlyMap<Id, T>, removed: ReadonlySet<Id>): Map<Id, T> {
  const after = new Map(before);
  for (const id of removed) after.delete(id);
  for (const [id, record] of written) after.set(id, record);
  return after;
}

/** Records of a table, one at a time; none where there is no file. */
async function* readLines<T>(store: string, folder: string, table: Table): AsyncGenerator<T> {
  const path = join(folder, `${table}.jsonl`);
  if (!existsSync(path)) return;
  let [line, rest] = [0, ''];
  const recordOf = (row: string): T => {
    line++;
    try {
      return JSON.parse(row) as T;
    } catch (cause) {
      throw new EngramError('ENGRAM_STORE_CORRUPT', { store, problem: `${path}, line ${line} is not JSON` }, { cause });
    }
  };
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: bytesPerRead })) {
      const rows = (rest + (chunk as string)).split('\n');
      rest = rows.pop()!;
      for (const row of rows) if (row === '') line++; else yield recordOf(row);
    }
    if (rest !== '') yield recordOf(rest);
  } catch (cause) {
    if (cause instanceof EngramError) throw cause;
    throw new EngramError('ENGRAM_STORE_FAILED', { store, problem: messageOf(cause) }, { cause });
  }
}

/** All three are written before the first is renamed; entities come into place before the facts that name them. */
async function replaceTables(store: string, folder: string, rows: GraphRows): Promise<StoreCounts> {
  const fresh = (table: Table): string => join(folder, `.${table}.jsonl.${process.pid}`);
  const checked = checkedRows(rows, store);
  return inStore(store, async () => {
    await mkdir(folder, { recursive: true });
    try {
      const written = {
        documents: await writeLines(fresh('documents'), checked.documents()),
        entities: await writeLines(fresh('entities'), checked.entities()),
        facts: await writeLines(fresh('facts'), checked.facts()),
      };
      for (const table of tables) await rename(fresh(table), join(folder, `${table}.jsonl`));
      return written;
    } finally {
      for (const table of tables) await rm(fresh(table), { force: true });
    }
  });
}

/** @returns how many */
async function writeLines(path: string, records: Rows<object>): Promise<number> {
  const file = await open(path, 'w');
  try {
    let [count, lines]: [number, string[]] = [0, []];
    for await (const record of records) {
      count++;
      lines.push(`${JSON.stringify(record)}\n`);
      if (lines.length < linesPerWrite) continue;
      await file.appendFile(lines.join(''));
      lines = [];
    }
    await file.appendFile(lines.join(''));
    await file.sync();
    return count;
  } finally {
    await file.close();
  }
}

async function inStore<T>(store: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof EngramError) throw cause;
    throw new EngramError('ENGRAM_STORE_FAILED', { store, problem: messageOf(cause) }, { cause });
  }
}
