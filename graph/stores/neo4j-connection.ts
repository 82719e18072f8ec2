// How Engram talks to a Neo4j server: what is tried again and for how long, and that no batch counts twice. A batch whose commit was cut off may or may not
// stand; each writer therefore has a node in the database that names the last batch it committed, written in the same transaction, and asks it first.
import { randomUUID } from 'node:crypto';
import neo4j, { Neo4jError } from 'neo4j-driver';
import type { Driver, ManagedTransaction, Result, Session, Transaction } from 'neo4j-driver';
import pRetry from 'p-retry';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import * as cypher from './cypher.ts';

export type Run = Transaction | ManagedTransaction;
export type CypherRow = Readonly<Record<string, unknown>>;

export interface Neo4jOptions {
  readonly user?: string;
  readonly password?: string;
  /** Of the server; its default database when left out. */
  readonly database?: string;
  /** How long a server that has answered once may be away before a write fails. */
  readonly maxOutageMs?: number;
  /** Transactions that write entities at the same time. */
  readonly writers?: number;
  /** Off: a batch whose commit was cut off is written again. Only to show what the ledger is for. */
  readonly ledger?: boolean;
}

export interface ConnectionCounts {
  /** Transactions that were tried again, and those of them that met another transaction. */
  retries: number;
  deadlocks: number;
}

export interface Neo4jConnection {
  readonly counts: ConnectionCounts;
  ask(statement: string, parameters?: object): Promise<readonly CypherRow[]>;
  /** A schema write, which Neo4j keeps apart from data. */
  define(statement: string): Promise<void>;
  /**
   * One transaction, once: where its acknowledgement is lost it is asked for before it is sent again.
   * @param writer number of the writer, that has one transaction at a time
   */
  commit(writer: number, work: (run: Run) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_MAX_OUTAGE_MS = 300_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long a server may keep silent before its connections are given up: a share of the longest outage, within bounds. Behind a broken route no answer would ever come. */
const [SILENCE_SHARE, LEAST_SILENCE_MS, MOST_SILENCE_MS] = [0.2, 10_000, 60_000];
/** The first wait, and the longest, before something is tried again. */
const [LEAST_WAIT_MS, MOST_WAIT_MS] = [50, 5000];

/** Connects on the first call, not here. */
export function connectNeo4j(address: string, { user = 'neo4j', password, database, maxOutageMs = DEFAULT_MAX_OUTAGE_MS, ledger = true }: Neo4jOptions): Neo4jConnection {
  const connect = (): Driver =>
    neo4j.driver(address, password === undefined ? undefined : neo4j.auth.basic(user, password), {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      disableLosslessIntegers: true,
      telemetryDisabled: true,
      userAgent: 'engram',
    });
  let driver = connect();
  const silenceMs = Math.max(LEAST_SILENCE_MS, Math.min(MOST_SILENCE_MS, maxOutageMs * SILENCE_SHARE));
  const counts: ConnectionCounts = { retries: 0, deadlocks: 0 };
  let answered = false;

  /** In a session whose connection is given up, with all others, when the work finds no answer. */
  const withSession = async <T>(work: (session: Session) => Promise<T>, access: 'READ' | 'WRITE' = 'WRITE'): Promise<T> => {
    const own = driver;
    const session = own.session({ defaultAccessMode: access, ...(database === undefined ? {} : { database }) });
    const giveUp = (): void => {
      if (driver !== own) return;
      driver = connect();
      void own.close().catch(() => undefined);
    };
    try {
      return await work(session);
    } catch (error) {
      if (error instanceof Silence) giveUp();
      throw error;
    } finally {
      if (driver === own) await answerOf(session.close(), silenceMs).catch(giveUp);
    }
  };

  /** Tries again what may pass by itself, until `maxOutageMs` is over; a server never reached is not waited for. */
  const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
    const result = await pRetry(work, {
      retries: Infinity,
      minTimeout: LEAST_WAIT_MS,
      maxTimeout: MOST_WAIT_MS,
      randomize: true,
      maxRetryTime: maxOutageMs,
      shouldRetry: ({ error }) => answered && errorClassOf(error) === 'transient',
      onFailedAttempt: ({ error }) => {
        counts.retries++;
        if (error instanceof Neo4jError && error.code.endsWith('DeadlockDetected')) counts.deadlocks++;
      },
    });
    answered = true;
    return result;
  };

  return {
    counts,
    ask: (statement, parameters = {}) => patiently(() => withSession((session) => rowsOf(session.run(statement, parameters), silenceMs), 'READ')),
    // An index over all that is there takes its time.
    define: (statement) => patiently(() => withSession((session) => answerOf(session.run(statement).then(() => undefined), maxOutageMs))),
    // Explicit transactions: the driver's own retry would send what is too large for the server's memory again and again.
    commit: (writer, work) => {
      const entry = { stream: `writer ${writer}`, batch: randomUUID() };
      let inDoubt = false;
      return patiently(() =>
        withSession(async (session) => {
          // The server ends it too, so that one which was given up does not hold its locks.
          const transaction = session.beginTransaction({ timeout: Math.ceil(silenceMs) });
          let isCommitting = false;
          const tried = async (): Promise<void> => {
            if (inDoubt && ledger && (await transaction.run(cypher.isCommitted, entry)).records[0]?.get('committed') === true) return;
            // Both are sent before the first is answered.
            const noted = transaction.run(cypher.noteCommit, entry).then(undefined, (error: unknown) => ({ error }));
            await work(transaction);
            const failed = await noted;
            if ('error' in failed) throw failed.error;
            isCommitting = true;
            await transaction.commit();
          };
          let isSilent = false;
          try {
            await answerOf(tried(), silenceMs);
          } catch (error) {
            inDoubt ||= isCommitting;
            isSilent = error instanceof Silence;
            throw error;
          } finally {
            // What is to be told is how the work went.
            if (!isSilent) await answerOf(transaction.close(), silenceMs).catch(() => undefined);
          }
        }),
      );
    },
    // The other side of a broken route never says that it has hung up.
    close: () => answerOf(driver.close(), LEAST_SILENCE_MS).catch(() => undefined),
  };
}

/** No answer came, and none is waited for any longer. */
class Silence extends Error {}

/** @throws Silence when it takes longer; what it would have been is then no matter */
async function answerOf<T>(answer: Promise<T>, mostMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence(`no answer within ${(mostMs / 1000).toFixed(1)} s`)), mostMs);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rows as they come: many of them may take longer than the server may keep silent between two. */
function rowsOf(result: Result, mostMs: number): Promise<CypherRow[]> {
  return new Promise((resolve, reject) => {
    const rows: CypherRow[] = [];
    const timer = setTimeout(() => reject(new Silence(`no answer within ${(mostMs / 1000).toFixed(1)} s`)), mostMs);
    result.subscribe({
      onNext(record) {
        rows.push(record.toObject());
        timer.refresh();
      },
      onCompleted() {
        clearTimeout(timer);
        resolve(rows);
      },
      onError(error) {
        clearTimeout(timer);
        reject(error);
      },
    });
  });
}

