// The `onnx` engine: encoders as ONNX models on ONNX Runtime's CPU kernels, the default for inference.
import { availableParallelism } from 'node:os';
import { cpuName } from './device-names.ts';
import type { EncoderSpec, Engine } from './engine.ts';
import { onnxModel } from './onnx-model.ts';
import { loadRuntime, openSession, planOf } from './onnx-session.ts';
import { openThreads } from './onnx-threads.ts';

/** The thread that prepares batches and decodes cannot keep more busy; further cores are for further processes (`extract.processes`). */
const MOST_THREADS = 2;

export interface OnnxOptions {
  /** Batches computed at once, each on a thread of its own; 0 computes on the calling thread. Default: 2, or 1 on a single core. */
  readonly threads?: number;
}

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when ONNX Runtime has no binary for this machine */
export async function createOnnxEngine({ threads = Math.min(MOST_THREADS, availableParallelism()) }: OnnxOptions = {}): Promise<Engine> {
  await loadRuntime();
  return {
    kind: 'onnx',
    device: `ONNX Runtime on ${cpuName()}`,
    createEncoder(spec: EncoderSpec, precision) {
      const plan = planOf(spec, onnxModel(spec, precision));
      return threads === 0 ? openSession(plan) : openThreads(plan, threads);
    },
  };
}
