// What is compared of records beyond their columns one by one: all their words together, since what one table says in its title another
// says in its maker; and long free texts as such, of which only the gist counts.
import type { ComparedKind, FieldKind } from './fields.ts';

/** Words of a cell, on average, from which on a column of texts is prose. */
const PROSE_WORDS = 20;
/** From which on texts say something that other columns may say too; a street does not. */
const TITLE_WORDS = 4;

/** @param kinds as `viewKinds` gives them */
export function viewRows(rows: readonly (readonly string[])[], kinds: readonly ComparedKind[]): readonly (readonly string[])[] {
  if (!kinds.includes('whole')) return rows;
  const parts = kinds.flatMap((kind, column) => (kind === 'text' || kind === 'name' ? [column] : []));
  return rows.map((cells) => kinds.map((kind, column) => (kind === 'whole' ? parts.map((part) => cells[part] ?? '').join(' ') : (cells[column] ?? ''))));
}

/** The kinds of the columns, `prose` for a text where it is, and after them `whole` where there are titles. */
export function viewKinds(rows: readonly (readonly string[])[], kinds: readonly FieldKind[]): readonly ComparedKind[] {
  const words = kinds.map((kind, column) => (kind === 'text' ? meanWords(rows, column) : 0));
  if (words.every((mean) => mean < TITLE_WORDS)) return kinds;
  const isProse = words.map((mean) => mean >= PROSE_WORDS);
  // Where all text is prose it is all there is to compare.
  const hasTitle = kinds.some((kind, column) => kind === 'text' && !isProse[column]);
  return [...kinds.map((kind, column): ComparedKind => (hasTitle && isProse[column] ? 'prose' : kind)), 'whole'];
}

function meanWords(rows: readonly (readonly string[])[], column: number): number {
  let [words, cells] = [0, 0];
  for (const row of rows) {
    const text = (row[column] ?? '').trim();
    if (text === '') continue;
    words += text.split(/\s+/).length;
    cells++;
  }
  return cells === 0 ? 0 : words / cells;
}
