// One build at a time in a queue: a key that its process renews, and that says which models the documents are to be read with.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { Versions } from './batch.ts';
import { whenThereIsRoom, type QueueConnection } from './connection.ts';

const RENEWALS_A_LEASE = 5;
const LOOK_MS = 250;

/** Holds on where the key is ours, or is gone with a Redis that lost its memory; 0 where it is somebody else's. */
const RENEW = `
local held = redis.call('GET', KEYS[1])
if held == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if held then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export interface Coordinator {
  readonly host: string;
  readonly pid: number;
  /** Of all that reads a document. */
  readonly versions: Versions;
}

export interface Coordination {
  /** Rejects when the queue is another build's. */
  readonly lost: Promise<never>;
  release(): Promise<void>;
}

/**
 * Waits for the end of a build that was killed: what it does not renew is void after `queue.lease`.
 * @throws EngramError `ENGRAM_QUEUE_TAKEN` while another build renews it; `ENGRAM_QUEUE_FULL`
 */
export async function coordinate(queue: QueueConnection, versions: Versions, { lease, maxOutage }: Config['queue'], signal?: AbortSignal): Promise<Coordination> {
  const { redis } = queue;
  const leaseMs = 1000 * lease;
  const key = coordinatorKey(queue);
  const own = JSON.stringify({ host: hostname(), pid: process.pid, versions, token: randomBytes(8).toString('hex') });
  let left = Infinity;
  while ((await whenThereIsRoom(queue, maxOutage, signal, () => redis.set(key, own, 'PX', leaseMs, 'NX'))) === null) {
    const now = await redis.pttl(key);
    if (now > left) throw await takenBy(queue);
    left = now;
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
    if (signal?.aborted) throw new EngramError('ENGRAM_RUN_INTERRUPTED', { documents: 0 });
  }
  let fail: (error: unknown) => void;
  const lost = new Promise<never>((_, reject) => (fail = reject));
  lost.catch(() => undefined);
  const timer = setInterval(() => {
    void redis.eval(RENEW, 1, key, own, leaseMs).then(
      async (held) => held === 0 && fail(await takenBy(queue)),
      // Tried again; that Redis is away for good is noticed elsewhere.
      () => undefined,
    );
  }, leaseMs / RENEWALS_A_LEASE).unref();
  return {
    lost,
    async release() {
      clearInterval(timer);
      // Else it is void after its lease.
      if (redis.status === 'ready') await redis.eval(RELEASE, 1, key, own).catch(() => undefined);
    },
  };
}

/** The build that the queue serves now. */
export async function coordinatorOf(queue: QueueConnection): Promise<Coordinator | undefined> {
  const held = await queue.redis.get(coordinatorKey(queue));
  if (held === null) return undefined;
  try {
    const { host, pid, versions } = JSON.parse(held) as Coordinator;
    return { host: String(host), pid: Number(pid), versions };
  } catch {
    return undefined;
  }
}

export async function takenBy(queue: QueueConnection): Promise<EngramError> {
  const { host = 'another machine', pid = 'unknown' } = (await coordinatorOf(queue)) ?? {};
  return new EngramError('ENGRAM_QUEUE_TAKEN', { queue: queue.shown, host, pid });
}

const coordinatorKey = (queue: QueueConnection): string => queue.key('coordinator');

/** What differs, in words; undefined where nothing does. */
export function differenceOf(own: Versions, wanted: Versions): string | undefined {
  const names = [...new Set([...Object.keys(own), ...Object.keys(wanted)])].sort();
  const differing = names.filter((name) => own[name] !== wanted[name]);
  if (differing.length === 0) return undefined;
  return differing.map((name) => `${name} is ${own[name] ?? 'not there'}, wanted ${wanted[name] ?? 'without'}`).join('; ');
}
