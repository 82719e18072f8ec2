// One direction of an LSTM layer on TensorFlow: its fused BlockLSTMV2, with BlockLSTMGradV2 as gradient, as a tfjs kernel.
// Operators: https://www.tensorflow.org/api_docs/python/tf/raw_ops/BlockLSTMV2. They run every row to the last step of the batch, from the
// first step on: rows that are read backwards are turned round by their lengths before and after, and what stands beyond a length is masked.
import * as tf from '@tensorflow/tfjs';

export interface LstmTensors {
  /** float32 [input, 4·hidden], gate order i, g (cell candidate), f, o */
  readonly kernel: tf.Tensor2D;
  /** float32 [hidden, 4·hidden] */
  readonly recurrent: tf.Tensor2D;
  /** float32 [4·hidden] */
  readonly bias: tf.Tensor1D;
}

const KERNEL = 'EngramBlockLstm';
const GRADIENT_KERNEL = 'EngramBlockLstmGradient';
/** BlockLSTMV2 wants the gates in the order i, f, g, o: the place of ours, and as swapping two is its own inverse, of its in ours. */
const BLOCK_GATES = [0, 2, 1, 3] as const;
const INPUTS = ['x', 'kernel', 'recurrent', 'bias', 'lengths'] as const;
/** What the gradient needs of the forward pass, as the operator returns it: gates, cells and states, all float32 [time, batch, hidden]. */
const STATES = ['i', 'cs', 'f', 'o', 'ci', 'co', 'h'] as const;

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** What of the backend of @tensorflow/tfjs-node is used here. */
interface NodeBackend {
  readonly binding: {
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_INT64: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_TYPE: number;
    createTensor(shape: number[], type: number, values: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): object[];
  };
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  createOutputTensor(info: object): tf.Tensor;
}

/** Runs an operator whose first input is a count of steps. tfjs has no int64: the scalar is made and freed by hand. */
function executeSteps(backend: NodeBackend, name: string, attributes: readonly Attribute[], steps: number, inputs: readonly tf.TensorInfo[], outputs: number): tf.Tensor[] {
  const { binding } = backend;
  const count = binding.createTensor([], binding.TF_INT64, Int32Array.of(steps, 0));
  try {
    return binding.executeOp(name, attributes, [count, ...backend.getInputTensorIds(inputs)], outputs).map((info) => backend.createOutputTensor(info));
  } finally {
    binding.deleteTensor(count);
  }
}

