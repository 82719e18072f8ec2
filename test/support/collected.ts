// All that comes, as an array.
import type { Rows } from '../../pipeline/core/model.ts';

export async function collected<T>(rows: Rows<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
