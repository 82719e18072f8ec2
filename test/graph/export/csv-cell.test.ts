import test from 'ava';
import { safeCell } from '../../../graph/export/csv-cell.ts';

test('a text that a spreadsheet would run gets an apostrophe; numbers and other texts stay', (t) => {
  const cases: readonly (readonly [string | number | null, string | number | null])[] = [
    ['=1+1', "'=1+1"], ['@SUM(A1)', "'@SUM(A1)"], ['-x', "'-x"], ['+x', "'+x"], ['\tx', "'\tx"], ['\rx', "'\rx"], ['＝1', "'＝1"],
    ['-5', '-5'], ['+5.25', '+5.25'], ['-1e-7', '-1e-7'], [-5, -5], ['Ada', 'Ada'], ['', ''], [null, null], ['-5-5', "'-5-5"],
  ];
  for (const [cell, expected] of cases) t.is(safeCell(cell), expected, String(cell));
});
