// Which number a text names: digits with thousands separators, a scale word, or an English number word.

const SCALE = new Map([['hundred', 2], ['thousand', 3], ['million', 6], ['billion', 9], ['trillion', 12]]);
const UNITS = [
  'zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen',
  'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen',
];
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const wordValue = new Map<string, number>([
  ...UNITS.map((word, i) => [word, i] as [string, number]),
  ...TENS.map((word, i) => [word, (i + 2) * 10] as [string, number]),
  ...TENS.flatMap((ten, i) => UNITS.slice(1, 10).map((one, j) => [`${ten}-${one}`, (i + 2) * 10 + j + 1] as [string, number])),
]);

/** @returns the number in decimal digits, such as `2500000` for "$2.5 million"; undefined when the text is no number */
export function parseNumber(surface: string): string | undefined {
  const words = surface.toLowerCase().trim().replace(/^[$€£¥]\s*/, '').split(/\s+/);
  if (words.length > 2) return undefined;
  const exponent = words.length === 2 ? SCALE.get(words[1]) : 0;
  if (exponent === undefined) return undefined;
  const [first] = words;
  const spelled = wordValue.get(first);
  if (spelled !== undefined) return decimal(`${spelled}e${exponent}`);
  if (!/^[-−]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/.test(first)) return undefined;
  return decimal(`${first.replace(/,/g, '').replace('−', '-')}e${exponent}`);
}

/** Plain digits for all that a number can hold exactly; larger ones are left as text. */
function decimal(literal: string): string | undefined {
  const value = Number(literal);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value === 0 ? 0 : value) : undefined;
}
