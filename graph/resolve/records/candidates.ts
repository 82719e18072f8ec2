// Which pairs of records are worth a comparison: those that share something rare. Records that share a key form a block: values, words,
// sounds, beginnings. A block that is too large is split by what its records share in further columns, until it is small enough.
// Each record asks for those with which it shares most.
import type { ComparedKind, Value } from './fields.ts';
import { createValues, sharedUint32, type RecordColumn, type RecordColumns } from './record-columns.ts';

/** Records; a larger block is split. */
const LARGEST_BLOCK = 400;
/** So many columns together split a block at most; what then still is too large says nothing. */
const MOST_COLUMNS = 4;
/** Of each record so many others are compared, those it shares most with. */
export const CANDIDATES = 10;
/** Weights are whole numbers of such parts, so that the order of a sum plays no part. */
const PARTS = 64;

/** Lists one after the other: list i is `items[starts[i] … starts[i + 1])`. Memory that threads share. */
export interface Lists {
  readonly starts: Uint32Array;
  readonly items: Uint32Array;
}

export interface Blocks {
  /** Of each block its records, and the other way round. */
  readonly members: Lists;
  readonly blocksOf: Lists;
  /** What sharing a block says: the logarithm of how rare it is. */
  readonly weights: Uint32Array;
}

/** What a value can be found by, besides itself. */
function keysOf({ text, words }: Value, kind: ComparedKind): string[] {
  if (kind === 'text') return [...words.map((word) => `w${word}`), ...words.filter((word) => word.length > 4).map((word) => `b${word.slice(0, 4)}`)];
  if (kind === 'person') return [`s${soundOf(words[words.length - 1])}`, ...words.map((word) => `w${word}`)];
  if (kind === 'address') return words.map((word) => `w${word}`);
  if (kind === 'name') return [`s${soundOf(text)}`, `b${text.slice(0, 4)}`, ...(words.length > 1 ? words.map((word) => `w${word}`) : [])];
  return [];
}

/** American Soundex without a limit of length: the first letter and the classes of the consonants that follow. */
export function soundOf(text: string): string {
  const classes = text.replace(/[^a-z]/g, '').replace(/[bfpv]/g, '1').replace(/[cgjkqsxz]/g, '2').replace(/[dt]/g, '3').replace(/l/g, '4').replace(/[mn]/g, '5').replace(/r/g, '6').replace(/[hw]/g, '').replace(/(\d)\1+/g, '$1');
  return text.slice(0, 1) + classes.slice(1).replace(/[aeiouy]/g, '');
}

interface Keys {
  /** Of each value its keys. */
  readonly starts: Uint32Array;
  readonly keys: Uint32Array;
  /** Of each key the records that have it. */
  readonly counts: Uint32Array;
  /** Of each value the one that stands for its column where columns are combined: of a name its sound, of a text its rarest word. */
  readonly broad: Int32Array;
}

function keyColumn(column: RecordColumn): Keys {
  const { kind, counts } = column;
  const valueAt = createValues(column);
  const ids = new Map<string, number>();
  const starts = new Uint32Array(counts.length + 1);
  const keys: number[] = [];
  const totals: number[] = [];
  const own = kind === 'text' ? 0 : 1;
  for (let value = 0; value < counts.length; value++) {
    if (own === 1) keys.push(totals.push(counts[value]) - 1);
    if (kind === 'name' || kind === 'text' || kind === 'person' || kind === 'address') {
      for (const key of new Set(keysOf(valueAt(value), kind))) {
        let id = ids.get(key);
        if (id === undefined) ids.set(key, (id = totals.push(0) - 1));
        totals[id] += counts[value];
        keys.push(id);
      }
    }
    starts[value + 1] = keys.length;
  }
  const broad = Int32Array.from(counts, (_, value) => {
    const first = starts[value];
    if (kind === 'name' || kind === 'person') return keys[first + 1];
    if (kind !== 'text') return keys[first];
    const words = valueAt(value).words.map((_word, at) => keys[first + at]);
    return words.reduce((rarest, key) => (totals[key] < totals[rarest] ? key : rarest), words[0]);
  });
  return { starts, keys: Uint32Array.from(keys), counts: Uint32Array.from(totals), broad };
}

/** A list of numbers that grows in steps. */
class Growing {
  items = new Uint32Array(1 << 16);
  length = 0;

  push(item: number): void {
    if (this.length === this.items.length) {
      const grown = new Uint32Array(2 * this.length);
      grown.set(this.items);
      this.items = grown;
    }
    this.items[this.length++] = item;
  }

  toShared(): Uint32Array {
    const shared = sharedUint32(this.length);
    shared.set(this.items.subarray(0, this.length));
    return shared;
  }
}

