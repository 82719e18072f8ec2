// `npm run bench:queue [-- --workers 64 --rounds 12 --json]`: what it costs to read on several machines. With workers that give the findings of the real models after as long
// as those take, as many as asked for; and with two real workers on this machine, in turns with a build on it alone.
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatCount, heading, note, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import type { Extracted } from '../../pipeline/extract.ts';
import { startExtractor } from '../../pipeline/extraction-process.ts';
import { documentOf } from '../support/fake-stages.ts';
import { startRedis } from '../support/redis-server.ts';
import { readOnly, sampleTexts, writeCopies as writeCopiesInto } from './read-only.ts';
import type { StandIn } from './queue-stand-in.ts';

const { values: flags } = parseArgs({
  options: { workers: { type: 'string', default: '8,64' }, rounds: { type: 'string', default: '12' }, documents: { type: 'string', default: '5000' }, turns: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
});
const BATCH = DEFAULT_CONFIG.extract.batchDocuments;
const folder = await mkdtemp(join(tmpdir(), 'engram-queue-bench-'));
const redis = await startRedis(folder);

const configOf = (address: string, batches: number): Config => ({
  ...DEFAULT_CONFIG,
  store: { ...DEFAULT_CONFIG.store, address: 'jsonl' },
  queue: { ...DEFAULT_CONFIG.queue, address, batches },
});

let builds = 0;
const secondsToRead = async (input: string, config: Config): Promise<number> => (await readOnly(input, join(folder, `build-${++builds}`), config)).seconds;
const writeCopies = (texts: readonly string[], count: number): Promise<string> => writeCopiesInto(folder, texts, count);

/** Processes that take batches, and how to end them. */
async function startWorkers(program: string, args: readonly string[], count = 1): Promise<() => Promise<void>> {
  const children = await Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, { execArgv: ['--import', import.meta.resolve('tsx')] });
      await new Promise((resolve, reject) => child.once('message', resolve).once('close', () => reject(new Error(`${program} ended`))));
      return child;
    }),
  );
  return async () => {
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve).kill('SIGTERM'))));
  };
}

async function trafficSince(before: Readonly<Record<string, number>> = {}): Promise<Record<string, number>> {
  const client = redis.client();
  const info = await client.info();
  client.disconnect();
  const names = ['total_net_input_bytes', 'total_net_output_bytes', 'total_commands_processed'];
  return Object.fromEntries(names.map((name) => [name, Number(new RegExp(`${name}:(\\d+)`).exec(info)![1]) - (before[name] ?? 0)]));
}

try {
  const texts = await sampleTexts();
  note('reading the sample with the real models, for what they find and how long they take');
  const real = await startExtractor(DEFAULT_CONFIG);
  const documents = texts.map((text, at) => documentOf(`${at}`, text));
  const batches = Array.from({ length: 6 }, () => documents.slice(0, BATCH));
  const found: readonly Extracted[] = (await real.extract(documents)).results;
  const wordsOf = (result: Extracted): number => ('findings' in result ? result.words : 0);
  const wordsInBatch = found.slice(0, BATCH).reduce((sum, result) => sum + wordsOf(result), 0);
  const start = performance.now();
  await Promise.all(batches.map((batch) => real.extract(batch)));
  const rate = (wordsInBatch * batches.length * 1000) / (performance.now() - start);
  await real.close();
  const wordsPerDocument = found.reduce((sum, result) => sum + wordsOf(result), 0) / found.length;

  const simulated = [];
  for (const workers of flags.workers.split(',').map(Number)) {
    const count = workers * BATCH * Number(flags.rounds);
    const input = await writeCopies(texts, count);
    const standIn: StandIn = { address: redis.address, workers, wordsPerSecond: rate, findings: texts.map((text, at) => [text, found[at]!]), versions: real.versions };
    const path = join(folder, 'stand-in.json');
    await writeFile(path, JSON.stringify(standIn));
    const stop = await startWorkers('./queue-stand-in.ts', [path]);
    const before = await trafficSince();
    const cpuBefore = process.cpuUsage();
    const seconds = await secondsToRead(input, configOf(redis.address, 2 * DEFAULT_CONFIG.extract.concurrency * workers));
    const { user, system } = process.cpuUsage(cpuBefore);
    const traffic = await trafficSince(before);
    await stop();
    const ideal = (count * wordsPerDocument) / (rate * workers);
    const per = count / 1000;
    const row = { workers, documents: count, seconds, ideal, share: ideal / seconds, jobs: count / BATCH / per, cpu: (user + system) / 1e6 / per, commands: traffic['total_commands_processed']! / per, kilobytesIn: traffic['total_net_input_bytes']! / 1000 / per, kilobytesOut: traffic['total_net_output_bytes']! / 1000 / per };
    simulated.push(row);
    note(`${workers} workers: ${row.seconds.toFixed(2)} s for ${row.ideal.toFixed(2)} s, ${(100 * row.share).toFixed(0)} %`);
  }

  const input = await writeCopies(texts, Number(flags.documents));
  const words = Number(flags.documents) * wordsPerDocument;
  const turns = [];
  for (let turn = 0; turn < Number(flags.turns); turn++) {
    const here = words / (await secondsToRead(input, configOf('none', 1)));
    const end = await startWorkers('./queue-real-worker.ts', [redis.address], 2);
    const two = words / (await secondsToRead(input, configOf(redis.address, 16)));
    await end();
    turns.push({ here, two, ratio: two / here });
    note(`turn ${turn + 1}: here ${formatCount(here)} words/s, two workers ${formatCount(two)}, ratio ${(two / here).toFixed(2)}`);
  }

  if (flags.json) printJson({ cores: availableParallelism(), rate, wordsPerDocument, simulated, turns });
  else {
    print(heading(`workers that give real findings after as long as the models took here (${formatCount(rate)} words/s; ${formatCount(wordsPerDocument)} words a document, ${BATCH} documents a batch)`));
    print(
      table(
        [
          ['workers', 'documents', 'seconds', 'ideal', 'share', 'words/s', 'per 1,000 documents: jobs', 'commands', 'kB to Redis', 'kB from Redis', 'CPU s of the build'],
          ...simulated.map((row) => [String(row.workers), formatCount(row.documents), row.seconds.toFixed(2), row.ideal.toFixed(2), `${(100 * row.share).toFixed(0)} %`, formatCount((row.documents * wordsPerDocument) / row.seconds), row.jobs.toFixed(1), formatCount(row.commands), formatCount(row.kilobytesIn), formatCount(row.kilobytesOut), row.cpu.toFixed(2)]),
        ],
        Array(11).fill({ align: 'right' }),
      ),
    );
    print(heading(`two workers on this machine (${availableParallelism()} cores), in turns with a build on it alone, ${formatCount(Number(flags.documents))} documents`));
    print(table([['turn', 'alone, words/s', 'two workers, words/s', 'ratio'], ...turns.map(({ here, two, ratio }, at) => [String(at + 1), formatCount(here), formatCount(two), ratio.toFixed(2)])], Array(4).fill({ align: 'right' })));
  }
} finally {
  await redis.kill();
  await rm(folder, { recursive: true, force: true });
}