/** Each row's first `lengths[row]` steps in the opposite order. @param x [time, batch, size] */
function turnRound(backend: NodeBackend, x: tf.TensorInfo, lengths: tf.TensorInfo): tf.Tensor3D {
  const { binding } = backend;
  const attributes = [
    { name: 'seq_dim', type: binding.TF_ATTR_INT, value: 0 },
    { name: 'batch_dim', type: binding.TF_ATTR_INT, value: 1 },
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: 'Tlen', type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  return backend.createOutputTensor(binding.executeOp('ReverseSequence', attributes, backend.getInputTensorIds([x, lengths]), 1)[0]!) as tf.Tensor3D;
}

/** Columns of four gates in the operator's order, or back in ours. */
const reorder = <T extends tf.Tensor>(values: T): T => {
  const gates = tf.split(values, 4, -1);
  return tf.concat(BLOCK_GATES.map((gate) => gates[gate]!), -1) as T;
};

interface Given {
  readonly x: tf.Tensor3D;
  readonly kernel: tf.Tensor2D;
  readonly recurrent: tf.Tensor2D;
  readonly bias: tf.Tensor1D;
  readonly lengths: tf.Tensor1D;
}

/** The inputs that BlockLSTMV2 and its gradient begin with: x, no states before the first step, weights, no peepholes, bias. */
function operands(backend: NodeBackend, { x, kernel, recurrent, bias, lengths }: Given, reverse: boolean): tf.Tensor[] {
  const [, batch] = x.shape;
  const hidden = recurrent.shape[0];
  const [none, noPeephole] = [tf.zeros([batch, hidden]), tf.zeros([hidden])];
  return [reverse ? turnRound(backend, x, lengths) : x, none, none, reorder(tf.concat([kernel, recurrent], 0)), noPeephole, noPeephole, noPeephole, reorder(bias)];
}

type KernelCall = { readonly inputs: unknown; readonly backend: unknown; readonly attrs?: unknown };
/** tfjs hands kernels tensors, whatever its types say. */
const given = <T>({ inputs }: KernelCall): T => inputs as T;
const isReverse = ({ attrs }: KernelCall): boolean => (attrs as { readonly reverse: boolean }).reverse;

export function registerBlockLstm(): void {
  tf.registerKernel({
    kernelName: KERNEL,
    backendName: 'tensorflow',
    kernelFunc: (call) =>
      tf.tidy(() => {
        const backend = call.backend as NodeBackend;
        const { binding } = backend;
        const inputs = given<Given>(call);
        const attributes = [
          { name: 'cell_clip', type: binding.TF_ATTR_FLOAT, value: 0 },
          { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false },
          { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        ];
        const states = executeSteps(backend, 'BlockLSTMV2', attributes, inputs.x.shape[0], operands(backend, inputs, isReverse(call)), STATES.length);
        const output = isReverse(call) ? turnRound(backend, states.at(-1)!, inputs.lengths) : tf.clone(states.at(-1)!);
        return [output, ...states] as tf.Tensor[];
      }) as unknown as tf.TensorInfo[],
  });
  tf.registerKernel({
    kernelName: GRADIENT_KERNEL,
    backendName: 'tensorflow',
    kernelFunc: (call) =>
      tf.tidy(() => {
        const backend = call.backend as NodeBackend;
        const { binding } = backend;
        const { dy, ...inputs } = given<Given & Readonly<Record<(typeof STATES)[number] | 'dy', tf.Tensor3D>>>(call);
        const attributes = [
          { name: 'use_peephole', type: binding.TF_ATTR_BOOL, value: false },
          { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        ];
        const reverse = isReverse(call);
        const up = reverse ? turnRound(backend, dy, inputs.lengths) : dy;
        const states = STATES.map((name) => inputs[name]);
        const [x, , , weights, , , , bias] = executeSteps(backend, 'BlockLSTMGradV2', attributes, inputs.x.shape[0], [...operands(backend, inputs, reverse), ...states, tf.zerosLike(up), up], 8);
        const [kernel, recurrent] = tf.split(reorder(weights!), [inputs.kernel.shape[0], inputs.recurrent.shape[0]], 0);
        return [reverse ? turnRound(backend, x!, inputs.lengths) : x!, kernel!, recurrent!, reorder(bias!)] as tf.Tensor[];
      }) as unknown as tf.TensorInfo[],
  });
  tf.registerGradient({
    kernelName: KERNEL,
    inputsToSave: [...INPUTS],
    outputsToSave: [false, ...STATES.map(() => true)],
    gradFunc: (dys, saved, attrs) => {
      const inputs = Object.fromEntries([...INPUTS, ...STATES].map((name, i) => [name, saved[i]!]));
      const gradients = tf.engine().runKernel(GRADIENT_KERNEL, { ...inputs, dy: (dys as tf.Tensor[])[0]! }, attrs) as unknown as tf.Tensor[];
      const [x, kernel, recurrent, bias] = gradients.map((gradient) => () => gradient);
      return { x: x!, kernel: kernel!, recurrent: recurrent!, bias: bias!, lengths: () => tf.zerosLike(inputs['lengths']!) };
    },
  });
}

/**
 * One direction of a layer.
 * @param x float32 [time, batch, input]
 * @param lengths int32 [batch]
 * @returns float32 [time, batch, hidden], 0 beyond a row's length
 */
export function blockLstm(x: tf.Tensor3D, { kernel, recurrent, bias }: LstmTensors, lengths: tf.Tensor1D, reverse: boolean): tf.Tensor3D {
  const [time] = x.shape;
  const inputs = { x, kernel, recurrent, bias, lengths } satisfies Given;
  const [output] = tf.engine().runKernel(KERNEL, inputs as unknown as tf.NamedTensorMap, { reverse }) as unknown as tf.Tensor3D[];
  const steps = tf.reshape(tf.range(0, time, 1, 'int32'), [time, 1, 1]);
  return tf.mul(output!, tf.cast(tf.less(steps, tf.reshape(lengths, [1, -1, 1])), 'float32'));
}
