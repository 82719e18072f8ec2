// Keeps the batches of an encoder within the memory of its device: one that does not fit is halved and tried again, down to one row, and
// later ones are cut to what fitted.
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { Encoder, EncoderBatch, EncoderSpec } from './engine.ts';

/** What TensorFlow (ResourceExhausted), ONNX Runtime's arenas, CUDA and its libraries, and Dawn say where memory ran out or a buffer would be too large. */
const OUT_OF_MEMORY =
  /\bOOM when|ResourceExhausted|RESOURCE_EXHAUSTED|failed to allocate|out of memory|ALLOC_FAILED|bad[ _]alloc|max(imum)? ?(storage ?)?buffer ?(binding ?)?size|buffer size .* (exceeds|is larger)/i;

export const isOutOfMemory = (error: unknown): boolean => OUT_OF_MEMORY.test(messageOf(error));

/**
 * @param batchTokens padded tokens that a batch may hold at first
 * @returns the same encoder; `batchTokens` is what a batch may hold now
 * @throws EngramError `ENGRAM_MODEL_OUT_OF_MEMORY` where even one row does not fit
 */
export function withinMemory(encoder: Encoder, spec: EncoderSpec, batchTokens: number): Encoder {
  let most = batchTokens;
  const run = async (batch: EncoderBatch): Promise<Float32Array> => {
    if (batch.time * batch.batch > most && batch.batch > 1) return runHalves(batch);
    try {
      return await encoder.run(batch);
    } catch (cause) {
      if (!isOutOfMemory(cause)) throw cause;
      if (batch.batch === 1) throw new EngramError('ENGRAM_MODEL_OUT_OF_MEMORY', { tokens: batch.time, problem: messageOf(cause).split('\n')[0] }, { cause });
      most = Math.min(most, batch.time * half(batch.batch));
      return runHalves(batch);
    }
  };
  const runHalves = async (batch: EncoderBatch): Promise<Float32Array> => {
    const middle = half(batch.batch);
    const halves = [await run(rowsOf(spec, batch, 0, middle)), await run(rowsOf(spec, batch, middle, batch.batch))] as const;
    return joinRows(halves, spec.head.kind === 'tokens' ? batch.time : 1, middle, batch.batch, spec.outputs);
  };
  return {
    get batchTokens() {
      return most;
    },
    run,
    dispose: () => encoder.dispose(),
  };
}

const half = (rows: number): number => Math.ceil(rows / 2);

/** Some rows of a batch, as a batch of the same steps. */
function rowsOf(spec: EncoderSpec, { inputs, time, batch, lengths, masks }: EncoderBatch, from: number, to: number): EncoderBatch {
  const width = spec.layers[0]!.inputSize;
  const cut = (values: Float32Array, blocks: number, size: number): Float32Array => {
    const part = new Float32Array(blocks * (to - from) * size);
    for (let block = 0; block < blocks; block++) part.set(values.subarray((block * batch + from) * size, (block * batch + to) * size), block * (to - from) * size);
    return part;
  };
  return { inputs: cut(inputs, time, width), time, batch: to - from, lengths: lengths.slice(from, to), ...(masks && { masks: cut(masks, masks.length / batch, 1) }) };
}

/** Scores [blocks, rows, outputs] of the first rows and of the rest, together again. */
function joinRows([first, rest]: readonly [Float32Array, Float32Array], blocks: number, middle: number, batch: number, outputs: number): Float32Array {
  const joined = new Float32Array(blocks * batch * outputs);
  const [a, b] = [middle * outputs, (batch - middle) * outputs];
  for (let block = 0; block < blocks; block++) {
    joined.set(first.subarray(block * a, (block + 1) * a), block * batch * outputs);
    joined.set(rest.subarray(block * b, (block + 1) * b), block * batch * outputs + a);
  }
  return joined;
}
