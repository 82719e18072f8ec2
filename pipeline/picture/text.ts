// How wide a text is drawn, and what of it is: without a font at hand, from the widths of the one that pictures are made with.

/** Advance widths of Inter 4 Regular for the characters from space to ~, in hundredths of the size; usual sans-serif fonts are not wider. */
const ASCII = '28 29 47 63 64 98 64 30 36 36 50 66 29 46 29 36 63 41 61 62 65 59 62 57 62 62 29 30 66 66 66 51 97 69 65 73 72 60 59 75 74 27 57 67 57 90 75 76 64 76 64 64 65 74 69 99 68 68 63 36 36 36 47 46 32 56 61 57 61 58 37 61 59 24 24 55 24 88 59 60 61 61 38 53 33 59 56 82 55 56 55 43 33 43 66'.split(' ').map(Number);
const OTHER = 66;
const WIDE = 100;
const BOLD = 1.05;
const WIDE_SCRIPTS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff00-\uff60]/u;

/** @returns in the unit of the size */
export function widthOf(text: string, size: number, isBold = false): number {
  let hundredths = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    hundredths += ASCII[character.codePointAt(0)! - 32] ?? (WIDE_SCRIPTS.test(character) ? WIDE : OTHER);
  }
  return (hundredths * size * (isBold ? BOLD : 1)) / 100;
}

/** One line without the characters that would end or turn it. */
export const flat = (text: string): string => text.replace(/[\s\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();

/** As much of a line as fits, and … where some is left out. */
export function shortened(line: string, size: number, width: number, isBold = false): string {
  if (widthOf(line, size, isBold) <= width) return line;
  const characters = [...line];
  let kept = characters.length;
  while (kept > 1 && widthOf(`${characters.slice(0, kept).join('')}…`, size, isBold) > width) kept--;
  return `${characters.slice(0, kept).join('').trimEnd()}…`;
}

/** A text in at most two lines, parted between words where that can be. */
export function twoLines(text: string, size: number, width: number, isBold = false): readonly string[] {
  const line = flat(text);
  if (widthOf(line, size, isBold) <= width) return [line];
  const words = line.split(' ');
  const wholes = words.map((_, at) => words.slice(0, at + 1).join(' ')).slice(0, -1).filter((start) => widthOf(start, size, isBold) <= width);
  // Where both fit, the lines are of like length.
  const first = wholes.find((start) => widthOf(start, size, isBold) >= widthOf(line.slice(start.length + 1), size, isBold)) ?? wholes.at(-1);
  if (first === undefined) return [shortened(line, size, width, isBold)];
  return [first, shortened(line.slice(first.length + 1), size, width, isBold)];
}
