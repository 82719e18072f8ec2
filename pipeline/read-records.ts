// Records from tables: which columns are compared and as what, their ids, and what people say of which are one.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { EngramError } from './core/errors.ts';
import { FIELD_KINDS, type FieldKind } from './core/model.ts';
import type { DeadLetter } from './core/stage.ts';
import { readBytes } from './sources/bytes.ts';
import { deadLetterOf } from './sources/records.ts';
import { readTableRows } from './sources/table-rows.ts';

export interface Column {
  readonly name: string;
  readonly kind: FieldKind;
}

export interface RecordTable {
  readonly ids: readonly string[];
  /** Cells of the wanted columns, of each record. */
  readonly rows: readonly (readonly string[])[];
  /** What an entity is called by the table itself, where a column says so. */
  readonly entities: readonly string[];
  readonly refused: readonly DeadLetter[];
}

export interface TableMapping {
  readonly columns: readonly Column[];
  readonly id: string;
  /** A column that names the entity, with the part of its cells that does; for scores. */
  readonly entity?: { readonly column: string; readonly pattern?: RegExp };
}

const DELIMITERS = [',', ';', '\t', '|', '%', '#'] as const;
const LONGEST_ROW = 16 * 1024 * 1024;

/**
 * @param text `title=text,year=number`
 * @throws EngramError `ENGRAM_USAGE`
 */
export function parseColumns(text: string): Column[] {
  return text.split(',').map((part) => {
    const at = part.lastIndexOf('=');
    const [name, kind] = [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()];
    if (name === '' || !(FIELD_KINDS as readonly string[]).includes(kind)) {
      throw new EngramError('ENGRAM_USAGE', { problem: `--columns: '${part}' is not a column and what it holds, such as title=text; known are ${FIELD_KINDS.join(', ')}.` });
    }
    return { name, kind: kind as FieldKind };
  });
}

/**
 * @throws EngramError `ENGRAM_SOURCE_NOT_FOUND`, `ENGRAM_TEXT_EMPTY`; `ENGRAM_SOURCE_BAD_ROW` where the header lacks a column that is mapped
 */
export async function readRecordTable(path: string, { columns, id, entity }: TableMapping): Promise<RecordTable> {
  const delimiter = await delimiterOf(path);
  const needed = [id, ...columns.map(({ name }) => name), ...(entity ? [entity.column] : [])];
  const [ids, rows, entities, refused]: [string[], string[][], string[], DeadLetter[]] = [[], [], [], []];
  const lineOf = new Map<string, number>();
  for await (const row of readTableRows(readBytes(path), { uri: path, delimiter, limit: LONGEST_ROW, needed })) {
    const refuse = (code: ConstructorParameters<typeof EngramError>[0], context: Readonly<Record<string, unknown>>): number =>
      refused.push(deadLetterOf(path, new EngramError(code, { path, line: row.line, ...context }), row.line));
    if (!('entries' in row)) {
      // A header that lacks a column is no matter of one row.
      if (row.line === 1) throw new EngramError(row.code, { path, line: row.line, ...row.context });
      refuse(row.code, row.context);
      continue;
    }
    const cells = new Map(row.entries);
    const own = cells.get(id)!.trim();
    const first = lineOf.get(own);
    if (own === '') refuse('ENGRAM_SOURCE_BAD_ROW', { problem: `its '${id}' is empty` });
    else if (first !== undefined) refuse('ENGRAM_SOURCE_DUPLICATE_ID', { uri: `${path}#L${row.line}`, first: `${path}#L${first}` });
    else {
      lineOf.set(own, row.line);
      ids.push(own);
      rows.push(columns.map(({ name }) => cells.get(name)!));
      if (entity) entities.push(entity.pattern?.exec(cells.get(entity.column)!)?.[1] ?? cells.get(entity.column)!.trim());
    }
  }
  return { ids, rows, entities, refused };
}

async function delimiterOf(path: string): Promise<string> {
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
    return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
  }
  throw new EngramError('ENGRAM_TEXT_EMPTY', { path });
}

/**
 * Pairs of ids, one a line, with or without a header.
 * @param places index of each id in the first table, and in the second (the same where there is one)
 * @throws EngramError `ENGRAM_DATA_INVALID` with the line
 */
export async function readTruth(path: string, places: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>]): Promise<(readonly [number, number])[]> {
  const delimiter = await delimiterOf(path);
  const pairs: (readonly [number, number])[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number++;
    if (line.trim() === '') continue;
    const cells = line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const [a, b] = [places[0].get(cells[0]!), places[1].get(cells[1]!)];
    if (cells.length === 2 && a !== undefined && b !== undefined) pairs.push([a, b]);
    else if (number > 1) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `expected the ids of two records separated by '${delimiter}', got '${line.slice(0, 60)}'` });
  }
  return pairs;
}

/**
 * Labelled pairs of ids, one a line, 1 for one record and 0 for two, with or without a header.
 * @param places index of each id in the first table, and in the second (the same where there is one)
 * @throws EngramError `ENGRAM_DATA_INVALID` with the line
 */
export async function readLabels(path: string, places: readonly [ReadonlyMap<string, number>, ReadonlyMap<string, number>]): Promise<{ readonly a: number; readonly b: number; readonly same: boolean }[]> {
  const delimiter = await delimiterOf(path);
  const labels: { readonly a: number; readonly b: number; readonly same: boolean }[] = [];
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    number++;
    if (line.trim() === '') continue;
    const cells = line.split(delimiter).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
    const [a, b] = [places[0].get(cells[0]!), places[1].get(cells[1]!)];
    if (cells.length === 3 && a !== undefined && b !== undefined && /^[01]$/.test(cells[2]!)) labels.push({ a, b, same: cells[2] === '1' });
    else if (number > 1) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `expected the ids of two records and 1 or 0, separated by '${delimiter}', got '${line.slice(0, 60)}'` });
  }
  return labels;
}
