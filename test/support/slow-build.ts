// A build for tests that kill it: `tsx slow-build.ts DOCS OUT` says `extracted N` as it goes on, slowly.
import { setTimeout as wait } from 'node:timers/promises';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { createTroubledStages } from './troubled-stages.ts';

const [docs, out] = process.argv.slice(2) as [string, string];
await runBuild({
  inputs: [docs],
  out,
  config: {
    ...DEFAULT_CONFIG,
    extract: { ...DEFAULT_CONFIG.extract, batchDocuments: 1, concurrency: 1 },
    store: { ...DEFAULT_CONFIG.store, address: 'jsonl' },
  },
  onProgress: ({ extracted }) => process.stdout.write(`extracted ${extracted}\n`),
  parts: { createExtractor: async () => extractorOf(createTroubledStages({ before: () => wait(20) })) },
});
