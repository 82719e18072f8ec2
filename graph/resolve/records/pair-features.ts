// What a learnt model sees of two records: what the unsupervised model says, how alike each column is beyond its level, what numbers and rare
// words they share or not, and how the pair stands among the rivals of both. The same whichever record comes first.
import { weightsOf, type LinkageModel } from './fellegi-sunter.ts';
import { isWordy, levelOf, LEVELS, valueOf, type ComparedKind, type Value } from './fields.ts';
import type { Linkage } from './link.ts';
import { viewRows } from './record-views.ts';
import { containmentOf, cosineOf, shareWords } from './text-similarity.ts';

export interface PairFeatures {
  readonly names: readonly string[];
  /** @param pair index among those that were compared. @returns one number for each name; the first are log odds */
  of(pair: number): Float64Array;
}

/** Log odds say no more than this. */
const SUREST = 12;
const clip = (logOdds: number): number => Math.max(-SUREST, Math.min(SUREST, logOdds));

/** @param rows cells, one for each column, as they were linked */
export function createPairFeatures(rows: readonly (readonly string[])[], { pairs, kinds, model }: Pick<Linkage, 'pairs' | 'kinds' | 'model'>): PairFeatures {
  const viewed = viewRows(rows, kinds);
  const columns = kinds.map((kind, column) => describeColumn(viewed, kind, column, model));
  const rivals = rankRivals(rows.length, pairs);
  const names = ['log odds', 'best rival', 'other rival', 'is best of both', ...columns.flatMap((column, at) => column.names.map((name) => `${at} ${name}`))];
  return {
    names,
    of(pair) {
      const [a, b, own] = [pairs.a[pair], pairs.b[pair], clip(pairs.logOdds[pair])];
      const [first, second] = [clip(rivals(a, pair)), clip(rivals(b, pair))];
      const ahead = own - Math.max(first, second);
      return Float64Array.from([own, ahead, own - Math.min(first, second), ahead >= 0 ? 1 : 0, ...columns.flatMap((column) => column.of(a, b))]);
    },
  };
}

interface ColumnFeatures {
  readonly names: readonly string[];
  of(a: number, b: number): readonly number[];
}

function describeColumn(rows: readonly (readonly string[])[], kind: ComparedKind, column: number, model: LinkageModel): ColumnFeatures {
  const made: (Value | undefined)[] = [];
  const valueAt = (record: number): Value | undefined => (record in made ? made[record] : (made[record] = valueOf(rows[record][column], kind)));
  const weightOfLevel = weightsOf(model, column);
  const counts = new Map<string, number>();
  for (let record = 0; record < rows.length; record++) {
    const value = valueAt(record);
    for (const key of value === undefined ? [] : isWordy(kind) ? value.words : [value.text]) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const rarity = (key: string): number => Math.log(1 + rows.length / (counts.get(key) ?? 1));
  const usual = ['missing', 'level', 'weight'];
  const describe = (x: Value, y: Value): number[] => {
    const level = levelOf(x, y, kind, rarity);
    return [0, level / (LEVELS[kind] - 1), weightOfLevel[level]];
  };
  if (isWordy(kind)) {
    const names = [...usual, 'cosine', 'containment', 'numbers shared', 'numbers against', 'rarest shared', 'rarest against', 'length'];
    return {
      names,
      of(a, b) {
        const [x, y] = [valueAt(a), valueAt(b)];
        if (x === undefined || y === undefined) return [1, ...names.slice(1).map(() => 0)];
        const [first, second] = x.text < y.text ? [x, y] : [y, x];
        const shared = shareWords(first.words, second.words, rarity);
        return [...describe(x, y), cosineOf(shared), containmentOf(shared), ...compareNumbers(first, second, rarity), ...rarest(first, second, rarity), Math.min(x.words.length, y.words.length) / Math.max(x.words.length, y.words.length)];
      },
    };
  }
  const names = [...usual, 'equal and rare', 'apart'];
  return {
    names,
    of(a, b) {
      const [x, y] = [valueAt(a), valueAt(b)];
      if (x === undefined || y === undefined) return [1, ...names.slice(1).map(() => 0)];
      const apart = Number.isNaN(x.number) || Number.isNaN(y.number) ? 0 : Math.abs(x.number - y.number) / Math.max(Math.abs(x.number), Math.abs(y.number), 1e-9);
      return [...describe(x, y), x.text === y.text ? rarity(x.text) : 0, Math.min(2, apart)];
    },
  };
}

const hasDigit = (word: string): boolean => /\d/.test(word);

/** Shared numbers and codes by how rare they are, and how many each has that the other has not. */
function compareNumbers(a: Value, b: Value, rarity: (word: string) => number): readonly [number, number] {
  const [own, other] = [a.words.filter(hasDigit), new Set(b.words.filter(hasDigit))];
  const shared = own.filter((word) => other.has(word)).sort();
  return [shared.reduce((sum, word) => sum + rarity(word), 0), Math.min(own.length, other.size) - shared.length];
}

/** How rare the rarest word is that both have, and the lesser of the rarest that each has alone. */
function rarest(a: Value, b: Value, rarity: (word: string) => number): readonly [number, number] {
  const [ofA, ofB] = [new Set(a.words), new Set(b.words)];
  const most = (words: readonly string[]): number => words.reduce((best, word) => Math.max(best, rarity(word)), 0);
  return [most(a.words.filter((word) => ofB.has(word))), Math.min(most(a.words.filter((word) => !ofB.has(word))), most(b.words.filter((word) => !ofA.has(word))))];
}

/** @returns of a record and one of its pairs the log odds of the best other pair it has; −Infinity where there is none */
function rankRivals(count: number, { a, b, logOdds }: Linkage['pairs']): (record: number, pair: number) => number {
  const [best, next] = [new Float64Array(count).fill(Number.NEGATIVE_INFINITY), new Float64Array(count).fill(Number.NEGATIVE_INFINITY)];
  const bestPair = new Int32Array(count).fill(-1);
  for (let pair = 0; pair < a.length; pair++) {
    for (const record of [a[pair], b[pair]]) {
      if (logOdds[pair] > best[record]) {
        next[record] = best[record];
        best[record] = logOdds[pair];
        bestPair[record] = pair;
      } else if (logOdds[pair] > next[record]) next[record] = logOdds[pair];
    }
  }
  return (record, pair) => (bestPair[record] === pair ? next[record] : best[record]);
}
