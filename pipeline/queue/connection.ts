// The way to Redis: its address taken apart, what answers there looked at, an outage waited for, and the names of the keys.
import { setTimeout as wait } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { withoutCredentials } from '../core/address.ts';
import type { Config } from '../core/config.ts';
import { EngramError, messageOf } from '../core/errors.ts';

/** All keys begin with it, so that a server may serve others too. */
export const PREFIX = 'engram';
/** To answer for the first time. */
const START_MS = 10_000;
/** Without a byte of an answer; the longest that is asked for waits 10 s. */
const SILENCE_MS = 30_000;
const LONGEST_DELAY_MS = 1000;
const FULL_MS = 250;
const OLDEST = [6, 2] as const;

export interface QueueConnection {
  readonly redis: Redis;
  readonly name: string;
  /** For messages: without credentials. */
  readonly shown: string;
  /** `engram:NAME:…` */
  key(...parts: readonly string[]): string;
  /** Rejects when Redis was away for longer than `queue.maxOutage`; settles in no other way. */
  readonly lost: Promise<never>;
  /** What went wrong, as an error of the queue. */
  asError(cause: unknown): EngramError;
  close(): void;
}

export interface QueueAddress {
  readonly options: RedisOptions;
  readonly name: string;
  readonly shown: string;
}

/**
 * `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE][/NAME]`, rediss:// with TLS.
 * @throws EngramError `ENGRAM_USAGE`
 */
export function readAddress({ queue }: Pick<Config, 'queue'>, environment: NodeJS.ProcessEnv = process.env): QueueAddress {
  const { address } = queue;
  if (address === 'none') throw new EngramError('ENGRAM_USAGE', { problem: 'No queue is named: --queue redis://HOST:6379 does, or `queue.address` in the config.' });
  const plain = withoutCredentials(address);
  const url = /^rediss?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') throw new EngramError('ENGRAM_USAGE', { problem: `No queue has the address '${plain}'. Known: redis://HOST:6379, rediss://HOST:6379.` });
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const database = /^\d+$/.test(parts[0] ?? '') ? parts.shift() : undefined;
  const [named, ...rest] = parts;
  if (rest.length > 0 || !/^[A-Za-z0-9_.-]{1,64}$/.test(named ?? queue.name) || url.search !== '') throw new EngramError('ENGRAM_USAGE', { problem: `'${plain}' says more than a queue has: redis://HOST:PORT/DATABASE/NAME.` });
  const password = url.password === '' ? environment[queue.password.env] : decoded(url.password);
  const name = named ?? queue.name;
  const port = Number(url.port || 6379);
  return {
    options: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      db: Number(database ?? 0),
      ...(password === undefined || password === '' ? {} : { username: url.username === '' ? queue.user : decoded(url.username), password }),
      ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    },
    name,
    shown: `${url.protocol}//${url.hostname}:${port}/${database === undefined ? '' : `${database}/`}${name}`,
  };
}

/** What stands percent-encoded in an address; as it is where it does not. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws EngramError `ENGRAM_USAGE`, `ENGRAM_QUEUE_UNAVAILABLE`, `ENGRAM_QUEUE_LOGIN`, `ENGRAM_QUEUE_UNSUITABLE` */
export async function connectQueue(config: Pick<Config, 'queue'>): Promise<QueueConnection> {
  const { options, name, shown } = readAddress(config);
  let problem = '';
  let isReady = false;
  let downSince: number | undefined;
  const redis = new Redis({
    ...options,
    lazyConnect: true,
    connectTimeout: START_MS,
    socketTimeout: SILENCE_MS,
    maxRetriesPerRequest: null,
    connectionName: PREFIX,
    // Connections that are made after this one share it, and what it knows.
    retryStrategy: (times) => {
      if (!isReady) return null;
      downSince ??= Date.now();
      return Date.now() - downSince > 1000 * config.queue.maxOutage ? null : Math.min(50 * times, LONGEST_DELAY_MS);
    },
  });
  const asError = (cause: unknown): EngramError => {
    if (cause instanceof EngramError) return cause;
    const text = messageOf(cause);
    const context = { queue: shown, problem: /Connection is closed/.test(text) && problem !== '' ? problem : text };
    if (/WRONGPASS|NOAUTH|NOPERM|invalid password|invalid username/i.test(context.problem)) return new EngramError('ENGRAM_QUEUE_LOGIN', context, { cause });
    return new EngramError(/Unknown RESP|Protocol error|unknown command/i.test(context.problem) ? 'ENGRAM_QUEUE_UNSUITABLE' : 'ENGRAM_QUEUE_UNAVAILABLE', context, { cause });
  };
  redis.on('error', (error) => {
    // A server that hangs up on what it does not understand does so after what it said to it.
    if (isReady || problem === '') problem = messageOf(error);
  });
  redis.on('ready', () => (downSince = undefined));
  const lost = new Promise<never>((_, reject) => {
    redis.once('end', () => reject(asError(new Error('Connection is closed.'))));
  });
  lost.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  try {
    const tooLate = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer for ${START_MS / 1000} s`)), START_MS)));
    await Promise.race([redis.connect().then(() => examine(redis, shown)), tooLate]);
  } catch (error) {
    redis.disconnect();
    throw asError(error);
  } finally {
    clearTimeout(timer);
  }
  isReady = true;
  return {
    redis,
    name,
    shown,
    key: (...parts) => [PREFIX, name, ...parts].join(':'),
    lost,
    asError,
    close: () => redis.disconnect(),
  };
}

/** A server that drops keys when memory is short would lose batches. */
async function examine(redis: Redis, shown: string): Promise<void> {
  const facts = new Map((await redis.info()).split('\r\n').map((line) => line.split(':') as [string, string]));
  const unsuitable = (problem: string): EngramError => new EngramError('ENGRAM_QUEUE_UNSUITABLE', { queue: shown, problem });
  const version = facts.get('redis_version');
  if (version === undefined) throw unsuitable('it does not say which Redis it is');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) throw unsuitable(`it is Redis ${version}`);
  const policy = facts.get('maxmemory_policy');
  if (policy !== 'noeviction' && facts.get('maxmemory') !== '0') throw unsuitable(`it drops keys when memory is short (maxmemory-policy ${policy})`);
}

/** Whether Redis refused a write because its memory is full. */
export function isFull(error: unknown): boolean {
  return /\bOOM\b/.test(messageOf(error));
}

/**
 * Tries again while Redis is full.
 * @throws EngramError `ENGRAM_QUEUE_FULL` after `seconds` of it
 */
export async function whenThereIsRoom<T>(queue: QueueConnection, seconds: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isFull(error) || signal?.aborted) throw queue.asError(error);
      if (performance.now() - start > 1000 * seconds) throw new EngramError('ENGRAM_QUEUE_FULL', { queue: queue.shown, seconds }, { cause: error });
    }
    await wait(FULL_MS);
  }
}

/** What BullMQ takes work from; gone first and together, so that no worker takes a batch that is half removed. */
const LISTS = ['wait', 'active', 'paused', 'prioritized', 'delayed', 'marker', 'stalled'];

/** Removes batches and results, whatever their state, and leaves who coordinates and who works. */
export async function emptyQueue({ redis, key }: QueueConnection): Promise<void> {
  await redis.unlink(LISTS.map((list) => key(list)));
  const kept = [key('coordinator'), key('worker', '')];
  for await (const keys of redis.scanStream({ match: key('*'), count: 1000 }) as AsyncIterable<string[]>) {
    const others = keys.filter((each) => !kept.some((start) => each.startsWith(start)));
    if (others.length > 0) await redis.unlink(others);
  }
}
