import test from 'ava';
import { parseNumber } from '../../../graph/resolve/parse-number.ts';

for (const [surface, expected] of [
  ['1,234,567', '1234567'],
  ['17,468', '17468'],
  ['42', '42'],
  ['3.14', '3.14'],
  ['2.3 million', '2300000'],
  ['$3 billion', '3000000000'],
  ['twelve', '12'],
  ['twenty-four', '24'],
  ['two hundred', '200'],
  ['One million', '1000000'],
  ['−5', '-5'],
  ['0', '0'],
  ['1,23', undefined],
  ['many', undefined],
  ['30 tons', undefined],
  ['99,999,999,999,999,999,999', undefined],
  ['', undefined],
] as const) {
  test(`'${surface}' is ${expected ?? 'no number'}`, (t) => t.is(parseNumber(surface), expected));
}
