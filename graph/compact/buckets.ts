// Records of a few 32-bit words in numbered buckets, read back one bucket at a time: in memory while there is room, then in a file. What works on a whole graph
// lists its records in any order and then goes through them bucket by bucket (a distribution sort), so that it needs the memory of one.

/** Keeps what does not fit into memory. */
export interface SpillFile {
  /** @returns where the bytes are */
  write(bytes: Uint8Array): number;
  read(into: Uint8Array, from: number): void;
}

/** Memory that several `Buckets` share. Where they have all of it, all of them go to the file; where there is no file, they have as much as they need. */
export class MemoryBudget {
  readonly file: SpillFile | undefined;
  readonly bytes: number;
  private readonly holders = new Set<Buckets>();
  private held = 0;

  constructor(bytes = Infinity, file?: SpillFile) {
    this.bytes = file === undefined ? Infinity : bytes;
    this.file = file;
  }

  take(bytes: number, holder: Buckets): void {
    if (this.bytes === Infinity) return;
    if (this.held + bytes > this.bytes) for (const each of this.holders) each.spill();
    this.holders.add(holder);
    this.held += bytes;
  }

  give(bytes: number): void {
    this.held -= bytes;
  }

  leave(holder: Buckets): void {
    this.holders.delete(holder);
  }
}

interface Bucket {
  words: Uint32Array;
  length: number;
  /** In the file: where, and how many words; two numbers a piece. */
  pieces: number[];
}

const WORD = Uint32Array.BYTES_PER_ELEMENT;
const LEAST_WORDS = 16;
const NONE = new Uint32Array(0);

export class Buckets {
  private readonly budget: MemoryBudget;
  private readonly buckets: (Bucket | undefined)[] = [];

  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  /** One more than the number of the last bucket that has something. */
  get length(): number {
    return this.buckets.length;
  }

  /** Puts a record of two words, or more, behind those of its bucket. */
  add(bucket: number, a: number, b: number, c?: number): void {
    const words = c === undefined ? 2 : 3;
    const into = this.reserve(bucket, words);
    into.words[into.length] = a;
    into.words[into.length + 1] = b;
    if (c !== undefined) into.words[into.length + 2] = c;
    into.length += words;
  }

  addAll(bucket: number, words: Uint32Array): void {
    const into = this.reserve(bucket, words.length);
    into.words.set(words, into.length);
    into.length += words.length;
  }

  /** All words of a bucket in the order they came; not to be changed. */
  read(bucket: number): Uint32Array {
    const from = this.buckets[bucket];
    if (from === undefined) return NONE;
    const { words, length, pieces } = from;
    if (pieces.length === 0) return words.subarray(0, length);
    let all = length;
    for (let piece = 1; piece < pieces.length; piece += 2) all += pieces[piece]!;
    const whole = new Uint32Array(all);
    let at = 0;
    for (let piece = 0; piece < pieces.length; piece += 2) {
      const end = at + pieces[piece + 1]!;
      this.budget.file!.read(bytesOf(whole, at, end), pieces[piece]!);
      at = end;
    }
    whole.set(words.subarray(0, length), at);
    return whole;
  }

  /** Reads a bucket for the last time. */
  take(bucket: number): Uint32Array {
    const words = this.read(bucket);
    const from = this.buckets[bucket];
    if (from !== undefined) this.empty(from);
    return words;
  }

  /** Gives its memory back. */
  close(): void {
    for (const bucket of this.buckets) if (bucket !== undefined) this.empty(bucket);
    this.buckets.length = 0;
    this.budget.leave(this);
  }

  /** Puts into the file what is in memory. */
  spill(): void {
    for (const bucket of this.buckets) {
      if (bucket === undefined) continue;
      if (bucket.length > 0) bucket.pieces.push(this.budget.file!.write(bytesOf(bucket.words, 0, bucket.length)), bucket.length);
      this.budget.give(bucket.words.byteLength);
      bucket.words = NONE;
      bucket.length = 0;
    }
  }

  private reserve(number: number, words: number): Bucket {
    const bucket = (this.buckets[number] ??= { words: NONE, length: 0, pieces: [] });
    if (bucket.length + words <= bucket.words.length) return bucket;
    const before = bucket.words;
    const size = Math.max(bucket.length + words, Math.min(2 * bucket.length, bucket.length + LARGEST_STEP), LEAST_WORDS);
    this.budget.take(WORD * (size - before.length), this);
    // It may have been spilled to make room for itself.
    const isSpilled = bucket.words !== before;
    if (isSpilled) this.budget.give(-WORD * before.length);
    bucket.words = new Uint32Array(size);
    if (!isSpilled) bucket.words.set(before.subarray(0, bucket.length));
    return bucket;
  }

  private empty(bucket: Bucket): void {
    this.budget.give(bucket.words.byteLength);
    bucket.words = NONE;
    bucket.length = 0;
    bucket.pieces = [];
  }
}

/** Words by which a large bucket grows at most. */
const LARGEST_STEP = 1 << 20;

const bytesOf = (words: Uint32Array, start: number, end: number): Uint8Array => new Uint8Array(words.buffer, words.byteOffset + WORD * start, WORD * (end - start));

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** A float32 as a word; `floatsOf` reads it back. */
export function wordOf(value: number): number {
  float[0] = value;
  return bits[0]!;
}

/** The same words as float32. */
export const floatsOf = (words: Uint32Array): Float32Array => new Float32Array(words.buffer, words.byteOffset, words.length);
/** float32 as words. */
export const wordsOf = (floats: Float32Array): Uint32Array => new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
