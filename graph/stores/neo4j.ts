// The graph in a Neo4j 5 server. What is written is only what differs from what stands there: every row carries a digest of what Engram wrote. What somebody
// else hung on Engram's nodes is left alone.
import PQueue from 'p-queue';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Attribute, DocumentId, Entity, EntityId, EntityMention, Fact, FactId, GraphRows } from '../../pipeline/core/model.ts';
import type { Difference, RefusedRow, StoreCounts, SyncReport } from '../../pipeline/core/stage.ts';
import * as cypher from './cypher.ts';
import { changesFrom, checkDelta, endsOutside, refuseMissingEntities, slicesOf } from './delta.ts';
import type { Changes, CheckedDelta, StandingRow } from './delta.ts';
import { disjointGroups } from './disjoint-groups.ts';
import type { QueryableStore } from './embedded.ts';
import { asStoreError, connectNeo4j, errorClassOf, reasonOf, type CypherRow, type Neo4jOptions } from './neo4j-connection.ts';
import { changesByPage, checkedDigest, sumOfReports } from './neo4j-load.ts';
import { readRows, wholeOf } from './read-rows.ts';
import { graphDigest, isDocumentAsWritten, isEntityAsWritten, isFactAsWritten, stepsOf, type Step } from './neo4j-rows.ts';

export type { Neo4jOptions } from './neo4j-connection.ts';

const ROWS_ASKED = 1000;
/** Up to here all changes are one transaction; beyond, batches that each leave the store consistent. */
const ROWS_OF_ONE_TRANSACTION = 1000;
const DEFAULT_WRITERS = 2;
/** Rows of a batch, and how long one should take. */
const [FIRST_ROWS, FEWEST_ROWS, MOST_ROWS] = [1000, 10, 10_000];
const BATCH_MS = 200;
/** Of the strings of a batch, about. */
const BATCH_CHARACTERS = 1024 * 1024;