export function blockRecords({ count, columns: compared, precedence }: RecordColumns): Blocks {
  // What prose shares, and all words together, is found in the columns that say it short.
  const columns = precedence.map((column) => compared[column]).filter(({ kind }) => kind !== 'prose');
  const keyed = columns.map(keyColumn);
  const [starts, items] = [new Growing(), new Growing()];
  starts.push(0);
  const add = (members: Uint32Array): void => {
    for (const member of members) items.push(member);
    starts.push(items.length);
  };
  // What is in a small block by itself is found there: only large ones are combined.
  const groupings = columns.map(({ of }, column) => {
    const { broad, counts } = keyed[column];
    return createGrouping(of.map((value) => (value < 0 || counts[broad[value]] <= LARGEST_BLOCK ? -1 : broad[value])), counts.length);
  });
  const split = (members: Uint32Array, column: number, depth: number): void => {
    for (let further = column + 1; further < columns.length; further++) {
      groupings[further](members, (group) => {
        if (group.length <= LARGEST_BLOCK) add(group);
        else if (depth < MOST_COLUMNS) split(group, further, depth + 1);
      });
    }
  };
  const all = Uint32Array.from({ length: count }, (_, record) => record);
  columns.forEach(({ of }, column) => {
    const { starts: keyStarts, keys, counts } = keyed[column];
    const places = new Uint32Array(counts.length);
    counts.forEach((size, key) => {
      if (size < 2 || size > LARGEST_BLOCK) return;
      places[key] = items.length + 1;
      for (let at = 0; at < size; at++) items.push(0);
      starts.push(items.length);
    });
    for (let record = 0; record < count; record++) {
      const value = of[record];
      if (value < 0) continue;
      for (let at = keyStarts[value]; at < keyStarts[value + 1]; at++) if (places[keys[at]] > 0) items.items[places[keys[at]]++ - 1] = record;
    }
    groupings[column](all, (group) => split(group, column, 2));
  });
  addRepeated(columns, count, add);
  const members: Lists = { starts: starts.toShared(), items: items.toShared() };
  const weights = sharedUint32(members.starts.length - 1);
  for (let block = 0; block < weights.length; block++) weights[block] = 1 + Math.round(PARTS * Math.log(count / (members.starts[block + 1] - members.starts[block])));
  return { members, blocksOf: turnRound(members, count), weights };
}

/** Groups records by a key: calls back with each group of two or more; records with none (−1) are in no group. */
function createGrouping(keyOf: Int32Array, keys: number): (members: Uint32Array, found: (group: Uint32Array) => void) => void {
  const ends = new Uint32Array(keys);
  const seen = new Uint32Array(keys);
  return (members, found) => {
    let groups = 0;
    for (const member of members) if (keyOf[member] >= 0 && ends[keyOf[member]]++ === 0) seen[groups++] = keyOf[member];
    const starts = new Uint32Array(groups + 1);
    for (let group = 0; group < groups; group++) {
      starts[group + 1] = starts[group] + ends[seen[group]];
      ends[seen[group]] = starts[group];
    }
    const sorted = new Uint32Array(starts[groups]);
    for (const member of members) if (keyOf[member] >= 0) sorted[ends[keyOf[member]]++] = member;
    for (let group = 0; group < groups; group++) ends[seen[group]] = 0;
    for (let group = 0; group < groups; group++) if (starts[group + 1] - starts[group] > 1) found(sorted.subarray(starts[group], starts[group + 1]));
  };
}

/** Records that say the same in every column stand beside each other: blocks of them, each overlapping the one before. */
function addRepeated(columns: readonly RecordColumn[], count: number, add: (members: Uint32Array) => void): void {
  for (let from = 0, to = 1; from < count; from = to++) {
    while (to < count && columns.every(({ of }) => of[to] === of[from])) to++;
    if (to - from <= 1) continue;
    for (let at = from; at === from || at + CANDIDATES < to; at += CANDIDATES) add(Uint32Array.from({ length: Math.min(2 * CANDIDATES, to - at) }, (_, index) => at + index));
  }
}

/** Lists of items → of each item the lists that hold it. */
function turnRound({ starts, items }: Lists, count: number): Lists {
  const turned = sharedUint32(count + 1);
  for (const item of items) turned[item + 1]++;
  for (let item = 0; item < count; item++) turned[item + 1] += turned[item];
  const next = turned.slice(0, count);
  const lists = sharedUint32(items.length);
  for (let list = 0; list + 1 < starts.length; list++) for (let at = starts[list]; at < starts[list + 1]; at++) lists[next[items[at]]++] = list;
  return { starts: turned, items: lists };
}

/** The others that each record shares most with, for some of the records at a time. */
export function createSearch({ count, source }: RecordColumns, { members, blocksOf, weights }: Blocks): (record: number, found: Uint32Array) => number {
  const shared = new Uint32Array(count);
  const touched = new Uint32Array(count);
  /** @param found is filled, surest first. @returns how many */
  return (record, found) => {
    let seen = 0;
    for (let at = blocksOf.starts[record]; at < blocksOf.starts[record + 1]; at++) {
      const block = blocksOf.items[at];
      const weight = weights[block];
      const end = members.starts[block + 1];
      for (let place = members.starts[block]; place < end; place++) {
        const other = members.items[place];
        if (shared[other] === 0) touched[seen++] = other;
        shared[other] += weight;
      }
    }
    let best = 0;
    shared[record] = 0;
    for (let at = 0; at < seen; at++) {
      const other = touched[at];
      const weight = shared[other];
      if (weight === 0 || (source !== undefined && source[other] === source[record])) continue;
      let place = best;
      while (place > 0 && (shared[found[place - 1]] < weight || (shared[found[place - 1]] === weight && found[place - 1] > other))) place--;
      if (place === CANDIDATES) continue;
      if (best < CANDIDATES) best++;
      for (let to = best - 1; to > place; to--) found[to] = found[to - 1];
      found[place] = other;
    }
    for (let at = 0; at < seen; at++) shared[touched[at]] = 0;
    return best;
  };
}
