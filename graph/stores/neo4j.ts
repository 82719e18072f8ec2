// The graph in a Neo4j 5 server. Every statement is an upsert by id, so a transaction whose acknowledgement was lost
// can be sent again; what somebody else hung on Engram's nodes is left alone.
import neo4j, { Neo4jError } from 'neo4j-driver';
import type { Driver, ManagedTransaction, Session, Transaction } from 'neo4j-driver';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Attribute, DocumentRecord, Entity, EntityMention, Fact, GraphDelta } from '../../pipeline/core/model.ts';
import type { StoreCounts } from '../../pipeline/core/stage.ts';
import * as cypher from './cypher.ts';
import { checkDelta, endsOutside, mentionCounts, refuseMissingEntities, slicesOf, sortedById } from './delta.ts';
import type { CheckedDelta } from './delta.ts';
import type { CypherRow, QueryableStore } from './embedded.ts';

export interface Neo4jOptions {
  readonly user?: string;
  readonly password?: string;
  /** Of the server; its default database when left out. */
  readonly database?: string;
  /** How long a server that has answered once may be away before a write fails. */
  readonly maxOutageMs?: number;
}

type Work<T> = (transaction: Transaction | ManagedTransaction) => Promise<T>;

const rowsPerBatch = 1000;
/** Up to here the whole delta is one transaction; beyond, batches that each leave the store consistent. */
const rowsPerTransaction = 5000;
const defaultMaxOutageMs = 60_000;
const connectTimeoutMs = 10_000;
const memoryCodes = /MemoryPool|OutOfMemory/;

/** Connects on the first call, not here. */
export function createNeo4jStore(address: string, options: Neo4jOptions = {}): QueryableStore {
  const name = address;
  const auth = options.password === undefined ? undefined : neo4j.auth.basic(options.user ?? 'neo4j', options.password);
  const driver: Driver = neo4j.driver(address, auth, {
    connectionTimeout: connectTimeoutMs,
    disableLosslessIntegers: true,
    telemetryDisabled: true,
    userAgent: 'engram',
  });
  const queue = new PQueue({ concurrency: 1 });
  const owned = new Set<string>();
  let answered = false;

  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    queue.add(async () => {
      try {
        return await work();
      } catch (cause) {
        throw asStoreError(name, cause);
      }
    });

  const withSession = async <T>(work: (session: Session) => Promise<T>, access: 'READ' | 'WRITE' = 'WRITE'): Promise<T> => {
    const session = driver.session({
      defaultAccessMode: access,
      ...(options.database === undefined ? {} : { database: options.database }),
    });
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  };

  /** Tries again what may pass by itself, until `maxOutageMs` is over; a server never reached is not waited for. */
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await pRetry(work, {
      retries: 1000,
      minTimeout: 100,
      maxTimeout: 5000,
      randomize: true,
      maxRetryTime: options.maxOutageMs ?? defaultMaxOutageMs,
      shouldRetry: ({ error }) => isTransient(error) && answered,
    });
    answered = true;
    return result;
  };

  /** Explicit transactions: the driver's own retry would send a batch that is too large for the server's memory again and again. */
  const inTransaction = <T>(work: Work<T>): Promise<T> =>
    patiently(() =>
      withSession(async (session) => {
        const transaction = session.beginTransaction();
        try {
          const result = await work(transaction);
          await transaction.commit();
          return result;
        } finally {
          await transaction.close();
        }
      }),
    );

  const ask = (statement: string, parameters: object = {}): Promise<readonly CypherRow[]> =>
    patiently(() => withSession(async (session) => (await session.run(statement, parameters)).records.map((record) => record.toObject()), 'READ'));

  const learnFactTypes = async (): Promise<readonly string[]> => {
    for (const { type } of await ask(cypher.factTypes)) if (cypher.isRelationType(type as string)) owned.add(type as string);
    return [...owned].sort();
  };

  /** Constraints are schema writes, which Neo4j keeps apart from data; a constraint stands when its statement returns. */
  const define = (statement: string): Promise<void> => patiently(() => withSession(async (session) => void (await session.run(statement))));

  const prepare = async (): Promise<void> => {
    for (const statement of cypher.schemaStatements('neo4j')) await define(statement);
    await learnFactTypes();
  };

  const write = async (delta: CheckedDelta): Promise<void> => {
    const stored = new Set<string>();
    for (const ids of slicesOf(endsOutside(delta), rowsPerBatch)) for (const row of await ask(cypher.existingEntities, { ids })) stored.add(row['id'] as string);
    refuseMissingEntities(delta, stored, name);
    const types = new Set([...delta.facts.values()].map((fact) => cypher.relationTypeOf(fact.predicate)));
    for (const type of types) {
      if (owned.has(type)) continue;
      await define(cypher.factConstraint(type));
      owned.add(type);
    }
    const steps = stepsOf(delta, [...owned].sort());
    const rows = steps.reduce((total, step) => total + step.rows.length, 0);
    if (rows <= rowsPerTransaction) {
      const done = await inTransaction(async (transaction) => {
        for (const step of steps) await step.run(transaction, step.rows, name);
        return true;
      }).catch((error: unknown) => {
        if (isTooLarge(error)) return false;
        throw error;
      });
      if (done) return;
    }
    for (const step of steps) for (const slice of slicesOf(step.rows, rowsPerBatch)) await runHalving(step, slice);
  };

  const runHalving = async (step: Step, rows: readonly unknown[]): Promise<void> => {
    try {
      await inTransaction((transaction) => step.run(transaction, rows, name));
    } catch (error) {
      if (!isTooLarge(error) || rows.length === 1) throw error;
      const half = Math.ceil(rows.length / 2);
      await runHalving(step, rows.slice(0, half));
      await runHalving(step, rows.slice(half));
    }
  };

  const readAll = async (): Promise<GraphDelta> => {
    const facts: Fact[] = [];
    for (const type of await learnFactTypes()) facts.push(...(await ask(cypher.readFacts('neo4j', type))).map(factOf));
    const entities = (await ask(cypher.readEntities)).map(entityOf);
    const documents = (await ask(cypher.readDocuments)).map((row) => JSON.parse(row['record'] as string) as DocumentRecord);
    return { documents: sortedById(documents), entities: sortedById(entities), facts: sortedById(facts) };
  };

  return {
    kind: 'neo4j',
    prepare: () => alone(prepare),
    write: (delta) => alone(() => write(checkDelta(delta, name))),
    replaceAll: (delta) =>
      alone(async () => {
        const checked = checkDelta(delta, name);
        const outdated = async (statement: string, kept: ReadonlyMap<string, unknown>): Promise<Set<string>> =>
          new Set((await ask(statement)).map((row) => row['id'] as string).filter((id) => !kept.has(id)));
        const removedFacts = new Set<string>();
        for (const type of await learnFactTypes()) for (const id of await outdated(cypher.factIds(type), checked.facts)) removedFacts.add(id);
        await write({
          ...checked,
          removedDocuments: (await outdated(cypher.nodeIds('EngramDocument'), checked.documents)) as Set<DocumentRecord['id']>,
          removedEntities: (await outdated(cypher.nodeIds('EngramEntity'), checked.entities)) as Set<Entity['id']>,
          removedFacts: removedFacts as Set<Fact['id']>,
        });
      }),
    counts: () =>
      alone(async (): Promise<StoreCounts> => {
        const count = async (statement: string): Promise<number> => (await ask(statement))[0]?.['n'] as number;
        let facts = 0;
        for (const type of await learnFactTypes()) facts += await count(cypher.countFacts('neo4j', type));
        return { documents: await count(cypher.countDocuments), entities: await count(cypher.countEntities), facts };
      }),
    readAll: () => alone(readAll),
    query: (statement, parameters = {}) => alone(() => ask(statement, parameters)),
    async close() {
      await queue.onIdle();
      await driver.close();
    },
  };
}

