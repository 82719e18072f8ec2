// Which short name in capitals stands for which long one.
import { spelledName, normalizeName } from './normalize-name.ts';
import type { EntityType } from '../model.ts';

const MINOR_WORDS = new Set(['of', 'the', 'and', 'for', 'in', 'on', 'de', 'to', 'at']);
const ACRONYM = /^(?:[A-Z]{2,8}|(?:[A-Z]\.\s?){2,8}|[A-Z]{1,4}\s?&\s?[A-Z]{1,4})$/;

/** The letters of a short name in capitals (`mit` for "MIT" or "M.I.T.", `att` for "AT&T"), or undefined when it is none. */
export function acronymOf(surface: string): string | undefined {
  const text = surface.trim().replace(/['’]s?$/, '');
  return ACRONYM.test(text) ? text.replace(/[^A-Z]/g, '').toLowerCase() : undefined;
}

/** Every acronym the name may have: with and without minor words and legal form. */
export function initialsOf(surface: string, type: EntityType): Set<string> {
  const initials = new Set<string>();
  for (const name of [normalizeName(surface, type), spelledName(surface)]) {
    const words = name.split(' ').filter((word, i) => !(i === 0 && word === 'the'));
    for (const kept of [words, words.filter((word) => !MINOR_WORDS.has(word))]) {
      if (kept.length >= 2) initials.add(kept.map((word) => word[0]).join(''));
    }
  }
  return initials;
}
