// Maxima over windows of text in WebAssembly SIMD (AssemblyScript): the inner loop of the relation model's pair head.
// `.tooling/build-kernel.mjs` compiles it to window-kernel.wasm; window-kernel.ts is its only caller.

export function heapBase(): usize {
  return __heap_base;
}

/**
 * maxima[d] = max(maxima[d], tokens[rows[i] + d] + heads[headRows[i] + d] + tails[tailRows[i] + d]) over i < count, and codes[d] =
 * code + i where token i has it. Rows are offsets in floats; size is a multiple of 4.
 */
export function maximise(
  tokens: usize, rows: usize, heads: usize, headRows: usize, tails: usize, tailRows: usize, count: i32, size: i32, code: i32, maxima: usize, codes: usize,
): void {
  for (let d = 0; d < size; d += 4) {
    const byte = <usize>d << 2;
    let best = v128.load(maxima + byte);
    let winner = v128.load(codes + byte);
    for (let i = 0; i < count; i++) {
      const at = <usize>i << 2;
      const value = f32x4.add(
        v128.load(tokens + (<usize>load<i32>(rows + at) << 2) + byte),
        f32x4.add(v128.load(heads + (<usize>load<i32>(headRows + at) << 2) + byte), v128.load(tails + (<usize>load<i32>(tailRows + at) << 2) + byte)),
      );
      const larger = f32x4.gt(value, best);
      best = v128.bitselect(value, best, larger);
      winner = v128.bitselect(i32x4.splat(code + i), winner, larger);
    }
    v128.store(maxima + byte, best);
    v128.store(codes + byte, winner);
  }
}
