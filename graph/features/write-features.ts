// Rows of features as Parquet or CSV, written as they come.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Rows } from '../../pipeline/core/model.ts';
import { safeCell } from '../export/csv-cell.ts';
import { FEATURE_COLUMNS, FEATURES_VERSION, type FeatureColumn, type FeatureRow } from './entity-features.ts';

const ROWS_OF_A_GROUP = 10_000;

/** @returns rows written */
export async function writeParquet(path: string, rows: Rows<FeatureRow>): Promise<number> {
  const schema: SchemaElement[] = [{ name: 'root', num_children: FEATURE_COLUMNS.length }, ...FEATURE_COLUMNS.flatMap(parquetSchema)];
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, kvMetadata: [{ key: 'engram.features', value: String(FEATURES_VERSION) }], createdBy: 'engram' });
  let count = 0;
  const write = (group: readonly FeatureRow[]): void => {
    count += group.length;
    const columnData = FEATURE_COLUMNS.map(({ name }, column) => ({ name, data: group.map((row) => row[column]) }));
    void writer.write({ columnData, rowGroupSize: ROWS_OF_A_GROUP });
  };
  const group: FeatureRow[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length === ROWS_OF_A_GROUP) write(group.splice(0));
  }
  if (group.length > 0) write(group);
  void writer.finish();
  return count;
}

function parquetSchema({ name, kind }: FeatureColumn): SchemaElement[] {
  const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
  if (kind === 'texts' || kind === 'numbers') {
    return [
      { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', ...(kind === 'texts' ? text : { type: 'FLOAT' }) },
    ];
  }
  return [{ name, repetition_type: 'OPTIONAL', ...(kind === 'text' ? text : { type: kind === 'integer' ? 'INT32' : 'DOUBLE' }) }];
}

/** Lists are JSON; texts that a spreadsheet would run are quoted. @returns rows written */
export async function writeCsv(path: string, rows: Rows<FeatureRow>): Promise<number> {
  let count = 0;
  async function* cells(): AsyncGenerator<(string | number | null)[]> {
    yield FEATURE_COLUMNS.map(({ name }) => name);
    for await (const row of rows) {
      count++;
      yield row.map((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : safeCell(value)));
    }
  }
  await pipeline(Readable.from(cells()), stringify(), createWriteStream(path));
  return count;
}
