// The rows of a .csv or .tsv by the names of their columns. A row that cannot be used is told of with the reason; the next is read.
import { parse } from 'csv-parse/sync';
import { EngramError, messageOf, type ErrorCode } from '../core/errors.ts';
import { decodeUtf8, withoutMark } from './bytes.ts';
import { splitRows, type Row } from './csv-rows.ts';

export interface TableRow {
  /** 1-based, in the file. */
  readonly line: number;
  readonly entries: readonly (readonly [column: string, cell: string])[];
}

export interface RefusedRow {
  readonly line: number;
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface TableOptions {
  readonly uri: string;
  /** One ASCII character. */
  readonly delimiter: string;
  /** Bytes of the longest row. */
  readonly limit: number;
  /** Columns that must be there. */
  readonly needed: readonly string[];
}

/** Bytes of rows that csv-parse is given at once: enough that a call costs little beside its rows. */
const BATCH_BYTES = 64 * 1024;

interface TextRow {
  readonly line: number;
  readonly text: string;
}

/** @throws EngramError `ENGRAM_TEXT_EMPTY` for a table without rows */
export async function* readTableRows(bytes: AsyncIterable<Uint8Array>, { uri, delimiter, limit, needed }: TableOptions): AsyncGenerator<TableRow | RefusedRow> {
  const badRow = (line: number, problem: string): RefusedRow => ({ line, code: 'ENGRAM_SOURCE_BAD_ROW', context: { problem } });
  let columns: readonly string[] | undefined;
  let rows: TextRow[] = [];
  let size = 0;
  let items = 0;
  function* takeRows(): Generator<TableRow | RefusedRow> {
    for (const [i, cells] of cellsOf(rows, delimiter).entries()) {
      const { line } = rows[i]!;
      if (cells instanceof Error) yield badRow(line, messageOf(cells));
      else if (cells.length !== columns!.length) yield badRow(line, `it has ${cells.length} cell(s) where the header has ${columns!.length}`);
      else yield { line, entries: cells.map((cell, column) => [columns![column]!, cell] as const) };
    }
    rows = [];
    size = 0;
  }
  for await (const row of splitRows(withoutMark(uri, bytes), delimiter.charCodeAt(0), limit)) {
    const { line } = row;
    const text = textOf(row, limit);
    if (columns === undefined) {
      // Without its header no row has a meaning: the file ends here.
      if (typeof text !== 'string') return yield text;
      const [cells] = cellsOf([{ line, text }], delimiter);
      if (cells instanceof Error) return yield badRow(line, messageOf(cells));
      const names = columnNames(cells!);
      const missing = needed.find((name) => !names.includes(name));
      const twice = needed.find((name) => cells!.filter((cell) => cell.trim() === name).length > 1);
      if (twice !== undefined) return yield badRow(line, `several columns are called '${twice}' (${placesOf(twice, cells!)}); give each a name of its own`);
      if (missing !== undefined) return yield badRow(line, `there is no column '${missing}'; the columns are ${names.map((name) => `'${name}'`).join(', ')}`);
      columns = names;
      continue;
    }
    items++;
    if (typeof text !== 'string') {
      yield* takeRows();
      yield text;
      continue;
    }
    rows.push({ line, text });
    size += row.bytes.length;
    if (size >= BATCH_BYTES) yield* takeRows();
  }
  yield* takeRows();
  if (items === 0) throw new EngramError('ENGRAM_TEXT_EMPTY', { path: uri });
}

function textOf({ line, problem, tooLong, bytes }: Row, limit: number): string | RefusedRow {
  if (problem !== undefined) return { line, code: 'ENGRAM_SOURCE_BAD_ROW', context: { problem } };
  if (tooLong !== undefined) return { line, code: 'ENGRAM_TEXT_TOO_LONG', context: { size: `at least ${tooLong}`, limit } };
  return decodeUtf8(bytes) ?? { line, code: 'ENGRAM_TEXT_ENCODING', context: {} };
}

/** One list of cells a row; where csv-parse objects to a row, its error. */
function cellsOf(rows: readonly TextRow[], delimiter: string): (readonly string[] | Error)[] {
  const parseAll = (text: string): string[][] =>
    parse(text, { delimiter, record_delimiter: '\n', relax_quotes: true, relax_column_count: true, bom: false });
  try {
    const parsed = parseAll(rows.map((row) => row.text).join('\n'));
    if (parsed.length === rows.length) return parsed;
  } catch (error) {
    if (rows.length === 1) return [error as Error];
  }
  if (rows.length === 1) return [new Error('csv-parse does not read it as one row')];
  return rows.map((row) => cellsOf([row], delimiter)[0]!);
}

const placesOf = (name: string, header: readonly string[]): string => header.flatMap((cell, at) => (cell.trim() === name ? [`column ${at + 1}`] : [])).join(', ');

/** A column without a name, or with one that is taken, is named after its place. */
function columnNames(header: readonly string[]): string[] {
  const names: string[] = [];
  for (const [i, cell] of header.entries()) {
    const name = cell.trim();
    names.push(name === '' || names.includes(name) ? `${name || 'column'} ${i + 1}` : name);
  }
  return names;
}
