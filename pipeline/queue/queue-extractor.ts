// The extractor of a build on several machines: a batch goes into a queue under the address of its content and comes back read, once, whatever becomes of the
// workers. Who takes a batch, for how long, and what happens when a worker is lost with it, is BullMQ's affair.
import { setTimeout as wait } from 'node:timers/promises';
import { Queue, QueueEvents } from 'bullmq';
import PQueue from 'p-queue';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { Document } from '../core/model.ts';
import { letterOf, secondsBy, type ExtractedBatch, type Extractor } from '../extract.ts';
import { startExtractor } from '../extraction-process.ts';
import { batchIdOf, packDocuments, unpackResult } from './batch.ts';
import { connectQueue, emptyQueue, PREFIX, whenThereIsRoom } from './connection.ts';
import { coordinate } from './coordination.ts';

/** What a stopped run waits for batches that workers have; others stay in the queue for the next one. */
const DRAIN_MS = 3000;
/** To leave Redis as it should be; whatever cannot be done in it is void by itself, or emptied by the next build. */
const LEAVE_MS = 10_000;
/** Between looks at batches of which nothing was heard: events may be lost, and a Redis may lose its last second. */
const LOOK_MS = 5000;

/** A wait for events; after an outage one outlasts the build. */
const LISTEN_MS = 2000;

type Outcome = ExtractedBatch | { readonly failed: string };

interface Pending {
  readonly documents: readonly Document[];
  readonly since: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
  isSettling: boolean;
}

/**
 * Connects, and holds the queue for one build.
 * @param start starts what would read the documents here; only its versions are asked for
 * @throws EngramError as `connectQueue` and `coordinate`
 */
