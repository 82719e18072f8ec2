// The `tensorflow` engine: the same tfjs model code on @tensorflow/tfjs-node-gpu, an optional dependency, on an NVIDIA GPU.
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Engine } from './engine.ts';
import { createTapeEngine } from './tape-engine.ts';

const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when the package or its native library is not there */
export async function createTensorflowEngine(): Promise<Engine> {
  try {
    await import(PACKAGE);
  } catch (cause) {
    const problem = `${messageOf(cause).split('\n')[0]} (npm install ${PACKAGE})`;
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'tensorflow', problem }, { cause });
  }
  return createTapeEngine('tensorflow');
}
