// What people take from documents, one JSON file a document, as fixtures/gold has it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { GoldDocument } from '../graph/score-graph.ts';
import { EngramError, messageOf } from './core/errors.ts';

const GOLD = z.strictObject({
  document: z.string(),
  entities: z.array(z.strictObject({ name: z.string(), type: z.string(), aliases: z.array(z.string()) })),
  predicates: z.array(z.string()).optional(),
  facts: z.array(z.strictObject({ subject: z.string(), predicate: z.string(), object: z.string() })),
});

/**
 * @param path a file or a folder of `.json` files
 * @throws EngramError `ENGRAM_SOURCE_NOT_FOUND`, `ENGRAM_DATA_INVALID` with what was found and what was expected
 */
export async function readGold(path: string): Promise<GoldDocument[]> {
  const found = await stat(path).catch(() => {
    throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
  });
  const paths = found.isDirectory() ? (await readdir(path)).filter((name) => name.endsWith('.json')).sort().map((name) => join(path, name)) : [path];
  if (paths.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no .json file in it' });
  return Promise.all(paths.map(readDocument));
}

async function readDocument(path: string): Promise<GoldDocument> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `not JSON: ${messageOf(cause)}` }, { cause });
  }
  const parsed = GOLD.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `${issue!.path.join('.') || 'the file'}: ${issue!.message}; expected document, entities (name, type, aliases), predicates where not all were looked for, and facts (subject, predicate, object)` });
}
