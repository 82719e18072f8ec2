// A worker with small stages as a process of its own, for tests that kill it: `tsx queue-worker.ts CONFIG [MS [DEVICE [VERSION]]]`, CONFIG a JSON of `queue`,
// MS what each document takes, DEVICE what it says runs its networks.
import { setTimeout as wait } from 'node:timers/promises';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { runWorker } from '../../pipeline/queue/worker.ts';
import { createTroubledStages } from './troubled-stages.ts';

const [queue = '{}', ms = '0', device = '', version] = process.argv.slice(2);
const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
await runWorker({
  config: { ...DEFAULT_CONFIG, queue: { ...DEFAULT_CONFIG.queue, ...(JSON.parse(queue) as object) } },
  concurrency: 2,
  signal: stop.signal,
  // In this process: a document that brings it down brings down the worker.
  start: async () =>
    extractorOf({
      ...createTroubledStages({
        ...(version === undefined ? {} : { version }),
        before: async (stage, ids) => void (stage === 'relation' && (await wait(Number(ms) * ids.length))),
      }),
      ...(device === '' ? {} : { device }),
    }),
  onReady: () => process.stdout.write('ready\n'),
  onProgress: ({ batches }) => process.stdout.write(`batches ${batches}\n`),
});
process.exit();
