// Addresses of a house: the words for streets in one form, flats left out; the number of the house counts beside the street.
import type { Value } from './fields.ts';
import { jaroWinkler } from './similarity.ts';

/** One line a word: the form it takes, then others. */
const FORMS = new Map(
  `st street str strt saint; rd road; ave avenue av aven; blvd boulevard boul bvd; dr drive drv; ln lane; ct court crt; pl place plc; sq square
  ter terrace terr tce; cres crescent cr crst; cir circle circuit cct circ; hwy highway hway; pkwy parkway pky; pde parade; cl close; gr grove gve; way wy
  aly alley; expy expressway; fwy freeway; pike pk turnpike tpke; trl trail; mt mount; ft fort; n north; s south; e east; w west
  ne northeast; nw northwest; se southeast; sw southwest; bldg building; 1st first; 2nd second; 3rd third; 4th fourth; 5th fifth; 6th sixth; 7th seventh
  8th eighth; 9th ninth; 10th tenth`
    .split(/[;\n]/)
    .flatMap((line) => {
      const [form, ...others] = line.trim().split(' ');
      return others.map((other): [string, string] => [other, form]);
    }),
);
const UNIT = /\b(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|no|number)\s+(?=\S*\d|[a-z]\b)\S+/g;
const ALIKE = 0.9;

/** @param text lower-case words of ASCII letters and digits */
export function normalizeAddress(text: string): Value {
  const kept = text.replace(UNIT, ' ').replace(/\s+/g, ' ').trim() || text;
  const words = kept.split(' ').map((word) => FORMS.get(word) ?? word);
  const house = words.find((word) => /^\d+[a-z]?$/.test(word));
  return { text: words.join(' '), words: [...new Set(words)], number: house === undefined ? Number.NaN : Number.parseInt(house, 10) };
}

/** 3: house and street; 2: street, the house left out by one; 1: street, another house; 0: nothing. */
export function addressLevel(a: Value, b: Value): number {
  const street = ({ words }: Value): string => words.filter((word) => !/^\d+[a-z]?$/.test(word)).join(' ');
  const [x, y] = [street(a), street(b)];
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  if (short === '' || !(` ${long} `.includes(` ${short} `) || jaroWinkler(x, y) >= ALIKE)) return 0;
  if (Number.isNaN(a.number) || Number.isNaN(b.number)) return 2;
  return a.number === b.number ? 3 : 1;
}
