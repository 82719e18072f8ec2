// The fused LSTM in WebAssembly SIMD (AssemblyScript): one direction of one layer, forward and gradient.
// `.tooling/build-kernel.mjs` compiles it to lstm-kernel.wasm; lstm-kernel.ts is its only caller.
// Matrices are float32, row-major. `weights` of matmulAdd are packed: panels of 8 columns, each [rows, 8].
// Hochreiter & Schmidhuber 1997 with forget gate (Gers 2000); gate order i, g, f, o.

import { exp4 } from './simd-math.as';

const PANEL: i32 = 8;

// @ts-ignore: decorator
@inline function at(base: usize, element: i32): usize {
  return base + (<usize>element << 2);
}

// @ts-ignore: decorator
@inline function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.sub(f32x4.div(f32x4.splat(2), f32x4.add(one, exp4(f32x4.mul(x, f32x4.splat(-2))))), one);
}

export function heapBase(): usize {
  return __heap_base;
}

/** Packs [rows, columns] (row stride `stride`) into panels of 8 columns; missing columns become 0. */
export function pack(source: usize, rows: i32, columns: i32, stride: i32, target: usize): void {
  for (let c = 0; c < columns; c += PANEL) {
    const whole = c + PANEL <= columns;
    for (let r = 0; r < rows; r++) {
      const from = at(source, r * stride + c);
      if (whole) {
        v128.store(target, v128.load(from));
        v128.store(target, v128.load(from, 16), 16);
      } else {
        for (let j = 0; j < PANEL; j++) store<f32>(at(target, j), c + j < columns ? load<f32>(at(from, j)) : 0);
      }
      target += 32;
    }
  }
}

/** [rows, columns] (stride) → [columns, rows] (targetStride). */
export function transpose(source: usize, rows: i32, columns: i32, stride: i32, target: usize, targetStride: i32): void {
  for (let r0 = 0; r0 < rows; r0 += 16) {
    const r1 = min(rows, r0 + 16);
    for (let c = 0; c < columns; c++) {
      for (let r = r0; r < r1; r++) store<f32>(at(target, c * targetStride + r), load<f32>(at(source, r * stride + c)));
    }
  }
}

// @ts-ignore: decorator
@inline function fourRows(a: usize, aStride: usize, depth: i32, panel: usize, c: usize, cStride: usize): void {
  const a1 = a + aStride, a2 = a1 + aStride, a3 = a2 + aStride;
  const c1 = c + cStride, c2 = c1 + cStride, c3 = c2 + cStride;
  let l0 = v128.load(c), r0 = v128.load(c, 16), l1 = v128.load(c1), r1 = v128.load(c1, 16);
  let l2 = v128.load(c2), r2 = v128.load(c2, 16), l3 = v128.load(c3), r3 = v128.load(c3, 16);
  const end: usize = <usize>depth << 2;
  for (let k: usize = 0; k < end; k += 4) {
    const left = v128.load(panel), right = v128.load(panel, 16);
    panel += 32;
    let s = v128.load32_splat(a + k);
    l0 = f32x4.add(l0, f32x4.mul(s, left));
    r0 = f32x4.add(r0, f32x4.mul(s, right));
    s = v128.load32_splat(a1 + k);
    l1 = f32x4.add(l1, f32x4.mul(s, left));
    r1 = f32x4.add(r1, f32x4.mul(s, right));
    s = v128.load32_splat(a2 + k);
    l2 = f32x4.add(l2, f32x4.mul(s, left));
    r2 = f32x4.add(r2, f32x4.mul(s, right));
    s = v128.load32_splat(a3 + k);
    l3 = f32x4.add(l3, f32x4.mul(s, left));
    r3 = f32x4.add(r3, f32x4.mul(s, right));
  }
  v128.store(c, l0); v128.store(c, r0, 16); v128.store(c1, l1); v128.store(c1, r1, 16);
  v128.store(c2, l2); v128.store(c2, r2, 16); v128.store(c3, l3); v128.store(c3, r3, 16);
}

// @ts-ignore: decorator
@inline function oneRow(a: usize, depth: i32, panel: usize, c: usize): void {
  let left = v128.load(c), right = v128.load(c, 16);
  for (let k = 0; k < depth; k++) {
    const s = v128.load32_splat(a);
    a += 4;
    left = f32x4.add(left, f32x4.mul(s, v128.load(panel)));
    right = f32x4.add(right, f32x4.mul(s, v128.load(panel, 16)));
    panel += 32;
  }
  v128.store(c, left); v128.store(c, right, 16);
}

/** c[rows, columns] += a[rows, depth] · weights (packed [depth, columns]); columns a multiple of 8. */
export function matmulAdd(a: usize, aStride: i32, rows: i32, depth: i32, weights: usize, columns: i32, c: usize, cStride: i32): void {
  const aBytes = <usize>aStride << 2, cBytes = <usize>cStride << 2, panelBytes = <usize>depth << 5;
  for (let n = 0; n < columns / PANEL; n++) {
    const panel = weights + <usize>n * panelBytes, column = c + (<usize>n << 5);
    let r = 0;
    for (; r + 4 <= rows; r += 4) fourRows(a + <usize>r * aBytes, aBytes, depth, panel, column + <usize>r * cBytes, cBytes);
    for (; r < rows; r++) oneRow(a + <usize>r * aBytes, depth, panel, column + <usize>r * cBytes);
  }
}

