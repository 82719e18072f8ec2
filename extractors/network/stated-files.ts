// Model files whose SHA-256 is stated beside them, in SHA256SUMS as sha256sum writes it: a file that is not the one stated is refused.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';

const SUMS_FILE = 'SHA256SUMS';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the file is missing, or another one than its folder states */
export function readStatedFile(path: string): Uint8Array {
  let bytes: Uint8Array;
  let stated: string | undefined;
  try {
    bytes = readFileSync(path);
    stated = readSums(dirname(path)).get(basename(path));
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  if (stated !== undefined && stated !== sha256Of(bytes)) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `its SHA-256 is not the one that ${join(dirname(path), SUMS_FILE)} states; whoever changed the file on purpose states it there anew` });
  }
  return bytes;
}

/** Writes the file, and states its SHA-256 in place of the one of an earlier file of that name. */
export function writeStatedFile(path: string, bytes: Uint8Array): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  const sums = readSums(folder).set(basename(path), sha256Of(bytes));
  writeFileSync(path, bytes);
  writeFileSync(join(folder, SUMS_FILE), [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, sum]) => `${sum}  ${name}\n`).join(''));
}

function readSums(folder: string): Map<string, string> {
  const path = join(folder, SUMS_FILE);
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '');
  return new Map(lines.map((line) => [line.slice(line.search(/ [ *]/) + 2), line.slice(0, 64).toLowerCase()]));
}
