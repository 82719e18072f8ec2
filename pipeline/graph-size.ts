// Whether the graph of a build folder fits into the memory that it may take, judged before it is made.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './core/config.ts';
import { JOURNAL_FOLDER } from './journal.ts';

/** Bytes that a graph and its resolution take in memory for each byte of the journal (`npm run bench:large` and the sample: 15 to 18). */
const BYTES_OF_JOURNAL = 18;
export const MEBIBYTE = 2 ** 20;

export async function fitsMemory(dir: string, config: Config): Promise<boolean> {
  return BYTES_OF_JOURNAL * (await journalBytes(dir)) <= config.graph.memory * MEBIBYTE;
}

async function journalBytes(dir: string): Promise<number> {
  const folder = join(dir, JOURNAL_FOLDER);
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
