// A graph that memory does not hold beside what stands in Neo4j, a page of ids at a time: what of the page has changed, and what is to go.
import type { DocumentRecord, Entity, Fact, GraphRows, Rows } from '../../pipeline/core/model.ts';
import type { SyncReport } from '../../pipeline/core/stage.ts';
import * as cypher from './cypher.ts';
import { changesFrom, checkDelta, checkedRows, rowDigest, type Changes, type StandingRow } from './delta.ts';
import type { CypherRow } from './neo4j-connection.ts';
import { GraphDigest } from './neo4j-rows.ts';

const ROWS_OF_A_PAGE = 10_000;
const NOTHING = { documents: [], entities: [], facts: [] };
const BEYOND = '\uffff';

/**
 * Goes through all of it before anything is written.
 * @throws EngramError `ENGRAM_STORE_MISSING_ENTITY`; `ENGRAM_STORE_FAILED` for a type or predicate no store has a place for
 */
export async function checkedDigest(rows: GraphRows, store: string): Promise<string> {
  const [digest, checked] = [new GraphDigest(), checkedRows(rows, store)];
  for (const records of [checked.documents(), checked.entities(), checked.facts()]) for await (const record of records) digest.add(rowDigest(record));
  return digest.value();
}

/**
 * Documents, then entities, then facts, each in order of id. What a page changes has to be written before the next one is asked for.
 * @param ask runs a statement @param factTypes relation types that facts stand under
 */
export async function* changesByPage(rows: GraphRows, ask: (statement: string, parameters: Readonly<Record<string, unknown>>) => Promise<readonly CypherRow[]>, factTypes: () => Promise<readonly string[]>, store: string): AsyncGenerator<Changes> {
  async function* compare<T extends DocumentRecord | Entity | Fact>(kind: 'documents' | 'entities' | 'facts', records: Rows<T>, statements: ReadonlyMap<string, string>): AsyncGenerator<Changes> {
    let after = '';
    const changesOf = async (page: readonly T[], to: string): Promise<Changes> => {
      const standing: StandingRow[] = [];
      const standsUnder = new Map<string, readonly string[]>();
      for (const [type, statement] of statements) {
        for (const row of (await ask(statement, { after, to })) as unknown as readonly StandingRow[]) {
          standing.push(row);
          standsUnder.set(row.id, [...(standsUnder.get(row.id) ?? []), type]);
        }
      }
      after = to;
      return { ...changesFrom(checkDelta({ ...NOTHING, [kind]: page }, store), { ...NOTHING, [kind]: standing }), standsUnder };
    };
    let page: T[] = [];
    for await (const record of records) {
      if (page.length === ROWS_OF_A_PAGE) {
        yield await changesOf(page, page.at(-1)!.id);
        page = [];
      }
      page.push(record);
    }
    yield await changesOf(page, BEYOND);
  }
  for (const [kind, label] of [['documents', 'EngramDocument'], ['entities', 'EngramEntity']] as const) yield* compare<DocumentRecord | Entity>(kind, rows[kind](), new Map([[label, cypher.nodeDigestsBetween(label)]]));
  yield* compare('facts', rows.facts(), new Map((await factTypes()).map((type) => [type, cypher.factDigestsBetween(type)])));
}

/** Of all pages together. */
export function sumOfReports(reports: readonly SyncReport[]): SyncReport {
  const sum = (of: (report: SyncReport) => number): number => reports.reduce((all, report) => all + of(report), 0);
  const rowsOf = (way: 'written' | 'removed') => ({ documents: sum((report) => report[way].documents), entities: sum((report) => report[way].entities), facts: sum((report) => report[way].facts) });
  return {
    ...{ written: rowsOf('written'), removed: rowsOf('removed'), refused: reports.flatMap(({ refused }) => refused) },
    ...{ batches: sum(({ batches }) => batches), retries: sum(({ retries }) => retries), deadlocks: sum(({ deadlocks }) => deadlocks) },
  };
}
