// Bytes into lines, each with its number and place, holding no more than one line.
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Bytes before it in the file. */
  readonly offset: number;
  /** Without its end (`\n` or `\r\n`); empty when it is too long. */
  readonly bytes: Uint8Array;
  /** Bytes with its end. */
  readonly length: number;
  /** Whether it ends in a newline; only the last line may not. */
  readonly ended: boolean;
  /** Longer than the limit; its bytes were passed over. */
  readonly tooLong: boolean;
}

/** @param limit bytes of the longest line */
export async function* splitLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let number = 1;
  let offset = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (ended: boolean): Line => {
    const tooLong = length - (ended ? 1 : 0) > limit;
    const bytes = tooLong ? new Uint8Array(0) : withoutEnd(parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    const line = { number, offset, bytes, length, ended, tooLong };
    number++;
    offset += length;
    parts = [];
    length = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let start = 0;
    while (start < chunk.length) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline + 1;
      length += end - start;
      if (length <= limit + 1) parts.push(chunk.subarray(start, end));
      else parts = [];
      if (newline >= 0) yield take(true);
      start = end;
    }
  }
  if (length > 0) yield take(false);
}

function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) end--;
  if (end < bytes.length && bytes[end - 1] === CARRIAGE_RETURN) end--;
  return bytes.subarray(0, end);
}
