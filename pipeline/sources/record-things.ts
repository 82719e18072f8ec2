// Rows that are things: a customer, a product. A row becomes an extraction that needs no reading: its text is the row, its mentions are the
// cells, its relations are what the config says the columns mean.
import type { RecordTableConfig } from '../core/config.ts';
import { documentIdOf } from '../core/ids.ts';
import type { Chain, DocumentId, Extraction, FieldKind, Mention, RecordFields, Relation } from '../core/model.ts';
import type { SourceItem } from '../core/stage.ts';
import type { RecordReader } from './records.ts';

export interface ThingReader {
  /** Columns that must be there. */
  readonly needed: readonly string[];
  thing(line: number, entries: readonly (readonly [column: string, cell: string])[]): SourceItem;
}

/** Characters of a name; what is longer is no name. */
const LONGEST_NAME = 1000;
/** What claims what a row says. */
const EXTRACTOR = 'record@1';
const LABELS: Readonly<Record<FieldKind, string>> = { name: 'TEXT', person: 'TEXT', address: 'TEXT', text: 'TEXT', identifier: 'TEXT', date: 'TIME', number: 'NUM' };

/** The table that the config describes at this path. */
export function tableOf(uri: string, tables: readonly RecordTableConfig[]): RecordTableConfig | undefined {
  const path = uri.replace(/\\/g, '/');
  return tables.find(({ file }) => path === file || path.endsWith(`/${file}`));
}

export function createThingReader(uri: string, table: RecordTableConfig, { refuse }: Pick<RecordReader, 'refuse'>): ThingReader {
  const names = typeof table.name === 'string' ? [table.name] : table.name;
  const columns = Object.entries(table.columns).map(([column, { predicate, kind, type }]) => ({
    column,
    predicate: predicate ?? predicateOf(column),
    kind: kind ?? (type === undefined ? 'text' : 'name'),
    type,
  }));
  const firstLineOf = new Map<DocumentId, number>();
  return {
    needed: [...(table.id === undefined ? [] : [table.id]), ...names, ...columns.map(({ column }) => column)],
    thing(line, entries) {
      const cells = new Map(entries.map(([column, cell]) => [column, cell.trim()]));
      const place = `${uri}#L${line}`;
      const ownId = table.id === undefined ? undefined : cells.get(table.id);
      if (ownId === '') return refuse(line, 'ENGRAM_SOURCE_BAD_ROW', { problem: `its '${table.id}' is empty` });
      const id = documentIdOf(ownId === undefined ? place : `${uri}#id=${ownId}`);
      const first = firstLineOf.get(id);
      if (first !== undefined) return refuse(line, 'ENGRAM_SOURCE_DUPLICATE_ID', { uri: place, first: `${uri}#L${first}` });
      firstLineOf.set(id, line);
      const name = names.map((column) => cells.get(column)!).filter((part) => part !== '').join(' ');
      if (name === '') return refuse(line, 'ENGRAM_SOURCE_BAD_ROW', { problem: `its name (${names.join(', ')}) is empty` });
      const long = [...names, ...columns.filter(({ type }) => type !== undefined).map(({ column }) => column)].find((column) => cells.get(column)!.length > LONGEST_NAME);
      if (long !== undefined) return refuse(line, 'ENGRAM_SOURCE_BAD_ROW', { problem: `its '${long}' has ${cells.get(long)!.length} characters; a name has ${LONGEST_NAME} at most` });
      const said = columns.filter(({ column }) => cells.get(column) !== '');
      const fields: RecordFields['fields'] = [{ predicate: 'name', kind: table.type === 'PER' ? 'person' : 'text', value: name }, ...said.map(({ column, predicate, kind }) => ({ predicate, kind, value: cells.get(column)! }))];
      const labels = [table.type, ...said.map(({ kind, type }) => type ?? LABELS[kind])];
      return { extraction: extractionOf(id, place, fields, labels) };
    },
  };
}

/** "Date of birth" → `dateOfBirth`. */
function predicateOf(column: string): string {
  const [first = 'column', ...rest] = column.replace(/[^A-Za-z0-9]+/g, ' ').trim().split(' ').filter((word) => word !== '');
  const camel = first.toLowerCase() + rest.map((word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase()).join('');
  return /^[a-z]/.test(camel) ? camel : `column${camel}`;
}

function extractionOf(id: DocumentId, uri: string, fields: RecordFields['fields'], labels: readonly string[]): Extraction {
  let text = '';
  const mentions = fields.map(({ predicate, value }, index): Mention => {
    text += `${index === 0 ? '' : '\n'}${predicate}: `;
    const start = text.length;
    text += value;
    return { label: labels[index]!, sentence: 0, tokenStart: index, tokenEnd: index + 1, start, end: text.length, surface: value, score: 1 };
  });
  return {
    id,
    uri,
    text,
    sentences: [[0, text.length]],
    mentions,
    chains: mentions.map(({ label }, index): Chain => ({ label, mentions: [index] })),
    relations: fields.slice(1).map(({ predicate }, index): Relation => ({ head: 0, tail: index + 1, label: predicate, score: 1 })),
    extractor: EXTRACTOR,
    record: { fields },
  };
}
