// What kind of character stands at a position: one table for all of Unicode, filled when a character is first met.

export const SPACE = 1;
export const LETTER = 2;
export const DIGIT = 3;
/** Scripts written without spaces: Han, kana, Thai, Lao, Khmer, Myanmar. */
export const UNSPACED = 4;
export const SYMBOL = 5;

const UNICODE_SIZE = 0x110000;
const classes = new Uint8Array(UNICODE_SIZE);

const ZERO_WIDTH_SPACE = 0x200b;
const ZERO_WIDTH_NON_JOINER = 0x200c;
const SOFT_HYPHEN = 0xad;
const spacePattern = /\s/;
const unspacedPattern = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const letterPattern = /[\p{L}\p{M}]/u;
const numberPattern = /\p{N}/u;
const upperPattern = /[\p{Lu}\p{Lt}]/u;
const lowerPattern = /\p{Ll}/u;

function classify(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (codePoint === ZERO_WIDTH_SPACE || spacePattern.test(character)) return SPACE;
  if (codePoint === SOFT_HYPHEN || codePoint === ZERO_WIDTH_NON_JOINER) return LETTER;
  if (numberPattern.test(character)) return DIGIT;
  if (letterPattern.test(character)) return unspacedPattern.test(character) ? UNSPACED : LETTER;
  return SYMBOL;
}

/** Class of a code point; a lone surrogate is a symbol. */
export function classOf(codePoint: number): number {
  return classes[codePoint] || (classes[codePoint] = classify(codePoint));
}

/** Class of the character that starts at `at`; 0 outside of the text. */
export function classAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit !== unit) return 0;
  return classOf(unit >= 0xd800 && unit < 0xdc00 ? (text.codePointAt(at) as number) : unit);
}

/** UTF-16 units of the character that starts at `at`: 2 for a whole surrogate pair, otherwise 1. */
export function widthAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit >= 0xdc00) return 1;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next < 0xe000 ? 2 : 1;
}

/** Whether an upper-case or title-case letter starts at `at`. */
export function isUpperAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 128) return unit >= 65 && unit <= 90;
  return unit === unit && upperPattern.test(String.fromCodePoint(text.codePointAt(at) as number));
}

/** Whether a lower-case letter starts at `at`. */
export function isLowerAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 128) return unit >= 97 && unit <= 122;
  return unit === unit && lowerPattern.test(String.fromCodePoint(text.codePointAt(at) as number));
}
