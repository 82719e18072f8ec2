// Products through the kernel against plain loops, for sizes that fill its panels and sizes that do not.
import test from 'ava';
import { multiply, multiplyTransposedLeft, multiplyTransposedRight } from '../../../extractors/engine/matrix.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const transposed = (values: Float32Array, rows: number, columns: number): Float32Array => Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);

for (const [rows, depth, columns] of [[1, 1, 1], [3, 5, 7], [8, 16, 8], [13, 32, 97]] as const) {
  test(`[${rows}, ${depth}] · [${depth}, ${columns}], and with either transposed`, (t) => {
    const random = createRandom(3);
    const [a, b] = [rows * depth, depth * columns].map((length) => Float32Array.from({ length }, () => random.normal())) as [Float32Array, Float32Array];
    const expected = Float32Array.from({ length: rows * columns }, (_, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns];
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += a[r * depth + k]! * b[k * columns + c]!;
      return sum;
    });
    const results = [multiply(a, b, rows, depth, columns), multiplyTransposedLeft(transposed(a, rows, depth), b, rows, depth, columns), multiplyTransposedRight(a, transposed(b, depth, columns), rows, depth, columns)];
    for (const result of results) {
      t.is(result.length, expected.length);
      t.true(result.every((value, i) => Math.abs(value - expected[i]!) < 1e-4));
    }
  });
}
