import test from 'ava';
import { parseQuantity } from '../../../graph/resolve/parse-number.ts';

for (const [surface, value, unit] of [
  ['1,234,567', '1234567'],
  ['17,468', '17468'],
  ['42', '42'],
  ['3.14', '3.14'],
  ['2.3 million', '2300000'],
  ['$3 billion', '3000000000', 'USD'],
  ['US$ 1,500', '1500', 'USD'],
  ['5 million euros', '5000000', 'EUR'],
  ['12 %', '12', '%'],
  ['12%', '12', '%'],
  ['4.5 per cent', '4.5', '%'],
  ['30 tons', '30', 'ton'],
  ['120 km', '120', 'km'],
  ['120km', '120', 'km'],
  ['30 square miles', '30', 'mi²'],
  ['1,200 employees', '1200', 'employees'],
  ['two hundred people', '200', 'people'],
  ['twelve', '12'],
  ['twenty-four', '24'],
  ['two hundred', '200'],
  ['One million', '1000000'],
  ['−5', '-5'],
  ['0', '0'],
  ['1,23', undefined],
  ['many', undefined],
  ['$30 tons', undefined],
  ['30 of the 40 ships that sailed', undefined],
  ['99,999,999,999,999,999,999', undefined],
  ['', undefined],
] as const) {
  test(`'${surface}' is ${value === undefined ? 'no number' : `${value}${unit === undefined ? '' : ` ${unit}`}`}`, (t) =>
    t.deepEqual(parseQuantity(surface), value === undefined ? undefined : unit === undefined ? { value } : { value, unit }));
}
