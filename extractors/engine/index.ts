// Which engines there are, and which of them run here. Each is loaded when it is first asked for.
import { isDevice } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { DeviceOptions } from './device.ts';
import { INT8_BITS, type Engine, type EngineKind, type Precision } from './engine.ts';

export type { Encoder, EncoderBatch, EncoderSpec, Engine, EngineKind, Precision } from './engine.ts';

/** What runs a model, as stages are told. */
export interface EngineChoice extends DeviceOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
}

interface EngineEntry {
  readonly load: (options: DeviceOptions) => Promise<Engine>;
  /** What adds the engine where it is missing. */
  readonly hint: string;
}

const openDevice: typeof import('./device.ts').openDevice = async (...args) => (await import('./device.ts')).openDevice(...args);

/** In the order in which `auto` tries them; it stops before those that somebody has to ask for. */
export const ENGINES: Readonly<Record<Engine['kind'], EngineEntry>> = {
  onnx: {
    load: async () => (await import('./onnx.ts')).createOnnxEngine(),
    hint: 'npm install onnxruntime-node (it has binaries for Linux and Windows on x64 and arm64, macOS on arm64)',
  },
  wasm: {
    load: async () => (await import('./tape-engine.ts')).createTapeEngine('wasm'),
    hint: 'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
  },
  'onnx-cuda': {
    load: (options) => openDevice('onnx-cuda', 'cuda', options),
    hint: '.tooling/onnx-cuda.sh FOLDER, and LD_LIBRARY_PATH as it prints; or node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12, with CUDA 12 and cuDNN 9',
  },
  webgpu: {
    load: (options) => openDevice('webgpu', 'webgpu', options),
    hint: 'apt-get install libvulkan1, and the Vulkan driver of the card (on Linux; elsewhere Metal or Direct3D 12 is there)',
  },
  tensorflow: {
    load: (options) => openDevice('tensorflow', 'tensorflow', options),
    hint: '.tooling/tensorflow.sh FOLDER cuda, and ENGRAM_TENSORFLOW as it prints; or npm install @tensorflow/tfjs-node-gpu, with CUDA 11',
  },
  'tensorflow-cpu': {
    load: (options) => openDevice('tensorflow-cpu', 'tensorflow', options, false),
    hint: '.tooling/tensorflow.sh FOLDER, and ENGRAM_TENSORFLOW as it prints',
  },
};

/**
 * `auto` is ONNX Runtime on the CPU, else WASM.
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when the engine cannot run here
 */
export async function createEngine(kind: EngineKind, options: DeviceOptions = {}): Promise<Engine> {
  if (kind !== 'auto') return ENGINES[kind].load(options);
  try {
    return await ENGINES.onnx.load(options);
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    return ENGINES.wasm.load(options);
  }
}

/** What an engine computes in, whatever it was asked for. */
export function arithmeticOf(engine: Engine, precision: Precision): string {
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

/** Loads each engine to find out, those of devices in processes of their own; for `engram doctor`. */
export function availableEngines(): Promise<readonly EngineReport[]> {
  return Promise.all((Object.keys(ENGINES) as Engine['kind'][]).map(async (kind) => (isDevice(kind) ? (await import('./engine-probe.ts')).examineApart(kind, ENGINES[kind].hint) : examineEngine(kind))));
}

export async function examineEngine(kind: Engine['kind']): Promise<EngineReport> {
  const { load, hint } = ENGINES[kind];
  try {
    const { device } = await load({});
    return { kind, available: true, detail: `${device}, ${kind === 'onnx' ? 'int8 or float32' : 'float32'}` };
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    return { kind, available: false, detail: error.message, hint };
  }
}
