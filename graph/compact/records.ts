// Values of any kind in numbered buckets, as `Buckets` keeps words: for what is listed in one order and gone through in another.
import { deserialize, serialize } from 'node:v8';
import { Buckets, type MemoryBudget } from './buckets.ts';

const WORD = Uint32Array.BYTES_PER_ELEMENT;

/** T is what the structured clone algorithm can copy; what is read is a copy. */
export class Records<T> {
  private readonly buckets: Buckets;

  constructor(budget: MemoryBudget) {
    this.buckets = new Buckets(budget);
  }

  /** One more than the number of the last bucket that has something. */
  get length(): number {
    return this.buckets.length;
  }

  /** Puts a value behind those of its bucket. */
  add(bucket: number, value: T): void {
    const bytes = serialize(value);
    const words = new Uint32Array(1 + Math.ceil(bytes.length / WORD));
    words[0] = bytes.length;
    new Uint8Array(words.buffer, WORD).set(bytes);
    this.buckets.addAll(bucket, words);
  }

  /** In the order they came. */
  read(bucket: number): Generator<T> {
    return valuesOf<T>(this.buckets.read(bucket));
  }

  /** Reads a bucket for the last time. */
  take(bucket: number): Generator<T> {
    return valuesOf<T>(this.buckets.take(bucket));
  }

  /** Gives its memory back. */
  close(): void {
    this.buckets.close();
  }
}

function* valuesOf<T>(words: Uint32Array): Generator<T> {
  for (let at = 0; at < words.length; ) {
    const length = words[at]!;
    yield deserialize(Buffer.from(words.buffer, words.byteOffset + WORD * (at + 1), length)) as T;
    at += 1 + Math.ceil(length / WORD);
  }
}
