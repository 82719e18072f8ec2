// The thread side of `onnx-threads.ts`: opens one session, then answers each batch with its scores.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../pipeline/core/errors.ts';
import type { EncoderBatch } from './engine.ts';
import { openSession, type SessionPlan } from './onnx-session.ts';
import { guarded } from './thread-gate.ts';

export interface ThreadData {
  readonly plan: SessionPlan;
  readonly gate: Int32Array;
}

/** What a thread says: `ready` once, then for each batch, in order, its scores or what went wrong. */
export type ThreadAnswer = 'ready' | { readonly scores: Float32Array<ArrayBuffer> } | { readonly problem: string };

const { plan, gate } = workerData as ThreadData;
const port = parentPort!;

const session = await guarded(gate, () => openSession(plan));
port.on('message', (batch: EncoderBatch) => {
  guarded(gate, async () => new Float32Array(await session.run(batch))).then(
    (scores) => port.postMessage({ scores } satisfies ThreadAnswer, [scores.buffer]),
    (error: unknown) => port.postMessage({ problem: messageOf(error) } satisfies ThreadAnswer),
  );
});
port.postMessage('ready' satisfies ThreadAnswer);
