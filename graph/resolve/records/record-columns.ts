// The cells of a table as numbers: of each column its distinct values, and of each record which one it has. Lies in memory that threads share.
import { valueOf, type ComparedKind, type Value } from './fields.ts';

/** Memory that threads share. */
export interface RecordColumn {
  readonly kind: ComparedKind;
  /** Of each record the index of its value; −1 where it says nothing. */
  readonly of: Int32Array;
  /** Of each value the records that have it. */
  readonly counts: Uint32Array;
  /** Normalised texts (ASCII) of all values, one after the other. */
  readonly texts: Uint8Array;
  /** Of each value where its text starts, and at last where all end. */
  readonly starts: Uint32Array;
}

export interface RecordColumns {
  readonly count: number;
  readonly columns: readonly RecordColumn[];
  /** Columns with most distinct values first, so that nothing depends on the order in which they came; without those made of others. */
  readonly precedence: readonly number[];
  /** Of each record where it comes from. */
  readonly source?: Int32Array;
}

export const sharedUint32 = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));
export const sharedInt32 = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

/**
 * Records in the order of what they hold (of a hash of it), so that nothing after this depends on the order in which they came.
 * @returns the columns in the new order, and of each place in it the index of its row
 */
export function internRecords(rows: readonly (readonly string[])[], kinds: readonly ComparedKind[], source?: ArrayLike<number>): { records: RecordColumns; order: Uint32Array } {
  const count = rows.length;
  const [high, low] = [new Int32Array(count), new Int32Array(count)];
  const mix = (record: number, a: number, b: number): void => {
    high[record] = Math.imul(high[record] ^ a, 0x85ebca6b) + 0x2545f491;
    low[record] = Math.imul((low[record] ^ b) + (high[record] >>> 15), 0xc2b2ae35) + 0x1b873593;
  };
  const interned = kinds.map((kind, column) => {
    const own = internColumn(rows, kind, column);
    return { kind, ...own, hashes: [0x811c9dc5, 0x3c6ef372].map((seed) => Int32Array.from(own.values, (text) => hashText(text, seed))) };
  });
  const precedence = precedenceOf(interned);
  for (const column of precedence) {
    const { of, hashes } = interned[column];
    for (let record = 0; record < count; record++) {
      const value = of[record];
      if (value < 0) mix(record, 1, 2);
      else mix(record, hashes[0][value], hashes[1][value]);
    }
  }
  for (let record = 0; source !== undefined && record < count; record++) mix(record, source[record], source[record]);
  const order = orderOf(Float64Array.from(high, (hash, record) => (hash >>> 0) * 2 ** 21 + (low[record] >>> 11)));
  const columns = interned.map(({ kind, of, values }): RecordColumn => {
    const [sorted, counts] = [sharedInt32(count), sharedUint32(values.length)];
    for (let place = 0; place < count; place++) {
      sorted[place] = of[order[place]];
      if (sorted[place] >= 0) counts[sorted[place]]++;
    }
    return { kind, of: sorted, counts, ...packTexts(values) };
  });
  return { records: { count, columns, precedence, source: source === undefined ? undefined : sharedInt32(count).map((_, place) => source[order[place]]) }, order };
}

function precedenceOf(interned: readonly { readonly kind: ComparedKind; readonly values: readonly string[]; readonly hashes: readonly Int32Array[] }[]): number[] {
  const ranked = interned.flatMap(({ kind, values, hashes }, column) => (kind === 'whole' ? [] : [{ column, kind, distinct: values.length, sum: hashes[0].reduce((all, hash) => (all + hash) | 0, 0) }]));
  return ranked.sort((x, y) => y.distinct - x.distinct || x.sum - y.sum || (x.kind < y.kind ? -1 : 1)).map(({ column }) => column);
}

function internColumn(rows: readonly (readonly string[])[], kind: ComparedKind, column: number): { of: Int32Array; values: string[] } {
  const ids = new Map<string, number>();
  const values: string[] = [];
  const of = new Int32Array(rows.length);
  for (let record = 0; record < rows.length; record++) {
    const cell = rows[record][column] ?? '';
    let id = ids.get(cell);
    if (id === undefined) {
      // What is normalised already normalises to itself, so one table serves cells and values.
      const text = valueOf(cell, kind)?.text;
      id = text === undefined ? -1 : (ids.get(text) ?? values.push(text) - 1);
      if (text !== undefined) ids.set(text, id);
      ids.set(cell, id);
    }
    of[record] = id;
  }
  return { of, values };
}

function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) ^ (hash >>> 13);
  return hash;
}

/** Indexes by rising hash; equal ones as they come. */
function orderOf(hashes: Float64Array): Uint32Array {
  const sorted = hashes.toSorted();
  const next = new Uint32Array(hashes.length);
  const order = new Uint32Array(hashes.length);
  hashes.forEach((hash, index) => {
    let [below, above] = [0, sorted.length];
    while (below < above) {
      const middle = (below + above) >>> 1;
      if (sorted[middle] < hash) below = middle + 1;
      else above = middle;
    }
    order[below + next[below]++] = index;
  });
  return order;
}

function packTexts(values: readonly string[]): Pick<RecordColumn, 'texts' | 'starts'> {
  const starts = sharedUint32(values.length + 1);
  values.forEach((text, at) => (starts[at + 1] = starts[at] + text.length));
  const texts = Buffer.from(new SharedArrayBuffer(starts[values.length]));
  values.forEach((text, at) => texts.write(text, starts[at], 'latin1'));
  return { texts: new Uint8Array(texts.buffer), starts };
}

/** @returns of an index of a column its value, made when it is first asked for */
export function createValues({ kind, texts, starts }: RecordColumn): (id: number) => Value {
  const bytes = Buffer.from(texts.buffer);
  const made: Value[] = new Array<Value>(starts.length - 1);
  return (id) => (made[id] ??= valueOf(bytes.toString('latin1', starts[id], starts[id + 1]), kind)!);
}
