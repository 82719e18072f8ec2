// Which number a text names, and of what: digits with thousands separators, scale words, English number words, and the unit that
// stands before ("$2.5 million") or after ("30 square miles", "1,200 employees").

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

/** Ways to write a unit → its symbol: currencies by ISO 4217, measures by SI or common use. */
const SYMBOLS = new Map(
  Object.entries({
    USD: '$ us$ dollar dollars usd', EUR: '€ euro euros eur', GBP: '£ pound_sterling pounds_sterling gbp', JPY: '¥ yen jpy',
    '%': '% percent per_cent percentage', km: 'km kilometre kilometres kilometer kilometers', m: 'm metre metres meter meters',
    cm: 'cm centimetre centimetres centimeter centimeters', mm: 'mm millimetre millimetres millimeter millimeters', mi: 'mi mile miles',
    ft: 'ft foot feet', in: 'in inch inches', 'km²': 'km² km2 square_kilometres square_kilometers sq_km', 'mi²': 'square_miles square_mile sq_mi',
    ha: 'ha hectare hectares', acre: 'acre acres', kg: 'kg kilogram kilograms', t: 't tonne tonnes', ton: 'ton tons', lb: 'lb lbs pound pounds',
    h: 'h hour hours', min: 'min minute minutes', s: 's second seconds', a: 'year years', d: 'day days',
  }).flatMap(([symbol, ways]) => ways.split(' ').map((way): [string, string] => [way.replace('_', ' '), symbol])),
);

export interface Quantity {
  /** Decimal digits, such as `2500000` for "$2.5 million". */
  readonly value: string;
  /** A symbol (`USD`, `km`, `%`), or the counted things as the text has them ("employees"). */
  readonly unit?: string;
}

const COUNTED = /^[a-z][a-z-]*(?: [a-z][a-z-]*){0,2}$/;

/** @returns undefined when the text is no number */
export function parseQuantity(surface: string): Quantity | undefined {
  const [, sign, rest] = /^(us\$|[$€£¥])?\s*(.*)$/s.exec(surface.toLowerCase().trim())!;
  const words = rest!.replace(/([\d.])(%|km²?|kg|cm|mm|mi|ft)$/, '$1 $2').split(/[\s\u00a0]+/);
  const scales = words.slice(1).findIndex((word) => !SCALE.has(word));
  const numberWords = words.slice(0, scales === -1 ? words.length : scales + 1);
  const value = valueOf(numberWords);
  if (value === undefined) return undefined;
  const after = words.slice(numberWords.length).join(' ');
  if (after === '') return sign === undefined ? { value } : { value, unit: SYMBOLS.get(sign) };
  const unit = SYMBOLS.get(after) ?? (COUNTED.test(after) ? after : undefined);
  return sign !== undefined || unit === undefined ? undefined : { value, unit };
}

/** A number and the scales that follow it: "two hundred", "1.5 thousand million". */
function valueOf([first, ...scales]: readonly string[]): string | undefined {
  const exponent = scales.reduce((sum, word) => sum + SCALE.get(word)!, 0);
  const spelled = wordValue.get(first!);
  if (spelled !== undefined) return decimal(`${spelled}e${exponent}`);
  if (!/^[-−]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/.test(first!)) return undefined;
  return decimal(`${first!.replace(/,/g, '').replace('−', '-')}e${exponent}`);
}

/** Plain digits for all that a number can hold exactly; larger ones are left as text. */
function decimal(literal: string): string | undefined {
  const value = Number(literal);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value === 0 ? 0 : value) : undefined;
}
