// One direction of an LSTM layer, step by step in tfjs operations, which differentiate themselves: what the fused kernels are compared with.
import { dense, tensors as tf, type LstmTensors } from '../../extractors/engine/tape.ts';

type Tensor = InstanceType<typeof tf.Tensor>;
type Tensor1D = ReturnType<typeof tf.tensor1d>;
type Tensor2D = ReturnType<typeof tf.tensor2d>;
type Tensor3D = ReturnType<typeof tf.tensor3d>;

/** Shapes as in `biLstm`. @returns float32 [time, batch, hidden], 0 beyond a row's length */
export function composedLstm(x: Tensor3D, weights: LstmTensors, lengths: Tensor1D, reverse: boolean): Tensor3D {
  const [time, batch, input] = x.shape;
  const hidden = weights.recurrent.shape[0];
  const projected = tf.reshape(dense(tf.reshape(x, [time * batch, input]), weights.kernel, weights.bias), [time, batch, 4 * hidden]);
  const states: Tensor[] = new Array<Tensor>(time);
  let state: Tensor = tf.zeros([batch, hidden]);
  let cell: Tensor = tf.zeros([batch, hidden]);
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const row = tf.reshape(tf.slice(projected, [t, 0, 0], [1, batch, 4 * hidden]), [batch, 4 * hidden]);
    const recurrence = tf.matMul(state as Tensor2D, weights.recurrent);
    const [i, g, f, o] = tf.split(tf.add(row, recurrence), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const real = tf.reshape(tf.cast(tf.greater(lengths, t), 'float32'), [batch, 1]);
    cell = tf.mul(real, tf.add(tf.mul(tf.sigmoid(f), cell), tf.mul(tf.sigmoid(i), tf.tanh(g))));
    state = tf.mul(real, tf.mul(tf.sigmoid(o), tf.tanh(cell)));
    states[t] = state;
  }
  return tf.stack(states) as Tensor3D;
}
