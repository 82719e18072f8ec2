// A worker: takes batches from the queue of a build, reads them with the models of this machine and gives back what it found. It executes nothing that it is
// sent. What it cannot finish it gives back, so that another worker does.
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { WaitingError, Worker, type Job } from 'bullmq';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { Extractor } from '../extract.ts';
import { startExtractor } from '../extraction-process.ts';
import { packResult, unpackDocuments } from './batch.ts';
import { connectQueue, isFull, PREFIX, whenThereIsRoom } from './connection.ts';
import { coordinatorOf, differenceOf } from './coordination.ts';
import { createPulse, type WorkerCounts } from './pulse.ts';

export interface WorkerOptions {
  readonly config: Config;
  /** Batches read at once. */
  readonly concurrency: number;
  /** Aborted: batches in hand have a few seconds to end, others are given back. */
  readonly signal?: AbortSignal;
  readonly onReady?: (queue: string, device: string | undefined) => void;
  readonly onProgress?: (counts: WorkerCounts) => void;
  /** Starts what reads the documents. */
  readonly start?: typeof startExtractor;
}

/** Writes a result where there is none, as long as somebody waits for it. */
const KEEP = `
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
for i = 1, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
return 1`;
const RETRY_MS = 500;
/** To finish and give back what is in hand: more than the reading has. */
const LEAVE_MS = 10_000;
/** After Redis was full, or refused for another reason. */
const PAUSE_MS = 1000;

/**
 * Works until the signal.
 * @throws EngramError where it cannot go on: another model is wanted, Redis is away for good, the models of this machine fail
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerCounts> {
  const { config, concurrency, signal, start = startExtractor } = options;
  const { attempts, lease, maxOutage } = config.queue;
  const queue = await connectQueue(config);
  const { redis, key } = queue;
  let problem: unknown;
  const stop = new AbortController();
  const leave = (error?: unknown): void => {
    problem ??= error;
    stop.abort();
  };
  const onAbort = (): void => leave();
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) leave();
  queue.lost.catch(leave);

  const otherModel = (difference: string): EngramError => new EngramError('ENGRAM_QUEUE_OTHER_MODEL', { queue: queue.shown, difference });
  const pulse = createPulse(queue, { id: randomBytes(6).toString('hex'), host: hostname(), pid: process.pid, concurrency });
  let extractor: Extractor;
  try {
    extractor = await start(config, stop.signal);
  } catch (error) {
    queue.close();
    if (signal?.aborted) return pulse.counts();
    throw problem ?? error;
  }

  /** Where even that fails, its lease ends, which comes to the same. */
  const giveBack = async (job: Job, token: string | undefined, reason: unknown): Promise<never> => {
    leave(reason);
    await job.moveToWait(token).catch(() => undefined);
    throw new WaitingError();
  };
  const read = async (job: Job<unknown, null>, token?: string): Promise<null> => {
    const { versions, documents } = await unpackDocuments(job.id!, job.data);
    const difference = differenceOf(extractor.versions, versions);
    if (difference !== undefined) return giveBack(job, token, otherModel(difference));
    const result = key('result', job.id!);
    // Of a worker whose lease ended before it said that it was done.
    if ((await redis.exists(result)) === 1) return null;
    try {
      const batch = await extractor.extract(documents);
      const pieces = await packResult(batch, extractor.device);
      await whenThereIsRoom(queue, maxOutage, stop.signal, () => redis.eval(KEEP, 2, key(job.id!), result, ...pieces));
      const counts = pulse.count(batch);
      options.onProgress?.(counts);
      return null;
    } catch (error) {
      // A document's fault would be a dead letter: it is this machine's, or it was told to stop.
      return giveBack(job, token, stop.signal.aborted ? undefined : error);
    }
  };
  const worker = new Worker<unknown, null>(queue.name, read, {
    connection: redis,
    prefix: PREFIX,
    concurrency,
    autorun: false,
    lockDuration: 1000 * lease,
    stalledInterval: 500 * lease,
    maxStalledCount: attempts - 1,
    runRetryDelay: RETRY_MS,
  });
  worker.on('error', (error) => {
    // It would ask again at once, and again.
    if (!isFull(error) || worker.isPaused()) return;
    void worker.pause(true).then(() => setTimeout(() => void worker.resume(), PAUSE_MS));
  });
  try {
    const coordinator = await Promise.race([coordinatorOf(queue), queue.lost]);
    const difference = coordinator && differenceOf(extractor.versions, coordinator.versions);
    if (difference !== undefined) throw otherModel(difference);
    await Promise.race([pulse.start(), queue.lost]);
    options.onReady?.(queue.shown, extractor.device);
    if (!stop.signal.aborted) {
      void worker.run().catch(leave);
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    }
  } catch (error) {
    leave(queue.asError(error));
  } finally {
    signal?.removeEventListener('abort', onAbort);
    const end = async (): Promise<void> => {
      await worker.close(redis.status !== 'ready');
      await pulse.stop();
    };
    await Promise.race([end(), wait(LEAVE_MS, undefined, { ref: false })]);
    await extractor.close();
    queue.close();
  }
  if (problem !== undefined) throw problem;
  return pulse.counts();
}
