// How two different names may stand for one thing: by fuller given names, initials, nicknames, spelling, order of words, acronyms,
// abbreviated words. And by which keys the names that may are found without comparing all with all.
import { acronymOf, initialsOf } from '../../pipeline/core/names/acronym.ts';
import { formalNamesOf } from '../../pipeline/core/names/nicknames.ts';
import { parsePersonName, personsAgree, type PersonName } from '../../pipeline/core/names/person-name.ts';
import type { EntityType } from '../../pipeline/core/model.ts';
import { remember } from '../../pipeline/core/remember.ts';
import { isOneEditApart, jaroWinkler } from './records/similarity.ts';

/**
 * `surname`: the one is the other's surname; `surnames`: both are the same surname without a given name; `stated`: a document gives one thing both names; `fuller`: more given names are written; `initials`: given names are only letters in one;
 * `nickname`, or another given name than the first; `generation`: Jr. and the like is left out in one; `reordered`: the same words; `spelling`: written or transliterated otherwise; `acronym`; `generic`: words such as "Company"
 * left out; `abbreviated`: words shortened or left out; `contained`: one is a part of the other.
 */
export const NAME_LEVELS = ['equal', 'surname', 'surnames', 'stated', 'fuller', 'initials', 'nickname', 'generation', 'reordered', 'spelling', 'acronym', 'generic', 'abbreviated', 'contained'] as const;
export type NameLevel = (typeof NAME_LEVELS)[number];
type ComparedLevel = Exclude<NameLevel, 'stated' | 'surname' | 'surnames'>;

/** A name as it is compared: normalised, with one wording of it. */
export interface Name {
  readonly type: EntityType;
  readonly key: string;
  readonly surface: string;
}

const MINOR = new Set('of the and for in on de la le du di da at to von van der den des el'.split(' '));
const GENERIC = new Set('company companies corporation incorporated group holdings industries limited inc corp co ltd plc city town republic kingdom state federation club fc the river'.split(' '));
const ABBREVIATED = new Map(Object.entries({ saint: 'st', sainte: 'ste', mount: 'mt', fort: 'ft', doctor: 'dr', brothers: 'bros', university: 'univ', department: 'dept', international: 'intl', association: 'assn', first: 'i', '1st': 'i', one: 'i', second: 'ii', '2nd': 'ii', two: 'ii', third: 'iii', '3rd': 'iii', three: 'iii' }));
const SPELLING = 0.94;
const SHORTEST_SPELLED = 5;
const LIKE_GIVEN = 0.85;

const contentWords = remember((key): readonly string[] => key.split(' ').filter((word) => !MINOR.has(word)).map((word) => ABBREVIATED.get(word) ?? word));
const withoutGeneric = (words: readonly string[]): string[] => words.filter((word) => !GENERIC.has(word));
const sorted = (words: readonly string[]): string => [...words].sort().join(' ');

/**
 * What is left of a word when spellings of one sound are made alike: consonants of a coarse alphabet, doubled ones once. Romanisations of
 * Cyrillic, Arabic and Chinese names differ in what it drops ("Tchaikovsky" and "Chaikovsky", "Qaddafi" and "Gaddafi").
 */
export const skeletonOf = remember((word): string => {
  const alike = word
    .replace(/tch|tsch|tsh|cz/g, 'ch')
    .replace(/sch|shch/g, 'sh')
    .replace(/kh|qu|q|ck|c(?=[aoulrkt]|$)/g, 'k')
    .replace(/g(?=h)|gh/g, 'g')
    .replace(/ph/g, 'f')
    .replace(/w/g, 'v')
    .replace(/th|dh/g, 't')
    .replace(/z/g, 's')
    .replace(/x/g, 'ks');
  const first = alike.replace(/^(?:y|i|j)(?=[aeiou])/, 'j').slice(0, 1).replace(/[aeiouy]/, 'a').replace(/g/, 'k');
  return first + alike.slice(1).replace(/[aeiouyhj]/g, '').replace(/(.)\1+/g, '$1');
});

