// A worker with the real models, for the bench of the queue: `queue-real-worker.ts ADDRESS`.
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { runWorker } from '../../pipeline/queue/worker.ts';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
process.on('disconnect', () => process.exit());
await runWorker({
  config: { ...DEFAULT_CONFIG, queue: { ...DEFAULT_CONFIG.queue, address: process.argv[2]! } },
  concurrency: DEFAULT_CONFIG.extract.concurrency,
  signal: stop.signal,
  onReady: () => process.send!('ready'),
});
process.exit();
