// What a queue holds and who works for it; and how it is emptied.
import { Queue } from 'bullmq';
import type { Config } from '../core/config.ts';
import { connectQueue, emptyQueue, PREFIX, type QueueConnection } from './connection.ts';
import { coordinatorOf, takenBy, type Coordinator } from './coordination.ts';
import type { WorkerRecord } from './pulse.ts';

export interface QueueCounts {
  readonly waiting: number;
  readonly active: number;
  /** Read, and not yet taken by a build. */
  readonly finished: number;
  /** Given up, and not yet told to a build. */
  readonly dead: number;
}

export interface QueueStatus extends QueueCounts {
  readonly queue: string;
  readonly build?: Pick<Coordinator, 'host' | 'pid'>;
  readonly workers: readonly (Omit<WorkerRecord, 'seen'> & { readonly secondsSinceSeen: number })[];
}

export function readQueueStatus(config: Pick<Config, 'queue'>): Promise<QueueStatus> {
  return withQueue(config, async (queue, jobs) => {
    const { redis } = queue;
    const counts = await countsOf(jobs);
    const coordinator = await coordinatorOf(queue);
    const [now] = await redis.time();
    const workers: WorkerRecord[] = [];
    for await (const keys of redis.scanStream({ match: queue.key('worker', '*') }) as AsyncIterable<string[]>) {
      for (const text of keys.length === 0 ? [] : await redis.mget(keys)) if (text !== null) workers.push(JSON.parse(text) as WorkerRecord);
    }
    workers.sort((a, b) => (`${a.host}${a.id}` < `${b.host}${b.id}` ? -1 : 1));
    return {
      queue: queue.shown,
      ...(coordinator === undefined ? {} : { build: { host: coordinator.host, pid: coordinator.pid } }),
      ...counts,
      workers: workers.map(({ seen, ...worker }) => ({ ...worker, secondsSinceSeen: Math.max(0, Number(now) - seen) })),
    };
  });
}

/**
 * Removes all batches and results. What a stopped build had sent is read anew when it goes on.
 * @throws EngramError `ENGRAM_QUEUE_TAKEN` while a build uses it
 */
export function drainQueue(config: Pick<Config, 'queue'>): Promise<QueueCounts & { readonly queue: string }> {
  return withQueue(config, async (queue, jobs) => {
    if ((await coordinatorOf(queue)) !== undefined) throw await takenBy(queue);
    const counts = await countsOf(jobs);
    await emptyQueue(queue);
    return { queue: queue.shown, ...counts };
  });
}

async function withQueue<T>(config: Pick<Config, 'queue'>, work: (queue: QueueConnection, jobs: Queue) => Promise<T>): Promise<T> {
  const queue = await connectQueue(config);
  const jobs = new Queue(queue.name, { connection: queue.redis, prefix: PREFIX, skipMetasUpdate: true });
  jobs.on('error', () => undefined);
  try {
    return await Promise.race([work(queue, jobs), queue.lost]);
  } catch (error) {
    throw queue.asError(error);
  } finally {
    await jobs.close().catch(() => undefined);
    queue.close();
  }
}

async function countsOf(jobs: Queue): Promise<QueueCounts> {
  const { waiting = 0, active = 0, completed = 0, failed = 0 } = await jobs.getJobCounts('waiting', 'active', 'completed', 'failed');
  return { waiting, active, finished: completed, dead: failed };
}
