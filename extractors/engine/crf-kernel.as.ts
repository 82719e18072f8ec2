// The CRF over BIOES tags in WebAssembly SIMD (AssemblyScript): best path, forward and backward sums of one sentence.
// `.tooling/build-kernel.mjs` compiles it to crf-kernel.wasm; crf-kernel.ts is its only caller and says what the arrays are.
// Tags stand in slots so that the steps of BIOES join neighbours: E of each label, O, S of each, B of each, I of each. The
// closed tags (E, O, S) are the first slots, the opening ones (O, S, B) overlap them, and vectors of four read past an end
// only into slots that are written afterwards or into zeros.
import { exp4, max4, sum4 } from './simd-math.as';

const IMPOSSIBLE: f32 = -1e30;

// @ts-ignore: decorator
@inline function at(base: usize, element: i32): usize {
  return base + (<usize>element << 2);
}

export function heapBase(): usize {
  return __heap_base;
}

/** Emissions [tokens, stride] of one sentence into slots [tokens, row]; `tags` says which tag stands in each slot. */
export function gather(scores: usize, stride: i32, tokens: i32, tags: usize, slots: i32, row: i32, target: usize): void {
  for (let t = 0; t < tokens; t++) {
    for (let slot = 0; slot < slots; slot++) store<f32>(at(target, t * row + slot), load<f32>(at(scores, t * stride + load<i32>(at(tags, slot)))));
    for (let slot = slots; slot < row; slot++) store<f32>(at(target, t * row + slot), IMPOSSIBLE);
  }
}

/**
 * Viterbi. steps [closed, opening padded], within four arrays [labels padded]: B→I, I→I, B→E, I→E; starts [opening padded];
 * ends [closed]; spread: how far apart the steps lie. scores [2, row] is scratch; from [tokens, row] and path [tokens] are filled.
 */
export function bestPath(
  emissions: usize, tokens: i32, row: i32, labels: i32, steps: usize, within: usize, starts: usize, ends: usize, spread: f32,
  scores: usize, from: usize, path: usize,
): void {
  const closed = 2 * labels + 1, opening = (closed + 3) & ~3, padded = (labels + 3) & ~3;
  const begin = 2 * labels + 1, inside = 3 * labels + 1;
  let now = scores, next = at(scores, row);
  for (let slot = 0; slot < row; slot += 4) v128.store(at(now, slot), f32x4.splat(IMPOSSIBLE));
  for (let s = 0; s < opening; s += 4) {
    const slot = labels + s;
    v128.store(at(now, slot), f32x4.add(v128.load(at(emissions, slot)), v128.load(at(starts, s))));
  }
  for (let slot = inside; slot < row; slot++) store<f32>(at(now, slot), IMPOSSIBLE);
  for (let t = 1; t < tokens; t++) {
    const emission = at(emissions, t * row), source = at(from, t * row);
    for (let l = 0; l < padded; l += 4) {
      const b = v128.load(at(now, begin + l)), i = v128.load(at(now, inside + l));
      const toEndB = f32x4.add(b, v128.load(at(within, 2 * padded + l))), toEndI = f32x4.add(i, v128.load(at(within, 3 * padded + l)));
      v128.store(at(next, l), f32x4.add(f32x4.max(toEndB, toEndI), v128.load(at(emission, l))));
      v128.store(at(source, l), v128.bitselect(i32x4.splat(begin), i32x4.splat(inside), f32x4.ge(toEndB, toEndI)));
    }
    let most = IMPOSSIBLE;
    for (let c = 0; c < closed; c++) most = max(most, load<f32>(at(now, c)));
    for (let s = 0; s < opening; s += 4) {
      let best = f32x4.splat(IMPOSSIBLE), arg = i32x4.splat(labels);
      for (let c = 0; c < closed; c++) {
        const score = load<f32>(at(now, c));
        if (score < most - spread) continue;
        const reached = f32x4.add(f32x4.splat(score), v128.load(at(steps, c * opening + s)));
        const better = f32x4.gt(reached, best);
        best = v128.bitselect(reached, best, better);
        arg = v128.bitselect(i32x4.splat(c), arg, better);
      }
      v128.store(at(next, labels + s), f32x4.add(best, v128.load(at(emission, labels + s))));
      v128.store(at(source, labels + s), arg);
    }
    for (let l = 0; l < padded; l += 4) {
      const b = v128.load(at(now, begin + l)), i = v128.load(at(now, inside + l));
      const toInsideB = f32x4.add(b, v128.load(at(within, l))), toInsideI = f32x4.add(i, v128.load(at(within, padded + l)));
      v128.store(at(next, inside + l), f32x4.add(f32x4.max(toInsideB, toInsideI), v128.load(at(emission, inside + l))));
      v128.store(at(source, inside + l), v128.bitselect(i32x4.splat(begin), i32x4.splat(inside), f32x4.ge(toInsideB, toInsideI)));
    }
    const swap = now; now = next; next = swap;
  }
  let last = labels;
  let most = IMPOSSIBLE;
  for (let c = 0; c < closed; c++) {
    const score = load<f32>(at(now, c)) + load<f32>(at(ends, c));
    if (score > most) { most = score; last = c; }
  }
  for (let t = tokens - 1; t >= 0; t--) {
    store<i32>(at(path, t), last);
    const source = load<i32>(at(from, t * row + last));
    // Steps within a label name the B or the I row; the label is that of the slot itself.
    if (source >= begin) last = source + (last >= inside ? last - inside : last);
    else last = source;
  }
}

