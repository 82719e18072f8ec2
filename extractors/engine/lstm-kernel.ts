// One direction of an LSTM layer, forward and gradient, on typed arrays, through the WASM SIMD kernel beside this file.
import { readFileSync } from 'node:fs';
import { Arena, type KernelMemory } from './arena.ts';

export interface KernelExports extends KernelMemory {
  pack(source: number, rows: number, columns: number, stride: number, target: number): void;
  transpose(source: number, rows: number, columns: number, stride: number, target: number, targetStride: number): void;
  matmulAdd(a: number, aStride: number, rows: number, depth: number, weights: number, columns: number, c: number, cStride: number): void;
  addColumnSums(source: number, rows: number, columns: number, target: number): void;
  lstmForward(...args: number[]): void;
  lstmBackward(...args: number[]): void;
}

export interface LstmShape {
  readonly time: number;
  readonly batch: number;
  readonly input: number;
  /** A multiple of 8. */
  readonly hidden: number;
  /** Runs from the last step to the first. */
  readonly reverse: boolean;
}

export interface LstmStates {
  /** float32 [time, batch, hidden]; 0 beyond a row's length. */
  readonly output: Float32Array;
  /** float32 [time, batch, 4·hidden]: activated i, g, f, o. */
  readonly gates: Float32Array;
  /** float32 [time, batch, hidden] */
  readonly cells: Float32Array;
}

export interface LstmGradients {
  readonly x: Float32Array;
  readonly kernel: Float32Array;
  readonly recurrent: Float32Array;
  readonly bias: Float32Array;
}

let loaded: KernelExports | undefined;

export function kernelExports(): KernelExports {
  if (!loaded) {
    const bytes = readFileSync(new URL('./lstm-kernel.wasm', import.meta.url));
    loaded = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports as unknown as KernelExports;
  }
  return loaded;
}

export const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/**
 * @param x float32 [time, batch, input]
 * @param kernel float32 [input, 4·hidden], gate order i, g, f, o
 * @param recurrent float32 [hidden, 4·hidden]
 * @param bias float32 [4·hidden]
 * @param lengths int32 [batch], real steps of each row
 */
export function lstmForward(
  shape: LstmShape,
  x: Float32Array,
  kernel: Float32Array,
  recurrent: Float32Array,
  bias: Float32Array,
  lengths: Int32Array,
): LstmStates {
  const { time, batch, input, hidden, reverse } = shape;
  const wasm = kernelExports();
  const arena = new Arena(wasm);
  const width = 4 * hidden;
  const packedKernel = arena.reserve(input * width);
  const packedRecurrent = arena.reserve(hidden * width);
  wasm.pack(arena.put(kernel), input, width, width, packedKernel);
  wasm.pack(arena.put(recurrent), hidden, width, width, packedRecurrent);
  const gates = arena.reserve(time * batch * width);
  const cells = arena.reserve(time * batch * hidden);
  const output = arena.reserve(time * batch * hidden);
  const [xAt, biasAt, lengthsAt] = [arena.put(x), arena.put(bias), arena.put(lengths)];
  wasm.lstmForward(xAt, time, batch, input, hidden, packedKernel, packedRecurrent, biasAt, lengthsAt, reverse ? 1 : 0, gates, cells, output);
  return {
    output: arena.take(output, time * batch * hidden),
    gates: arena.take(gates, time * batch * width),
    cells: arena.take(cells, time * batch * hidden),
  };
}

/**
 * Gradients of a scalar whose gradient with respect to the output is `outputGradient` [time, batch, hidden].
 * @param states what `lstmForward` returned for the same inputs
 */
export function lstmBackward(
  shape: LstmShape,
  x: Float32Array,
  kernel: Float32Array,
  recurrent: Float32Array,
  lengths: Int32Array,
  states: LstmStates,
  outputGradient: Float32Array,
): LstmGradients {
  const { time, batch, input, hidden, reverse } = shape;
  const wasm = kernelExports();
  const arena = new Arena(wasm);
  const width = 4 * hidden;
  const rows = time * batch;
  const scratch = arena.reserve(Math.max(input, hidden) * width);
  const packedRecurrent = arena.reserve(hidden * width);
  const recurrentAt = arena.put(recurrent);
  wasm.transpose(recurrentAt, hidden, width, width, scratch, hidden);
  wasm.pack(scratch, width, hidden, hidden, packedRecurrent);
  const gates = arena.put(states.gates);
  const cells = arena.put(states.cells);
  const output = arena.put(states.output);
  const [lengthsAt, gradientAt] = [arena.put(lengths), arena.put(outputGradient)];
  wasm.lstmBackward(time, batch, hidden, packedRecurrent, lengthsAt, reverse ? 1 : 0, gates, cells, gradientAt, arena.reserve(batch * hidden), arena.reserve(batch * hidden));

  const bias = arena.zeros(width);
  wasm.addColumnSums(gates, rows, width, bias);

  const packedGates = arena.reserve(rows * width);
  wasm.pack(gates, rows, width, width, packedGates);
  const transposedX = arena.reserve(rows * input);
  wasm.transpose(arena.put(x), rows, input, input, transposedX, rows);
  const kernelGradient = arena.zeros(input * width);
  wasm.matmulAdd(transposedX, rows, input, rows, packedGates, width, kernelGradient, width);

  // The state that entered step t is the output of the step before it, one batch of rows away.
  const shifted = (time - 1) * batch;
  const recurrentGradient = arena.zeros(hidden * width);
  if (shifted > 0) {
    const outputFrom = output + (reverse ? batch * hidden * 4 : 0);
    const gatesFrom = gates + (reverse ? 0 : batch * width * 4);
    const transposedOutput = arena.reserve(shifted * hidden);
    wasm.transpose(outputFrom, shifted, hidden, hidden, transposedOutput, shifted);
    wasm.pack(gatesFrom, shifted, width, width, packedGates);
    wasm.matmulAdd(transposedOutput, shifted, hidden, shifted, packedGates, width, recurrentGradient, width);
  }

  const paddedInput = roundUp(input, 8);
  wasm.transpose(arena.put(kernel), input, width, width, scratch, input);
  const packedKernel = arena.reserve(paddedInput * width);
  wasm.pack(scratch, width, input, input, packedKernel);
  const xGradient = arena.zeros(rows * paddedInput);
  wasm.matmulAdd(gates, width, rows, width, packedKernel, paddedInput, xGradient, paddedInput);
  const padded = arena.floats(xGradient, rows * paddedInput);
  const dx = new Float32Array(rows * input);
  for (let r = 0; r < rows; r++) dx.set(padded.subarray(r * paddedInput, r * paddedInput + input), r * input);
  return {
    x: dx,
    kernel: arena.take(kernelGradient, input * width),
    recurrent: arena.take(recurrentGradient, hidden * width),
    bias: arena.take(bias, width),
  };
}
