// Which records are one: candidates compared column by column, weighed, and joined from the surest pair down.
import { clusterPairs } from '../cluster.ts';
import { candidatePairs, type RecordValues } from './candidates.ts';
import { adjustedWeight, learnLinkage, logOddsOf, probabilityOf, type Comparison, type LinkageModel } from './fellegi-sunter.ts';
import { levelOf, LEVELS, valueOf, type FieldKind } from './fields.ts';

export interface LinkOptions {
  /** One for each column. */
  readonly kinds: readonly FieldKind[];
  /** Of each record where it comes from: pairs of one source are never one. Left out, any two may be. */
  readonly source?: readonly number[];
}

export interface Link {
  readonly a: number;
  readonly b: number;
  readonly probability: number;
}

export interface Linkage {
  /** All pairs that were compared. */
  readonly compared: readonly Link[];
  /** Of each record its cluster: the smallest index in it. */
  readonly clusters: readonly number[];
  readonly model: LinkageModel;
}

/** @param rows cells, one for each column */
export function linkRecords(rows: readonly (readonly string[])[], { kinds, source }: LinkOptions): Linkage {
  const records = rows.map((cells): RecordValues => ({ values: kinds.map((kind, column) => valueOf(cells[column] ?? '', kind)) }));
  const shares = kinds.map((_, column) => countValues(records, column));
  const words = kinds.map((kind, column) => (kind === 'text' ? countWords(records, column) : new Map<string, number>()));
  const weightOfWord = (column: number) => (word: string): number => Math.log(1 + records.length / (words[column]!.get(word) ?? 1));
  const pairs = candidatePairs(records, kinds, source);
  const compared = pairs.map(([a, b]): Comparison => {
    const levels = new Int8Array(kinds.length).fill(-1);
    const frequencies = new Float32Array(kinds.length).fill(Number.NaN);
    kinds.forEach((kind, column) => {
      const [x, y] = [records[a]!.values[column], records[b]!.values[column]];
      if (x === undefined || y === undefined) return;
      levels[column] = levelOf(x, y, kind, weightOfWord(column));
      if (x.text === y.text && kind !== 'text') frequencies[column] = shares[column]!.get(x.text)! / records.length;
    });
    return { levels, frequencies };
  });
  const model = learnLinkage(compared, kinds.map((kind) => LEVELS[kind]));
  const usual = kinds.map((_, column) => {
    const seen = compared.flatMap(({ frequencies }) => (Number.isNaN(frequencies[column]!) ? [] : [Math.log(frequencies[column]!)]));
    return seen.length === 0 ? 1 : Math.exp(seen.reduce((sum, x) => sum + x, 0) / seen.length);
  });
  const weights = compared.map((comparison) => adjustedWeight(comparison, model, usual));
  const links = pairs.map(([a, b], at): Link => ({ a, b, probability: probabilityOf(weights[at]!, model.prior) }));
  const scored = { a: Uint32Array.from(pairs, ([a]) => a), b: Uint32Array.from(pairs, ([, b]) => b), logOdds: Float32Array.from(weights, (weight) => logOddsOf(weight, model.prior)) };
  return { compared: links, clusters: [...clusterPairs(rows.length, scored, { source })], model };
}

function countValues(records: readonly RecordValues[], column: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { values } of records) {
    const text = values[column]?.text;
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

function countWords(records: readonly RecordValues[], column: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { values } of records) for (const word of values[column]?.words ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
