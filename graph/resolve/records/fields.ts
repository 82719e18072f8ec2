// What a column of records holds decides how two of its values are compared: in levels, from "nothing in common" up to "equal".
import anyAscii from 'any-ascii';
import type { FieldKind } from '../../../pipeline/core/model.ts';
import { isOneEditApart, jaroWinkler } from './similarity.ts';


export interface Value {
  /** Normalised; never empty. */
  readonly text: string;
  /** Of a text, each word once. */
  readonly words: readonly string[];
  /** Of a number. */
  readonly number: number;
}

/** Levels of each kind, the last one equality. */
export const LEVELS: Readonly<Record<FieldKind, number>> = { name: 5, text: 8, identifier: 3, date: 4, number: 4 };

const ALIKE = [0.7, 0.85, 0.92] as const;
const SHARED = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85] as const;
/** Words of a text that differ by a slip of the pen are the same one. */
const SAME_WORD = 0.93;

/** @returns undefined where the cell says nothing */
export function valueOf(cell: string, kind: FieldKind): Value | undefined {
  const text = anyAscii(cell).toLowerCase().replace(/&#?[a-z0-9]+;/g, ' ').replace(/[^a-z0-9.]+/g, ' ').replace(/\.(?!\d)/g, ' ').replace(/\s+/g, ' ').trim();
  if (text === '') return undefined;
  if (kind !== 'number') return { text, words: kind === 'text' || kind === 'name' ? [...new Set(text.split(' '))] : [], number: Number.NaN };
  // Nothing is in proportion to nought, which mostly stands for "not known".
  const number = Number.parseFloat(text);
  return number ? { text: String(number), words: [], number } : undefined;
}

/** @param weightOf how much a word of the column tells, such as its inverse document frequency */
export function levelOf(a: Value, b: Value, kind: FieldKind, weightOf: (word: string) => number): number {
  const equal = LEVELS[kind] - 1;
  if (a.text === b.text) return equal;
  switch (kind) {
    case 'identifier':
      return isOneEditApart(a.text, b.text) ? 1 : 0;
    case 'date':
      return isOneEditApart(a.text, b.text) || isSwapped(a.text, b.text) ? 2 : a.text.slice(0, 4) === b.text.slice(0, 4) ? 1 : 0;
    case 'number': {
      const apart = Math.abs(a.number - b.number) / Math.max(Math.abs(a.number), Math.abs(b.number));
      return apart < 0.02 ? 2 : apart < 0.2 ? 1 : 0;
    }
    case 'name':
      return ALIKE.filter((least) => jaroWinkler(a.text, b.text) >= least).length;
    case 'text': {
      const shared = sharedWeight(a.words, b.words, weightOf);
      return shared > 0.999 ? SHARED.length : SHARED.filter((least) => shared >= least).length;
    }
  }
}

/** Day and month in each other's place, of a date in digits. */
const isSwapped = (a: string, b: string): boolean => a.length === 8 && a.length === b.length && a.slice(0, 4) === b.slice(0, 4) && a.slice(4, 6) === b.slice(6) && a.slice(6) === b.slice(4, 6);

/** Weight of the words that both have over that of those that either has (a weighted Jaccard index). */
function sharedWeight(a: readonly string[], b: readonly string[], weightOf: (word: string) => number): number {
  const left = new Set(b);
  let [shared, all] = [0, 0];
  const open: string[] = [];
  for (const word of a) {
    if (left.delete(word)) {
      shared += weightOf(word);
      all += weightOf(word);
    } else open.push(word);
  }
  for (const word of open) {
    let found: string | undefined;
    if (word.length > 3) for (const other of left) if (other[0] === word[0] && Math.abs(other.length - word.length) < 3 && other.length > 3 && jaroWinkler(word, other) >= SAME_WORD) found = other;
    if (found !== undefined) {
      left.delete(found);
      const weight = Math.min(weightOf(word), weightOf(found));
      shared += weight;
      all += weight;
    } else all += weightOf(word);
  }
  for (const word of left) all += weightOf(word);
  return all === 0 ? 0 : shared / all;
}
