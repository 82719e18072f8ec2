// A BiLSTM encoder in plain loops and float64: slow, easy to check by eye, what every engine is compared with.
import type { EncoderBatch, EncoderSpec, LstmDirection } from '../../extractors/engine/engine.ts';
import type { Random } from '../../pipeline/core/random.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** One row of tokens through one direction. @returns [time][hidden], in the order of the tokens */
function lstmRow(tokens: readonly number[][], direction: LstmDirection, hidden: number, reverse: boolean): number[][] {
  const states: number[][] = [];
  let state = new Array<number>(hidden).fill(0);
  let cell = new Array<number>(hidden).fill(0);
  for (const token of reverse ? [...tokens].reverse() : tokens) {
    const gates = Array.from(direction.bias);
    token.forEach((value, row) => gates.forEach((_, column) => (gates[column]! += value * direction.kernel[row * 4 * hidden + column]!)));
    state.forEach((value, row) => gates.forEach((_, column) => (gates[column]! += value * direction.recurrent[row * 4 * hidden + column]!)));
    const gate = (which: number, unit: number): number => gates[which * hidden + unit]!;
    cell = cell.map((before, u) => sigmoid(gate(2, u)) * before + sigmoid(gate(0, u)) * Math.tanh(gate(1, u)));
    state = cell.map((now, u) => sigmoid(gate(3, u)) * Math.tanh(now));
    states.push(state);
  }
  return reverse ? states.reverse() : states;
}

/** Same shapes as `Encoder.run`; scores of padding tokens are left 0. */
export function referenceScores(spec: EncoderSpec, { inputs, time, batch, lengths, masks }: EncoderBatch): number[] {
  const input = spec.layers[0]!.inputSize;
  const scores = new Array<number>((spec.head.kind === 'tokens' ? time : 1) * batch * spec.outputs).fill(0);
  for (let row = 0; row < batch; row++) {
    let states = Array.from({ length: lengths[row]! }, (_, t) => Array.from(inputs.subarray((t * batch + row) * input, (t * batch + row + 1) * input)));
    for (const layer of spec.layers) {
      const forward = lstmRow(states, layer.forward, layer.hiddenSize, false);
      const backward = lstmRow(states, layer.backward, layer.hiddenSize, true);
      states = forward.map((values, t) => [...values, ...backward[t]!]);
    }
    const dense = (values: readonly number[], at: number): void => {
      for (let o = 0; o < spec.outputs; o++) {
        scores[at + o] = values.reduce((sum, value, i) => sum + value * spec.outputKernel[i * spec.outputs + o]!, spec.outputBias[o]!);
      }
    };
    if (spec.head.kind === 'tokens') {
      states.forEach((values, t) => dense(values, (t * batch + row) * spec.outputs));
      continue;
    }
    const pooled = Array.from({ length: spec.head.pools }, (_, pool) =>
      states[0]!.map((_, unit) => Math.max(...states.map((values, t) => values[unit]! + masks![(pool * time + t) * batch + row]!))),
    );
    dense(pooled.flat(), row * spec.outputs);
  }
  return scores;
}

export interface EncoderShape {
  readonly input: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  /** A pooled head with so many pools; a token head when left out. */
  readonly pools?: number;
}

/** Random weights of the size that training ends with (uniform within ±2/√inputs, as Glorot's rule gives). */
export function randomSpec({ input, hidden, outputs, pools }: EncoderShape, random: Random): EncoderSpec {
  const values = (count: number, fanIn: number): Float32Array =>
    Float32Array.from({ length: count }, () => ((random.next() * 2 - 1) * 2) / Math.sqrt(fanIn));
  const direction = (inputSize: number, hiddenSize: number): LstmDirection => ({
    kernel: values(inputSize * 4 * hiddenSize, inputSize),
    recurrent: values(hiddenSize * 4 * hiddenSize, hiddenSize),
    bias: values(4 * hiddenSize, 4),
  });
  const layers = hidden.map((hiddenSize, index) => {
    const inputSize = index === 0 ? input : 2 * hidden[index - 1]!;
    return { inputSize, hiddenSize, forward: direction(inputSize, hiddenSize), backward: direction(inputSize, hiddenSize) };
  });
  const width = 2 * hidden.at(-1)! * (pools ?? 1);
  const head = pools === undefined ? ({ kind: 'tokens' } as const) : ({ kind: 'pooled', pools } as const);
  return { layers, head, outputs, outputKernel: values(width * outputs, width), outputBias: values(outputs, 4) };
}

/** Random inputs; each pool of a pooled head covers a random stretch of the row's real tokens, at least one. */
export function randomBatch(spec: EncoderSpec, lengths: readonly number[], random: Random): EncoderBatch {
  const time = Math.max(...lengths);
  const batch = lengths.length;
  const inputs = Float32Array.from({ length: time * batch * spec.layers[0]!.inputSize }, () => random.normal());
  const shape = { inputs, time, batch, lengths: Int32Array.from(lengths) };
  if (spec.head.kind === 'tokens') return shape;
  const masks = new Float32Array(spec.head.pools * time * batch).fill(-1e9);
  for (let pool = 0; pool < spec.head.pools; pool++) {
    lengths.forEach((length, row) => {
      const start = random.integer(length);
      const end = start + 1 + random.integer(length - start);
      for (let t = start; t < end; t++) masks[(pool * time + t) * batch + row] = 0;
    });
  }
  return { ...shape, masks };
}
