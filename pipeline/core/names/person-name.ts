// Which names of persons may be the same person's: equal surname, given names that agree as far as both are written.
import { remember } from '../remember.ts';

export interface PersonName {
  readonly given: readonly string[];
  readonly surname: string;
  /** `jr`, `sr`, `ii` …, or empty. */
  readonly generation: string;
}

const GENERATIONS = new Set(['jr', 'junior', 'sr', 'senior', 'ii', 'iii', 'iv']);
const PARTICLES = new Set('von van der den de del della di da dos du la le el al bin ibn ter ten zu zur'.split(' '));

/** @param normalized as `normalizeName` gives it for a person */
export const parsePersonName = remember((normalized): PersonName => {
  const words = normalized.split(' ');
  let generation = '';
  if (words.length > 1 && GENERATIONS.has(words[words.length - 1])) {
    generation = (words.pop() as string).replace('junior', 'jr').replace('senior', 'sr');
  }
  const surname = words[words.length - 1];
  return { given: words.slice(0, -1).filter((word) => !PARTICLES.has(word)), surname, generation };
});

function givenAgree(a: string, b: string): boolean {
  return a === b || (a.length === 1 && b.startsWith(a)) || (b.length === 1 && a.startsWith(b));
}

/** Whether each of `short` agrees with one of `long`, in order. */
function isWithin(short: readonly string[], long: readonly string[]): boolean {
  let at = 0;
  for (const name of short) {
    while (at < long.length && !givenAgree(name, long[at])) at++;
    if (at++ >= long.length) return false;
  }
  return true;
}

/**
 * Whether the two may name one person.
 * @param sameText within one text a middle name may stand for the first ("Presper Eckert"); elsewhere the first must agree
 */
export function personsAgree(a: PersonName, b: PersonName, sameText: boolean): boolean {
  if (a.surname !== b.surname) return false;
  if (a.generation !== '' && b.generation !== '' && a.generation !== b.generation) return false;
  if (a.generation !== b.generation && !sameText) return false;
  const [short, long] = a.given.length <= b.given.length ? [a.given, b.given] : [b.given, a.given];
  if (short.length === 0) return true;
  if (sameText) return isWithin(short, long);
  return givenAgree(short[0], long[0]) && isWithin(short.slice(1), long.slice(1));
}

/** More and longer given names say more; ties in alphabetical order. */
export function compareSpecificity(a: string, b: string): number {
  return b.split(' ').length - a.split(' ').length || b.length - a.length || (a < b ? -1 : a > b ? 1 : 0);
}