/** target[columns] += sum over the rows of source; columns a multiple of 4. */
export function addColumnSums(source: usize, rows: i32, columns: i32, target: usize): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c += 4) {
      const to = at(target, c);
      v128.store(to, f32x4.add(v128.load(to), v128.load(at(source, r * columns + c))));
    }
  }
}

/**
 * Forward through time. x [time, batch, input]; kernel, recurrent packed; gates [time, batch, 4·hidden] is filled with
 * the activated gates and cells, output [time, batch, hidden] with the states. Steps beyond a row's length are 0.
 */
export function lstmForward(
  x: usize, time: i32, batch: i32, input: i32, hidden: i32, kernel: usize, recurrent: usize, bias: usize,
  lengths: usize, reverse: i32, gates: usize, cells: usize, output: usize,
): void {
  const width = 4 * hidden, rowBytes = <usize>hidden << 2, gateBytes = <usize>width << 2;
  for (let r = 0; r < time * batch; r++) memory.copy(gates + <usize>r * gateBytes, bias, gateBytes);
  matmulAdd(x, input, time * batch, input, kernel, width, gates, width);
  let before = -1;
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    if (before >= 0) {
      matmulAdd(at(output, before * batch * hidden), hidden, batch, hidden, recurrent, width, at(gates, t * batch * width), width);
    }
    for (let b = 0; b < batch; b++) {
      const gate = at(gates, (t * batch + b) * width), cell = at(cells, (t * batch + b) * hidden), state = at(output, (t * batch + b) * hidden);
      if (t >= load<i32>(at(lengths, b))) {
        memory.fill(cell, 0, rowBytes);
        memory.fill(state, 0, rowBytes);
        continue;
      }
      const previous = at(cells, ((before < 0 ? 0 : before) * batch + b) * hidden);
      for (let u: usize = 0; u < rowBytes; u += 16) {
        const i = sigmoid4(v128.load(gate + u));
        const g = tanh4(v128.load(gate + rowBytes + u));
        const f = sigmoid4(v128.load(gate + 2 * rowBytes + u));
        const o = sigmoid4(v128.load(gate + 3 * rowBytes + u));
        v128.store(gate + u, i);
        v128.store(gate + rowBytes + u, g);
        v128.store(gate + 2 * rowBytes + u, f);
        v128.store(gate + 3 * rowBytes + u, o);
        let c = f32x4.mul(i, g);
        if (before >= 0) c = f32x4.add(c, f32x4.mul(f, v128.load(previous + u)));
        v128.store(cell + u, c);
        v128.store(state + u, f32x4.mul(o, tanh4(c)));
      }
    }
    before = t;
  }
}

/**
 * Backward through time. gates (as lstmForward left them) becomes the gradient of the pre-activations; outputGradient
 * [time, batch, hidden]; recurrentTransposed packed [4·hidden, hidden]; stateGradient, cellGradient scratch [batch, hidden].
 */
export function lstmBackward(
  time: i32, batch: i32, hidden: i32, recurrentTransposed: usize, lengths: usize, reverse: i32,
  gates: usize, cells: usize, outputGradient: usize, stateGradient: usize, cellGradient: usize,
): void {
  const width = 4 * hidden, rowBytes = <usize>hidden << 2;
  const one = f32x4.splat(1), zero = f32x4.splat(0);
  memory.fill(stateGradient, 0, <usize>batch * rowBytes);
  memory.fill(cellGradient, 0, <usize>batch * rowBytes);
  for (let step = time - 1; step >= 0; step--) {
    const t = reverse ? time - 1 - step : step;
    const before = reverse ? t + 1 : t - 1;
    for (let b = 0; b < batch; b++) {
      const gate = at(gates, (t * batch + b) * width), cell = at(cells, (t * batch + b) * hidden);
      const previous = at(cells, ((step > 0 ? before : 0) * batch + b) * hidden);
      const incoming = at(outputGradient, (t * batch + b) * hidden);
      const dState = at(stateGradient, b * hidden), dCell = at(cellGradient, b * hidden);
      if (t >= load<i32>(at(lengths, b))) {
        memory.fill(gate, 0, <usize>width << 2);
        memory.fill(dState, 0, rowBytes);
        memory.fill(dCell, 0, rowBytes);
        continue;
      }
      for (let u: usize = 0; u < rowBytes; u += 16) {
        const i = v128.load(gate + u), g = v128.load(gate + rowBytes + u);
        const f = v128.load(gate + 2 * rowBytes + u), o = v128.load(gate + 3 * rowBytes + u);
        const dh = f32x4.add(v128.load(incoming + u), v128.load(dState + u));
        const squashed = tanh4(v128.load(cell + u));
        const dc = f32x4.add(v128.load(dCell + u), f32x4.mul(f32x4.mul(dh, o), f32x4.sub(one, f32x4.mul(squashed, squashed))));
        const past = step > 0 ? v128.load(previous + u) : zero;
        v128.store(gate + u, f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i))));
        v128.store(gate + rowBytes + u, f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g))));
        v128.store(gate + 2 * rowBytes + u, f32x4.mul(f32x4.mul(dc, past), f32x4.mul(f, f32x4.sub(one, f))));
        v128.store(gate + 3 * rowBytes + u, f32x4.mul(f32x4.mul(dh, squashed), f32x4.mul(o, f32x4.sub(one, o))));
        v128.store(dCell + u, f32x4.mul(dc, f));
        v128.store(dState + u, zero);
      }
    }
    if (step > 0) matmulAdd(at(gates, t * batch * width), width, batch, width, recurrentTransposed, hidden, stateGradient, hidden);
  }
}
