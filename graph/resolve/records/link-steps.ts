// The steps of a linkage that threads share out: each takes stretches of records until none is left, and writes what it finds to its place,
// so that the result is the same however many threads there are.
import { CANDIDATES, createSearch, type Blocks } from './candidates.ts';
import { createComparison, Patterns } from './compare.ts';
import type { RecordColumns } from './record-columns.ts';

const STRETCH = 1024;

export interface Found {
  /** [record, candidate] and how many each record has. */
  readonly others: Uint32Array;
  readonly counts: Uint32Array;
}

/** All memory that threads share. */
export interface Pairs {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /** Of each pair its pattern, of those of the thread that compared it, which `threadOf` names for each stretch. */
  readonly patterns: Uint32Array;
}

export interface Steps {
  /** Finds the candidates of each record. */
  search(next: Int32Array, blocks: Blocks, found: Found): void;
  /** Counts the pairs that each record writes: those with candidates, once for both. */
  count(next: Int32Array, found: Found, counts: Uint32Array): void;
  /** @param starts of each record where its pairs are. @returns the patterns that came up */
  compare(next: Int32Array, found: Found, starts: Uint32Array, pairs: Pairs, threadOf: Uint8Array, thread: number): { levels: Int8Array; counts: Uint32Array };
}

export function createSteps(records: RecordColumns): Steps {
  const { count } = records;
  const each = (next: Int32Array, work: (record: number, stretch: number) => void): void => {
    for (let stretch = Atomics.add(next, 0, 1); stretch * STRETCH < count; stretch = Atomics.add(next, 0, 1)) {
      const end = Math.min(count, (stretch + 1) * STRETCH);
      for (let record = stretch * STRETCH; record < end; record++) work(record, stretch);
    }
  };
  /** Whether the pair is this record's to write: the first one's, unless only the other asked for it. */
  const isOwn = ({ others, counts }: Found, record: number, other: number): boolean => {
    if (record < other) return true;
    const start = other * CANDIDATES;
    for (let at = start; at < start + counts[other]; at++) if (others[at] === record) return false;
    return true;
  };
  let compare: ((a: number, b: number) => Int8Array) | undefined = undefined;
  return {
    search(next, blocks, { others, counts }) {
      const find = createSearch(records, blocks);
      const best = new Uint32Array(CANDIDATES);
      each(next, (record) => {
        counts[record] = find(record, best);
        others.set(best.subarray(0, counts[record]), record * CANDIDATES);
      });
    },
    count(next, found, counts) {
      each(next, (record) => {
        let own = 0;
        for (let at = 0; at < found.counts[record]; at++) if (isOwn(found, record, found.others[record * CANDIDATES + at])) own++;
        counts[record] = own;
      });
    },
    compare(next, found, starts, { a, b, patterns }, threadOf, thread) {
      compare ??= createComparison(records);
      const own = new Patterns(records.columns.length);
      each(next, (record, stretch) => {
        threadOf[stretch] = thread;
        let pair = starts[record];
        for (let at = 0; at < found.counts[record]; at++) {
          const other = found.others[record * CANDIDATES + at];
          if (!isOwn(found, record, other)) continue;
          [a[pair], b[pair]] = record < other ? [record, other] : [other, record];
          patterns[pair] = own.add(compare!(a[pair], b[pair]));
          pair++;
        }
      });
      return { levels: own.levels.slice(0, own.length * own.columns), counts: own.counts.slice(0, own.length) };
    },
  };
}

export const stretchesOf = (count: number): number => Math.ceil(count / STRETCH);
export const stretchOf = (record: number): number => Math.floor(record / STRETCH);
