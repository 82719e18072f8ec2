// A cell of CSV that a spreadsheet shows rather than runs.

/** What opens a formula in a spreadsheet; the wide forms too, which East Asian ones fold. */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** An apostrophe before a text that a spreadsheet would take for a formula; numbers, also those written as text, stay as they are. */
export function safeCell<T extends string | number | null>(cell: T): T | string {
  return typeof cell === 'string' && FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}
