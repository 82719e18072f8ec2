// How alike two records are: of each column a level. Pairs that reach the same levels are counted as one pattern.
import { isWordy, levelOf, LEVELS } from './fields.ts';
import { createValues, type RecordColumn, type RecordColumns } from './record-columns.ts';

/** Levels of pairs of values that are asked for again and again, such as common names, are kept: so many of each column. */
const KEPT = 1 << 17;

/** @returns the levels of a pair, −1 where one of the two says nothing; the same array each time */
export function createComparison({ count, columns }: RecordColumns): (a: number, b: number) => Int8Array {
  const levels = new Int8Array(columns.length);
  const compare = columns.map((column) => compareColumn(column, count));
  return (a, b) => {
    for (let column = 0; column < columns.length; column++) {
      const { of } = columns[column];
      const [x, y] = [of[a], of[b]];
      levels[column] = x < 0 || y < 0 ? -1 : x === y ? LEVELS[columns[column].kind] - 1 : compare[column](x, y);
    }
    return levels;
  };
}

function compareColumn(column: RecordColumn, count: number): (x: number, y: number) => number {
  const { kind } = column;
  const valueAt = createValues(column);
  const weightOf = isWordy(kind) ? weighWords(column, count) : () => 1;
  if (kind === 'identifier' || kind === 'number') return (x, y) => levelOf(valueAt(x), valueAt(y), kind, weightOf);
  const [firsts, seconds, levels] = [new Int32Array(KEPT).fill(-1), new Int32Array(KEPT), new Int8Array(KEPT)];
  return (x, y) => {
    const place = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b)) >>> 15;
    if (firsts[place] !== x || seconds[place] !== y) {
      firsts[place] = x;
      seconds[place] = y;
      levels[place] = levelOf(valueAt(x), valueAt(y), kind, weightOf);
    }
    return levels[place];
  };
}

/** Inverse document frequency of the words of a column. */
function weighWords(column: RecordColumn, count: number): (word: string) => number {
  const valueAt = createValues(column);
  const counts = new Map<string, number>();
  column.counts.forEach((records, value) => {
    for (const word of valueAt(value).words) counts.set(word, (counts.get(word) ?? 0) + records);
  });
  return (word) => Math.log(1 + count / (counts.get(word) ?? 1));
}

/** Levels that pairs reach, each pattern once. */
export class Patterns {
  /** [pattern, column] */
  levels: Int8Array;
  counts = new Uint32Array(1 << 10);
  length = 0;
  readonly columns: number;
  private table = new Int32Array(1 << 12).fill(-1);

  constructor(columns: number) {
    this.columns = columns;
    this.levels = new Int8Array(columns * this.counts.length);
  }

  /** @returns its index */
  add(levels: Int8Array, count = 1): number {
    let place = this.placeOf(levels);
    while (this.table[place] >= 0 && !this.isAt(this.table[place], levels)) place = (place + 1) & (this.table.length - 1);
    if (this.table[place] < 0) {
      if (this.length === this.counts.length) {
        this.grow();
        return this.add(levels, count);
      }
      this.table[place] = this.length++;
      this.levels.set(levels, this.table[place] * this.columns);
    }
    this.counts[this.table[place]] += count;
    return this.table[place];
  }

  of(pattern: number): Int8Array {
    return this.levels.subarray(pattern * this.columns, (pattern + 1) * this.columns);
  }

  private placeOf(levels: Int8Array): number {
    let hash = 0;
    for (let column = 0; column < levels.length; column++) hash = Math.imul(hash ^ (levels[column] + 2), 0x9e3779b1) ^ (hash >>> 15);
    return (hash ^ (hash >>> 13)) & (this.table.length - 1);
  }

  private isAt(pattern: number, levels: Int8Array): boolean {
    for (let column = 0, at = pattern * this.columns; column < this.columns; column++, at++) if (this.levels[at] !== levels[column]) return false;
    return true;
  }

  private grow(): void {
    const [levels, counts] = [this.levels, this.counts];
    this.levels = new Int8Array(2 * levels.length);
    this.levels.set(levels);
    this.counts = new Uint32Array(2 * counts.length);
    this.counts.set(counts);
    this.table = new Int32Array(2 * this.table.length).fill(-1);
    for (let pattern = 0; pattern < this.length; pattern++) {
      let place = this.placeOf(this.of(pattern));
      while (this.table[place] >= 0) place = (place + 1) & (this.table.length - 1);
      this.table[place] = pattern;
    }
  }
}
