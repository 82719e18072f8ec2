// Q1 and Q2: builds on several machines while workers and Redis are killed. The machines are network namespaces where this one allows them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '../../pipeline/core/random.ts';
import { createNamespaces } from '../support/network-namespaces.ts';
import { buildHere, buildThrough, queueConfig, startWorkerProcess, writeDocuments, type QueueSettings, type WorkerProcess } from '../support/queue-build.ts';
import { hasRedis, redisNotice, startRedis } from '../support/redis-server.ts';
import { NotHere } from './not-here.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

/** Documents that the journal of a build holds, as often as it does. */
async function journalled(out: string): Promise<string[]> {
  const folder = join(out, 'journal');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const lines = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).flatMap((text) => text.split('\n'));
  return lines.flatMap((line) => /"kind":"extraction","id":"([^"]+)"/.exec(line)?.[1] ?? []);
}

/** Workers that are killed, one after the other, and come again, each in its own namespace. */
interface Crew {
  /** Kills one by chance and starts it again. */
  killOne(): Promise<void>;
  stop(): Promise<void>;
}

async function startCrew(count: number, queue: QueueSettings, random: ReturnType<typeof createRandom>, ms: number, commandOf: (n: number) => readonly string[]): Promise<Crew> {
  const start = (n: number): WorkerProcess => startWorkerProcess(queue, { ms, command: commandOf(n) });
  const crew = Array.from({ length: count }, (_, n) => start(n));
  await Promise.all(crew.map(({ ready }) => ready));
  return {
    async killOne() {
      const n = random.integer(count);
      await crew[n]!.stop('SIGKILL');
      crew[n] = start(n);
      await crew[n].ready;
    },
    async stop() {
      await Promise.all(crew.map((worker) => worker.stop()));
    },
  };
}

const textsRead = async (log: string): Promise<number> => (await readFile(log, 'utf8').catch(() => '')).split('\n').length - 1;

export const killedWorkers: Proof = {
  id: 'Q1',
  promise: 'workers on machines of their own, killed (kill -9) and started again at random during one build: the graph of a build on one machine, no document lost, none twice',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      if (!hasRedis) throw new NotHere(redisNotice);
      const [documents, kills, crews] = long ? [5000, 50, [1, 2, 4]] : [240, 3, [2]];
      const most = Math.max(...crews);
      const random = createRandom(seed);
      const namespaces = await createNamespaces(most);
      const apart = !('problem' in namespaces);
      const redis = await startRedis(folder, { ...(apart && { host: namespaces.host }) });
      try {
        const input = await writeDocuments(folder, documents);
        const whole = (await buildHere(input, join(folder, 'whole'))).manifest.digest!;
        const seen: string[] = [];
        let [isHeld, again] = [true, 0];
        for (const count of crews) {
          const out = join(folder, `workers-${count}`);
          const config = queueConfig({ address: redis.address });
          const log = join(folder, `read-${count}`);
          process.env['ENGRAM_TEST_LOG'] = log;
          // So long that the last kill meets the middle of the build: two batches at once a worker, about two seconds a kill.
          const ms = Math.ceil((2000 * kills * 2 * count) / documents);
          const crew = await startCrew(count, config.queue, random, ms, apart ? namespaces.command : () => []);
          const building = buildThrough(input, out, config);
          let [isDone, killed] = [false, 0];
          const ended = building.finally(() => (isDone = true));
          ended.catch(() => undefined);
          while (!isDone && killed < kills) {
            await wait(200 + random.integer(600));
            await crew.killOne();
            if (!isDone) killed++;
          }
          const { manifest } = await ended;
          await crew.stop();
          const ids = await journalled(out);
          const different = new Set(ids).size;
          const isSame = manifest.digest!.graph === whole.graph && manifest.digest!.journal === whole.journal;
          again += (await textsRead(log)) - documents;
          isHeld &&= isSame && different === documents && ids.length === documents && killed === kills && manifest.counts!.deadLetters === 0;
          seen.push(`${count} worker${count === 1 ? '' : 's'}, ${killed} kills: ${isSame ? 'identical' : 'DIFFERENT'}, ${documents - different} lost, ${ids.length - different} twice`);
        }
        return {
          held: isHeld,
          figures: `${documents} documents; ${seen.join('; ')}${apart ? '' : `; NOT in network namespaces of their own (${namespaces.problem})`}`,
          control: `${again} documents were begun again after kills, which so met work in hand`,
          controlFailed: again > 0,
        };
      } finally {
        delete process.env['ENGRAM_TEST_LOG'];
        await redis.kill();
        if (apart) await namespaces.remove();
      }
    }),
};

export const killedRedis: Proof = {
  id: 'Q2',
  promise: 'Redis is killed in the middle of a build and started again with its append-only file: the build ends by itself, in the same graph',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      if (!hasRedis) throw new NotHere(redisNotice);
      const [documents, away, rounds] = long ? [1000, 10_000, 5] : [160, 1500, 1];
      const random = createRandom(seed);
      const redis = await startRedis(folder);
      try {
        const input = await writeDocuments(folder, documents);
        const whole = (await buildHere(input, join(folder, 'whole'))).manifest.digest!;
        const build = async (out: string, maxOutage: number, forMs: number) => {
          const config = queueConfig({ address: redis.address, maxOutage });
          const log = `${out}.read`;
          process.env['ENGRAM_TEST_LOG'] = log;
          // So long that four batches at once, of documents one after the other, take five seconds.
          const crew = await startCrew(2, config.queue, random, Math.ceil((5000 * 4) / documents), () => []);
          let extracted = 0;
          const building = buildThrough(input, out, config, { onProgress: (progress) => (extracted = progress.extracted) });
          building.catch(() => undefined);
          const begun = Math.round(documents * (0.1 + 0.4 * random.next()));
          while ((await textsRead(log)) < begun) await wait(20);
          await redis.kill();
          const before = extracted;
          await wait(forMs);
          await redis.start();
          try {
            return { before, manifest: (await building).manifest };
          } catch (error) {
            return { before, error: error as { readonly code?: string } };
          } finally {
            await crew.stop();
          }
        };
        let [identical, inTheMiddle] = [0, 0];
        for (let round = 0; round < rounds; round++) {
          const { before, manifest } = await build(join(folder, `round-${round}`), 300, away);
          if (before < documents) inTheMiddle++;
          if (manifest?.digest!.graph === whole.graph && manifest.digest!.journal === whole.journal) identical++;
        }
        const hasty = await build(join(folder, 'hasty'), 1, Math.max(away, 2500));
        return {
          held: identical === rounds && inTheMiddle === rounds,
          figures: `away for ${away / 1000} s, ${rounds} ${rounds === 1 ? 'time' : 'times'}: ${identical} identical, ${inTheMiddle} in the middle of the reading`,
          control: `with a budget of 1 s the build ends in ${hasty.error?.code ?? 'no error'}`,
          controlFailed: hasty.error?.code === 'ENGRAM_QUEUE_UNAVAILABLE',
        };
      } finally {
        delete process.env['ENGRAM_TEST_LOG'];
        await redis.kill();
      }
    }),
};
