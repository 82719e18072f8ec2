// Writes protocol buffer messages: varint, float and length-delimited fields, which is all that an ONNX model needs.
// Encoding: https://protobuf.dev/programming-guides/encoding

/** A field of a message: numbers become varints, text and bytes length-delimited, a message is nested, a list repeats. */
export type FieldValue = number | string | Uint8Array | Message | readonly FieldValue[];
/** Field number → value, in the order they are written. */
export interface Message {
  readonly [field: number]: FieldValue;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** Negative numbers are not needed here and not handled. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...bytes, rest);
    bytes.push((rest % 128) | 128);
  }
}

function fieldParts(field: number, value: FieldValue): Uint8Array[] {
  if (Array.isArray(value)) return value.flatMap((item: FieldValue) => fieldParts(field, item));
  if (typeof value === 'number') return [varint(field * 8 + VARINT), varint(value)];
  const content = typeof value === 'string' ? Buffer.from(value) : value instanceof Uint8Array ? value : encodeMessage(value as Message);
  return [varint(field * 8 + LENGTH_DELIMITED), varint(content.length), content];
}

export function encodeMessage(message: Message): Uint8Array {
  return Buffer.concat(Object.entries(message).flatMap(([field, value]) => fieldParts(Number(field), value as FieldValue)));
}
