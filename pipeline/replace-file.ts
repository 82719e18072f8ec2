// A file of a build folder that is written anew, whole or not at all: whoever reads it meanwhile, or after a stop, finds the old one or the new one.
import { rename, rm, writeFile } from 'node:fs/promises';
import { EngramError, messageOf } from './core/errors.ts';

/**
 * @param text whole, or in pieces
 * @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE`
 */
export async function replaceFile(path: string, text: string | Iterable<string>): Promise<void> {
  const beside = `${path}.new`;
  try {
    await writeFile(beside, text);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new EngramError('ENGRAM_CHECKPOINT_UNWRITABLE', { path, problem: messageOf(cause) }, { cause });
  }
}
