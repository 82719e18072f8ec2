// Products of matrices on typed arrays, through the WASM SIMD kernel of the LSTM. Matrices are float32, row-major.
import { Arena } from './arena.ts';
import { kernelExports, roundUp } from './lstm-kernel.ts';

/** Columns of a packed panel of the kernel. */
const PANEL = 8;

/** a [rows, depth] · b [depth, columns] → [rows, columns] */
export function multiply(a: Float32Array, b: Float32Array, rows: number, depth: number, columns: number): Float32Array {
  const arena = new Arena(kernelExports());
  return product(arena, arena.put(a), arena.put(b), rows, depth, columns);
}

/** aᵀ · b for a [depth, rows], b [depth, columns] → [rows, columns] */
export function multiplyTransposedLeft(a: Float32Array, b: Float32Array, rows: number, depth: number, columns: number): Float32Array {
  const wasm = kernelExports();
  const arena = new Arena(wasm);
  const left = arena.reserve(rows * depth);
  wasm.transpose(arena.put(a), depth, rows, rows, left, depth);
  return product(arena, left, arena.put(b), rows, depth, columns);
}

/** a · bᵀ for a [rows, depth], b [columns, depth] → [rows, columns] */
export function multiplyTransposedRight(a: Float32Array, b: Float32Array, rows: number, depth: number, columns: number): Float32Array {
  const wasm = kernelExports();
  const arena = new Arena(wasm);
  const right = arena.reserve(depth * columns);
  wasm.transpose(arena.put(b), columns, depth, depth, right, columns);
  return product(arena, arena.put(a), right, rows, depth, columns);
}

function product(arena: Arena, a: number, b: number, rows: number, depth: number, columns: number): Float32Array {
  const wasm = kernelExports();
  const padded = roundUp(columns, PANEL);
  const packed = arena.reserve(depth * padded);
  wasm.pack(b, depth, columns, columns, packed);
  const target = arena.zeros(rows * padded);
  wasm.matmulAdd(a, depth, rows, depth, packed, padded, target, padded);
  if (padded === columns) return arena.take(target, rows * columns);
  const all = arena.floats(target, rows * padded);
  const result = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) result.set(all.subarray(r * padded, r * padded + columns), r * columns);
  return result;
}