/**
 * `transient` passes by itself; `resize` is too much for one transaction; `poison` is refused for what a row holds, whenever it is sent;
 * `fatal` would meet every row.
 */
export type ErrorClass = 'transient' | 'resize' | 'poison' | 'fatal';

const TOO_LARGE = /MemoryPool|OutOfMemory|TransactionTimedOut|StackOverFlow/i;
const REFUSED_ROW = /^Neo\.ClientError\.(Schema\.Constraint|Statement\.(TypeError|ArgumentError|ArithmeticError|EntityNotFound|ConstraintVerificationFailed|PropertyNotFound)|General\.InvalidArguments)/;

/** The driver blames the protocol where the server goes away between two messages, or while it is greeted. */
const isHungUp = ({ code, message }: Neo4jError): boolean => code === 'ProtocolError' && /closed by server|failed to connect to server/i.test(message);

export function errorClassOf(error: unknown): ErrorClass {
  if (error instanceof EngramError) return error.code === 'ENGRAM_STORE_MISSING_ENTITY' ? 'poison' : 'fatal';
  if (error instanceof Silence) return 'transient';
  if (!(error instanceof Neo4jError)) return 'fatal';
  if (TOO_LARGE.test(error.code)) return 'resize';
  if (REFUSED_ROW.test(error.code)) return 'poison';
  return error.retriable || isHungUp(error) ? 'transient' : 'fatal';
}

/** Nothing of the credentials is in the driver's messages; only their first line is kept, as the rest echoes the statement. */
export function asStoreError(store: string, cause: unknown): EngramError {
  if (cause instanceof EngramError) return cause;
  const problem = reasonOf(cause);
  if (!(cause instanceof Neo4jError) && !(cause instanceof Silence)) return new EngramError('ENGRAM_STORE_FAILED', { store, problem }, { cause });
  if (cause instanceof Neo4jError && cause.code.startsWith('Neo.ClientError.Security')) return new EngramError('ENGRAM_STORE_UNAVAILABLE', { store, problem: 'user name or password refused' }, { cause });
  if (errorClassOf(cause) === 'transient') return new EngramError('ENGRAM_STORE_UNAVAILABLE', { store, problem }, { cause });
  return new EngramError('ENGRAM_STORE_FAILED', { store, problem: `${(cause as Neo4jError).code}: ${problem}` }, { cause });
}

const LONGEST_REASON = 300;

export const reasonOf = (error: unknown): string => messageOf(error).split('\n', 1)[0]?.slice(0, LONGEST_REASON) ?? '';