/** Rows of one kind and how a batch of them is written. */
interface Step {
  readonly rows: readonly unknown[];
  run(transaction: Transaction | ManagedTransaction, rows: readonly unknown[], store: string): Promise<void>;
}

/** Removals first (facts, then entities, then documents), then what the rest hangs on. */
function stepsOf(delta: CheckedDelta, factTypes: readonly string[]): readonly Step[] {
  const byIds = (ids: Iterable<string>, statements: readonly string[]): Step => ({
    rows: [...ids],
    async run(transaction, slice) {
      for (const statement of statements) await transaction.run(statement, { ids: slice });
    },
  });
  const byRows = (rows: readonly object[], statement: string): Step => ({
    rows,
    async run(transaction, slice) {
      await transaction.run(statement, { rows: slice });
    },
  });
  const entities = [...delta.entities.values()];
  return [
    byIds(delta.removedFacts, factTypes.map((type) => cypher.removeFacts('neo4j', type))),
    byIds(delta.removedEntities, [...factTypes.map(cypher.removeFactsOf), cypher.unlinkEntities, ...cypher.removeNodes('neo4j', 'EngramEntity')]),
    byIds(delta.removedDocuments, [cypher.unlinkDocuments, ...cypher.removeNodes('neo4j', 'EngramDocument')]),
    byRows([...delta.documents.values()].map(documentRow), cypher.upsertDocuments()),
    ...[...new Set(entities.map(({ type }) => type))].sort().map((type) => entityStep(type, entities.filter((entity) => entity.type === type))),
    byIds(delta.entities.keys(), [cypher.unlinkEntities]),
    byRows(entities.flatMap((entity) => [...mentionCounts(entity)].map(([document, count]) => ({ id: entity.id, document, count }))), cypher.linkEntities('neo4j')),
    ...factSteps([...delta.facts.values()]),
  ].filter((step) => step.rows.length > 0);
}

