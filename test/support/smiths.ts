// A build folder about persons whose names leave in doubt who is who.
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { createFakeStages } from './fake-stages.ts';
import { temporaryFolder, writeFiles } from './temporary-folder.ts';

const DOCUMENTS = {
  'a.txt': 'John Smith met Mary Jones near Kingston',
  'b.txt': 'J. Smith wrote poems of the sea in Boston',
  'c.txt': 'John A. Smith sold machines to Grace Hopper',
  'd.txt': 'Smith ran a bank',
  'e.txt': 'Grace Hopper programmed a computer in Arlington',
  'f.txt': 'Grace Murray Hopper was born in Boston',
};

export const smithsConfig = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
export const readNames = async () => extractorOf(createFakeStages({ joinsNames: true }));

/** @returns the folder of the build */
export async function buildSmiths(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await writeFiles(join(folder, 'docs'), DOCUMENTS);
  const out = join(folder, 'out');
  await runBuild({ inputs: [join(folder, 'docs')], out, config: smithsConfig, parts: { createExtractor: readNames } });
  return out;
}
