// Tables, numbers and widths as the commands print them.
import test from 'ava';
import { formatCount, formatSeconds, plural, shorten, table, widthOf } from '../../../pipeline/cli/output.ts';

test('columns line up, whatever the script', (t) => {
  const lines = table([['Ada', '1'], ['東京', '22'], ['José', '333']], [{}, { align: 'right' }], '').split('\n');
  t.deepEqual(lines, ['Ada     1', '東京   22', 'José  333']);
});

test('widths count columns, not code units', (t) => {
  t.is(widthOf('Ada'), 3);
  t.is(widthOf('東京'), 4);
  t.is(widthOf('e\u0301'), 1);
});

test('numbers read well', (t) => {
  t.is(formatCount(1234567), '1,234,567');
  t.is(formatCount(999), '999');
  t.is(plural(1, 'entity', 'entities'), '1 entity');
  t.is(plural(2, 'entity', 'entities'), '2 entities');
  t.is(formatSeconds(3.14), '3.1 s');
  t.is(formatSeconds(125), '2 min 5 s');
  t.is(formatSeconds(7260), '2 h 1 min');
});

test('long texts are cut on one line', (t) => {
  t.is(shorten('a\n b', 10), 'a b');
  t.is(shorten('abcdef', 4), 'abc…');
});
