// Many short texts, such as ids and names, in one piece of memory: a byte a character, or two where one is not Latin, and five for each, where a JavaScript string takes
// twenty-four and more beside its characters.

const FIRST_BYTES = 1024;
const FIRST_TEXTS = 64;
/** The first byte of a text: how wide its characters are. */
const [NARROW, WIDE] = [1, 2];
/** Beyond Latin-1. */
const NOT_LATIN = /[^\u0000-\u00ff]/;

export class TextTable {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  /** Where each begins, and the last one ends. */
  private starts = new Uint32Array(FIRST_TEXTS);
  private count = 0;

  get length(): number {
    return this.count;
  }

  /** @returns its place */
  push(text: string): number {
    const start = this.starts[this.count]!;
    const width = NOT_LATIN.test(text) ? WIDE : NARROW;
    const end = start + 1 + width * text.length;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes.subarray(0, start)], Math.max(2 * this.bytes.length, end));
    this.bytes[start] = width;
    this.bytes.write(text, start + 1, width === WIDE ? 'utf16le' : 'latin1');
    if (this.count + 1 === this.starts.length) {
      const starts = new Uint32Array(2 * this.starts.length);
      starts.set(this.starts);
      this.starts = starts;
    }
    this.starts[this.count + 1] = end;
    return this.count++;
  }

  /** As an array's: a place below 0 counts from the end. */
  at(place: number): string {
    const at = place < 0 ? place + this.count : place;
    const start = this.starts[at]!;
    return this.bytes.toString(this.bytes[start] === WIDE ? 'utf16le' : 'latin1', start + 1, this.starts[at + 1]);
  }

  isAt(place: number, text: string): boolean {
    const start = this.starts[place]!;
    if (this.bytes[start] === WIDE) return this.at(place) === text;
    if (this.starts[place + 1]! - start - 1 !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (this.bytes[start + 1 + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  *[Symbol.iterator](): Generator<string> {
    for (let place = 0; place < this.count; place++) yield this.at(place);
  }
}

/** Texts in a table, each once, found by an open hash of eight bytes a place. */
export class TextSet {
  readonly table = new TextTable();
  /** Place + 1 and hash, or 0: two words each. */
  private slots = new Uint32Array(4 * FIRST_TEXTS);

  /** @returns the place of the text, new or not */
  add(text: string): number {
    const hash = hashOf(text);
    const slot = this.slotOf(text, hash);
    if (this.slots[slot]! > 0) return this.slots[slot]! - 1;
    const place = this.table.push(text);
    this.slots[slot] = place + 1;
    this.slots[slot + 1] = hash;
    if (4 * this.table.length > this.slots.length) this.grow();
    return place;
  }

  /** @returns its place, or −1 */
  find(text: string): number {
    return this.slots[this.slotOf(text, hashOf(text))]! - 1;
  }

  private slotOf(text: string, hash: number): number {
    const { slots } = this;
    for (let slot = 2 * (hash & ((slots.length >> 1) - 1)); ; slot = (slot + 2) & (slots.length - 1)) {
      if (slots[slot] === 0 || (slots[slot + 1] === hash && this.table.isAt(slots[slot]! - 1, text))) return slot;
    }
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Uint32Array(2 * before.length);
    for (let from = 0; from < before.length; from += 2) {
      if (before[from] === 0) continue;
      let slot = 2 * (before[from + 1]! & ((this.slots.length >> 1) - 1));
      while (this.slots[slot]! > 0) slot = (slot + 2) & (this.slots.length - 1);
      this.slots[slot] = before[from]!;
      this.slots[slot + 1] = before[from + 1]!;
    }
  }
}

/** FNV-1a over the characters, with its bits mixed once more (the finalizer of MurmurHash3). */
export function hashOf(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
