// One ONNX Runtime session of an encoder. Running it blocks the thread it lives on: the binding computes synchronously.
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Encoder, EncoderSpec } from './engine.ts';

export interface SessionPlan {
  /** A serialised ModelProto, as `onnxModel` writes it. */
  readonly model: Uint8Array;
  readonly inputSize: number;
  readonly outputs: number;
  /** 0 for a head that scores tokens. */
  readonly pools: number;
}

type Runtime = typeof import('onnxruntime-node');

const LOG_ERRORS_ONLY = 3;

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when ONNX Runtime has no binary for this machine */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'onnx', problem: messageOf(cause).split('\n')[0] }, { cause });
  }
}

export function planOf({ layers, head, outputs }: EncoderSpec, model: Uint8Array): SessionPlan {
  return { model, inputSize: layers[0]!.inputSize, outputs, pools: head.kind === 'pooled' ? head.pools : 0 };
}

export type Provider = 'cpu' | 'cuda' | 'webgpu';

/** Where a provider cannot run all of a model, the session does not open. */
export async function openSession({ model, inputSize, outputs, pools }: SessionPlan, provider: Provider = 'cpu'): Promise<Encoder> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const extra = provider === 'cpu' ? {} : { extra: { session: { disable_cpu_ep_fallback: '1' } } };
  const session = await InferenceSession.create(model, { executionProviders: [provider], intraOpNumThreads: 1, logSeverityLevel: LOG_ERRORS_ONLY, ...extra });
  return {
    async run({ inputs, time, batch, lengths, masks }) {
      if (time === 0 || batch === 0) return new Float32Array(pools ? batch * outputs : 0);
      const { scores } = await session.run({
        // ONNX Runtime refuses memory that threads share.
        inputs: new Tensor('float32', inputs.buffer instanceof SharedArrayBuffer ? inputs.slice() : inputs, [time, batch, inputSize]),
        lengths: new Tensor('int32', lengths, [batch]),
        ...(pools && { masks: new Tensor('float32', masks!, [pools, time, batch]) }),
      });
      return scores!.data as Float32Array;
    },
    dispose: () => session.release(),
  };
}
