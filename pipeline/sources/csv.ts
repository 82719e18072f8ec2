// Tables: one document a row of a .csv or .tsv. Which column is the text, the id, the title and the date is configured;
// the others become metadata. A row that cannot be used is a dead letter; the next is read.
import { EngramError } from '../core/errors.ts';
import type { SourceItem } from '../core/stage.ts';
import { createThingReader, tableOf } from './record-things.ts';
import { createRecordReader } from './records.ts';
import type { SourceFactory, SourceInput } from './source-options.ts';
import { readTableRows } from './table-rows.ts';

/** @throws EngramError `ENGRAM_CONFIG_INVALID` for a delimiter that is not one ASCII character */
export const createCsvSource: SourceFactory = (input) => {
  const delimiter = input.kind === 'tsv' ? '\t' : (input.options.csv.delimiter ?? ',');
  if (!/^[\x01-\x7f]$/.test(delimiter) || /["\r\n]/.test(delimiter)) {
    const problem = `the delimiter is one ASCII character, not a quote or a line end; found ${JSON.stringify(delimiter)}`;
    throw new EngramError('ENGRAM_CONFIG_INVALID', { where: 'sources.csv.delimiter', problem });
  }
  return { kind: input.kind, read: () => readTable(input, delimiter) };
};

async function* readTable({ uri, options, bytes }: SourceInput, delimiter: string): AsyncGenerator<SourceItem> {
  const table = tableOf(uri, options.records ?? []);
  const reader = createRecordReader(uri, options.csv);
  const things = table === undefined ? undefined : createThingReader(uri, table, reader);
  for await (const row of readTableRows(bytes(), { uri, delimiter, limit: options.maxDocumentBytes, needed: things?.needed ?? [options.csv.text] })) {
    if ('entries' in row) yield things === undefined ? reader.document(row.line, row.entries) : things.thing(row.line, row.entries);
    else yield reader.refuse(row.line, row.code, row.context);
  }
}