/** Connects on the first call, not here. */
export function createNeo4jStore(address: string, options: Neo4jOptions = {}): QueryableStore {
  const name = address;
  const connection = connectNeo4j(address, options);
  const { ask } = connection;
  const writers = options.writers ?? DEFAULT_WRITERS;
  const queue = new PQueue({ concurrency: 1 });
  const owned = new Set<string>();

  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      try {
        return await work();
      } catch (cause) {
        throw asStoreError(name, cause);
      }
    });

  const factTypes = async (): Promise<readonly string[]> => {
    for (const { type } of await ask(cypher.factTypes)) if (cypher.isRelationType(type as string)) owned.add(type as string);
    return [...owned].sort();
  };

  /** With those that Neo4j's import wrote, for what only reads. */
  const standingTypes = async (): Promise<readonly string[]> => {
    const types = new Set(await factTypes());
    for (const { type } of await ask(cypher.relationTypes)) {
      if (!types.has(type as string) && cypher.isRelationType(type as string) && (await ask(cypher.hasFacts(type as string))).length > 0) types.add(type as string);
    }
    return [...types].sort();
  };

  /** Types whose facts are about to be written, or were by Neo4j's import, which makes no constraints. */
  const ownTypes = async ({ facts }: CheckedDelta): Promise<void> => {
    for (const type of new Set([...facts.values()].map((fact) => cypher.relationTypeOf(fact.predicate)))) {
      if (owned.has(type)) continue;
      await connection.define(cypher.factConstraint(type));
      owned.add(type);
    }
  };

  const apply = async (changes: Changes): Promise<SyncReport> => {
    await ownTypes(changes);
    const steps = stepsOf(changes, [...owned].sort(), name);
    const { retries, deadlocks } = connection.counts;
    const refused: RefusedRow[] = [];
    const size = createBatchSize();
    const batches = await writeSteps(steps, size, refused);
    return {
      written: { documents: changes.documents.size, entities: changes.entities.size, facts: changes.facts.size },
      removed: { documents: changes.removedDocuments.size, entities: changes.removedEntities.size, facts: changes.removedFacts.size },
      refused,
      batches,
      retries: connection.counts.retries - retries,
      deadlocks: connection.counts.deadlocks - deadlocks,
    };
  };

  const writeSteps = async (steps: readonly Step[], size: BatchSize, refused: RefusedRow[]): Promise<number> => {
    let batches = 0;
    if (steps.reduce((sum, { rows }) => sum + rows.length, 0) <= ROWS_OF_ONE_TRANSACTION) {
      try {
        if (steps.length === 0) return 0;
        await connection.commit(0, async (transaction) => {
          for (const step of steps) await step.run(transaction, step.rows);
        });
        return 1;
      } catch (error) {
        if (!['resize', 'poison'].includes(errorClassOf(error))) throw error;
      }
    }
    const writeRows = async (step: Step, rows: readonly unknown[], writer: number): Promise<void> => {
      const started = performance.now();
      try {
        await connection.commit(writer, (transaction) => step.run(transaction, rows));
        batches++;
        size.took(rows.length, performance.now() - started);
      } catch (error) {
        const kind = errorClassOf(error);
        if (kind !== 'poison' && kind !== 'resize') throw error;
        if (kind === 'resize') size.tooLarge(rows.length);
        if (rows.length === 1) {
          refused.push({ kind: step.kind, id: step.idOf(rows[0] as never), code: codeOf(error), reason: reasonOf(error) });
          return;
        }
        const half = Math.ceil(rows.length / 2);
        await writeRows(step, rows.slice(0, half), writer);
        await writeRows(step, rows.slice(half), writer);
      }
    };
    for (const step of steps) {
      let failure: { readonly error: unknown } | undefined;
      const work = async (rows: readonly unknown[], writer: number): Promise<void> => {
        for (let [start, end] = [0, 0]; start < rows.length && failure === undefined; start = end) {
          end = size.endOf(rows, start);
          await writeRows(step, rows.slice(start, end), writer).catch((error: unknown) => void (failure ??= { error }));
        }
      };
      for (const groups of step.nodesOf === undefined ? [[step.rows]] : disjointGroups(step.rows, step.nodesOf as (row: unknown) => readonly string[], writers)) {
        await Promise.all(groups.map(work));
        if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
      }
    }
    return batches;
  };

  /** Of facts: those of an entity that goes go with it, those that stay have ends that stay. */
  const changesOf = async (delta: CheckedDelta): Promise<Changes> => {
    const standing = async (statement: string): Promise<readonly StandingRow[]> => (await ask(statement)) as unknown as readonly StandingRow[];
    const standsUnder = new Map<string, readonly string[]>();
    const facts: StandingRow[] = [];
    for (const type of await factTypes()) {
      for (const row of await standing(cypher.factDigests(type))) {
        facts.push(row);
        if (!delta.facts.has(row.id as FactId)) standsUnder.set(row.id, [...(standsUnder.get(row.id) ?? []), type]);
      }
    }
    return { ...changesFrom(delta, { documents: await standing(cypher.nodeDigests('EngramDocument')), entities: await standing(cypher.nodeDigests('EngramEntity')), facts }), standsUnder };
  };

  const setGraph = (graph: string | null): Promise<void> => connection.commit(0, async (transaction) => void (await transaction.run(cypher.setGraph, { graph })));

  const replaceAll = async (delta: CheckedDelta): Promise<SyncReport> => {
    refuseMissingEntities(delta, new Set(), name);
    await ownTypes(delta);
    const graph = graphDigest(delta);
    if ((await ask(cypher.readGraph))[0]?.['graph'] === graph) return NOTHING_WRITTEN;
    const changes = await changesOf(delta);
    await setGraph(null);
    const report = await apply(changes);
    // A graph of which rows were refused is not whole: the next time they are tried again.
    if (report.refused.length === 0) await setGraph(graph);
    return report;
  };

  const load = async (all: GraphRows): Promise<SyncReport> => {
    const graph = await checkedDigest(all, name);
    if ((await ask(cypher.readGraph))[0]?.['graph'] === graph) return NOTHING_WRITTEN;
    await setGraph(null);
    const reports: SyncReport[] = [];
    for await (const changes of changesByPage(all, ask, factTypes, name)) {
      await ownTypes(changes);
      reports.push(await apply(changes));
    }
    const report = sumOfReports(reports);
    if (report.refused.length === 0) await setGraph(graph);
    return report;
  };

  const differences = async (delta: CheckedDelta): Promise<Difference[]> => {
    await ownTypes(delta);
    const found: Difference[] = [];
    const compare = async <Id extends string, T>(kind: Difference['kind'], records: ReadonlyMap<Id, T>, statements: readonly string[], isAsWritten: (record: T, row: CypherRow) => boolean): Promise<void> => {
      const missing = new Set(records.keys());
      for (const statement of statements) {
        for (const row of await ask(statement)) {
          const id = row['id'] as Id;
          const record = records.get(id);
          if (record === undefined) found.push({ kind, id, problem: 'extra' });
          else if (!missing.delete(id) || !isAsWritten(record, row)) found.push({ kind, id, problem: 'changed' });
        }
      }
      for (const id of missing) found.push({ kind, id, problem: 'missing' });
    };
    const documents = new Set<string>(delta.documents.keys());
    await compare('document', delta.documents, [cypher.wholeDocuments], isDocumentAsWritten);
    await compare('entity', delta.entities, [cypher.wholeEntities], (entity, row) => isEntityAsWritten(entity, row, documents));
    await compare('fact', delta.facts, (await factTypes()).map(cypher.wholeFacts), isFactAsWritten);
    return found.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  };

  const rows = readRows({ ask: (statement, parameters) => alone(() => ask(statement, parameters)), factTypes: () => alone(standingTypes), entityOf, factOf });

  return {
    kind: 'neo4j',
    prepare: () =>
      alone(async () => {
        for (const statement of cypher.SCHEMA) await connection.define(statement);
        await connection.define(cypher.awaitIndexes);
        await factTypes();
      }),
    write: (delta) =>
      alone(async () => {
        const checked = checkDelta(delta, name);
        const stored = new Set<string>();
        for (const ids of slicesOf(endsOutside(checked), ROWS_ASKED)) for (const row of await ask(cypher.existingEntities, { ids })) stored.add(row['id'] as string);
        refuseMissingEntities(checked, stored, name);
        await setGraph(null);
        return apply({ ...checked, isNew: () => false });
      }),
    replaceAll: (delta) => alone(() => replaceAll(checkDelta(delta, name))),
    load: (all) => alone(() => load(all)),
    differences: (delta) => alone(() => differences(checkDelta(delta, name))),
    repair: (delta) =>
      alone(async () => {
        const checked = checkDelta(delta, name);
        const found = await differences(checked);
        const wrong = new Set(found.map(({ id }) => id));
        const only = <Id extends string, T>(records: ReadonlyMap<Id, T>): Map<Id, T> => new Map([...records].filter(([id]) => wrong.has(id)));
        const those = (kind: Difference['kind'], ...problems: readonly Difference['problem'][]): string[] => found.flatMap((each) => (each.kind === kind && problems.includes(each.problem) ? [each.id] : []));
        await setGraph(null);
        return apply({
          ...{ documents: only(checked.documents), entities: only(checked.entities), facts: only(checked.facts) },
          removedDocuments: new Set(those('document', 'extra') as DocumentId[]),
          removedEntities: new Set(those('entity', 'extra') as EntityId[]),
          // A fact that hangs between other entities than it should is taken away and made anew.
          removedFacts: new Set(those('fact', 'extra', 'changed') as FactId[]),
          isNew: () => false,
        });
      }),
    counts: () =>
      alone(async (): Promise<StoreCounts> => {
        const count = async (statement: string): Promise<number> => (await ask(statement))[0]?.['n'] as number;
        let facts = 0;
        for (const type of await standingTypes()) facts += await count(cypher.countFacts(type));
        return { documents: await count(cypher.countDocuments), entities: await count(cypher.countEntities), facts };
      }),
    readAll: () => wholeOf(rows),
    rows: () => rows,
    query: (statement, parameters = {}) => alone(() => ask(statement, parameters)),
    async close() {
      await queue.onIdle();
      await connection.close();
    },
  };
}

