// Engines whose work a device does. A thread owns the device, so that the calling thread prepares the next batch and decodes the last one
// while the device computes. Batches are computed one at a time, in the order in which they came.
import { once } from 'node:events';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { createThread } from '../../pipeline/core/start-thread.ts';
import { withinMemory } from './device-memory.ts';
import type { DeviceAnswer, DeviceRequest, DeviceStart, DeviceThreadData, Driver } from './device-worker.ts';
import type { Encoder, Engine } from './engine.ts';
import { createGate } from './thread-gate.ts';

export interface DeviceOptions {
  /** Padded tokens of a batch, before the device's memory has had its say; `engine.batchTokens` of the config when left out. */
  readonly batchTokens?: number;
}

interface DeviceThread {
  readonly start: DeviceStart;
  busySeconds(): number;
  ask(request: DeviceRequest): Promise<DeviceAnswer>;
}

/** One a driver and process: it goes with the process. */
const threads = new Map<Driver, Promise<DeviceThread>>();

async function startDevice(driver: Driver): Promise<DeviceThread> {
  // TensorFlow writes to standard error whatever it sees fit; what goes wrong it also returns.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const worker = createThread(new URL('./device-worker.ts', import.meta.url), { driver, gate: createGate() } satisfies DeviceThreadData);
  const [start] = (await once(worker, 'message')) as [DeviceStart | { readonly problem: string }];
  if ('problem' in start) {
    await worker.terminate();
    throw new Error(start.problem);
  }
  const asked: { readonly resolve: (answer: DeviceAnswer) => void; readonly reject: (error: unknown) => void }[] = [];
  let lost: EngramError | undefined;
  let busySeconds = 0;
  worker.on('message', (answer: DeviceAnswer) => {
    const { resolve, reject } = asked.shift()!;
    busySeconds += answer.seconds;
    if (asked.length === 0) worker.unref();
    if (answer.problem === undefined) resolve(answer);
    else reject(new Error(answer.problem));
  });
  worker.on('error', (cause) => {
    lost = new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: driver, problem: `its thread stopped (${messageOf(cause)})` }, { cause });
    for (const { reject } of asked.splice(0)) reject(lost);
  });
  // A thread keeps the process alive only while it has something to do; listening to it had changed that.
  worker.unref();
  return {
    start,
    busySeconds: () => busySeconds,
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (lost) return reject(lost);
        asked.push({ resolve, reject });
        worker.ref();
        worker.postMessage(request);
      }),
  };
}

let encoders = 0;

/** Why what was found is not what was named, a GPU or the CPU; undefined where it is. */
export function wrongDevice({ device, isGpu }: DeviceStart, wantsGpu: boolean): string | undefined {
  if (isGpu === wantsGpu) return undefined;
  return wantsGpu ? `it finds no GPU: it would be ${device}` : `it would be ${device}; CUDA_VISIBLE_DEVICES=-1 hides the card from it`;
}

/**
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` with the reason: another device is never taken instead
 */
export async function openDevice(kind: Engine['kind'], driver: Driver, { batchTokens = DEFAULT_CONFIG.engine.batchTokens }: DeviceOptions, wantsGpu = true): Promise<Engine> {
  const known = threads.get(driver) ?? startDevice(driver);
  threads.set(driver, known);
  let thread: DeviceThread;
  try {
    thread = await known;
    const problem = wrongDevice(thread.start, wantsGpu);
    if (problem !== undefined) throw new Error(problem);
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: kind, problem: messageOf(cause) }, { cause });
  }
  return {
    kind,
    device: thread.start.device,
    busySeconds: () => thread.busySeconds(),
    async createEncoder(spec) {
      const encoder = encoders++;
      await thread.ask({ encoder, open: spec });
      const onDevice: Encoder = {
        run: async (batch) => (await thread.ask({ encoder, run: batch })).scores!,
        dispose: async () => void (await thread.ask({ encoder, close: true })),
      };
      return withinMemory(onDevice, spec, batchTokens);
    },
  };
}
