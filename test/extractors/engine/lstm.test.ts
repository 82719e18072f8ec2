import test from 'ava';
import { closePairThread, openPairThread } from '../../../extractors/engine/lstm-pair.ts';
import { biLstm, tensors as tf, useBackend, type LstmTensors } from '../../../extractors/engine/tape.ts';
import { loadTensorflow } from '../../../extractors/engine/tensorflow.ts';
import { encoderGradients } from '../../../extractors/engine/tape-encoder.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { composedLstm } from '../../support/composed-lstm.ts';
import { hasTensorflow } from '../../support/devices.ts';
import { randomBatch, randomSpec } from '../../support/reference-bilstm.ts';

const random = createRandom(7);
const values = (n: number, scale: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * scale);
const [time, batch, input, hidden] = [5, 3, 6, 8];
const NAMES = ['x', 'kernel', 'recurrent', 'bias', 'backward kernel', 'backward recurrent', 'backward bias'] as const;
const SHAPES = [[time, batch, input], [input, 4 * hidden], [hidden, 4 * hidden], [4 * hidden], [input, 4 * hidden], [hidden, 4 * hidden], [4 * hidden]];
const parameters = SHAPES.map((shape, i) => values(shape.reduce((n, size) => n * size, 1), i === 0 ? 1 : 0.4));
const probe = values(time * batch * 2 * hidden, 1);
const lengths = Int32Array.from([5, 2, 4]);

/** Output, and the gradients of sum(output · probe) with respect to each parameter. */
function evaluate(kind: 'fused' | 'composed', given: readonly Float32Array[] = parameters): Float32Array[] {
  return tf.tidy(() => {
    const rows = tf.tensor1d(lengths, 'int32');
    const run = (...args: unknown[]): InstanceType<typeof tf.Tensor> => {
      const [x, ...weights] = args as never[];
      const side = (from: number): LstmTensors => ({ kernel: weights[from]!, recurrent: weights[from + 1]!, bias: weights[from + 2]! });
      if (kind === 'fused') return biLstm(x!, [side(0), side(3)], rows);
      return tf.concat([composedLstm(x!, side(0), rows, false), composedLstm(x!, side(3), rows, true)], 2);
    };
    const inputs = given.map((array, i) => tf.tensor(array, SHAPES[i]!));
    const loss = (...args: unknown[]): never => tf.sum(tf.mul(run(...args), tf.tensor3d(probe, [time, batch, 2 * hidden]))) as never;
    return [run(...inputs), ...tf.grads(loss)(inputs)].map((t) => t.dataSync().slice() as Float32Array);
  });
}

/** By tfjs, and by TensorFlow itself: what tfjs does not know of would stay for ever. */
function tensorsHeld(): number[] {
  const { binding } = tf.backend() as unknown as { binding?: { getNumOfTensors(): number } };
  return [tf.memory().numTensors, ...(binding ? [binding.getNumOfTensors()] : [])];
}

const worst = (a: Float32Array, b: Float32Array): number => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i]!)), 0);

for (const backend of ['wasm', 'cpu', 'tensorflow'] as const) {
  test.serial(`the fused BiLSTM equals the composed one on ${backend}, with gradients`, async (t) => {
    if (backend === 'tensorflow') {
      if (!hasTensorflow(t)) return;
      await loadTensorflow();
    }
    await useBackend(backend);
    const before = tensorsHeld();
    const fused = evaluate('fused');
    t.deepEqual(tensorsHeld(), before);
    const composed = evaluate('composed');
    t.log(`largest differences: ${fused.map((part, i) => worst(part, composed[i]!).toExponential(1)).join(', ')}`);
    fused.forEach((part, i) => t.true(worst(part, composed[i]!) < 2e-4, `part ${i}: ${worst(part, composed[i]!)}`));
  });
}

test.serial('the gradients of the fused BiLSTM meet finite differences', async (t) => {
  await useBackend('wasm');
  const loss = (given: readonly Float32Array[]): number => evaluate('fused', given)[0]!.reduce((sum, v, i) => sum + v * probe[i]!, 0);
  const [, ...gradients] = evaluate('fused');
  const step = 1e-2;
  for (const [part, name] of NAMES.entries()) {
    for (const index of [0, 5, 17, 29]) {
      const moved = (by: number): number => loss(parameters.map((array, i) => (i === part ? array.map((v, at) => (at === index ? v + by : v)) : array)));
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      t.true(Math.abs(numeric - gradients[part]![index]!) < 0.01 + 0.02 * Math.abs(numeric), `${name}[${index}]`);
    }
  }
});

test.serial('a helper thread gives the same bits, and ends', async (t) => {
  await useBackend('wasm');
  const alone = evaluate('fused');
  await openPairThread();
  const [once, twice] = [evaluate('fused'), evaluate('fused')];
  await closePairThread();
  t.deepEqual(once, alone);
  t.deepEqual(twice, alone);
  t.deepEqual(evaluate('fused'), alone);
});

for (const pools of [undefined, 3]) {
  test.serial(`an encoder of two layers has the same scores and gradients on TensorFlow as on WASM${pools ? ', pooled' : ''}`, async (t) => {
    if (!hasTensorflow(t)) return;
    const seeded = createRandom(9);
    const spec = randomSpec({ input: 24, hidden: [16, 8], outputs: 5, pools }, seeded);
    const batch = randomBatch(spec, [7, 4, 6], seeded);
    const lossOf = (scores: Float32Array): { loss: number; gradient: Float32Array } => ({ loss: scores.reduce((sum, v) => sum + v * v, 0) / 2, gradient: scores });
    await useBackend('wasm');
    const wasm = encoderGradients(spec, batch, lossOf);
    await loadTensorflow();
    await useBackend('tensorflow');
    const before = tensorsHeld();
    const tensorflow = encoderGradients(spec, batch, lossOf);
    t.deepEqual(tensorsHeld(), before);
    t.true(Math.abs(wasm.loss - tensorflow.loss) < 1e-4 * wasm.loss);
    [wasm.inputs, ...wasm.weights].forEach((gradient, i) => {
      const apart = worst(gradient, [tensorflow.inputs, ...tensorflow.weights][i]!);
      t.true(apart < 1e-4, `part ${i}: ${apart}`);
    });
  });
}
