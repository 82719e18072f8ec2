// A bump arena inside a WASM kernel's memory.

export interface KernelMemory {
  readonly memory: WebAssembly.Memory;
  heapBase(): number;
}

const PAGE_BYTES = 65536;
const ALIGN_BYTES = 64;

export class Arena {
  readonly #exports: KernelMemory;
  #top: number;

  constructor(exports: KernelMemory) {
    this.#exports = exports;
    this.#top = exports.heapBase();
  }

  /** @param length elements of four bytes @returns byte offset */
  reserve(length: number): number {
    const start = Math.ceil(this.#top / ALIGN_BYTES) * ALIGN_BYTES;
    this.#top = start + length * 4;
    const missing = this.#top - this.#exports.memory.buffer.byteLength;
    if (missing > 0) this.#exports.memory.grow(Math.ceil(missing / PAGE_BYTES));
    return start;
  }

  floats(offset: number, length: number): Float32Array {
    return new Float32Array(this.#exports.memory.buffer, offset, length);
  }

  integers(offset: number, length: number): Int32Array {
    return new Int32Array(this.#exports.memory.buffer, offset, length);
  }

  put(values: Float32Array | Int32Array): number {
    const offset = this.reserve(values.length);
    if (values instanceof Int32Array) this.integers(offset, values.length).set(values);
    else this.floats(offset, values.length).set(values);
    return offset;
  }

  zeros(length: number): number {
    const offset = this.reserve(length);
    this.floats(offset, length).fill(0);
    return offset;
  }

  take(offset: number, length: number): Float32Array {
    return this.floats(offset, length).slice();
  }
}