const NO_ROWS: StoreCounts = { documents: 0, entities: 0, facts: 0 };
const NOTHING_WRITTEN: SyncReport = { written: NO_ROWS, removed: NO_ROWS, refused: [], batches: 0, retries: 0, deadlocks: 0 };

interface BatchSize {
  /** The end of the batch that begins at a place. */
  endOf(rows: readonly unknown[], start: number): number;
  took(rows: number, ms: number): void;
  tooLarge(rows: number): void;
}

/** As many rows as take about `BATCH_MS` more than the quickest batch, which tells how long the way is; never again so many that the server refused them. */
function createBatchSize(): BatchSize {
  let [rows, most, least] = [FIRST_ROWS, MOST_ROWS, Infinity];
  return {
    endOf(all, start) {
      let characters = 0;
      let end = start;
      while (end < all.length && end - start < rows && characters < BATCH_CHARACTERS) characters += charactersOf(all[end++]);
      return end;
    },
    took(count, ms) {
      least = Math.min(least, ms);
      if (count < rows) return;
      rows = Math.max(FEWEST_ROWS, Math.min(most, rows * 2, Math.round((rows + (count * (BATCH_MS + least)) / Math.max(1, ms)) / 2)));
    },
    tooLarge(count) {
      most = Math.max(1, Math.min(most, Math.floor(count / 2)));
      rows = Math.min(rows, most);
    },
  };
}

/** About, without writing it out. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let sum = 0;
  for (const key in value) sum += charactersOf((value as Readonly<Record<string, unknown>>)[key]) + key.length;
  return sum;
}

const codeOf = (error: unknown): string => (error instanceof EngramError ? error.code : ((error as { readonly code?: string }).code ?? 'ENGRAM_STORE_FAILED'));

const entityOf = (row: CypherRow): Entity => ({
  id: row['id'] as Entity['id'],
  type: row['type'] as Entity['type'],
  name: row['name'] as string,
  aliases: (row['aliases'] as string[] | null) ?? [],
  mentions: JSON.parse(row['mentions'] as string) as EntityMention[],
  attributes: JSON.parse(row['attributes'] as string) as Attribute[],
});
const factOf = (row: CypherRow): Fact => ({ ...row, provenance: JSON.parse(row['provenance'] as string) as Fact['provenance'] }) as Fact;
