// For many windows of text at once: the largest sum of a token's features and those of its distances, feature by feature, and which
// token has it. On the WASM SIMD kernel beside this file.
import { readFileSync } from 'node:fs';
import { Arena, type KernelMemory } from './arena.ts';

interface KernelExports extends KernelMemory {
  maximise(...args: number[]): void;
}

/** Windows that name the same target take part in the same maxima. */
export interface Window {
  readonly target: number;
  /** Offsets in floats into the tokens and the two tables, one of each a token of the window. */
  readonly rows: Int32Array;
  readonly headRows: Int32Array;
  readonly tailRows: Int32Array;
}

export interface WindowMaxima {
  /** float32 [targets, size]; −Infinity where a target has no window. */
  readonly maxima: Float32Array;
  /** int32 [targets, size]: window · 2^7 + token of the window; −1 where a target has no window. */
  readonly winners: Int32Array;
}

/** More tokens than a window may have. */
export const WINNER_BASE = 1 << 7;

let loaded: KernelExports | undefined;

function kernel(): KernelExports {
  loaded ??= new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('./window-kernel.wasm', import.meta.url))), {}).exports as unknown as KernelExports;
  return loaded;
}

/** @param size features, a multiple of 4 */
export function maximaOfWindows(tokens: Float32Array, heads: Float32Array, tails: Float32Array, windows: readonly Window[], targets: number, size: number): WindowMaxima {
  const wasm = kernel();
  const arena = new Arena(wasm);
  const length = windows.reduce((sum, { rows }) => sum + rows.length, 0);
  const indexes = new Int32Array(3 * length);
  let at = 0;
  const starts = windows.map(({ rows, headRows, tailRows }) => {
    const start = at;
    for (const list of [rows, headRows, tailRows]) {
      indexes.set(list, at);
      at += list.length;
    }
    return start;
  });
  const [tokensAt, headsAt, tailsAt, indexesAt] = [arena.put(tokens), arena.put(heads), arena.put(tails), arena.put(indexes)];
  const maxima = arena.reserve(targets * size);
  const winners = arena.reserve(targets * size);
  arena.floats(maxima, targets * size).fill(-Infinity);
  arena.integers(winners, targets * size).fill(-1);
  windows.forEach(({ target, rows: { length: count } }, w) => {
    const from = indexesAt + 4 * starts[w]!;
    const to = 4 * target * size;
    wasm.maximise(tokensAt, from, headsAt, from + 4 * count, tailsAt, from + 8 * count, count, size, w * WINNER_BASE, maxima + to, winners + to);
  });
  return { maxima: arena.take(maxima, targets * size), winners: arena.integers(winners, targets * size).slice() };
}