/** Keys of the names that may stand for the same as this one; names that share none are never compared. */
export function nameKeysOf({ type, key, surface }: Name): string[] {
  const keys = new Set<string>();
  if (type === 'PER') {
    const { given, surname } = parsePersonName(key);
    if (given.length === 0) return [];
    const first = given[0]!;
    for (const formal of [first, ...formalNamesOf(first)]) {
      keys.add(`s ${surname} ${formal[0]}`);
      keys.add(`k ${skeletonOf(surname)} ${skeletonOf(formal)[0]}`);
    }
    for (const name of given) if (name.length > 1) keys.add(`g ${name} ${surname.slice(0, 3)}`);
    keys.add(`t ${sorted(key.split(' '))}`);
    const words = key.split(' ');
    if (words[1]!.length > 1) keys.add(`p ${words[0]} ${words[1]}`);
  } else {
    const words = contentWords(key);
    const letters = acronymOf(surface);
    if (letters !== undefined) keys.add(`i ${letters}`);
    for (const initials of initialsOf(surface, type)) keys.add(`i ${initials}`);
    for (const word of withoutGeneric(words)) if (word.length > 2) keys.add(`w ${word}`);
    keys.add(`k ${words.map(skeletonOf).join(' ')}`);
    if (words.length > 1) keys.add(`t ${sorted(words)}`);
    keys.add(`b ${key.slice(0, 5)} ${key.length >> 2}`);
  }
  return [...keys].map((each) => `${type} ${each}`);
}

/** @returns undefined where the names say that there are two */
export function compareNames(a: Name, b: Name): ComparedLevel | undefined {
  if (a.type !== b.type) return undefined;
  if (a.key === b.key) return 'equal';
  return a.type === 'PER' ? comparePersons(a.key, b.key) : compareThings(a, b);
}

function comparePersons(a: string, b: string): ComparedLevel | undefined {
  const [x, y] = [parsePersonName(a), parsePersonName(b)];
  if (x.given.length === 0 || y.given.length === 0) return undefined;
  if (x.generation !== '' && y.generation !== '' && x.generation !== y.generation) return undefined;
  if (x.generation !== y.generation) return personsAgree({ ...x, generation: '' }, { ...y, generation: '' }, true) ? 'generation' : undefined;
  if (personsAgree(x, y, false)) return [x, y].some(({ given }) => given.every((name) => name.length === 1)) ? 'initials' : 'fuller';
  if (sorted(a.split(' ')) === sorted(b.split(' '))) return 'reordered';
  if (x.surname === y.surname && withFormalNames(x).some((one) => withFormalNames(y).some((other) => personsAgree(one, other, false)))) return 'nickname';
  if (personsAgree(x, y, true)) return 'nickname';
  if (isPartOfName(a.split(' '), b.split(' ')) || isPartOfName(b.split(' '), a.split(' '))) return 'contained';
  const surnames = isSpelledAlike(x.surname, y.surname);
  const givens = x.given[0]![0] === y.given[0]![0] || skeletonOf(x.given[0]!) === skeletonOf(y.given[0]!);
  if (!surnames || !givens) return undefined;
  const rest = (name: PersonName): PersonName => ({ ...name, surname: '', given: name.given.map((word) => (word.length === 1 ? word : skeletonOf(word))) });
  const sameGiven = personsAgree(rest(x), rest(y), false) || isSpelledAlike(x.given[0]!, y.given[0]!);
  return sameGiven && middleAgrees(x, y) ? 'spelling' : undefined;
}

/** A name that a person had before another surname was added: "Hillary Rodham". */
function isPartOfName(short: readonly string[], long: readonly string[]): boolean {
  return short.length >= 2 && short.length < long.length && short.every((word, index) => word === long[index]);
}

const withFormalNames = (name: PersonName): PersonName[] => [name, ...formalNamesOf(name.given[0]!).map((formal) => ({ ...name, given: [formal, ...name.given.slice(1)] }))];

