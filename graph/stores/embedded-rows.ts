// The rows of the embedded store, and how a new database is filled with those of a whole graph, a record at a time.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentRecord, Entity, Fact, GraphRows } from '../../pipeline/core/model.ts';
import type { StoreCounts } from '../../pipeline/core/stage.ts';
import { TextSet } from '../compact/text-table.ts';
import { checkedRows, mentionCounts, rowDigest } from './delta.ts';
import type { Session } from './embedded.ts';

const rowsPerChunk = 5000;

export const documentRow = (record: DocumentRecord) => ({ id: record.id, uri: record.uri, title: record.title ?? '', record: JSON.stringify(record), digest: rowDigest(record) });
export const entityRow = (entity: Entity) => ({
  id: entity.id,
  type: entity.type,
  name: entity.name,
  aliases: JSON.stringify(entity.aliases),
  attributes: JSON.stringify(entity.attributes),
  mentions: JSON.stringify(entity.mentions),
  digest: rowDigest(entity),
});
export const linkRows = (entity: Entity) => [...mentionCounts(entity)].map(([document, count]) => ({ id: entity.id, document, count }));
export const factRow = (fact: Fact) => ({
  subject: fact.subject,
  object: fact.object,
  id: fact.id,
  predicate: fact.predicate,
  probability: String(fact.probability),
  provenance: JSON.stringify(fact.provenance),
  digest: rowDigest(fact),
});

/**
 * Fills an empty database by COPY, many times faster than MERGE.
 * @param folder for the files that are copied
 * @throws EngramError `ENGRAM_STORE_MISSING_ENTITY`; `ENGRAM_STORE_FAILED` for a type or predicate no store has a place for
 */
export async function fillDatabase(session: Session, folder: string, name: string, given: GraphRows): Promise<StoreCounts> {
  const counts = { documents: 0, entities: 0, facts: 0 };
  const documents = new TextSet();
  const rows = checkedRows(given, name);
  await copyRows(session, folder, ['EngramDocument'], async ([table]) => {
    for await (const document of rows.documents()) {
      counts.documents++;
      documents.add(document.id);
      await table!.add(documentRow(document));
    }
  });
  await copyRows(session, folder, ['EngramEntity', 'MENTIONED_IN'], async ([table, links]) => {
    for await (const entity of rows.entities()) {
      counts.entities++;
      await table!.add(entityRow(entity));
      for (const link of linkRows(entity)) if (documents.find(link.document) >= 0) await links!.add(link);
    }
  });
  await copyRows(session, folder, ['Fact'], async ([table]) => {
    for await (const fact of rows.facts()) {
      counts.facts++;
      await table!.add(factRow(fact));
    }
  });
  return counts;
}

interface CsvTable {
  readonly rows: number;
  readonly path: string;
  /** Its columns in the order of the table; a relation's ends come first. */
  add(row: object): Promise<void> | undefined;
  close(): Promise<void>;
}

/** Written as CSV, then copied in the order they are named. */
async function copyRows(session: Session, folder: string, names: readonly string[], write: (tables: readonly CsvTable[]) => Promise<void>): Promise<void> {
  const tables = await Promise.all(names.map((table) => openCsv(join(folder, `${table}.csv`))));
  try {
    await write(tables);
  } finally {
    for (const table of tables) await table.close();
  }
  for (const [at, { rows, path }] of tables.entries()) {
    // Paths have no parameter form in COPY; a JSON string is a valid Cypher string.
    if (rows > 0) await session.run(`COPY ${names[at]} FROM ${JSON.stringify(path)} (HEADER=false, PARALLEL=false, DELIM=',', QUOTE='"', ESCAPE='"')`);
  }
}

async function openCsv(path: string): Promise<CsvTable> {
  const file = await open(path, 'w');
  let rows = 0;
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    const text = lines.join('');
    lines = [];
    await file.appendFile(text);
  };
  return {
    get rows() {
      return rows;
    },
    path,
    add(row) {
      rows++;
      lines.push(csvLine(row));
      return lines.length < rowsPerChunk ? undefined : flush();
    },
    async close() {
      try {
        await flush();
      } finally {
        await file.close();
      }
    },
  };
}

function csvLine(row: object): string {
  return `${Object.values(row).map((value) => `"${String(value).replaceAll('"', '""')}"`).join(',')}\n`;
}
