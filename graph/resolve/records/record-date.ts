// Dates as tables write them: 2008-07-12, 20080712, 12/07/2008, 12 July 2008, July 2008, 2008. Digits of year, month and day, as far as known.
import { parseDate } from '../parse-date.ts';
import { isOneEditApart } from './similarity.ts';

/** @returns `20080712`, `200807` or `2008`; undefined where it is no date. Day before month where both orders are possible. */
export function normalizeDate(cell: string): string | undefined {
  const text = cell.trim().replace(/[T ]\d{1,2}:\d{2}.*$/s, '');
  if (/^\d{8}$/.test(text)) return text;
  if (/^\d{6}$/.test(text) && Number(text.slice(4)) >= 1 && Number(text.slice(4)) <= 12) return text;
  const [, year, y1, y2] = /^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$/.exec(text) ?? [];
  if (year !== undefined) return digitsOf(year, y1, y2);
  const [, d1, d2, last] = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/.exec(text) ?? [];
  if (last !== undefined) return Number(d2) > 12 ? digitsOf(last, d1, d2) : digitsOf(last, d2, d1);
  return parseDate(text.replace(/-(?=[A-Za-z])|(?<=[A-Za-z])-/g, ' '))?.replaceAll('-', '');
}

const digitsOf = (year: string, month: string, day: string): string => year + month.padStart(2, '0') + day.padStart(2, '0');

/** 2: a slip, day and month in each other's place, or one says less; 1: the year; 0: nothing. */
export function dateLevel(a: string, b: string): number {
  if (isOneEditApart(a, b) || isSwapped(a, b)) return a.length === 4 ? 1 : 2;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (short.length === 6 && long.startsWith(short)) return 2;
  return a.slice(0, 4) === b.slice(0, 4) ? 1 : 0;
}

const isSwapped = (a: string, b: string): boolean => a.length === 8 && a.length === b.length && a.slice(0, 4) === b.slice(0, 4) && a.slice(4, 6) === b.slice(6) && a.slice(6) === b.slice(4, 6);
