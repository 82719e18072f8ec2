// Both directions of a BiLSTM layer, forward and gradient. They do not depend on each other: where a helper thread is open the
// backward one runs on it, at the same time and to the same bits.
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { lstmBackward, lstmForward, type LstmGradients, type LstmShape, type LstmStates } from './lstm-kernel.ts';
import { startThread } from '../../pipeline/core/start-thread.ts';

export type LayerShape = Omit<LstmShape, 'reverse'>;

export interface DirectionWeights {
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

export type Pair<T> = readonly [forward: T, backward: T];

/** @param x float32 [time, batch, input] @param lengths int32 [batch]; shapes of weights and states as in `lstmForward` */
export function pairForward(shape: LayerShape, x: Float32Array, weights: Pair<DirectionWeights>, lengths: Int32Array): Pair<LstmStates> {
  return inParallel<LstmStates>(
    { kind: 'forward', shape: { ...shape, reverse: true }, inputs: [x, weights[1].kernel, weights[1].recurrent, weights[1].bias, lengths] },
    (reverse) => {
      const { kernel, recurrent, bias } = weights[reverse ? 1 : 0];
      return lstmForward({ ...shape, reverse }, x, kernel, recurrent, bias, lengths);
    },
  );
}

/** @param outputGradients float32 [time, batch, hidden] for each direction */
export function pairBackward(
  shape: LayerShape,
  x: Float32Array,
  weights: Pair<DirectionWeights>,
  lengths: Int32Array,
  states: Pair<LstmStates>,
  outputGradients: Pair<Float32Array>,
): Pair<LstmGradients> {
  const [, { output, gates, cells }] = states;
  return inParallel<LstmGradients>(
    {
      kind: 'backward',
      shape: { ...shape, reverse: true },
      inputs: [x, weights[1].kernel, weights[1].recurrent, lengths, output, gates, cells, outputGradients[1]],
    },
    (reverse) => {
      const side = reverse ? 1 : 0;
      return lstmBackward({ ...shape, reverse }, x, weights[side].kernel, weights[side].recurrent, lengths, states[side], outputGradients[side]);
    },
  );
}

type Values = Float32Array | Int32Array;

/** What the helper is asked for; `inputs` in the order of the kernel's parameters. */
export interface PairRequest {
  readonly kind: 'forward' | 'backward';
  readonly shape: LstmShape;
  readonly inputs: readonly Values[];
}

/** Sent before the helper is woken: where in `memory` each input lies, and where its answer goes. */
export interface PairMessage {
  readonly kind: PairRequest['kind'];
  readonly shape: LstmShape;
  readonly memory: SharedArrayBuffer;
  /** (first element, elements) of each input; int32 where the third is true. */
  readonly inputs: readonly (readonly [from: number, length: number, integers: boolean])[];
  readonly answers: readonly (readonly [from: number, length: number])[];
}

/** State of the control word. */
export const IDLE = 0;
export const ASKED = 1;
export const ANSWERED = 2;
export const FAILED = 3;

const LONGEST_WAIT_MS = 120_000;

interface Helper {
  readonly worker: Worker;
  readonly control: Int32Array;
  memory: SharedArrayBuffer;
}

let helper: Helper | undefined;

/** Runs a training with the helper thread open, where the machine has a second core. */
export async function withPairThread<T>(work: () => Promise<T>): Promise<T> {
  if (availableParallelism() < 2) return work();
  await openPairThread();
  try {
    return await work();
  } finally {
    await closePairThread();
  }
}

/** Opens the helper thread for every layer that follows in this process. */
export async function openPairThread(): Promise<void> {
  if (helper !== undefined) return;
  const control = new Int32Array(new SharedArrayBuffer(4));
  const worker = await startThread(new URL('./lstm-pair-worker.ts', import.meta.url), { control });
  worker.unref();
  helper = { worker, control, memory: new SharedArrayBuffer(1 << 20) };
}

export async function closePairThread(): Promise<void> {
  const open = helper;
  helper = undefined;
  await open?.worker.terminate();
}

function inParallel<T extends LstmStates | LstmGradients>(request: PairRequest, compute: (reverse: boolean) => T): Pair<T> {
  if (helper === undefined) return [compute(false), compute(true)];
  const message = ask(helper, request);
  const forward = compute(false);
  return [forward, answerOf<T>(helper, message)];
}

/** Names of the results in the order of `answers`. */
export const RESULTS = { forward: ['output', 'gates', 'cells'], backward: ['x', 'kernel', 'recurrent', 'bias'] } as const;

function lengthsOf({ kind, shape: { time, batch, input, hidden } }: PairRequest): number[] {
  const rows = time * batch;
  return kind === 'forward' ? [rows * hidden, rows * 4 * hidden, rows * hidden] : [rows * input, input * 4 * hidden, hidden * 4 * hidden, 4 * hidden];
}

function ask(open: Helper, request: PairRequest): PairMessage {
  let top = 0;
  const place = (length: number): number => {
    const from = top;
    top += length;
    return from;
  };
  const inputs = request.inputs.map((values) => [place(values.length), values.length, values instanceof Int32Array] as const);
  const answers = lengthsOf(request).map((length) => [place(length), length] as const);
  if (open.memory.byteLength < 4 * top) open.memory = new SharedArrayBuffer(4 * top);
  const { kind, shape } = request;
  inputs.forEach(([from, length, integers], i) => {
    const target = integers ? new Int32Array(open.memory, 4 * from, length) : new Float32Array(open.memory, 4 * from, length);
    target.set(request.inputs[i]!);
  });
  const message: PairMessage = { kind, shape, memory: open.memory, inputs, answers };
  open.worker.postMessage(message);
  Atomics.store(open.control, 0, ASKED);
  Atomics.notify(open.control, 0);
  return message;
}

function answerOf<T>({ control }: Helper, { kind, memory, answers }: PairMessage): T {
  Atomics.wait(control, 0, ASKED, LONGEST_WAIT_MS);
  const state = Atomics.exchange(control, 0, IDLE);
  if (state !== ANSWERED) throw new Error(state === FAILED ? 'The helper thread of the LSTM failed.' : 'The helper thread of the LSTM did not answer.');
  return Object.fromEntries(answers.map(([from, length], i) => [RESULTS[kind][i]!, new Float32Array(memory, 4 * from, length).slice()])) as T;
}
