// Runs an encoder on worker threads, one session and one batch at a time each, so that batches given at once use several
// cores and the calling thread stays free for other work. Batches wait in the order in which they came.
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Encoder, EncoderBatch } from './engine.ts';
import type { SessionPlan } from './onnx-session.ts';
import type { ThreadAnswer, ThreadData } from './onnx-worker.ts';
import { createThread } from '../../pipeline/core/start-thread.ts';
import { closeGate, createGate } from './thread-gate.ts';

interface Job {
  readonly batch: EncoderBatch;
  readonly resolve: (scores: Float32Array) => void;
  readonly reject: (error: unknown) => void;
}

const failure = (problem: string, cause: unknown): EngramError =>
  new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'onnx', problem: `${problem} (${messageOf(cause)})` }, { cause });

async function end(worker: Worker, gate: Int32Array): Promise<void> {
  closeGate(gate);
  await worker.terminate();
}

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when a thread cannot start or stops by itself */
export async function openThreads(plan: SessionPlan, threads: number): Promise<Encoder> {
  const pool = Array.from({ length: threads }, () => {
    const gate = createGate();
    return { worker: createThread(new URL('./onnx-worker.ts', import.meta.url), { plan, gate } satisfies ThreadData), gate };
  });
  const endAll = async (): Promise<void> => void (await Promise.all(pool.map(({ worker, gate }) => end(worker, gate))));

  const starts = await Promise.allSettled(pool.map(({ worker }) => once(worker, 'message')));
  for (const start of starts) {
    if (start.status === 'fulfilled') continue;
    await endAll();
    throw failure('a thread did not start', start.reason);
  }

  const waiting: Job[] = [];
  const running = new Map<Worker, Job>();
  const idle = pool.map(({ worker }) => worker);
  let refusal: unknown;
  let whenIdle = (): void => undefined;

  const startNext = (): void => {
    while (idle.length > 0 && waiting.length > 0) {
      const [worker, job] = [idle.pop()!, waiting.shift()!];
      running.set(worker, job);
      worker.ref();
      worker.postMessage(job.batch);
    }
    if (running.size === 0) whenIdle();
  };
  const refuseAll = (error: unknown): void => {
    refusal ??= error;
    for (const job of waiting.splice(0)) job.reject(refusal);
  };
  for (const { worker } of pool) {
    worker.on('message', (answer: Exclude<ThreadAnswer, 'ready'>) => {
      const job = running.get(worker)!;
      running.delete(worker);
      worker.unref();
      idle.push(worker);
      if ('scores' in answer) job.resolve(answer.scores);
      else job.reject(new Error(answer.problem));
      startNext();
    });
    worker.on('error', (cause) => {
      refuseAll(failure('a thread stopped', cause));
      running.get(worker)?.reject(refusal);
      running.delete(worker);
      startNext();
    });
    // A thread keeps the process alive only while a batch is with it; listening to it had changed that.
    worker.unref();
  }

  return {
    run: (batch) =>
      new Promise((resolve, reject) => {
        if (refusal) return reject(refusal);
        waiting.push({ batch, resolve, reject });
        startNext();
      }),
    /** Batches that are being computed are finished; those that wait are refused. */
    async dispose() {
      refuseAll(new Error('The encoder was disposed of before this batch was computed.'));
      await new Promise<void>((resolve) => {
        whenIdle = resolve;
        startNext();
      });
      await endAll();
    },
  };
}
