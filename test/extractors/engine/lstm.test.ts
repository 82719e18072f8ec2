import test from 'ava';
import { composedLstm, lstm, tensors as tf, useBackend } from '../../../extractors/engine/tape.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const random = createRandom(7);
const values = (n: number, scale: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * scale);
const [time, batch, input, hidden] = [5, 3, 6, 8];
const x = values(time * batch * input, 1);
const kernel = values(input * 4 * hidden, 0.4);
const recurrent = values(hidden * 4 * hidden, 0.4);
const bias = values(4 * hidden, 0.4);
const probe = values(time * batch * hidden, 1);
const lengths = Int32Array.from([5, 2, 4]);

type Run = typeof lstm | typeof composedLstm;

/** Output, and the gradients of sum(output · probe) with respect to x, kernel, recurrent and bias. */
function evaluate(kind: 'fused' | 'composed', reverse: boolean, given = { x, kernel, recurrent, bias }): Float32Array[] {
  return tf.tidy(() => {
    const inputs = [
      tf.tensor3d(given.x, [time, batch, input]),
      tf.tensor2d(given.kernel, [input, 4 * hidden]),
      tf.tensor2d(given.recurrent, [hidden, 4 * hidden]),
      tf.tensor1d(given.bias),
    ];
    const rows = tf.tensor1d(lengths, 'int32');
    const run = (a: unknown, k: unknown, r: unknown, b: unknown): InstanceType<typeof tf.Tensor> =>
      kind === 'fused'
        ? lstm(a as never, k as never, r as never, b as never, rows, reverse)
        : composedLstm(a as never, { kernel: k, recurrent: r, bias: b } as never, rows, reverse);
    const output = (run as unknown as (...args: unknown[]) => ReturnType<Run>)(...inputs);
    const loss = (...args: unknown[]): never =>
      tf.sum(tf.mul((run as unknown as (...a: unknown[]) => ReturnType<Run>)(...args), tf.tensor3d(probe, [time, batch, hidden]))) as never;
    const gradients = tf.grads(loss)(inputs);
    return [output, ...gradients].map((t) => t.dataSync().slice() as Float32Array);
  });
}

const worst = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

for (const backend of ['wasm', 'cpu'] as const) {
  for (const reverse of [false, true]) {
    test.serial(`the fused LSTM equals the composed one on ${backend}, ${reverse ? 'backward' : 'forward'}, with gradients`, async (t) => {
      await useBackend(backend);
      const before = tf.memory().numTensors;
      const fused = evaluate('fused', reverse);
      const composed = evaluate('composed', reverse);
      t.is(tf.memory().numTensors, before);
      fused.forEach((values, i) => t.true(worst(values, composed[i]!) < 2e-4, `part ${i}: ${worst(values, composed[i]!)}`));
    });
  }
}

test.serial('the gradients of the fused LSTM meet finite differences', async (t) => {
  await useBackend('wasm');
  const loss = (given: { x: Float32Array; kernel: Float32Array; recurrent: Float32Array; bias: Float32Array }): number =>
    evaluate('fused', true, given)[0]!.reduce((sum, v, i) => sum + v * probe[i]!, 0);
  const [, ...gradients] = evaluate('fused', true);
  const step = 1e-2;
  for (const [part, name] of (['x', 'kernel', 'recurrent', 'bias'] as const).entries()) {
    const all = { x, kernel, recurrent, bias };
    for (const index of [0, 5, 17, 29]) {
      const moved = (by: number): number => {
        const copy = all[name].slice();
        copy[index]! += by;
        return loss({ ...all, [name]: copy });
      };
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      t.true(Math.abs(numeric - gradients[part]![index]!) < 0.01 + 0.02 * Math.abs(numeric), `${name}[${index}]`);
    }
  }
});
