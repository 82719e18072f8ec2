// An encoder as an ONNX model: stacked bidirectional LSTMs and a dense head, with float32 or int8 recurrent weights.
// Operators: https://onnx.ai/onnx/operators (LSTM, opset 14) and com.microsoft.DynamicQuantizeLSTM of ONNX Runtime.
import { INT8_BITS, type BiLstmLayer, type EncoderSpec, type LstmDirection, type Precision } from './engine.ts';
import { encodeMessage, type Message } from './protobuf.ts';

/** Field numbers and type codes are those of onnx.proto. */
const FLOAT = 1;
const INT8 = 3;
const INT32 = 6;
const INT64 = 7;
const IR_VERSION = 8;
const OPSET = 14;
const CONTRIB = 'com.microsoft';

/** Which of our gates (i, g, f, o) stands at each place of ONNX's order i, o, f, c. */
const ONNX_GATES = [0, 3, 2, 1] as const;
const LARGEST_INT8 = 2 ** (INT8_BITS - 1);

type Attribute = number | string | readonly number[];

function attribute(name: string, value: Attribute): Message {
  if (typeof value === 'number') return { 1: name, 3: value, 20: 2 };
  if (typeof value === 'string') return { 1: name, 4: value, 20: 3 };
  return { 1: name, 8: value, 20: 7 };
}

function node(operator: string, inputs: readonly string[], output: string, attributes: Readonly<Record<string, Attribute>> = {}, domain = ''): Message {
  return { 1: inputs, 2: output, 4: operator, 5: Object.entries(attributes).map(([name, value]) => attribute(name, value)), 7: domain };
}

function tensor(name: string, shape: readonly number[], data: Float32Array | Int8Array | BigInt64Array): Message {
  const type = data instanceof Float32Array ? FLOAT : data instanceof Int8Array ? INT8 : INT64;
  return { 1: shape, 2: type, 8: name, 9: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A number is a fixed size, a name one that each run chooses. */
function port(name: string, type: number, shape: readonly (number | string)[]): Message {
  const dimensions = shape.map((size): Message => (typeof size === 'number' ? { 1: size } : { 2: size }));
  return { 1: name, 2: { 1: { 1: type, 2: { 1: dimensions } } } };
}

/** @returns [rows, 4·hidden] with the gates in ONNX's order */
function reorderGates(values: Float32Array, hidden: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length; row += 4 * hidden) {
    ONNX_GATES.forEach((ours, place) => out.set(values.subarray(row + ours * hidden, row + (ours + 1) * hidden), row + place * hidden));
  }
  return out;
}

function transpose(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column]!;
  return out;
}

/** Symmetric int8 with one scale a column: value ≈ quantized · scale. */
function quantizeColumns(values: Float32Array, columns: number): { quantized: Int8Array; scales: Float32Array } {
  const largest = new Float32Array(columns);
  values.forEach((value, index) => (largest[index % columns] = Math.max(largest[index % columns]!, Math.abs(value))));
  const scales = largest.map((most) => (most || 1) / LARGEST_INT8);
  return { quantized: Int8Array.from(values, (value, index) => Math.round(value / scales[index % columns]!)), scales };
}

