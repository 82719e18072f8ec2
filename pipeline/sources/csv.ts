// Tables: one document a row of a .csv or .tsv. Which column is the text, the id, the title and the date is configured;
// the others become metadata. A row that cannot be used is a dead letter; the next is read.
import { parse } from 'csv-parse/sync';
import { EngramError, messageOf } from '../core/errors.ts';
import type { SourceItem } from '../core/stage.ts';
import { decodeUtf8, withoutMark } from './bytes.ts';
import { splitRows, type Row } from './csv-rows.ts';
import { createRecordReader, type RecordReader } from './records.ts';
import type { SourceFactory, SourceInput } from './source-options.ts';

/** Bytes of rows that csv-parse is given at once: enough that a call costs little beside its rows. */
const BATCH_BYTES = 64 * 1024;

/** @throws EngramError `ENGRAM_CONFIG_INVALID` for a delimiter that is not one ASCII character */
export const createCsvSource: SourceFactory = (input) => {
  const delimiter = input.kind === 'tsv' ? '\t' : (input.options.csv.delimiter ?? ',');
  if (!/^[\x01-\x7f]$/.test(delimiter) || /["\r\n]/.test(delimiter)) {
    const problem = `the delimiter is one ASCII character, not a quote or a line end; found ${JSON.stringify(delimiter)}`;
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where: 'sources.csv.delimiter', problem });
  }
  return { kind: input.kind, read: () => readTable(input, delimiter) };
};

interface TextRow {
  readonly line: number;
  readonly text: string;
}

async function* readTable({ uri, options, bytes }: SourceInput, delimiter: string): AsyncGenerator<SourceItem> {
  const limit = options.maxDocumentBytes;
  const reader = createRecordReader(uri, options.csv);
  const badRow = (line: number, problem: string) => reader.refuse(line, 'ENGRAM_SOURCE_BAD_ROW', { problem });
  let columns: readonly string[] | undefined;
  let rows: TextRow[] = [];
  let size = 0;
  let items = 0;
  function* takeRows(): Generator<SourceItem> {
    for (const [i, cells] of cellsOf(rows, delimiter).entries()) {
      const { line } = rows[i]!;
      if (cells instanceof Error) yield badRow(line, messageOf(cells));
      else if (cells.length !== columns!.length) yield badRow(line, `it has ${cells.length} cell(s) where the header has ${columns!.length}`);
      else yield reader.document(line, cells.map((cell, column) => [columns![column]!, cell] as const));
    }
    rows = [];
    size = 0;
  }
  for await (const row of splitRows(withoutMark(uri, bytes()), delimiter.charCodeAt(0), limit)) {
    const { line } = row;
    const text = textOf(row, reader, limit);
    if (columns === undefined) {
      // Without its header no row has a meaning: the file ends here.
      if (typeof text !== 'string') return yield text;
      const [cells] = cellsOf([{ line, text }], delimiter);
      if (cells instanceof Error) return yield badRow(line, messageOf(cells));
      columns = columnNames(cells!);
      const missing = options.csv.text;
      if (!columns.includes(missing)) {
        return yield badRow(line, `there is no column '${missing}'; the columns are ${columns.map((name) => `'${name}'`).join(', ')}`);
      }
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

function textOf(row: Row, reader: RecordReader, limit: number): string | SourceItem {
  if (row.problem !== undefined) return reader.refuse(row.line, 'ENGRAM_SOURCE_BAD_ROW', { problem: row.problem });
  if (row.tooLong !== undefined) return reader.refuse(row.line, 'ENGRAM_TEXT_TOO_LONG', { size: `at least ${row.tooLong}`, limit });
  return decodeUtf8(row.bytes) ?? reader.refuse(row.line, 'ENGRAM_TEXT_ENCODING');
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

/** A column without a name, or with one that is taken, is named after its place. */
function columnNames(header: readonly string[]): string[] {
  const names: string[] = [];
  for (const [i, cell] of header.entries()) {
    const name = cell.trim();
    names.push(name === '' || names.includes(name) ? `${name || 'column'} ${i + 1}` : name);
  }
  return names;
}
