// The `onnx` engine: encoders as ONNX models on ONNX Runtime's CPU kernels, the default for inference.
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Encoder, EncoderBatch, EncoderSpec, Engine } from './engine.ts';
import { onnxModel } from './onnx-model.ts';

type Runtime = typeof import('onnxruntime-node');

const LOG_ERRORS_ONLY = 3;

export interface OnnxOptions {
  /** Threads that share the work of one batch; 1 when left out. */
  readonly threads?: number;
}

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when ONNX Runtime has no binary for this machine */
async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: 'onnx', problem: messageOf(cause).split('\n')[0] }, { cause });
  }
}

/** @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createOnnxEngine(options: OnnxOptions = {}): Promise<Engine> {
  const { InferenceSession, Tensor } = await loadRuntime();
  return {
    kind: 'onnx',
    async createEncoder(spec: EncoderSpec, precision): Promise<Encoder> {
      const session = await InferenceSession.create(onnxModel(spec, precision), {
        executionProviders: ['cpu'],
        intraOpNumThreads: options.threads ?? 1,
        logSeverityLevel: LOG_ERRORS_ONLY,
      });
      const inputSize = spec.layers[0]!.inputSize;
      return {
        async run({ inputs, time, batch, lengths, masks }: EncoderBatch): Promise<Float32Array> {
          if (time === 0 || batch === 0) return new Float32Array(spec.head.kind === 'tokens' ? 0 : batch * spec.outputs);
          const { scores } = await session.run({
            inputs: new Tensor('float32', inputs, [time, batch, inputSize]),
            lengths: new Tensor('int32', lengths, [batch]),
            ...(spec.head.kind === 'pooled' && { masks: new Tensor('float32', masks!, [spec.head.pools, time, batch]) }),
          });
          return scores!.data as Float32Array;
        },
        dispose: () => session.release(),
      };
    },
  };
}
