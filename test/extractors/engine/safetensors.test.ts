import test from 'ava';
import fc from 'fast-check';
import { floatFromHalf, halfFromFloat, readSafetensors, writeSafetensors, type StoredTensor } from '../../../extractors/engine/safetensors.ts';

/** A file with the header as given and `body` zero bytes behind it. */
function fileOf(header: unknown, body = 0, headerLength?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(headerLength ?? BigInt(json.length));
  return Buffer.concat([prefix, json, Buffer.alloc(body)]);
}

test('tensors of every type and the metadata come back as written', (t) => {
  const tensors: Record<string, StoredTensor> = {
    bytes: { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) },
    'layer0.kernel': { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -0.1, 3e-20, 7) },
    rows: { dtype: 'I8', shape: [1, 5], data: Int8Array.of(-128, -1, 0, 1, 127) },
    half: { dtype: 'F16', shape: [3], data: Float32Array.of(0.5, -2, 65504) },
    nothing: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
    __proto__named: { dtype: 'U8', shape: [], data: Uint8Array.of(9) },
  };
  const metadata = { layout: '{"näme":1}' };
  const read = readSafetensors(writeSafetensors(tensors, metadata));
  t.deepEqual(read.metadata, metadata);
  t.deepEqual({ ...read.tensors }, tensors);
});

test('a file of another writer may hold its tensors unaligned, in any order, inside a larger buffer', (t) => {
  const header = { b: { dtype: 'F32', shape: [1], data_offsets: [1, 5] }, a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } };
  const file = fileOf(header, 5);
  file.set(Buffer.from(Float32Array.of(2.5).buffer), file.length - 4);
  file[file.length - 5] = 7;
  const window = Buffer.concat([Buffer.alloc(3), file, Buffer.alloc(9)]).subarray(3, 3 + file.length);
  const { tensors } = readSafetensors(window);
  t.deepEqual(tensors['b']!.data, Float32Array.of(2.5));
  t.deepEqual(tensors['a']!.data, Uint8Array.of(7));
});

test('what is read does not change with the memory it was read from', (t) => {
  const file = Buffer.from(writeSafetensors({ a: { dtype: 'I8', shape: [2], data: Int8Array.of(1, 2) } }, {}));
  const { tensors } = readSafetensors(file);
  file.fill(0);
  t.deepEqual(tensors['a']!.data, Int8Array.of(1, 2));
});

test('each half-precision number comes back from its float', (t) => {
  for (let half = 0; half < 0x10000; half++) {
    const value = floatFromHalf(half);
    if (Number.isNaN(value)) t.true(Number.isNaN(floatFromHalf(halfFromFloat(value))));
    else if (halfFromFloat(value) !== half) t.fail(`${half} → ${value} → ${halfFromFloat(value)}`);
  }
});

test('a float becomes the nearest half, the even one of two equally near', (t) => {
  const rows: readonly [value: number, half: number][] = [
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [2047.5 / 2048, 0x3c00],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [-(2 ** -24), 0x8001],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [-1e30, 0xfc00],
    [-0, 0x8000],
  ];
  for (const [value, half] of rows) t.is(halfFromFloat(value), half, String(value));
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const error = Math.abs(floatFromHalf(halfFromFloat(value)) - value);
      return error <= Math.max(2 ** -25, Math.abs(value) * 2 ** -11);
    }),
  );
});

test('a tensor whose shape does not fit its values is not written', (t) => {
  const error = t.throws(() => writeSafetensors({ w: { dtype: 'F32', shape: [2, 3], data: new Float32Array(5) } }), { name: 'EngramError' });
  t.is((error as { code?: string }).code, 'ENGRAM_SHAPE_MISMATCH');
});

const tensor = (entry: object): object => ({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...entry } });
const hostile: readonly [name: string, file: Uint8Array, problem: RegExp][] = [
  ['an empty file', new Uint8Array(0), /too short/],
  ['a header longer than the file', fileOf({}, 0, 1000n), /longer than the file/],
  ['a header length of 2^64 − 1', fileOf({}, 0, 2n ** 64n - 1n), /longer than the file/],
  ['a header that is no JSON', fileOf('{"w":'), /not JSON/],
  ['a header that is not UTF-8', Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0x22, 0xff, 0xfe, 0x22])]), /not JSON/],
  ['a header that is null', fileOf('null'), /not an object/],
  ['a header that is a list', fileOf('[]'), /not an object/],
  ['metadata of numbers', fileOf({ __metadata__: { a: 1 } }), /metadata/],
  ['metadata that is a list', fileOf({ __metadata__: ['a'] }), /metadata/],
  ['a tensor that is null', fileOf({ w: null }, 4), /type/],
  ['an unknown type', fileOf(tensor({ dtype: 'BF16' }), 4), /type/],
  ['a type named after a method of objects', fileOf(tensor({ dtype: 'toString' }), 4), /type/],
  ['a shape that is text', fileOf(tensor({ shape: '1' }), 4), /shape or place/],
  ['a fractional shape', fileOf(tensor({ shape: [0.5, 2] }), 4), /shape or place/],
  ['a negative shape', fileOf(tensor({ shape: [-1, -1] }), 4), /shape or place/],
  ['a shape beyond every number', fileOf(tensor({ shape: [2 ** 52, 2 ** 52] }), 4), /fit its shape/],
  ['one offset', fileOf(tensor({ data_offsets: [0] }), 4), /shape or place/],
  ['offsets backwards', fileOf(tensor({ data_offsets: [4, 0] }), 4), /fit its shape/],
  ['a negative offset', fileOf(tensor({ data_offsets: [-4, 0] }), 4), /shape or place/],
  ['an offset beyond the file', fileOf(tensor({ data_offsets: [4, 8] }), 4), /outside the file/],
  ['fewer bytes than the shape asks for', fileOf(tensor({ shape: [2] }), 4), /fit its shape/],
  ['tensors over each other', fileOf({ ...tensor({}), v: { dtype: 'U8', shape: [2], data_offsets: [3, 5] } }, 8), /over each other/],
];
for (const [name, file, problem] of hostile) {
  test(`${name} is refused`, (t) => {
    const error = t.throws(() => readSafetensors(file, 'model.safetensors'), { name: 'EngramError', message: problem });
    t.is((error as { code?: string }).code, 'ENGRAM_MODEL_INVALID');
  });
}

test('no damage to one byte or length of a file does more than raise ENGRAM_MODEL_INVALID', (t) => {
  const whole = writeSafetensors({ a: { dtype: 'F16', shape: [2], data: Float32Array.of(1, 2) }, b: { dtype: 'I8', shape: [1], data: Int8Array.of(1) } }, { x: 'y' });
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = whole.slice(0, length);
      if (at < length) damaged[at] = byte;
      try {
        readSafetensors(damaged);
        return true;
      } catch (error) {
        return (error as { code?: string }).code === 'ENGRAM_MODEL_INVALID';
      }
    }),
    { numRuns: 500 },
  );
  t.pass();
});
