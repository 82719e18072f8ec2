// TensorFlow as a backend of tfjs: @tensorflow/tfjs-node-gpu, an optional dependency, or a build of tfjs-node that ENGRAM_TENSORFLOW names.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { tensors, useBackend } from './tape.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';
const require = createRequire(import.meta.url);

/** Where TensorFlow computes, as tfjs-node found it. */
export interface TensorflowDevice {
  readonly version: string;
  readonly isGpu: boolean;
}

/**
 * Makes `tensorflow` the backend of tfjs in this thread. The native part keeps its state once a process: load it in one thread only.
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when the package or its native library is not there
 */
export async function loadTensorflow(): Promise<TensorflowDevice> {
  const named = process.env['ENGRAM_TENSORFLOW'];
  restoreUtil();
  // A build in a folder of its own brings its own tfjs, which says at length that kernels are registered twice.
  tensors.enableProdMode();
  try {
    require(named === undefined ? PACKAGE : named.startsWith('.') ? resolve(named) : named);
  } catch (cause) {
    const problem = `${messageOf(cause).split('\n')[0]}${named === undefined ? ` (npm install ${PACKAGE})` : ` (ENGRAM_TENSORFLOW=${named})`}`;
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'tensorflow', problem }, { cause });
  }
  await useBackend('tensorflow');
  const { binding } = tensors.backend() as unknown as { binding: { TF_Version: string; isUsingGpuDevice(): boolean } };
  return { version: binding.TF_Version, isGpu: binding.isUsingGpuDevice() };
}

/** tfjs-node 4.22 calls two functions that Node 23 took away. */
function restoreUtil(): void {
  const util = require('node:util') as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean };
  util.isNullOrUndefined ??= (value) => value === null || value === undefined;
  util.isArray ??= (value) => Array.isArray(value);
}