function join(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

interface Part {
  readonly nodes: readonly Message[];
  readonly tensors: readonly Message[];
}

/** [time, batch, input] → [time, batch, 2·hidden]; states after a row's length are zero. */
function layerPart(layer: BiLstmLayer, index: number, input: string, output: string, precision: Precision): Part {
  const { hiddenSize: hidden, inputSize } = layer;
  const gates = 4 * hidden;
  const name = (part: string): string => `layer${index}.${part}`;
  const both = (part: keyof LstmDirection): readonly [Float32Array, Float32Array] => [
    reorderGates(layer.forward[part], hidden),
    reorderGates(layer.backward[part], hidden),
  ];
  const noRecurrentBias = new Float32Array(gates);
  const bias = both('bias').map((values) => join(values, noRecurrentBias));
  const tensors = [tensor(name('bias'), [2, 2 * gates], join(bias[0]!, bias[1]!)), tensor(name('width'), [3], BigInt64Array.of(0n, 0n, BigInt(2 * hidden)))];
  const quantization: string[] = [];
  for (const [part, rows] of [['kernel', inputSize], ['recurrent', hidden]] as const) {
    const [forward, backward] = both(part);
    if (precision === 'float32') {
      tensors.push(tensor(name(part), [2, gates, rows], join(transpose(forward, gates), transpose(backward, gates))));
      continue;
    }
    const [a, b] = [quantizeColumns(forward, gates), quantizeColumns(backward, gates)];
    const quantized = new Int8Array(2 * forward.length);
    quantized.set(a.quantized);
    quantized.set(b.quantized, forward.length);
    tensors.push(
      tensor(name(part), [2, rows, gates], quantized),
      tensor(name(`${part}Scale`), [2, gates], join(a.scales, b.scales)),
      tensor(name(`${part}Zero`), [2, gates], new Int8Array(2 * gates)),
    );
    quantization.push(name(`${part}Scale`), name(`${part}Zero`));
  }
  const inputs = [input, name('kernel'), name('recurrent'), name('bias'), 'lengths'];
  const attributes = { hidden_size: hidden, direction: 'bidirectional' };
  const lstm =
    precision === 'float32'
      ? node('LSTM', inputs, name('directions'), attributes)
      : node('DynamicQuantizeLSTM', [...inputs, '', '', '', ...quantization], name('directions'), attributes, CONTRIB);
  return {
    tensors,
    nodes: [
      lstm,
      node('Transpose', [name('directions')], name('sideBySide'), { perm: [0, 2, 1, 3] }),
      node('Reshape', [name('sideBySide'), name('width')], output),
    ],
  };
}

/** The dense head, always float32: it is small, and its scores are compared with each other. */
function headPart({ head, outputKernel, outputBias, outputs }: EncoderSpec, states: string): Part {
  const width = outputKernel.length / outputs;
  const tensors = [tensor('head.kernel', [width, outputs], outputKernel), tensor('head.bias', [outputs], outputBias)];
  const dense = (input: string): Message[] => [
    node('MatMul', [input, 'head.kernel'], 'head.products'),
    node('Add', ['head.products', 'head.bias'], 'scores'),
  ];
  if (head.kind === 'tokens') return { tensors, nodes: dense(states) };
  tensors.push(tensor('head.last', [1], BigInt64Array.of(3n)), tensor('head.width', [2], BigInt64Array.of(0n, BigInt(width))));
  return {
    tensors,
    nodes: [
      node('Unsqueeze', ['masks', 'head.last'], 'head.masks'),
      node('Add', [states, 'head.masks'], 'head.masked'),
      node('ReduceMax', ['head.masked'], 'head.pools', { axes: [1], keepdims: 0 }),
      node('Transpose', ['head.pools'], 'head.byRow', { perm: [1, 0, 2] }),
      node('Reshape', ['head.byRow', 'head.width'], 'head.pooled'),
      ...dense('head.pooled'),
    ],
  };
}

/** @returns a serialised ModelProto: inputs `inputs`, `lengths` (and `masks`), output `scores`, shaped as `EncoderBatch` and `Encoder.run` say */
export function onnxModel(spec: EncoderSpec, precision: Precision): Uint8Array {
  const states = (layer: number): string => (layer < 0 ? 'inputs' : `layer${layer}.states`);
  const parts = [
    ...spec.layers.map((layer, index) => layerPart(layer, index, states(index - 1), states(index), precision)),
    headPart(spec, states(spec.layers.length - 1)),
  ];
  const pooled = spec.head.kind === 'pooled';
  return encodeMessage({
    1: IR_VERSION,
    2: 'engram',
    7: {
      1: parts.flatMap((part) => part.nodes),
      2: 'encoder',
      5: parts.flatMap((part) => part.tensors),
      11: [
        port('inputs', FLOAT, ['time', 'batch', spec.layers[0]!.inputSize]),
        port('lengths', INT32, ['batch']),
        ...(pooled ? [port('masks', FLOAT, [spec.head.pools, 'time', 'batch'])] : []),
      ],
      12: [port('scores', FLOAT, pooled ? ['batch', spec.outputs] : ['time', 'batch', spec.outputs])],
    },
    8: [
      { 1: '', 2: OPSET },
      { 1: CONTRIB, 2: 1 },
    ],
  });
}
