// What a word looks like: its letter-case class, and the key under which word vectors know it.

export const CASE_CLASSES = 8;

const LOWER = 0;
const TITLE = 1;
const UPPER = 2;
const MIXED = 3;
const DIGITS_ONLY = 4;
const HAS_DIGIT = 5;
const PUNCTUATION = 6;
const OTHER = 7;

const digitPattern = /\p{Nd}/u;
const digitsOnlyPattern = /^[+\-.]?\p{Nd}+(?:[.,:/-]\p{Nd}+)*$/u;
const letterPattern = /\p{L}/u;
const lettersOnlyPattern = /[^\p{L}]+/gu;
const punctuationPattern = /^[\p{P}\p{S}]+$/u;
const nonAsciiPattern = /[^\x00-\x7f]/;

/** 0 lower, 1 Title, 2 UPPER, 3 miXed, 4 digits only (`1,234.5`), 5 has a digit (`F-16`), 6 punctuation, 7 other (scripts without case). */
export function caseClassOf(word: string): number {
  if (digitPattern.test(word)) return digitsOnlyPattern.test(word) ? DIGITS_ONLY : HAS_DIGIT;
  if (!letterPattern.test(word)) return punctuationPattern.test(word) ? PUNCTUATION : OTHER;
  const letters = word.replace(lettersOnlyPattern, '');
  const lower = letters.toLowerCase();
  const upper = letters.toUpperCase();
  if (lower === upper) return OTHER;
  if (letters === lower) return LOWER;
  const firstWidth = (letters.codePointAt(0) as number) > 0xffff ? 2 : 1;
  const isFirstUpper = letters.slice(0, firstWidth) !== lower.slice(0, firstWidth);
  if (isFirstUpper && letters.slice(firstWidth) === letters.slice(firstWidth).toLowerCase()) return TITLE;
  return letters === upper ? UPPER : MIXED;
}

const pennKeys = new Map([
  ['-LRB-', '('],
  ['-RRB-', ')'],
  ['-LSB-', '['],
  ['-RSB-', ']'],
  ['-LCB-', '{'],
  ['-RCB-', '}'],
  ["''", '"'],
  ['``', '"'],
]);
const digitRunPattern = /\p{Nd}+/gu;
const MAX_SHAPE_DIGITS = 4;

/**
 * Lookup key of a word: lower case, ASCII quotes, brackets for Penn Treebank names; a word with a digit becomes the shape
 * of its digits, runs cut to four: `1,234.5` → `#shape:d,ddd.d`, `1990s` → `#shape:dddds`.
 */
export function vectorKeyOf(word: string): string {
  const penn = pennKeys.get(word);
  if (penn !== undefined) return penn;
  let key = word.toLowerCase();
  if (nonAsciiPattern.test(key)) key = key.replace(/[‘’‚‛′`]/g, "'").replace(/[“”„‟″«»]/g, '"').replace(/[‐‑]/g, '-');
  if (!digitPattern.test(key)) return key;
  return `#shape:${key.replace(digitRunPattern, (run) => 'd'.repeat(Math.min([...run].length, MAX_SHAPE_DIGITS)))}`;
}

/** In place of a word that is hidden: no vector, case or form tells anything of it. */
export const HIDDEN_WORD = '\u25a1';