/** Second given names, where both have one, may not differ. */
function middleAgrees(a: PersonName, b: PersonName): boolean {
  const [x, y] = [a.given[1], b.given[1]];
  return x === undefined || y === undefined || x[0] === y[0];
}

/** Equal but for a slip or a way of writing the same sound. */
function isSpelledAlike(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.min(a.length, b.length) < 4) return false;
  const [x, y] = [skeletonOf(a), skeletonOf(b)];
  if (x === y && x.length > 2) return true;
  return Math.min(a.length, b.length) >= SHORTEST_SPELLED && a[0] === b[0] && isOneEditApart(a, b) && jaroWinkler(a, b) >= LIKE_GIVEN;
}

function compareThings(a: Name, b: Name): ComparedLevel | undefined {
  const [x, y] = [contentWords(a.key), contentWords(b.key)];
  const [lettersA, lettersB] = [acronymOf(a.surface), acronymOf(b.surface)];
  if (lettersA !== undefined || lettersB !== undefined) {
    const isFor = (letters: string | undefined, other: Name): boolean => letters !== undefined && initialsOf(other.surface, other.type).has(letters);
    if (isFor(lettersA, b) || isFor(lettersB, a)) return 'acronym';
  }
  // "Windows 95" is not "Windows 98", nor "Windows".
  if (sorted(x.filter(isNumber)) !== sorted(y.filter(isNumber))) return undefined;
  if (sorted(x) === sorted(y)) return 'reordered';
  const [p, q] = [withoutGeneric(x), withoutGeneric(y)];
  if (p.length > 0 && sorted(p) === sorted(q)) return 'generic';
  if (x.join('') === y.join('') || isWholeSpelledAlike(x, y)) return 'spelling';
  const [short, long] = x.length <= y.length ? [x, y] : [y, x];
  const used = alignAbbreviated(short, long) ?? (short.length === long.length ? alignAbbreviated(long, short) : undefined);
  if (used === undefined) return undefined;
  return used.exact ? 'contained' : 'abbreviated';
}

const NUMERALS = new Set('i ii iii iv v vi vii viii ix x xi xii fourth fifth north south east west northern southern eastern western upper lower new old'.split(' '));
/** Words that tell one of a series from the others. */
const isNumber = (word: string): boolean => /\d/.test(word) || NUMERALS.has(word);

function isWholeSpelledAlike(x: readonly string[], y: readonly string[]): boolean {
  if (x.length !== y.length) return false;
  let differ = 0;
  for (let i = 0; i < x.length; i++) {
    if (x[i] === y[i]) continue;
    if (!isSpelledAlike(x[i]!, y[i]!) || (x[i]!.length > SHORTEST_SPELLED && jaroWinkler(x[i]!, y[i]!) < SPELLING && skeletonOf(x[i]!) !== skeletonOf(y[i]!))) return false;
    differ++;
  }
  return differ === 1 || differ === x.length;
}

/** Each word of the short name, in order, as a word of the long one or as the beginning of one. */
function alignAbbreviated(short: readonly string[], long: readonly string[]): { readonly exact: boolean } | undefined {
  let [at, exact] = [0, true];
  for (const word of short) {
    const stem = word.length > 3 ? word.replace(/s$/, '') : word;
    while (at < long.length && long[at] !== word && !(stem.length > 2 && long[at]!.startsWith(stem))) at++;
    if (at === long.length) return undefined;
    if (long[at] !== word) exact = false;
    at++;
  }
  return { exact };
}

/** Whether two names have a part in common, and differ in what tells one from the other: "Bank of America" and "Bank of England". */
export function namesContradict(a: Name, b: Name): boolean {
  if (compareNames(a, b) !== undefined) return false;
  if (a.type === 'PER') return parsePersonName(a.key).surname === parsePersonName(b.key).surname;
  const words = new Set(withoutGeneric(contentWords(b.key)));
  return withoutGeneric(contentWords(a.key)).some((word) => words.has(word));
}
