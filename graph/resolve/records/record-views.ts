// What is compared of records beyond their columns one by one: all their words together, since what one table says in its title another
// says in its maker; and long free texts as such, of which only the gist counts.
import type { ComparedKind, FieldKind } from './fields.ts';

/** Words of a cell, on average, from which on a column of texts is prose. */
const PROSE_WORDS = 20;

export interface RecordViews {
  readonly rows: readonly (readonly string[])[];
  readonly kinds: readonly ComparedKind[];
}

/** The columns, text among them as `prose` where it is, and after them one of kind `whole` where there is text. */
export function viewRecords(rows: readonly (readonly string[])[], kinds: readonly FieldKind[]): RecordViews {
  if (!kinds.includes('text')) return { rows, kinds };
  const isProse = kinds.map((kind, column) => kind === 'text' && meanWords(rows, column) >= PROSE_WORDS);
  // Where all text is prose it is all there is to compare.
  const hasTitle = kinds.some((kind, column) => kind === 'text' && !isProse[column]);
  const viewed = kinds.map((kind, column): ComparedKind => (hasTitle && isProse[column] ? 'prose' : kind));
  const parts = viewed.flatMap((kind, column) => (kind === 'text' || kind === 'name' ? [column] : []));
  return { rows: rows.map((cells) => [...kinds.map((_, column) => cells[column] ?? ''), parts.map((column) => cells[column] ?? '').join(' ')]), kinds: [...viewed, 'whole'] };
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
