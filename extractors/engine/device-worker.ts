// The thread side of `device.ts`: opens the device, then does what it is asked for, in order.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../pipeline/core/errors.ts';
import type { Encoder, EncoderBatch, EncoderSpec } from './engine.ts';
import { guarded } from './thread-gate.ts';

export type Driver = 'tensorflow' | 'cuda' | 'webgpu';

export interface DeviceThreadData {
  readonly driver: Driver;
  readonly gate: Int32Array;
}

/** Said once, where the device is there. */
export interface DeviceStart {
  /** For people. */
  readonly device: string;
  readonly isGpu: boolean;
}

export interface Device extends DeviceStart {
  /** Weights and sums are float32. */
  createEncoder(spec: EncoderSpec): Promise<Encoder>;
}

export type DeviceRequest = { readonly encoder: number } & ({ readonly open: EncoderSpec } | { readonly run: EncoderBatch } | { readonly close: true });

export interface DeviceAnswer {
  readonly scores?: Float32Array<ArrayBuffer>;
  readonly problem?: string;
  /** In which the device was at work. */
  readonly seconds: number;
}

const DRIVERS: Readonly<Record<Driver, () => Promise<Device>>> = {
  tensorflow: async () => (await import('./tensorflow.ts')).openTensorflow(),
  cuda: async () => (await import('./onnx-device.ts')).openCuda(),
  webgpu: async () => (await import('./onnx-device.ts')).openWebgpu(),
};

const { driver, gate } = workerData as DeviceThreadData;
const port = parentPort!;

async function serve(device: Device): Promise<void> {
  const encoders = new Map<number, Encoder>();
  const answer = async (request: DeviceRequest): Promise<Float32Array<ArrayBuffer> | undefined> => {
    if ('open' in request) encoders.set(request.encoder, await device.createEncoder(request.open));
    else if ('run' in request) return new Float32Array(await encoders.get(request.encoder)!.run(request.run));
    else await encoders.get(request.encoder)!.dispose();
    return undefined;
  };
  let before: Promise<void> = Promise.resolve();
  port.on('message', (request: DeviceRequest) => {
    before = before.then(async () => {
      const start = performance.now();
      const secondsSince = (): number => ('run' in request ? (performance.now() - start) / 1000 : 0);
      try {
        const scores = await guarded(gate, () => answer(request));
        port.postMessage({ scores, seconds: secondsSince() } satisfies DeviceAnswer, scores ? [scores.buffer] : []);
      } catch (error) {
        port.postMessage({ problem: messageOf(error), seconds: secondsSince() } satisfies DeviceAnswer);
      }
    });
  });
  const { device: name, isGpu } = device;
  port.postMessage({ device: name, isGpu } satisfies DeviceStart);
}

await guarded(gate, DRIVERS[driver]).then(serve, (error: unknown) => port.postMessage({ problem: messageOf(error) }));