/**
 * Forward and backward sums, normalised at each token so that their product is p(tag of token); the potentials [tokens, row],
 * exp of (emission − largest of the row) / temperature, replace the emissions. Factors are exp of the scores over the temperature.
 */
export function lattice(
  emissions: usize, tokens: i32, row: i32, labels: i32, steps: usize, within: usize, starts: usize, ends: usize, coldness: f32,
  forward: usize, backward: usize, scales: usize, weighted: usize,
): void {
  const closed = 2 * labels + 1, opening = (closed + 3) & ~3, padded = (labels + 3) & ~3;
  const begin = 2 * labels + 1, inside = 3 * labels + 1, slots = 4 * labels + 1;
  const zero = f32x4.splat(0);
  for (let t = 0; t < tokens; t++) {
    const potential = at(emissions, t * row), ahead = at(forward, t * row), before = at(forward, (t - 1) * row);
    let most4 = v128.load(potential);
    for (let slot = 4; slot < row; slot += 4) most4 = f32x4.max(most4, v128.load(at(potential, slot)));
    const most = f32x4.splat(max4(most4)), scale4 = f32x4.splat(coldness);
    for (let slot = 0; slot < row; slot += 4) {
      v128.store(at(potential, slot), exp4(f32x4.mul(f32x4.sub(v128.load(at(potential, slot)), most), scale4)));
    }
    for (let slot = slots; slot < row; slot++) store<f32>(at(potential, slot), 0);
    for (let slot = 0; slot < row; slot += 4) v128.store(at(ahead, slot), zero);
    if (t > 0) {
      for (let l = 0; l < padded; l += 4) {
        const b = v128.load(at(before, begin + l)), i = v128.load(at(before, inside + l));
        const sum = f32x4.add(f32x4.mul(b, v128.load(at(within, 2 * padded + l))), f32x4.mul(i, v128.load(at(within, 3 * padded + l))));
        v128.store(at(ahead, l), f32x4.mul(sum, v128.load(at(potential, l))));
      }
    }
    for (let s = 0; s < opening; s += 4) {
      let sum = t === 0 ? v128.load(at(starts, s)) : zero;
      if (t > 0) {
        for (let c = 0; c < closed; c++) sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(at(before, c)), v128.load(at(steps, c * opening + s))));
      }
      v128.store(at(ahead, labels + s), f32x4.mul(sum, v128.load(at(potential, labels + s))));
    }
    for (let l = 0; l < padded; l += 4) {
      let sum = zero;
      if (t > 0) {
        const b = v128.load(at(before, begin + l)), i = v128.load(at(before, inside + l));
        sum = f32x4.add(f32x4.mul(b, v128.load(at(within, l))), f32x4.mul(i, v128.load(at(within, padded + l))));
      }
      v128.store(at(ahead, inside + l), f32x4.mul(sum, v128.load(at(potential, inside + l))));
    }
    let total = zero;
    for (let slot = 0; slot < row; slot += 4) total = f32x4.add(total, v128.load(at(ahead, slot)));
    const scale = sum4(total), inverse = f32x4.splat(1 / scale);
    for (let slot = 0; slot < row; slot += 4) v128.store(at(ahead, slot), f32x4.mul(v128.load(at(ahead, slot)), inverse));
    store<f32>(at(scales, t), scale);
  }
  const lastForward = at(forward, (tokens - 1) * row), lastBackward = at(backward, (tokens - 1) * row);
  let end: f32 = 0;
  for (let c = 0; c < closed; c++) end += load<f32>(at(lastForward, c)) * load<f32>(at(ends, c));
  for (let slot = 0; slot < row; slot += 4) v128.store(at(lastBackward, slot), zero);
  for (let c = 0; c < closed; c++) store<f32>(at(lastBackward, c), load<f32>(at(ends, c)) / end);
  for (let t = tokens - 2; t >= 0; t--) {
    const after = at(backward, (t + 1) * row), behind = at(backward, t * row), potential = at(emissions, (t + 1) * row);
    const inverse = f32x4.splat(1 / load<f32>(at(scales, t + 1)));
    for (let slot = 0; slot < row; slot += 4) {
      v128.store(at(weighted, slot), f32x4.mul(f32x4.mul(v128.load(at(after, slot)), v128.load(at(potential, slot))), inverse));
      v128.store(at(behind, slot), zero);
    }
    for (let l = 0; l < padded; l += 4) {
      const toInside = v128.load(at(weighted, inside + l)), toEnd = v128.load(at(weighted, l));
      v128.store(at(behind, begin + l), f32x4.add(f32x4.mul(v128.load(at(within, l)), toInside), f32x4.mul(v128.load(at(within, 2 * padded + l)), toEnd)));
    }
    for (let l = 0; l < padded; l += 4) {
      const toInside = v128.load(at(weighted, inside + l)), toEnd = v128.load(at(weighted, l));
      v128.store(at(behind, inside + l), f32x4.add(f32x4.mul(v128.load(at(within, padded + l)), toInside), f32x4.mul(v128.load(at(within, 3 * padded + l)), toEnd)));
    }
    for (let c = 0; c < closed; c++) {
      let sum = zero;
      for (let s = 0; s < opening; s += 4) sum = f32x4.add(sum, f32x4.mul(v128.load(at(steps, c * opening + s)), v128.load(at(weighted, labels + s))));
      store<f32>(at(behind, c), sum4(sum));
    }
  }
}
