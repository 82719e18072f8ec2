// Reads and writes the safetensors format: 8 bytes of header length, a JSON header, raw little-endian tensors.
// Format: https://github.com/huggingface/safetensors#format. A file is not trusted: every size is checked before it is used.
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';

export type TensorType = 'F32' | 'F16' | 'I8' | 'U8';

export interface StoredTensor {
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /** Float32Array for F32 and F16, Int8Array for I8, Uint8Array for U8. */
  readonly data: Float32Array | Int8Array | Uint8Array;
}

export interface Safetensors {
  readonly tensors: Record<string, StoredTensor>;
  readonly metadata: Record<string, string>;
}

const BYTES: Readonly<Record<TensorType, number>> = { F32: 4, F16: 2, I8: 1, U8: 1 };
const METADATA = '__metadata__';
const PREFIX_BYTES = 8;
const MAX_HEADER_BYTES = 100_000_000;

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE 754 half precision, rounded to nearest even; values beyond its range become infinite. */
export function halfFromFloat(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const exponent = (magnitude >>> 23) - 112;
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  // Below exponent 1 the half is subnormal: the leading 1 becomes explicit and moves right.
  const full = exponent > 0 ? (exponent << 23) | (magnitude & 0x7fffff) : (magnitude & 0x7fffff) | 0x800000;
  const dropped = exponent > 0 ? 13 : 14 - exponent;
  const kept = full >>> dropped;
  const rest = full & ((1 << dropped) - 1);
  const middle = 1 << (dropped - 1);
  return sign | (kept + (rest > middle || (rest === middle && kept & 1) ? 1 : 0));
}

export function floatFromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

function bytesOf({ dtype, data }: StoredTensor): Uint8Array {
  if (dtype === 'F16') return new Uint8Array(Uint16Array.from(data, halfFromFloat).buffer);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** @param bytes exactly the tensor's, at an offset that is a multiple of 4 */
function dataOf(dtype: TensorType, { buffer, byteOffset, byteLength }: Uint8Array): StoredTensor['data'] {
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, byteLength / 4);
  if (dtype === 'F16') return Float32Array.from(new Uint16Array(buffer, byteOffset, byteLength / 2), floatFromHalf);
  return dtype === 'I8' ? new Int8Array(buffer, byteOffset, byteLength) : new Uint8Array(buffer, byteOffset, byteLength);
}

/** Tensors are laid out widest type first, so that each starts at a multiple of its element size. */
export function writeSafetensors(tensors: Readonly<Record<string, StoredTensor>>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries: [string, unknown][] = [[METADATA, metadata]];
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors).sort(([, a], [, b]) => BYTES[b.dtype] - BYTES[a.dtype])) {
    const elements = tensor.shape.reduce((product, size) => product * size, 1);
    if (elements !== tensor.data.length) {
      throw new EngramError('ENGRAM_SHAPE_MISMATCH', { expected: `[${tensor.shape.join(', ')}]`, actual: `${tensor.data.length} values`, where: name });
    }
    const bytes = bytesOf(tensor);
    entries.push([name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + bytes.length] }]);
    parts.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padding = Buffer.alloc((PREFIX_BYTES - (json.length % PREFIX_BYTES)) % PREFIX_BYTES, ' ');
  const length = Buffer.alloc(PREFIX_BYTES);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return new Uint8Array(Buffer.concat([length, json, padding, ...parts]));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const areSizes = (value: unknown): value is number[] => Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);

/**
 * @param path names the file in errors
 * @throws EngramError `ENGRAM_MODEL_INVALID` when the header is not one, a tensor lies outside the file or over another, or bytes belong to none
 */
export function readSafetensors(bytes: Uint8Array, path = 'safetensors'): Safetensors {
  const invalid = (problem: string, cause?: unknown): EngramError => new EngramError('ENGRAM_MODEL_INVALID', { path, problem }, { cause });
  if (bytes.length < PREFIX_BYTES) throw invalid('the file is too short');
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES).getBigUint64(0, true));
  if (headerLength > Math.min(MAX_HEADER_BYTES, bytes.length - PREFIX_BYTES)) throw invalid('its header is longer than the file');
  const bodyStart = PREFIX_BYTES + headerLength;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX_BYTES, bodyStart)));
  } catch (cause) {
    throw invalid(`its header is not JSON (${messageOf(cause)})`, cause);
  }
  if (!isRecord(header)) throw invalid('its header is not an object');
  const metadata = header[METADATA] ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) throw invalid('its metadata is not text');

  // A copy of its own: a Buffer may be a window on memory that others use and that starts anywhere.
  const body = new Uint8Array(bytes.subarray(bodyStart));
  const tensors = Object.create(null) as Record<string, StoredTensor>;
  const places: (readonly [from: number, to: number])[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === METADATA) continue;
    const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
    if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype)) throw invalid(`tensor '${name}' has no type that is known here`);
    if (!areSizes(shape) || !areSizes(offsets) || offsets.length !== 2) throw invalid(`tensor '${name}' has no shape or place`);
    const type = dtype as TensorType;
    const [from, to] = offsets as [number, number];
    const elements = shape.reduce((product, size) => product * size, 1);
    if (to > body.length) throw invalid(`tensor '${name}' lies outside the file`);
    if (to - from !== elements * BYTES[type]) throw invalid(`tensor '${name}' does not fit its shape`);
    const part = body.subarray(from, to);
    tensors[name] = { dtype: type, shape, data: dataOf(type, from % BYTES[type] === 0 ? part : part.slice()) };
    places.push([from, to]);
  }
  places.sort(([a, aEnd], [b, bEnd]) => a - b || aEnd - bEnd);
  let end = 0;
  for (const [from, to] of places) {
    if (from < end) throw invalid('its tensors lie over each other');
    if (from > end) throw invalid('there is a hole between its tensors');
    end = to;
  }
  if (end < body.length) throw invalid('there are bytes after its last tensor');
  return { tensors, metadata: metadata as Record<string, string> };
}
