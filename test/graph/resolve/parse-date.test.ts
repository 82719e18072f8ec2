import test from 'ava';
import { datesAgree, parseDate } from '../../../graph/resolve/parse-date.ts';

for (const [surface, expected] of [
  ['23 June 1912', '1912-06-23'],
  ['June 23, 1912', '1912-06-23'],
  ['Jun. 23rd, 1912', '1912-06-23'],
  ['on the 3rd of June 1912', '1912-06-03'],
  ['Sunday, 9 December 1906', '1906-12-09'],
  ['1912-06-23', '1912-06-23'],
  ['June 1912', '1912-06'],
  ['Sept. 1939', '1939-09'],
  ['in 1912', '1912'],
  ['1912', '1912'],
  ['29 February 2000', '2000-02-29'],
  ['29 February 1900', undefined],
  ['31 June 1912', undefined],
  ['the 1940s', undefined],
  ['June 23', undefined],
  ['spring 1912', undefined],
  ['06/07/1912', undefined],
  ['1912-13', undefined],
  ['', undefined],
] as const) {
  test(`'${surface}' is ${expected ?? 'no single date'}`, (t) => t.is(parseDate(surface), expected));
}

test('dates agree when one is as precise as the other or less', (t) => {
  t.true(datesAgree('1912', '1912-06-23'));
  t.true(datesAgree('1912-06-23', '1912-06'));
  t.false(datesAgree('1912-06-23', '1912-06-24'));
  t.false(datesAgree('191', '1912'));
});
