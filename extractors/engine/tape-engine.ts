// The engine contract over tfjs in the calling thread: what trainings run on. Weights stay float32.
import type { TRAINING_ENGINES } from '../../pipeline/core/config.ts';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { cpuName } from './device-names.ts';
import { wrongDevice } from './device.ts';
import type { Engine } from './engine.ts';
import { tapeEncoder } from './tape-encoder.ts';
import { useBackend } from './tape.ts';
import { loadTensorflow } from './tensorflow.ts';

export type TapeKind = (typeof TRAINING_ENGINES)[number];

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` with the reason */
export async function createTapeEngine(kind: TapeKind = 'wasm'): Promise<Engine> {
  const createEncoder: Engine['createEncoder'] = (spec) => Promise.resolve(tapeEncoder(spec));
  if (kind === 'wasm') {
    await useBackend('wasm');
    return { kind, device: `WebAssembly on ${cpuName()}`, createEncoder };
  }
  try {
    const found = await loadTensorflow();
    const problem = wrongDevice(found, kind === 'tensorflow');
    if (problem !== undefined) throw new Error(problem);
    return { kind, device: found.device, createEncoder };
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: kind, problem: messageOf(cause) }, { cause });
  }
}
