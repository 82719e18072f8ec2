// rejected.jsonl: the relations that the schema kept out of the graph, one object a line; written anew by every build.
import { join } from 'node:path';
import type { RejectedRelation } from '../graph/admit-relations.ts';
import type { RunCounts } from './manifest.ts';
import { replaceFile } from './replace-file.ts';

/**
 * @returns how many, by reason
 * @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE`
 */
export async function writeRejected(dir: string, rejected: Iterable<RejectedRelation>): Promise<NonNullable<RunCounts['rejected']>> {
  const counts: Record<string, number> = {};
  function* lines(): Generator<string> {
    for (const relation of rejected) {
      counts[relation.reason] = (counts[relation.reason] ?? 0) + 1;
      yield `${JSON.stringify(relation)}\n`;
    }
  }
  await replaceFile(join(dir, 'rejected.jsonl'), lines());
  return counts;
}
