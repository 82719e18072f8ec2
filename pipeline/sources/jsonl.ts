// JSON lines: one object a line, one document an object. A line that cannot be used is a dead letter; the next is read.
import { EngramError, messageOf } from '../core/errors.ts';
import type { SourceItem } from '../core/stage.ts';
import { decodeUtf8, withoutMark } from './bytes.ts';
import { splitLines, type Line } from './lines.ts';
import { createRecordReader, type RecordReader } from './records.ts';
import type { FieldNames, SourceFactory, SourceInput } from './source-options.ts';

export const createJsonLinesSource: SourceFactory = (input) => ({ kind: input.kind, read: () => readJsonLines(input) });

async function* readJsonLines({ uri, options, bytes }: SourceInput): AsyncGenerator<SourceItem> {
  const names = options.jsonl;
  const limit = options.maxDocumentBytes;
  const reader = createRecordReader(uri, names);
  let records = 0;
  for await (const line of splitLines(withoutMark(uri, bytes()), limit)) {
    const item = itemOfLine(line, reader, names, limit);
    if (item === undefined) continue;
    records++;
    yield item;
  }
  if (records === 0) throw new EngramError('ENGRAM_TEXT_EMPTY', { path: uri });
}

/** Undefined for a blank line. */
function itemOfLine(line: Line, reader: RecordReader, names: FieldNames, limit: number): SourceItem | undefined {
  const { number } = line;
  const badRow = (problem: string) => reader.refuse(number, 'ENGRAM_SOURCE_BAD_ROW', { problem });
  if (line.tooLong) return reader.refuse(number, 'ENGRAM_TEXT_TOO_LONG', { size: line.length, limit });
  const json = decodeUtf8(line.bytes);
  if (json === undefined) return reader.refuse(number, 'ENGRAM_TEXT_ENCODING');
  if (json.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return badRow(`not JSON${line.ended ? '' : ' (the last line may be cut off)'}: ${messageOf(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return badRow(`expected an object, found ${kindOf(value)}`);
  const fields = Object.entries(value);
  if (!Object.hasOwn(value, names.text)) {
    return badRow(`there is no field '${names.text}'; the fields are ${fields.map(([name]) => `'${name}'`).join(', ') || 'none'}`);
  }
  const scalars = new Set([names.id, names.title, names.date]);
  for (const [name, field] of fields) {
    if (name === names.text && typeof field !== 'string') return badRow(`field '${name}' is ${kindOf(field)}, not a string`);
    if (scalars.has(name) && typeof field === 'object' && field !== null) {
      return badRow(`field '${name}' is ${kindOf(field)}, not a string or a number`);
    }
  }
  const entries: (readonly [name: string, value: string])[] = [];
  for (const [name, field] of fields) {
    if (field === null) continue;
    const text = stringOf(field);
    if (text === undefined) return badRow(`field '${name}' is nested too deeply`);
    entries.push([name.toWellFormed(), text]);
  }
  return reader.document(number, entries);
}

/**
 * Half a surrogate pair, which JSON can name but no UTF-8 can hold, becomes U+FFFD: one unit, so that places stay. Undefined for lists thousands deep, which
 * are read without a stack but not written.
 */
function stringOf(value: unknown): string | undefined {
  if (typeof value !== 'object') return String(value).toWellFormed();
  try {
    return JSON.stringify(value).toWellFormed();
  } catch {
    return undefined;
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
