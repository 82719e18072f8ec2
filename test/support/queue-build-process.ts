// A build through a queue as a process of its own, for tests that kill it: `tsx queue-build-process.ts INPUT OUT CONFIG`, CONFIG a JSON of `queue`; says `extracted N`.
import { buildThrough, queueConfig, type QueueSettings } from './queue-build.ts';

const [input = '', out = '', queue = '{}'] = process.argv.slice(2);
await buildThrough(input, out, queueConfig(JSON.parse(queue) as QueueSettings), { onProgress: ({ extracted }) => process.stdout.write(`extracted ${extracted}\n`) });
process.exit();
