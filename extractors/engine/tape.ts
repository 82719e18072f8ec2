// The differentiable operations the networks are made of, on tfjs: a fused LSTM of our own and a dense layer.
// On the wasm and cpu backends the LSTM is a tfjs kernel with a gradient that runs lstm-kernel.ts, on `tensorflow` it is block-lstm.ts.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { blockLstm, registerBlockLstm, type LstmTensors } from './block-lstm.ts';
import type { LstmStates } from './lstm-kernel.ts';
import { pairBackward, pairForward, type DirectionWeights, type LayerShape, type Pair } from './lstm-pair.ts';

export type { LstmTensors } from './block-lstm.ts';
export type TapeBackend = 'wasm' | 'cpu' | 'tensorflow';
export type { Tensor } from '@tensorflow/tfjs';
export const tensors = tf;

const KERNEL = 'EngramLstm';
const GRADIENT_KERNEL = 'EngramLstmGradient';

interface ArrayBackend {
  readSync(dataId: object): Float32Array | Int32Array;
  write(values: Float32Array, shape: number[], dtype: string): object;
}

type Info = { readonly dataId: object; readonly shape: number[]; readonly dtype: 'float32' | 'int32' };

function readFloats(backend: unknown, info: Info): Float32Array {
  return (backend as ArrayBackend).readSync(info.dataId) as Float32Array;
}

function writeFloats(backend: unknown, values: Float32Array, shape: number[]): Info {
  return { dataId: (backend as ArrayBackend).write(values, shape, 'float32'), shape, dtype: 'float32' };
}

/** The inputs of a layer in the order of the kernel, as tfjs names them. */
const WEIGHTS = ['forwardKernel', 'forwardRecurrent', 'forwardBias', 'backwardKernel', 'backwardRecurrent', 'backwardBias'] as const;
const STATES = ['output', 'gates', 'cells'] as const;

function readLayer(inputs: Readonly<Record<string, Info>>, backend: unknown): { shape: LayerShape; x: Float32Array; weights: Pair<DirectionWeights>; lengths: Int32Array } {
  const read = (name: string): Float32Array => readFloats(backend, inputs[name]!);
  const side = (name: string): DirectionWeights => ({ kernel: read(`${name}Kernel`), recurrent: read(`${name}Recurrent`), bias: read(`${name}Bias`) });
  const [time, batch, input] = inputs['x']!.shape as [number, number, number];
  const lengths = (backend as ArrayBackend).readSync(inputs['lengths']!.dataId) as Int32Array;
  return { shape: { time, batch, input, hidden: inputs['forwardRecurrent']!.shape[0]! }, x: read('x'), weights: [side('forward'), side('backward')], lengths };
}

function registerArrayKernels(backendName: 'wasm' | 'cpu'): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, backend }) => {
      const { shape, x, weights, lengths } = readLayer(inputs as unknown as Record<string, Info>, backend);
      const { time, batch, hidden } = shape;
      return pairForward(shape, x, weights, lengths).flatMap(({ output, gates, cells }) => [
        writeFloats(backend, output, [time, batch, hidden]),
        writeFloats(backend, gates, [time, batch, 4 * hidden]),
        writeFloats(backend, cells, [time, batch, hidden]),
      ]) as unknown as tf.TensorInfo[];
    },
  });
  tf.registerKernel({
    kernelName: GRADIENT_KERNEL,
    backendName,
    kernelFunc: ({ inputs, backend }) => {
      const given = inputs as unknown as Record<string, Info>;
      const { shape, x, weights, lengths } = readLayer(given, backend);
      const states = [0, 1].map((side) => Object.fromEntries(STATES.map((name) => [name, readFloats(backend, given[`${name}${side}`]!)]))) as unknown as Pair<LstmStates>;
      const outputGradients = [readFloats(backend, given['dy0']!), readFloats(backend, given['dy1']!)] as const;
      const [forward, backward] = pairBackward(shape, x, weights, lengths, states, outputGradients);
      const dx = forward.x.map((value, i) => value + backward.x[i]!);
      const { input, hidden } = shape;
      return [
        writeFloats(backend, dx, given['x']!.shape),
        ...[forward, backward].flatMap(({ kernel, recurrent, bias }) => [
          writeFloats(backend, kernel, [input, 4 * hidden]),
          writeFloats(backend, recurrent, [hidden, 4 * hidden]),
          writeFloats(backend, bias, [4 * hidden]),
        ]),
      ] as unknown as tf.TensorInfo[];
    },
  });
}

