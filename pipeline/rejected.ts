// rejected.jsonl: the relations that the schema kept out of the graph, one object a line; written anew by every build.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RejectedRelation } from '../graph/admit-relations.ts';
import { EngramError, messageOf } from './core/errors.ts';

/** @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE` */
export async function writeRejected(dir: string, rejected: readonly RejectedRelation[]): Promise<void> {
  const path = join(dir, 'rejected.jsonl');
  try {
    await writeFile(`${path}.new`, rejected.map((relation) => `${JSON.stringify(relation)}\n`).join(''));
    await rename(`${path}.new`, path);
  } catch (cause) {
    throw new EngramError('ENGRAM_CHECKPOINT_UNWRITABLE', { path, problem: messageOf(cause) }, { cause });
  }
}
