// What runs a network: the contract between the extractors and ONNX Runtime, WASM or TensorFlow. Types only.
import type { EngineKind } from '../../pipeline/core/config.ts';

export type { EngineKind } from '../../pipeline/core/config.ts';

export interface LstmDirection {
  /** float32 [input, 4·hidden], gate order i, g (cell candidate), f, o */
  readonly kernel: Float32Array;
  /** float32 [hidden, 4·hidden] */
  readonly recurrent: Float32Array;
  /** float32 [4·hidden] */
  readonly bias: Float32Array;
}

export interface BiLstmLayer {
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly forward: LstmDirection;
  readonly backward: LstmDirection;
}

export interface EncoderSpec {
  readonly layers: readonly BiLstmLayer[];
  /** `tokens`: one row of scores a token; `pooled`: states maximised over each mask, concatenated, one row of scores. */
  readonly head: { readonly kind: 'tokens' } | { readonly kind: 'pooled'; readonly pools: number };
  /** float32 [2·hidden (· pools), outputs] */
  readonly outputKernel: Float32Array;
  readonly outputBias: Float32Array;
  readonly outputs: number;
}

export interface EncoderBatch {
  /** float32 [time, batch, input] */
  readonly inputs: Float32Array;
  readonly time: number;
  readonly batch: number;
  /** int32 [batch], real tokens of each row */
  readonly lengths: Int32Array;
  /** Pooled heads only: float32 [pools, time, batch], 0 where pooled and −1e9 elsewhere. */
  readonly masks?: Float32Array;
}

export interface Encoder {
  /** @returns float32 [time, batch, outputs], or [batch, outputs] for a pooled head */
  run(batch: EncoderBatch): Promise<Float32Array>;
  dispose(): Promise<void>;
  /**
   * Of a device: padded tokens that a batch should hold, of whatever documents; fewer from when its memory ran out. Left out on a CPU, where
   * batches are small and int8 scores depend on what shares them.
   */
  readonly batchTokens?: number;
}

export type Precision = 'int8' | 'float32';

/**
 * Weights keep to seven bits of int8: processors that multiply bytes without VNNI add two products in 16 bits, where 255 · 127 twice would be cut off (ONNX Runtime, Quantize ONNX models:
 * "reduce_range"). So every processor does the same sums.
 */
export const INT8_BITS = 7;

export interface Engine {
  readonly kind: Exclude<EngineKind, 'auto'>;
  /** What does the work, for people: a processor or a card by its name. */
  readonly device: string;
  /** Seconds since it was opened in which a device had a batch to compute; left out by those that compute on the CPU without one. */
  busySeconds?(): number;
  createEncoder(spec: EncoderSpec, precision: Precision): Promise<Encoder>;
}