function entityStep(type: Entity['type'], entities: readonly Entity[]): Step {
  return {
    rows: entities,
    async run(transaction, slice) {
      const batch = slice as readonly Entity[];
      const before = await transaction.run(cypher.attributeNamesOf, { ids: batch.map((entity) => entity.id) });
      const outdated = new Map(before.records.map((record) => [record.get('id') as string, record.get('names') as string[]]));
      const rows = batch.map((entity) => ({ id: entity.id, properties: entityProperties(entity, outdated.get(entity.id) ?? []) }));
      await transaction.run(cypher.upsertEntities('neo4j', type), { rows });
    },
  };
}

function factSteps(facts: readonly Fact[]): readonly Step[] {
  const byType = new Map<string, Fact[]>();
  for (const fact of facts) {
    const type = cypher.relationTypeOf(fact.predicate);
    const sameType = byType.get(type);
    if (sameType === undefined) byType.set(type, [fact]);
    else sameType.push(fact);
  }
  return [...byType].map(([type, sameType]) => ({
    rows: sameType,
    async run(transaction, slice, store) {
      const rows = (slice as readonly Fact[]).map((fact) => ({ ...fact, provenance: JSON.stringify(fact.provenance) }));
      const result = await transaction.run(cypher.upsertFacts('neo4j', type), { rows });
      const written = result.records[0]?.get('n') as number;
      // Somebody else removed an entity since the check: the transaction goes back.
      if (written < rows.length) throw new EngramError('ENGRAM_STORE_MISSING_ENTITY', { store, count: rows.length - written, example: rows[0]?.subject });
    },
  }));
}

const documentRow = (record: DocumentRecord) => ({ id: record.id, uri: record.uri, title: record.title ?? null, record: JSON.stringify(record) });

const ownProperties: ReadonlySet<string> = new Set(['id', 'type', 'name', 'aliases', 'attributes', 'attributeNames', 'mentions']);

/** The strongest value of each attribute is also a property of its own, for people's queries; `attributes` holds them all. */
function entityProperties(entity: Entity, outdatedNames: readonly string[]): Record<string, unknown> {
  const readable = new Map<string, string | number>();
  for (const attribute of entity.attributes) {
    if (readable.has(attribute.name) || ownProperties.has(attribute.name) || !cypher.isPredicateName(attribute.name)) continue;
    readable.set(attribute.name, readableValue(attribute));
  }
  return {
    ...Object.fromEntries(outdatedNames.map((name) => [name, null])),
    ...Object.fromEntries(readable),
    type: entity.type,
    name: entity.name,
    aliases: entity.aliases,
    attributes: JSON.stringify(entity.attributes),
    attributeNames: [...readable.keys()],
    mentions: JSON.stringify(entity.mentions),
  };
}

function readableValue({ kind, value }: Attribute): string | number {
  const number = Number(value);
  return kind === 'number' && value.trim() !== '' && Number.isFinite(number) ? number : value;
}

const entityOf = (row: CypherRow): Entity => ({
  id: row['id'] as Entity['id'],
  type: row['type'] as Entity['type'],
  name: row['name'] as string,
  aliases: row['aliases'] as string[],
  mentions: JSON.parse(row['mentions'] as string) as EntityMention[],
  attributes: JSON.parse(row['attributes'] as string) as Attribute[],
});
const factOf = (row: CypherRow): Fact => ({ ...row, provenance: JSON.parse(row['provenance'] as string) as Fact['provenance'] }) as Fact;

function isTooLarge(error: unknown): boolean {
  return error instanceof Neo4jError && memoryCodes.test(error.code);
}

function isTransient(error: unknown): boolean {
  return error instanceof Neo4jError && error.retriable && !isTooLarge(error);
}

/** Nothing of the credentials is in the driver's messages; only their first line is kept, as the rest echoes the statement. */
function asStoreError(store: string, cause: unknown): EngramError {
  if (cause instanceof EngramError) return cause;
  const problem = messageOf(cause).split('\n', 1)[0]?.slice(0, 300) ?? '';
  if (!(cause instanceof Neo4jError)) return new EngramError('ENGRAM_STORE_FAILED', { store, problem }, { cause });
  if (cause.code.startsWith('Neo.ClientError.Security')) {
    return new EngramError('ENGRAM_STORE_UNAVAILABLE', { store, problem: 'user name or password refused' }, { cause });
  }
  if (cause.code === 'ServiceUnavailable' || cause.code === 'SessionExpired') return new EngramError('ENGRAM_STORE_UNAVAILABLE', { store, problem }, { cause });
  return new EngramError('ENGRAM_STORE_FAILED', { store, problem: `${cause.code}: ${problem}` }, { cause });
}
