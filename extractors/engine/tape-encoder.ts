// The encoder of every network here, in tfjs: stacked BiLSTM layers and a dense head, forward and gradient.
// The tagger scores each token ('tokens'); the relation classifier pools states over masks ('pooled').
import type { Encoder, EncoderBatch, EncoderSpec, LstmDirection } from './engine.ts';
import { biLstm, dense, tensors as tf, type LstmTensors, type Tensor } from './tape.ts';

type Tensor2D = ReturnType<typeof tf.tensor2d>;
type Tensor1D = ReturnType<typeof tf.tensor1d>;
type Tensor3D = ReturnType<typeof tf.tensor3d>;

/** Every weight of an encoder in one fixed order: layers (forward kernel, recurrent, bias; backward …), head. */
export function weightsOf(spec: EncoderSpec): readonly { readonly values: Float32Array; readonly shape: readonly number[] }[] {
  const direction = (d: LstmDirection, input: number, hidden: number): { values: Float32Array; shape: number[] }[] => [
    { values: d.kernel, shape: [input, 4 * hidden] },
    { values: d.recurrent, shape: [hidden, 4 * hidden] },
    { values: d.bias, shape: [4 * hidden] },
  ];
  return [
    ...spec.layers.flatMap((l) => [...direction(l.forward, l.inputSize, l.hiddenSize), ...direction(l.backward, l.inputSize, l.hiddenSize)]),
    { values: spec.outputKernel, shape: [spec.outputKernel.length / spec.outputs, spec.outputs] },
    { values: spec.outputBias, shape: [spec.outputs] },
  ];
}

function weightTensors(spec: EncoderSpec): Tensor[] {
  return weightsOf(spec).map(({ values, shape }) => tf.tensor(values, [...shape]));
}

/**
 * @param x float32 [time, batch, input]
 * @param weights as `weightTensors` orders them
 * @param dropout float32 [1, batch, 2·hidden] factors on the last layer's states, the same at every step (arXiv:1512.05287)
 * @returns float32 [time · batch, outputs], or [batch, outputs] for a pooled head
 */
function scoresOf(spec: EncoderSpec, x: Tensor, weights: readonly Tensor[], batch: EncoderBatch, dropout?: Tensor): Tensor2D {
  const lengths = tf.tensor1d(batch.lengths, 'int32');
  let states = x;
  spec.layers.forEach((_, index) => {
    const side = (from: number): LstmTensors => {
      const [kernel, recurrent, bias] = weights.slice(from, from + 3) as [Tensor2D, Tensor2D, Tensor1D];
      return { kernel, recurrent, bias };
    };
    states = biLstm(states, [side(6 * index), side(6 * index + 3)], lengths);
  });
  if (dropout) states = tf.mul(states, dropout);
  const [kernel, bias] = weights.slice(-2) as [Tensor2D, Tensor1D];
  const width = states.shape[2]!;
  if (spec.head.kind === 'tokens') return dense(tf.reshape(states, [batch.time * batch.batch, width]) as Tensor2D, kernel, bias);
  return dense(poolStates(states, batch.masks!, spec.head.pools), kernel, bias);
}

/** As `poolStates`, where states are better left on the device. */
function poolOnDevice(states: Tensor, masks: Float32Array, pools: number): Tensor2D {
  const [time, batch] = states.shape as [number, number, number];
  const perPool = tf.split(tf.tensor4d(masks, [pools, time, batch, 1]), pools);
  return tf.concat(perPool.map((mask) => tf.max(tf.add(states, tf.reshape(mask, [time, batch, 1])), 0)), 1) as Tensor2D;
}

/**
 * The largest state over the steps each mask leaves in, one block of columns a pool: [time, batch, width] → [batch, pools · width].
 * On typed arrays with the winner remembered: tfjs would compare whole tensors again for the gradient.
 */
function poolStates(states: Tensor, masks: Float32Array, pools: number): Tensor2D {
  if (tf.getBackend() === 'tensorflow') return poolOnDevice(states, masks, pools);
  const [time, batch, width] = states.shape as [number, number, number];
  const pool = tf.customGrad((...args) => {
    const values = (args[0] as unknown as Tensor).dataSync() as Float32Array;
    const pooled = new Float32Array(batch * pools * width).fill(-Infinity);
    const winners = new Int32Array(pooled.length);
    for (let p = 0; p < pools; p++) {
      for (let row = 0; row < time * batch; row++) {
        if (masks[p * time * batch + row]! !== 0) continue;
        const to = ((row % batch) * pools + p) * width;
        for (let d = 0; d < width; d++) {
          const value = values[row * width + d]!;
          if (value > pooled[to + d]!) {
            pooled[to + d] = value;
            winners[to + d] = row * width + d;
          }
        }
      }
    }
    return {
      value: tf.tensor2d(pooled, [batch, pools * width]),
      gradFunc: (dy) => {
        const gradient = new Float32Array(values.length);
        (dy as Tensor).dataSync().forEach((g, index) => (gradient[winners[index]!]! += g));
        return tf.tensor3d(gradient, [time, batch, width]);
      },
    };
  });
  return pool(states) as Tensor2D;
}

/** Scores without a tape. Shapes as in `Encoder.run`. */
async function runEncoder(spec: EncoderSpec, weights: readonly Tensor[], batch: EncoderBatch): Promise<Float32Array> {
  const scores = tf.tidy(() => scoresOf(spec, tf.tensor3d(batch.inputs, [batch.time, batch.batch, spec.layers[0]!.inputSize]), weights, batch));
  const values = (await scores.data()) as Float32Array;
  scores.dispose();
  return values.slice();
}

/** On the backend that tfjs uses now. */
export function tapeEncoder(spec: EncoderSpec): Encoder {
  const weights = weightTensors(spec);
  return {
    run: (batch) => runEncoder(spec, weights, batch),
    dispose: () => {
      for (const weight of weights) weight.dispose();
      return Promise.resolve();
    },
  };
}

export interface LossAndGradient {
  readonly loss: number;
  /** Same shape as the scores. */
  readonly gradient: Float32Array;
}

export interface EncoderGradients {
  readonly loss: number;
  /** float32 [time, batch, input] */
  readonly inputs: Float32Array;
  /** In the order of `weightsOf`. */
  readonly weights: readonly Float32Array[];
}

/** Forward, `lossOf(scores)`, backward. */
export function encoderGradients(
  spec: EncoderSpec,
  batch: EncoderBatch,
  lossOf: (scores: Float32Array) => LossAndGradient,
  dropout?: Float32Array,
): EncoderGradients {
  let result: EncoderGradients | undefined;
  // tidy searches what it is given back for tensors, element by element: the arrays leave by the closure.
  tf.tidy(() => {
    const x: Tensor3D = tf.tensor3d(batch.inputs, [batch.time, batch.batch, spec.layers[0]!.inputSize]);
    const factors = dropout && tf.tensor3d(dropout, [1, batch.batch, dropout.length / batch.batch]);
    let loss = 0;
    const scalarLoss = tf.customGrad((...args) => {
      const scores = args[0] as unknown as Tensor;
      const result = lossOf(scores.dataSync() as Float32Array);
      loss = result.loss;
      return { value: tf.scalar(result.loss), gradFunc: () => tf.tensor(result.gradient, scores.shape) };
    });
    const all = tf.grads((...args) => scalarLoss(scoresOf(spec, args[0]!, args.slice(1), batch, factors)) as never)([x, ...weightTensors(spec)]);
    const [inputs, ...weights] = all.map((t) => t.dataSync().slice() as Float32Array);
    result = { loss, inputs: inputs!, weights };
  });
  return result!;
}
