// How a graph is read out of a database a page at a time, so that neither side holds all of it: by ranges of ids, which are hashes and lie evenly.
import type { DocumentId, DocumentRecord, Entity, EntityId, Fact, GraphDelta, GraphRows, Rows } from '../../pipeline/core/model.ts';
import * as cypher from './cypher.ts';
import { sortedById } from './delta.ts';

type CypherRow = Readonly<Record<string, unknown>>;

export interface RowReading {
  ask(statement: string, parameters?: Readonly<Record<string, unknown>>): Promise<readonly CypherRow[]>;
  /** Of facts. */
  factTypes(): Promise<readonly string[]>;
  entityOf(row: CypherRow): Entity;
  factOf(row: CypherRow): Fact;
}

const ROWS_OF_A_PAGE = 10_000;
/** Hex digits of the bounds between pages. */
const DIGITS = 6;

/** What the whole graph takes: entities and documents in order of id, facts by their subjects. */
export function readRows({ ask, factTypes, entityOf, factOf }: RowReading): GraphRows {
  const countOf = async (statement: string): Promise<number> => Number((await ask(statement))[0]?.['n'] ?? 0);
  async function* pages<T extends { readonly id: string }>(prefix: string, count: number, statement: string, recordOf: (row: CypherRow) => T): AsyncGenerator<T> {
    for (const range of idRanges(prefix, count)) yield* sortedById((await ask(statement, range)).map(recordOf));
  }
  return {
    async *documents() {
      yield* pages('d-', await countOf(cypher.countDocuments), cypher.readDocuments, (row) => JSON.parse(row['record'] as string) as DocumentRecord);
    },
    async *entities() {
      yield* pages('e-', await countOf(cypher.countEntities), cypher.readEntities, entityOf);
    },
    async *facts() {
      const types = await factTypes();
      if (types.length === 0) return;
      let count = 0;
      for (const type of types) count += await countOf(cypher.countFacts(type));
      yield* pages('e-', count, cypher.readFacts(types), factOf);
    },
  };
}

/** Half-open ranges that together hold every id, each about a page of `rows` where they are hashes behind a prefix. */
function* idRanges(prefix: string, rows: number): Generator<{ readonly from: string; readonly to: string }> {
  const pages = Math.max(1, Math.ceil(rows / ROWS_OF_A_PAGE));
  const boundAt = (page: number): string => (page === 0 ? '' : page === pages ? '\uffff' : `${prefix}${Math.floor((page / pages) * 16 ** DIGITS).toString(16).padStart(DIGITS, '0')}`);
  for (let page = 0; page < pages; page++) yield { from: boundAt(page), to: boundAt(page + 1) };
}

/** All of it, every list sorted by id. */
export async function wholeOf(rows: GraphRows): Promise<GraphDelta> {
  const [documents, entities, facts] = [await mapOf<DocumentId, DocumentRecord>(rows.documents()), await mapOf<EntityId, Entity>(rows.entities()), await mapOf(rows.facts())];
  return { documents: [...documents.values()], entities: [...entities.values()], facts: sortedById(facts.values()) };
}

export async function mapOf<Id extends string, T extends { readonly id: Id }>(rows: Rows<T>): Promise<Map<Id, T>> {
  const records = new Map<Id, T>();
  for await (const record of rows) records.set(record.id, record);
  return records;
}
