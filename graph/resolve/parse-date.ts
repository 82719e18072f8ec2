// Which calendar date a text names, as ISO 8601 of the precision the text has. English month names, day first or month
// first; anything vaguer ("the 1940s", "spring 1912", "06/07/1912") is no date.

const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];
const monthOf = new Map<string, number>([
  ...MONTHS.flatMap((name, i) => [[name, i + 1], [name.slice(0, 3), i + 1]] as [string, number][]),
  ['sept', 9],
]);

/** A larger number is a part number or a count, not a year. */
const LAST_YEAR = 2199;
const DAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';
const LEADING = new RegExp(`^(?:(?:on|in|since|by|the)\\s+|(?:${DAYS})\\s+)+`);
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?';
const MONTH = '([a-z]+)';
const YEAR = '(\\d{3,4})';
const PATTERNS: readonly { readonly form: RegExp; readonly order: readonly ('year' | 'month' | 'day')[] }[] = [
  { form: new RegExp(`^${DAY}\\s+(?:day\\s+)?(?:of\\s+)?${MONTH}\\s+(?:of\\s+)?${YEAR}$`), order: ['day', 'month', 'year'] },
  { form: new RegExp(`^${MONTH}\\s+(?:the\\s+)?${DAY}\\s+${YEAR}$`), order: ['month', 'day', 'year'] },
  { form: new RegExp(`^${YEAR}\\s+${MONTH}\\s+${DAY}$`), order: ['year', 'month', 'day'] },
  { form: new RegExp(`^${MONTH}\\s+(?:of\\s+)?${YEAR}$`), order: ['month', 'year'] },
  { form: /^(\d{4})-(\d{2})-(\d{2})$/, order: ['year', 'month', 'day'] },
  { form: /^(\d{4})-(\d{2})$/, order: ['year', 'month'] },
  { form: new RegExp(`^(?:the\\s+)?(?:year\\s+)?${YEAR}$`), order: ['year'] },
];

/** @returns `1912-06-23`, `1912-06` or `1912`; undefined when the text names no single date */
export function parseDate(surface: string): string | undefined {
  const text = surface
    .toLowerCase()
    .replace(/[.,]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(LEADING, '');
  for (const { form, order } of PATTERNS) {
    const match = form.exec(text);
    if (match === null) continue;
    const part = (name: 'year' | 'month' | 'day'): string | undefined =>
      order.includes(name) ? match[order.indexOf(name) + 1] : undefined;
    const date = isoDate(part('year') as string, part('month'), part('day'));
    if (date !== undefined) return date;
  }
  return undefined;
}

function isoDate(yearText: string, monthText: string | undefined, dayText: string | undefined): string | undefined {
  const year = Number(yearText);
  if (year === 0 || year > LAST_YEAR) return undefined;
  const iso = yearText.padStart(4, '0');
  if (monthText === undefined) return iso;
  const month = monthOf.get(monthText) ?? Number(monthText);
  if (!(month >= 1 && month <= 12)) return undefined;
  const isoMonth = `${iso}-${String(month).padStart(2, '0')}`;
  if (dayText === undefined) return isoMonth;
  const day = Number(dayText);
  return day >= 1 && day <= daysIn(year, month) ? `${isoMonth}-${String(day).padStart(2, '0')}` : undefined;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Whether both may name the same day: one is as precise as the other or a prefix of it. */
export function datesAgree(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}-`) || b.startsWith(`${a}-`);
}
