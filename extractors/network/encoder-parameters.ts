// A fresh encoder to train: Glorot-uniform kernels, orthogonal-scale recurrent weights, forget bias 1 (Jozefowicz 2015).
import type { Random } from '../../pipeline/core/random.ts';
import type { BiLstmLayer, EncoderSpec, LstmDirection } from '../engine/engine.ts';
import { weightsOf } from '../engine/tape-encoder.ts';
import { createParameter, type Parameter } from './parameters.ts';

function uniform(random: Random, fanIn: number, fanOut: number, length: number): Float32Array {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return Float32Array.from({ length }, () => (random.next() * 2 - 1) * limit);
}

function directionOf(random: Random, input: number, hidden: number): LstmDirection {
  const bias = new Float32Array(4 * hidden);
  bias.fill(1, 2 * hidden, 3 * hidden);
  return { kernel: uniform(random, input, hidden, input * 4 * hidden), recurrent: uniform(random, hidden, hidden, hidden * 4 * hidden), bias };
}

export interface EncoderShape {
  readonly inputSize: number;
  /** One number a layer. */
  readonly hiddenSizes: readonly number[];
  readonly head: EncoderSpec['head'];
  readonly outputs: number;
}

export function createEncoderSpec(shape: EncoderShape, random: Random): EncoderSpec {
  const layers = shape.hiddenSizes.map((hiddenSize, index): BiLstmLayer => {
    const inputSize = index === 0 ? shape.inputSize : 2 * shape.hiddenSizes[index - 1]!;
    return { inputSize, hiddenSize, forward: directionOf(random, inputSize, hiddenSize), backward: directionOf(random, inputSize, hiddenSize) };
  });
  const width = 2 * shape.hiddenSizes.at(-1)! * (shape.head.kind === 'pooled' ? shape.head.pools : 1);
  return {
    layers,
    head: shape.head,
    outputs: shape.outputs,
    outputKernel: uniform(random, width, shape.outputs, width * shape.outputs),
    outputBias: new Float32Array(shape.outputs),
  };
}

/** Parameters over the spec's own arrays, in the order of `weightsOf`: training them changes the spec. */
export function parametersOf(spec: EncoderSpec): readonly Parameter[] {
  return weightsOf(spec).map(({ values }) => createParameter(values));
}
