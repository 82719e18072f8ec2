// TensorFlow as a backend of tfjs: @tensorflow/tfjs-node-gpu, an optional dependency, or a build of tfjs-node that ENGRAM_TENSORFLOW names.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { messageOf } from '../../pipeline/core/errors.ts';
import { cpuName, nvidiaCards } from './device-names.ts';
import type { Device, DeviceStart } from './device-worker.ts';
import { tapeEncoder } from './tape-encoder.ts';
import { tensors, useBackend } from './tape.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';
const require = createRequire(import.meta.url);

/**
 * Makes `tensorflow` the backend of tfjs in this thread. The native part keeps its state once a process: load it in one thread only.
 * @throws Error with the reason, where the package or its native library is not there
 */
export async function loadTensorflow(): Promise<DeviceStart> {
  const named = process.env['ENGRAM_TENSORFLOW'];
  restoreUtil();
  // A build in a folder of its own brings its own tfjs, which says at length that kernels are registered twice.
  tensors.enableProdMode();
  try {
    require(named === undefined ? PACKAGE : named.startsWith('.') ? resolve(named) : named);
  } catch (cause) {
    throw new Error(`${messageOf(cause).split('\n')[0]}${named === undefined ? '' : ` (ENGRAM_TENSORFLOW=${named})`}`, { cause });
  }
  await useBackend('tensorflow');
  const { binding } = tensors.backend() as unknown as { binding: { TF_Version: string; isUsingGpuDevice(): boolean } };
  const isGpu = binding.isUsingGpuDevice();
  return { device: `TensorFlow ${binding.TF_Version} on ${isGpu ? (nvidiaCards()[0] ?? 'an NVIDIA GPU') : cpuName()}`, isGpu };
}

export async function openTensorflow(): Promise<Device> {
  const found = await loadTensorflow();
  return { ...found, createEncoder: (spec) => Promise.resolve(tapeEncoder(spec)) };
}

/** tfjs-node 4.22 calls two functions that Node 23 took away. */
function restoreUtil(): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= (value) => Array.isArray(value);
}
