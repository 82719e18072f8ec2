// The sign of life of a worker: who it is, what it has read and how fast, written where `engram queue status` reads it.
import type { ExtractedBatch } from '../extract.ts';
import type { QueueConnection } from './connection.ts';

const BEAT_MS = 3000;
/** After that long it is no longer told of. */
const REMEMBERED_SECONDS = 3600;
/** Of the rate. */
const WINDOW_MS = 30_000;

export interface WorkerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly concurrency: number;
}

export interface WorkerCounts {
  readonly batches: number;
  readonly documents: number;
  readonly words: number;
  /** Of the last half minute. */
  readonly wordsPerSecond: number;
}

export interface WorkerRecord extends WorkerIdentity, WorkerCounts {
  /** By the clock of Redis, in seconds. */
  readonly seen: number;
}

export interface Pulse {
  count(batch: ExtractedBatch): WorkerCounts;
  counts(): WorkerCounts;
  start(): Promise<void>;
  /** Takes the record away: the worker left as it should. */
  stop(): Promise<void>;
}

export function createPulse({ redis, key }: QueueConnection, identity: WorkerIdentity): Pulse {
  let [batches, documents, words] = [0, 0, 0];
  let recent: { readonly at: number; readonly words: number }[] = [{ at: performance.now(), words: 0 }];
  let timer: NodeJS.Timeout | undefined;
  const counts = (): WorkerCounts => {
    const now = performance.now();
    // One older than the window stays, to reckon from.
    const from = recent.findLastIndex(({ at }) => now - at > WINDOW_MS);
    recent = recent.slice(Math.max(0, from));
    const { at, words: before } = recent[0]!;
    return { batches, documents, words, wordsPerSecond: Math.round((1000 * (words - before)) / Math.max(1, now - at)) };
  };
  const own = key('worker', identity.id);
  const beat = async (): Promise<void> => {
    const [seconds] = await redis.time();
    await redis.set(own, JSON.stringify({ ...identity, ...counts(), seen: Number(seconds) } satisfies WorkerRecord), 'EX', REMEMBERED_SECONDS);
  };
  return {
    counts,
    count({ results }) {
      batches++;
      documents += results.length;
      for (const result of results) if ('findings' in result) words += result.words;
      recent.push({ at: performance.now(), words });
      return counts();
    },
    async start() {
      await beat();
      timer = setInterval(() => void beat().catch(() => undefined), BEAT_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      if (redis.status === 'ready') await redis.unlink(own).catch(() => undefined);
    },
  };
}
