// Which engines there are, and which of them run here. Each is loaded when it is first asked for.
import { EngramError } from '../../pipeline/core/errors.ts';
import { INT8_BITS, type Engine, type EngineKind, type Precision } from './engine.ts';

export type { Encoder, EncoderBatch, EncoderSpec, Engine, EngineKind, Precision } from './engine.ts';

interface EngineEntry {
  readonly load: () => Promise<Engine>;
  readonly detail: string;
  /** What adds the engine where it is missing. */
  readonly hint: string;
}

/** In the order in which `auto` tries them; it stops before those that need hardware. */
export const ENGINES: Readonly<Record<Engine['kind'], EngineEntry>> = {
  onnx: {
    load: async () => (await import('./onnx.ts')).createOnnxEngine(),
    detail: 'ONNX Runtime on the CPU, int8 and float32',
    hint: 'npm install onnxruntime-node (it has binaries for Linux and Windows on x64 and arm64, macOS on arm64)',
  },
  wasm: {
    load: async () => (await import('./wasm.ts')).createWasmEngine(),
    detail: 'tfjs with the fused LSTM kernel in WebAssembly, float32',
    hint: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
  },
  tensorflow: {
    load: async () => {
      await (await import('./tensorflow.ts')).loadTensorflow();
      return (await import('./tape-engine.ts')).createTapeEngine('tensorflow');
    },
    detail: 'TensorFlow on an NVIDIA GPU, float32',
    hint: 'npm install @tensorflow/tfjs-node-gpu (fetches libtensorflow from storage.googleapis.com; needs CUDA)',
  },
};

/**
 * `auto` is ONNX Runtime, else WASM.
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when the engine cannot run here
 */
export async function createEngine(kind: EngineKind): Promise<Engine> {
  if (kind !== 'auto') return ENGINES[kind].load();
  try {
    return await ENGINES.onnx.load();
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    return ENGINES.wasm.load();
  }
}

/** What an engine computes in, whatever it was asked for. */
export async function arithmeticOf(kind: EngineKind, precision: Precision): Promise<string> {
  const engine = await createEngine(kind);
  return `${engine.kind} ${engine.kind === 'onnx' && precision === 'int8' ? `int8 of ${INT8_BITS} bits` : 'float32'}`;
}

export interface EngineReport {
  readonly kind: Engine['kind'];
  readonly available: boolean;
  /** What it is, or why it is not available. */
  readonly detail: string;
  /** What adds it, when it is missing. */
  readonly hint?: string;
}

/** Loads each engine to find out; for `engram doctor`. */
export async function availableEngines(): Promise<readonly EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const [kind, { load, detail, hint }] of Object.entries(ENGINES) as [Engine['kind'], EngineEntry][]) {
    try {
      await load();
      reports.push({ kind, available: true, detail });
    } catch (error) {
      if (!(error instanceof EngramError)) throw error;
      reports.push({ kind, available: false, detail: error.message, hint });
    }
  }
  return reports;
}
