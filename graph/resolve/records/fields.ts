// What a column of records holds decides how two of its values are compared: in levels, from "nothing in common" up to "equal".
import anyAscii from 'any-ascii';
import type { FieldKind } from '../../../pipeline/core/model.ts';
import { addressLevel, normalizeAddress } from './address.ts';
import { dateLevel, normalizeDate } from './record-date.ts';
import { normalizePerson, personLevel } from './person.ts';
import { isOneEditApart, jaroWinkler } from './similarity.ts';
import { containmentOf, cosineOf, shareWords } from './text-similarity.ts';

export { FIELD_KINDS, type FieldKind } from '../../../pipeline/core/model.ts';
/** `prose`: a text that is long; `whole`: all words of a record. */
export type ComparedKind = FieldKind | 'prose' | 'whole';

export interface Value {
  /** Normalised, which normalises to itself; never empty. */
  readonly text: string;
  /** Of words, each once; of a person the surname last. */
  readonly words: readonly string[];
  /** Of a number; of an address that of the house. NaN where there is none. */
  readonly number: number;
}

/** Levels of each kind, the last one equality. */
export const LEVELS: Readonly<Record<ComparedKind, number>> = { name: 5, person: 6, address: 5, text: 8, prose: 4, whole: 8, identifier: 3, date: 4, number: 4 };

/** Characters of a cell that are compared. */
const LONGEST = 20_000;
const ALIKE = [0.7, 0.85, 0.92] as const;
const SHARED = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85] as const;
/** Long texts share something, or much. */
const PROSE_SHARED = [0.2, 0.5] as const;

/** Kinds whose words are weighed by how few records have them. */
export const isWordy = (kind: ComparedKind): boolean => kind === 'text' || kind === 'prose' || kind === 'whole';

/** @returns undefined where the cell says nothing */
export function valueOf(whole: string, kind: ComparedKind): Value | undefined {
  const cell = whole.slice(0, LONGEST);
  if (kind === 'person') return normalizePerson(cell);
  const text = anyAscii(cell).toLowerCase().replace(/&#?[a-z0-9]+;/g, ' ').replace(/[^a-z0-9.]+/g, ' ').replace(/\.(?!\d)/g, ' ').replace(/\s+/g, ' ').trim();
  if (text === '') return undefined;
  if (kind === 'address') return normalizeAddress(text);
  if (kind === 'date') return { text: normalizeDate(cell) ?? text, words: [], number: Number.NaN };
  if (kind !== 'number') return { text, words: kind === 'identifier' ? [] : [...new Set(text.split(' '))], number: Number.NaN };
  // Nothing is in proportion to nought, which mostly stands for "not known".
  const number = Number.parseFloat(text);
  return number ? { text: String(number), words: [], number } : undefined;
}

/**
 * The same whichever comes first.
 * @param weightOf how much a word of the column tells, such as its inverse document frequency
 */
export function levelOf(a: Value, b: Value, kind: ComparedKind, weightOf: (word: string) => number): number {
  const equal = LEVELS[kind] - 1;
  if (a.text === b.text) return equal;
  const [first, second] = a.text < b.text ? [a, b] : [b, a];
  switch (kind) {
    case 'identifier':
      return isOneEditApart(a.text, b.text) ? 1 : 0;
    case 'date':
      return dateLevel(a.text, b.text);
    case 'number': {
      const apart = Math.abs(a.number - b.number) / Math.max(Math.abs(a.number), Math.abs(b.number));
      return apart < 0.02 ? 2 : apart < 0.2 ? 1 : 0;
    }
    case 'name':
      return reach(ALIKE, jaroWinkler(first.text, second.text));
    case 'person':
      return personLevel(first.words, second.words);
    case 'address':
      return addressLevel(first, second);
    case 'text':
      return reach(SHARED, cosineOf(shareWords(first.words, second.words, weightOf)));
    case 'whole':
      return reach(SHARED, containmentOf(shareWords(first.words, second.words, weightOf)));
    case 'prose':
      return reach(PROSE_SHARED, cosineOf(shareWords(first.words, second.words, weightOf)));
  }
}

const reach = (least: readonly number[], likeness: number): number => least.filter((each) => likeness >= each).length;