function registerGradient(): void {
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ['x', ...WEIGHTS, 'lengths'],
    outputsToSave: [true, true, true, true, true, true],
    gradFunc: (dys, saved) => {
      const names = ['x', ...WEIGHTS, 'lengths', ...[0, 1].flatMap((side) => STATES.map((name) => `${name}${side}`))];
      const [dy0, , , dy1] = dys as tf.Tensor[];
      const inputs = { ...Object.fromEntries(names.map((name, i) => [name, saved[i]!])), dy0, dy1 } as unknown as tf.NamedTensorMap;
      const [dx, ...gradients] = tf.engine().runKernel(GRADIENT_KERNEL, inputs) as unknown as tf.Tensor[];
      const ofWeights = Object.fromEntries(WEIGHTS.map((name, i) => [name, () => gradients[i]!]));
      return { x: () => dx!, ...ofWeights, lengths: () => tf.zerosLike(saved[names.indexOf('lengths')]!) };
    },
  });
}

let registered = false;

/**
 * Makes `name` the backend of everything that follows in this process.
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when tfjs cannot start it
 */
export function useBackend(name: TapeBackend): Promise<void> {
  // tfjs cancels one that is still starting when another is asked for.
  const started = lastBackend.catch(() => undefined).then(() => startBackend(name));
  lastBackend = started;
  return started;
}

let lastBackend: Promise<void> = Promise.resolve();

async function startBackend(name: TapeBackend): Promise<void> {
  if (!registered) {
    registerArrayKernels('wasm');
    registerArrayKernels('cpu');
    registerGradient();
    registerBlockLstm();
    const folder = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
    setWasmPaths(`${folder}/`);
    registered = true;
  }
  let problem = 'the backend did not start';
  const started = await tf.setBackend(name).catch((error: unknown) => {
    problem = messageOf(error);
    return false;
  });
  if (!started || tf.getBackend() !== name) throw new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: name, problem });
  await tf.ready();
}

/**
 * A BiLSTM layer.
 * @param x float32 [time, batch, input]
 * @param weights kernel float32 [input, 4·hidden], gate order i, g, f, o; hidden a multiple of 8
 * @param lengths int32 [batch]
 * @returns float32 [time, batch, 2·hidden], 0 beyond a row's length
 */
export function biLstm(x: tf.Tensor, weights: Pair<LstmTensors>, lengths: tf.Tensor): tf.Tensor {
  if (tf.getBackend() === 'tensorflow') return tf.concat(weights.map((side, i) => blockLstm(x as tf.Tensor3D, side, lengths as tf.Tensor1D, i === 1)), 2);
  const inOrder = weights.flatMap(({ kernel, recurrent, bias }) => [kernel, recurrent, bias]);
  const named = Object.fromEntries(WEIGHTS.map((name, i) => [name, inOrder[i]!]));
  const states = tf.engine().runKernel(KERNEL, { x, ...named, lengths } as unknown as tf.NamedTensorMap) as unknown as tf.Tensor[];
  return tf.concat([states[0]!, states[STATES.length]!], 2);
}

/**
 * x [rows, input] · kernel [input, outputs] + bias [outputs]. The gradient transposes before it multiplies: tfjs on
 * WASM is many times slower at a transposed matMul than at a transpose and a plain one.
 */
export function dense(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const multiply = tf.customGrad((...args) => {
    const [a, b, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, (kept: tf.Tensor[]) => void];
    save([a, b]);
    return {
      value: tf.matMul(a, b),
      gradFunc: (dy, saved) => {
        const [x0, w0] = saved as [tf.Tensor2D, tf.Tensor2D];
        const up = dy as tf.Tensor2D;
        return [tf.matMul(up, tf.transpose(w0)), tf.matMul(tf.transpose(x0) as tf.Tensor2D, up)];
      },
    };
  });
  return tf.add(multiply(x, kernel), bias) as tf.Tensor2D;
}
