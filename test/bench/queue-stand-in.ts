// Workers for the bench of the queue, many in one process: `queue-stand-in.ts FILE` reads the findings of each text from FILE, and gives them after as long as the models would take.
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import PQueue from 'p-queue';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { secondsBy, type Extracted, type Extractor } from '../../pipeline/extract.ts';
import { runWorker } from '../../pipeline/queue/worker.ts';

export interface StandIn {
  readonly address: string;
  readonly workers: number;
  readonly wordsPerSecond: number;
  readonly findings: readonly (readonly [text: string, found: Extracted])[];
  readonly versions: Extractor['versions'];
}

const { address, workers, wordsPerSecond, findings, versions } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as StandIn;
const foundIn = new Map(findings);
/** Like the real one, it has several batches in hand and reads one after the other. */
function createStandIn(): Extractor {
  const reading = new PQueue({ concurrency: 1 });
  return {
    versions,
    async extract(documents) {
      const results = documents.map(({ text }) => foundIn.get(text)!);
      const words = results.reduce((sum, result) => sum + ('findings' in result ? result.words : 0), 0);
      await reading.add(() => wait((1000 * words) / wordsPerSecond));
      return { results, seconds: secondsBy(() => 0) };
    },
    close: async () => undefined,
  };
}
const stop = new AbortController();
setMaxListeners(0, stop.signal);
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit());
let ready = 0;
await Promise.all(
  Array.from({ length: workers }, () =>
    runWorker({
      config: { ...DEFAULT_CONFIG, queue: { ...DEFAULT_CONFIG.queue, address } },
      concurrency: DEFAULT_CONFIG.extract.concurrency,
      signal: stop.signal,
      start: async () => createStandIn(),
      onReady: () => void (++ready === workers && process.send!('ready')),
    }),
  ),
);
process.exit();
