// When two spellings are the same name: script folded to ASCII, case, punctuation, possessives, titles of persons, legal
// forms of companies and a leading "the" play no part, and a place that is a country is that country's usual name.
import anyAscii from 'any-ascii';
import { countryOf } from './countries.ts';
import type { EntityType } from '../model.ts';

const TITLES = new Set(
  (
    'mr mrs ms miss mister dr doctor prof professor sir dame lord lady madam madame monsieur herr frau rev reverend fr ' +
    'hon honorable president senator sen governor gov congressman congresswoman representative rep secretary minister ' +
    'chancellor ambassador judge justice mayor captain capt commander cmdr lieutenant lt colonel col major maj general ' +
    'gen sergeant sgt corporal admiral adm commodore ensign baron baroness count countess duke duchess earl viscount'
  ).split(' '),
);
/** Words that only make a title together with the next one. */
const TITLE_OPENERS = new Set(['rear', 'vice', 'prime', 'brigadier', 'first', 'chief', 'associate', 'assistant', 'deputy', 'the']);
const HONOURS = new Set('phd md dds obe mbe cbe kbe dbe frs esq bsc msc ma jd'.split(' '));
const LEGAL_FORMS = new Set(
  'inc incorporated ltd limited corp corporation co company plc llc llp lp gmbh ag sa nv bv spa srl oy ab as kk pty'.split(' '),
);

/** Lower-case ASCII words with single spaces; dotted letters stay apart (`J. P.`) or, for `compact`, close up (`I.B.M.`). */
function fold(surface: string, compact: boolean): string {
  let text = anyAscii(surface).toLowerCase();
  text = text.replace(/(?<=[a-z0-9])'s?(?=$|\s*$)/, '').replace(/(?<=\w)'(?=\w)/g, '');
  if (compact) text = text.replace(/(?<!\b[a-z]\.\s?)\b(?:[a-z]\.\s?){2,}(?![a-z])/g, (dotted) => `${dotted.replace(/[.\s]/g, '')} `);
  return text
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9+#]+/g, ' ')
    .trim();
}

/**
 * @returns lower-case words separated by single spaces; never empty for a surface that has a visible character
 */
export function normalizeName(surface: string, type: EntityType): string {
  const words = fold(surface, type !== 'PER').split(' ').filter((word) => word !== '');
  if (words.length === 0) return surface.trim().toLowerCase();
  if (words.length > 1 && words[0] === 'the') words.shift();
  if (type === 'PER') stripPerson(words);
  if (type === 'ORG') stripLegalForm(words);
  const name = words.join(' ');
  return (type === 'LOC' && countryOf(name)?.toLowerCase()) || name;
}

/** The same spelling whatever its type is: what tells that two labels were given to one name. */
export function nameKey(surface: string): string {
  return normalizeName(surface, 'MISC');
}

/** All words, legal forms included: the letters an acronym may be made of. */
export function spelledName(surface: string): string {
  return fold(surface, true);
}

function stripPerson(words: string[]): void {
  let from = 0;
  for (;;) {
    const left = words.length - from;
    const opens = left > 2 && TITLE_OPENERS.has(words[from]) && TITLES.has(words[from + 1]);
    const width = opens ? 2 : left > 1 && TITLES.has(words[from]) ? 1 : 0;
    if (width === 0 || words[from + width] === 'of') break;
    from += width;
  }
  words.splice(0, from);
  while (words.length > 2 && HONOURS.has(words[words.length - 1])) words.pop();
}

function stripLegalForm(words: string[]): void {
  while (words.length > 1 && (LEGAL_FORMS.has(words[words.length - 1]) || words[words.length - 1] === 'and')) words.pop();
}

/** Words that titles may take up before a person's name. */
const MOST_TITLES = 8;

/** The surface as a reader would list it: persons without titles, persons and places without a possessive ("Lloyd's" keeps its own). */
export function displayName(surface: string, type: EntityType): string {
  const whole = surface.replace(/\s+/g, ' ').trim();
  if (type === 'ORG' || type === 'MISC') return whole;
  const text = whole.replace(/(?<=.)['’]s?$/, '');
  if (type === 'LOC') return text;
  const normalized = normalizeName(text, 'PER');
  const words = text.split(' ');
  for (let from = 1; from < words.length; from++) {
    const rest = words.slice(from).join(' ');
    if (from > MOST_TITLES || normalizeName(rest, 'PER') !== normalized) return words.slice(from - 1).join(' ');
  }
  return words.length > 1 ? words[words.length - 1] : text;
}
