// rejected.jsonl: the relations that the schema kept out of the graph, one object a line; written anew by every build.
import { join } from 'node:path';
import type { RejectedRelation } from '../graph/admit-relations.ts';
import { replaceFile } from './replace-file.ts';

/** @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE` */
export async function writeRejected(dir: string, rejected: readonly RejectedRelation[]): Promise<void> {
  await replaceFile(join(dir, 'rejected.jsonl'), rejected.map((relation) => `${JSON.stringify(relation)}\n`).join(''));
}