export async function createQueueExtractor(config: Config, signal?: AbortSignal, start = startExtractor): Promise<Extractor> {
  const queue = await connectQueue(config);
  const { redis, key } = queue;
  const { maxOutage, attempts } = config.queue;
  const { versions, coordination } = await hold().catch((error: unknown) => {
    queue.close();
    throw error;
  });
  const options = { connection: redis, prefix: PREFIX };
  const jobs = new Queue(queue.name, options);
  const events = new QueueEvents(queue.name, { ...options, blockingTimeout: LISTEN_MS });
  const pending = new Map<string, Pending>();
  /** Read, and perhaps not yet in the journal. */
  const kept = new Set<string>();
  const alone = new PQueue({ concurrency: 1 });
  let problem: unknown;
  let fail: (error: unknown) => void;
  /** A command that was under way when the connection ended for good is never answered: nobody waits for one without this. */
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);

  async function hold() {
    const local = await start(config, signal);
    await local.close();
    return { versions: local.versions, coordination: await coordinate(queue, local.versions, config.queue, signal) };
  }

  const giveUp = (error: unknown): void => {
    problem ??= error;
    fail(problem);
    for (const { reject } of pending.values()) reject(problem);
    pending.clear();
  };
  queue.lost.catch(giveUp);
  coordination.lost.catch(giveUp);
  // What goes wrong with a connection is noticed by whoever waits for an answer; an unheard event would end the process.
  jobs.on('error', () => undefined);
  events.on('error', () => undefined);
  const onAbort = (): void => void wait(DRAIN_MS, undefined, { ref: false }).then(() => giveUp(new EngramError('ENGRAM_RUN_INTERRUPTED', { documents: 0 })));
  signal?.addEventListener('abort', onAbort);

  const withRoom = <T>(work: () => Promise<T>): Promise<T> =>
    whenThereIsRoom(queue, maxOutage, signal, work).catch((error: unknown) => {
      // Batches that are in the queue would wait for workers that have no room for results.
      giveUp(error);
      throw error;
    });
  const put = (id: string, documents: readonly Document[]): Promise<void> =>
    withRoom(async () => void (await jobs.add('batch', await packDocuments(versions, documents), { jobId: id, attempts: 1 })));
  const letGo = async (id: string): Promise<void> => {
    await jobs.remove(id);
    // After the job, without which no worker writes a result.
    await redis.unlink(key('result', id));
    kept.delete(id);
  };
  const resultOf = async (id: string, documents: readonly Document[]): Promise<ExtractedBatch | undefined> => {
    const pieces = await redis.lrangeBuffer(key('result', id), 0, -1);
    if (pieces.length === 0) return undefined;
    kept.add(id);
    return { ...(await unpackResult(id, pieces, documents)), taken: () => Promise.race([letGo(id), failed]) };
  };
  const failedOutcome = async (id: string, failed: string): Promise<Outcome> => {
    await letGo(id);
    return { failed };
  };

  /** Once a batch, however often its end is told. */
  const settle = async (id: string, failure?: string): Promise<void> => {
    const batch = pending.get(id);
    if (batch === undefined || batch.isSettling) return;
    batch.isSettling = true;
    try {
      const outcome = failure === undefined ? await outcomeOf(id, batch.documents) : await failedOutcome(id, failure);
      if (outcome === undefined) {
        // Its job has ended, its result is not there: as if it had never been sent.
        await jobs.remove(id);
        await put(id, batch.documents);
      } else {
        pending.delete(id);
        batch.resolve(outcome);
      }
    } catch (error) {
      pending.delete(id);
      batch.reject(problem ?? queue.asError(error));
    } finally {
      batch.isSettling = false;
    }
  };
  const outcomeOf = async (id: string, documents: readonly Document[]): Promise<Outcome | undefined> => {
    try {
      return await resultOf(id, documents);
    } catch (error) {
      if (error instanceof EngramError && error.code === 'ENGRAM_QUEUE_BATCH_INVALID') return failedOutcome(id, error.message);
      throw error;
    }
  };
  const look = async (): Promise<void> => {
    const quiet = [...pending].filter(([, { since, isSettling }]) => !isSettling && performance.now() - since > LOOK_MS);
    for (const [id, batch] of quiet) {
      const state = await jobs.getJobState(id);
      if (state === 'completed') await settle(id);
      else if (state === 'failed') await settle(id, (await jobs.getJob(id))?.failedReason ?? 'failed');
      else if (state === 'unknown' && pending.has(id) && !batch.isSettling) await put(id, batch.documents);
    }
    if (quiet.length > 0) await withRoom(() => redis.set(key('room'), '', 'EX', 60));
  };
  let isLooking = false;
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (isLooking = false));
  }, LOOK_MS);
  events.on('completed', ({ jobId }) => void settle(jobId));
  events.on('failed', ({ jobId, failedReason }) => void settle(jobId, failedReason));

  await Promise.race([events.waitUntilReady(), queue.lost]);

  const send = async (documents: readonly Document[]): Promise<Outcome> => {
    const id = batchIdOf(versions, documents);
    const found = await outcomeOf(id, documents);
    if (found !== undefined) return found;
    const outcome = new Promise<Outcome>((resolve, reject) => pending.set(id, { documents, since: performance.now(), resolve, reject, isSettling: false }));
    outcome.catch(() => undefined);
    if (problem !== undefined) throw problem;
    await put(id, documents).catch((error: unknown) => {
      pending.delete(id);
      throw problem ?? error;
    });
    return outcome;
  };
  const readAlone = async (document: Document): Promise<ExtractedBatch> => {
    const outcome = await send([document]);
    if (!('failed' in outcome)) return outcome;
    const lost = new EngramError('ENGRAM_STAGE_LOST', { uri: document.uri, problem: `was that of a worker, and the queue says: ${outcome.failed}`, times: 2 * attempts });
    return { results: [{ deadLetter: letterOf(document, 'extract', lost) }], seconds: secondsBy(() => 0) };
  };
  const read = async (documents: readonly Document[]): Promise<ExtractedBatch> => {
    const outcome = await send(documents);
    if (!('failed' in outcome)) return outcome;
    // Several workers were lost with it: then it is certain which document is to blame.
    const batches = await Promise.all(documents.map((document) => alone.add(() => readAlone(document))));
    return {
      results: batches.flatMap(({ results }) => results),
      seconds: secondsBy((stage) => batches.reduce((sum, { seconds }) => sum + seconds[stage], 0)),
      taken: async () => {
        for (const { taken } of batches) await taken?.();
      },
    };
  };

  return {
    versions,
    async extract(documents) {
      try {
        return await Promise.race([read(documents), failed]);
      } catch (error) {
        if (signal?.aborted) throw new EngramError('ENGRAM_RUN_INTERRUPTED', { documents: 0 }, { cause: error });
        throw queue.asError(error);
      }
    },
    async close() {
      signal?.removeEventListener('abort', onAbort);
      clearInterval(timer);
      const leave = async (): Promise<void> => {
        // Batches that a build before this one left behind, and that nobody asked for.
        if (problem === undefined && pending.size === 0 && kept.size === 0 && !signal?.aborted) await emptyQueue(queue);
        await coordination.release();
        await Promise.all([events.close(), jobs.close()]);
      };
      await Promise.race([leave().catch(() => undefined), wait(LEAVE_MS, undefined, { ref: false })]);
      queue.close();
    },
  };
}
