// A build that says how its memory grows: `node --expose-gc --import=tsx measured-build.ts FILE OUT fake|real [keep]` prints a line of JSON. It ends before the graph is built.
import { readdirSync, readFileSync } from 'node:fs';
import { runBuild, type BuildProgress } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { startExtractor } from '../../pipeline/extraction-process.ts';
import { createFakeStages } from './fake-stages.ts';

const POINTS = 40;
const [file, out, kind, keep] = process.argv.slice(2) as [string, string, 'fake' | 'real', string | undefined];
const documents = readFileSync(file, 'utf8').trim().split('\n').length;
const points: { readonly documents: number; readonly own: number; readonly reader: number }[] = [];
const kept: number[][] = [];
let [next, waiting] = [0, 0];

class Done extends Error {}

/** Of the processes that this one started, resident, in MiB. */
function readers(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(' ').filter((id) => id !== ''));
  return children.reduce((sum, id) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024, 0);
}

function onProgress({ phase, read, extracted, deadLetters }: BuildProgress): void {
  if (phase === 'graph') throw new Done();
  if (phase !== 'extract') return;
  waiting = Math.max(waiting, read - extracted - deadLetters);
  if (keep !== undefined) kept.push(new Array<number>(4096).fill(extracted));
  if (extracted < next) return;
  next += documents / POINTS;
  globalThis.gc!();
  points.push({ documents: extracted, own: process.memoryUsage().heapUsed / 2 ** 20, reader: readers() });
}

const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const createExtractor = kind === 'fake' ? async () => extractorOf(createFakeStages()) : startExtractor;
await runBuild({ inputs: [file], out, config, onProgress, parts: { createExtractor } }).catch((error: unknown) => {
  if (!(error instanceof Done)) throw error;
});
process.stdout.write(`${JSON.stringify({ points, waiting, most: config.extract.batchDocuments * (config.extract.concurrency + 2) })}\n`);
