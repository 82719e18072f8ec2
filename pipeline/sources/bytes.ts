// From a path to decompressed bytes, and from bytes to text that is certain to be UTF-8.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { EngramError, messageOf } from '../core/errors.ts';

const CHUNK_BYTES = 64 * 1024;
/** Gzip expands up to a thousandfold; this keeps what one chunk becomes below 16 MiB. */
const GZIP_CHUNK_BYTES = 16 * 1024;
/** Bytes that one byte of gzip may become. Text becomes 3 to 50; what was made to fill a disk, 1000. */
const MOST_EXPANSION = 200;
/** Bytes that any file may become, whatever its size: a short one may repeat one line. */
const FREE_BYTES = 16 * 1024 * 1024;
/** Bytes of the byte order mark of UTF-8; that of UTF-16 has two. */
const LONGEST_MARK = 3;

/** @throws EngramError `ENGRAM_SOURCE_UNREADABLE`, after all that could be read; also for gzip that expands more than 200-fold beyond 16 MiB */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const gzip = /\.gz$/i.test(path);
  const file = createReadStream(path, { highWaterMark: gzip ? GZIP_CHUNK_BYTES : CHUNK_BYTES });
  if (gzip) yield* decompress(path, refusing(path, file));
  else yield* refusing(path, file);
}

/** The same bytes; a failure of the stream becomes an EngramError. */
export async function* refusing(path: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
}

/** Chunk by chunk rather than piped: a pipe drops what was decompressed before the place where the file is broken. */
async function* decompress(path: string, compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const out: Uint8Array[] = [];
  let failure: Error | undefined;
  const ended = new Promise<void>((resolve) => gunzip.once('end', resolve).once('close', resolve));
  let [taken, given] = [0, 0];
  gunzip.on('data', (chunk: Uint8Array) => {
    given += chunk.length;
    out.push(chunk);
  });
  gunzip.on('error', (error) => (failure ??= error));
  try {
    for await (const chunk of compressed) {
      // A broken stream closes without calling back.
      await Promise.race([ended, new Promise<void>((resolve) => gunzip.write(chunk, () => resolve()))]);
      taken += chunk.length;
      if (given > FREE_BYTES && given > MOST_EXPANSION * taken) {
        throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: `it is gzip that expands more than ${MOST_EXPANSION}-fold` });
      }
      yield* out.splice(0);
      if (gunzip.destroyed) break;
    }
    if (!gunzip.destroyed) {
      gunzip.end();
      await ended;
      yield* out.splice(0);
    }
  } finally {
    gunzip.destroy();
  }
  if (failure) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: `broken gzip, ${failure.message}` }, { cause: failure });
  }
}

/**
 * The same bytes without the byte order mark of UTF-8.
 * @throws EngramError `ENGRAM_TEXT_ENCODING` at the byte order mark of UTF-16
 */
export async function* withoutMark(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < LONGEST_MARK) continue;
    yield unmarked(path, head);
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield unmarked(path, head);
}

function unmarked(path: string, head: Uint8Array): Uint8Array {
  const [first, second, third] = head;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new EngramError('ENGRAM_TEXT_ENCODING', { path, line: 1 });
  }
  return first === 0xef && second === 0xbb && third === 0xbf ? head.subarray(LONGEST_MARK) : head;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text; undefined where the bytes are not UTF-8 or hold a NUL, which no text has and UTF-16 without a mark is full of. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The line of the first byte that is not UTF-8, given bytes that hold one. */
export function firstBadLine(bytes: Uint8Array): number {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    start = end;
  }
  return 1;
}
