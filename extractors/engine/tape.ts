// The differentiable operations the networks are made of, on tfjs: a fused LSTM of our own and a dense layer.
// On the wasm and cpu backends the LSTM is a tfjs kernel with a gradient that runs lstm-kernel.ts; any other backend
// (`tensorflow`) gets the same function composed of tfjs operations, which differentiate themselves.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { lstmBackward, lstmForward, type LstmShape } from './lstm-kernel.ts';

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

function shapeOf(x: Info, recurrent: Info, reverse: boolean): LstmShape {
  return { time: x.shape[0]!, batch: x.shape[1]!, input: x.shape[2]!, hidden: recurrent.shape[0]!, reverse };
}

function registerArrayKernels(backendName: 'wasm' | 'cpu'): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, kernel, recurrent, bias, lengths } = inputs as unknown as Record<string, Info>;
      const shape = shapeOf(x!, recurrent!, (attrs as unknown as { reverse: boolean }).reverse);
      const states = lstmForward(
        shape,
        readFloats(backend, x!),
        readFloats(backend, kernel!),
        readFloats(backend, recurrent!),
        readFloats(backend, bias!),
        (backend as unknown as ArrayBackend).readSync(lengths!.dataId) as Int32Array,
      );
      const { time, batch, hidden } = shape;
      return [
        writeFloats(backend, states.output, [time, batch, hidden]),
        writeFloats(backend, states.gates, [time, batch, 4 * hidden]),
        writeFloats(backend, states.cells, [time, batch, hidden]),
      ] as unknown as tf.TensorInfo[];
    },
  });
  tf.registerKernel({
    kernelName: GRADIENT_KERNEL,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const given = inputs as unknown as Record<string, Info>;
      const { x, kernel, recurrent, bias, lengths, output, gates, cells, dy } = given;
      const shape = shapeOf(x!, recurrent!, (attrs as unknown as { reverse: boolean }).reverse);
      const gradients = lstmBackward(
        shape,
        readFloats(backend, x!),
        readFloats(backend, kernel!),
        readFloats(backend, recurrent!),
        (backend as unknown as ArrayBackend).readSync(lengths!.dataId) as Int32Array,
        { output: readFloats(backend, output!), gates: readFloats(backend, gates!), cells: readFloats(backend, cells!) },
        readFloats(backend, dy!),
      );
      return [
        writeFloats(backend, gradients.x, x!.shape),
        writeFloats(backend, gradients.kernel, kernel!.shape),
        writeFloats(backend, gradients.recurrent, recurrent!.shape),
        writeFloats(backend, gradients.bias, bias!.shape),
      ] as unknown as tf.TensorInfo[];
    },
  });
}

function registerGradient(): void {
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: ['x', 'kernel', 'recurrent', 'bias', 'lengths'],
    outputsToSave: [true, true, true],
    gradFunc: (dys, saved, attrs) => {
      const [x, kernel, recurrent, bias, lengths, output, gates, cells] = saved as tf.Tensor[];
      const dy = (Array.isArray(dys) ? dys[0] : dys) as tf.Tensor;
      const inputs = { x, kernel, recurrent, bias, lengths, output, gates, cells, dy } as unknown as tf.NamedTensorMap;
      const [dx, dKernel, dRecurrent, dBias] = tf.engine().runKernel(GRADIENT_KERNEL, inputs, attrs) as unknown as tf.Tensor[];
      return { x: () => dx!, kernel: () => dKernel!, recurrent: () => dRecurrent!, bias: () => dBias!, lengths: () => tf.zerosLike(lengths!) };
    },
  });
}

let registered = false;

/**
 * Makes `name` the backend of everything that follows in this process.
 * @throws EngramError `ENGRAM_MODEL_ENGINE_MISSING` when tfjs cannot start it
 */
export async function useBackend(name: TapeBackend): Promise<void> {
  if (!registered) {
    registerArrayKernels('wasm');
    registerArrayKernels('cpu');
    registerGradient();
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
 * One direction of an LSTM layer.
 * @param x float32 [time, batch, input]
 * @param kernel float32 [input, 4·hidden], gate order i, g, f, o; hidden a multiple of 8
 * @param lengths int32 [batch]
 * @returns float32 [time, batch, hidden], 0 beyond a row's length
 */
export function lstm(x: tf.Tensor, kernel: tf.Tensor, recurrent: tf.Tensor, bias: tf.Tensor, lengths: tf.Tensor, reverse: boolean): tf.Tensor {
  const weights = { kernel: kernel as tf.Tensor2D, recurrent: recurrent as tf.Tensor2D, bias: bias as tf.Tensor1D };
  if (!tf.getKernel(KERNEL, tf.getBackend())) return composedLstm(x as tf.Tensor3D, weights, lengths as tf.Tensor1D, reverse);
  const inputs = { x, ...weights, lengths } as unknown as tf.NamedTensorMap;
  const [output] = tf.engine().runKernel(KERNEL, inputs, { reverse }) as unknown as tf.Tensor[];
  return output!;
}

interface LstmTensors {
  readonly kernel: tf.Tensor2D;
  readonly recurrent: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
}

/** The same function as the fused kernel, step by step in tfjs operations: runs and differentiates on every backend. */
export function composedLstm(x: tf.Tensor3D, weights: LstmTensors, lengths: tf.Tensor1D, reverse: boolean): tf.Tensor3D {
  const [time, batch, input] = x.shape;
  const hidden = weights.recurrent.shape[0];
  const projected = tf.reshape(dense(tf.reshape(x, [time * batch, input]), weights.kernel, weights.bias), [time, batch, 4 * hidden]);
  const states: tf.Tensor[] = new Array<tf.Tensor>(time);
  let state: tf.Tensor = tf.zeros([batch, hidden]);
  let cell: tf.Tensor = tf.zeros([batch, hidden]);
  for (let step = 0; step < time; step++) {
    const t = reverse ? time - 1 - step : step;
    const row = tf.reshape(tf.slice(projected, [t, 0, 0], [1, batch, 4 * hidden]), [batch, 4 * hidden]);
    const recurrence = tf.matMul(state as tf.Tensor2D, weights.recurrent);
    const [i, g, f, o] = tf.split(tf.add(row, recurrence), 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const real = tf.reshape(tf.cast(tf.greater(lengths, t), 'float32'), [batch, 1]);
    cell = tf.mul(real, tf.add(tf.mul(tf.sigmoid(f), cell), tf.mul(tf.sigmoid(i), tf.tanh(g))));
    state = tf.mul(real, tf.mul(tf.sigmoid(o), tf.tanh(cell)));
    states[t] = state;
  }
  return tf.stack(states) as tf.Tensor3D;
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
