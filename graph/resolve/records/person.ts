// Whole names of persons in one cell, given name first or "Surname, Given": initials, short forms and slips of the pen are near, not equal.
import { normalizeName } from '../../../pipeline/core/names/normalize-name.ts';
import { parsePersonName } from '../../../pipeline/core/names/person-name.ts';
import type { Value } from './fields.ts';
import { mayBeOneName } from '../../../pipeline/core/names/nicknames.ts';
import { jaroWinkler } from './similarity.ts';

const ALIKE = 0.88;

/** @returns undefined where no letter is left; its words are the given names and, last, the surname */
export function normalizePerson(cell: string): Value | undefined {
  const [before, after, ...further] = cell.split(',');
  const isTurned = after !== undefined && further.length === 0 && !/^\s*(?:jr|sr|i+|iv|ph\.?d|m\.?d)\.?\s*$/i.test(after);
  const text = normalizeName(isTurned ? `${after} ${before}` : cell.replaceAll(',', ' '), 'PER');
  if (!/[a-z]/.test(text)) return undefined;
  const { given, surname, generation } = parsePersonName(text);
  return { text: [...given, surname, generation].join(' ').trim(), words: [...given, surname], number: Number.NaN };
}

/**
 * 4: surname and all given names that both have agree, as initials, short forms or but for a slip; 3: surname and first given name alike, others not;
 * 2: the surname, one without a given name; 1: the surname, or the same names in another order; 0: nothing.
 */
export function personLevel(a: readonly string[], b: readonly string[]): number {
  const [givenA, givenB] = [a.slice(0, -1), b.slice(0, -1)];
  if (!isAlike(a[a.length - 1], b[b.length - 1])) {
    const [short, long] = a.length < b.length ? [a, b] : [b, a];
    return short.length > 1 && short.every((name) => long.some((other) => isAlike(name, other))) ? 1 : 0;
  }
  if (givenA.length === 0 || givenB.length === 0) return 2;
  if (!agree(givenA[0], givenB[0])) return 1;
  return givenA.slice(1, givenB.length).every((name, at) => agree(name, givenB[at + 1])) ? 4 : 3;
}

const isAlike = (a: string, b: string): boolean => a === b || (a.length > 2 && b.length > 2 && jaroWinkler(a, b) >= ALIKE);

const agree = (a: string, b: string): boolean => ((a.length === 1 || b.length === 1) && a[0] === b[0]) || mayBeOneName(a, b) || isAlike(a, b);
