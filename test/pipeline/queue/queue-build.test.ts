// A build through a queue, on a real Redis: the graph of a build on one machine, whatever becomes of workers, of the build and of Redis.
import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Queue } from 'bullmq';
import type { EngramError } from '../../../pipeline/core/errors.ts';
import { extractorOf } from '../../../pipeline/extract.ts';
import { readManifest } from '../../../pipeline/manifest.ts';
import { batchIdOf, packDocuments } from '../../../pipeline/queue/batch.ts';
import { drainQueue, readQueueStatus, type QueueStatus } from '../../../pipeline/queue/status.ts';
import { runWorker } from '../../../pipeline/queue/worker.ts';
import { buildReport } from '../../../pipeline/report.ts';
import { createFakeStages, documentOf } from '../../support/fake-stages.ts';
import { buildHere, buildThrough, queueConfig, startWorkerProcess, writeDocuments, type QueueSettings, type WorkerProcess } from '../../support/queue-build.ts';
import { hasRedis, redisNotice, startRedis, type RedisOptions, type RedisServer } from '../../support/redis-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const onRedis = hasRedis ? test.serial : test.serial.skip;
if (!hasRedis) test(redisNotice, (t) => t.pass());

async function withRedis(t: ExecutionContext, options?: RedisOptions): Promise<{ readonly folder: string; readonly redis: RedisServer }> {
  const folder = await temporaryFolder(t);
  const redis = await startRedis(folder, options);
  t.teardown(() => redis.kill());
  return { folder, redis };
}

function withWorker(t: ExecutionContext, queue: QueueSettings, options?: Parameters<typeof startWorkerProcess>[1]): WorkerProcess {
  const worker = startWorkerProcess(queue, options);
  t.teardown(() => void worker.stop());
  return worker;
}

/** What is left of a build: nothing. */
async function leftOf(redis: RedisServer): Promise<string[]> {
  const client = redis.client();
  const keys = await client.keys('engram:*');
  client.disconnect();
  return keys.filter((key) => !/:worker:|:meta$|:stalled-check$|:events$|:marker$/.test(key));
}

onRedis('two workers give the graph and the journal of one machine, and nothing stays behind in Redis', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 100);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  withWorker(t, config.queue);
  withWorker(t, config.queue);
  const there = await buildThrough(input, join(folder, 'there'), config);
  t.deepEqual(there.manifest.digest, here.manifest.digest);
  t.is(there.manifest.counts!.extracted, 100);
  t.deepEqual(await leftOf(redis), []);
  t.is((await buildThrough(input, join(folder, 'there'), config)).manifest.counts!.unchanged, 100);
});

onRedis('run.json tells what ran the networks of the workers, with the documents of each; the graph and the journal do not', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 120);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  const workers = [withWorker(t, config.queue, { ms: 5, device: 'Abacus of wood' }), withWorker(t, config.queue, { ms: 5, device: '\u001b[31mRed\nAbacus' }), withWorker(t, config.queue, { ms: 5 })];
  await Promise.all(workers.map(({ ready }) => ready));
  const there = await buildThrough(input, join(folder, 'there'), config);
  t.deepEqual(there.manifest.digest, here.manifest.digest);
  t.is(there.manifest.device, undefined);
  const { devices } = (await readManifest(join(folder, 'there')))!;
  t.deepEqual(devices!.map(({ device }) => device).sort(), [' [31mRed Abacus', 'Abacus of wood']);
  const documents = devices!.map((each) => each.documents);
  t.true(documents.every((count) => count % 8 === 0 && count > 0) && documents[0]! >= documents[1]!, documents.join(' '));
  // The third worker does not say.
  t.true(documents[0]! + documents[1]! < 120);
  t.deepEqual(buildReport(there, '.'), { ...buildReport(there, '.'), devices });
  t.is((await buildThrough(input, join(folder, 'there'), config)).manifest.devices, undefined);
  t.is(here.manifest.devices, undefined);
});

onRedis('workers that are killed, told to leave and come again lose nothing', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 120);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  const [killed, leaves] = [withWorker(t, config.queue, { ms: 20 }), withWorker(t, config.queue, { ms: 20 })];
  const building = buildThrough(input, join(folder, 'there'), config);
  await Promise.all([killed.ready, leaves.ready]);
  await wait(500);
  await killed.stop('SIGKILL');
  const stays = withWorker(t, config.queue);
  await stays.ready;
  t.is(await leaves.stop('SIGTERM'), 0);
  const there = await building;
  t.deepEqual(there.manifest.digest, here.manifest.digest);
  t.is(there.manifest.counts!.extracted, 120);
  t.true(leaves.said().includes('batches'));
  t.deepEqual(await leftOf(redis), []);
});

onRedis('a document that costs every worker is a dead letter, and nobody else is blamed', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 24, (at) => `Ada${at} Kingston met ${at === 11 ? 'breaks' : 'Grace'} Boston`);
  const config = queueConfig({ address: redis.address, attempts: 2 });
  let isBuilding = true;
  let lost = 0;
  const keepAWorker = async (): Promise<void> => {
    while (isBuilding) {
      const worker = withWorker(t, config.queue);
      await new Promise((resolve) => worker.child.once('close', resolve));
      lost++;
    }
  };
  void keepAWorker();
  const { manifest, deadLetters } = await buildThrough(input, join(folder, 'out'), config);
  isBuilding = false;
  t.is(manifest.counts!.extracted, 23);
  t.deepEqual(deadLetters.map(({ uri, code }) => [uri.replace(/^.*#/, ''), code]), [['L12', 'ENGRAM_STAGE_LOST']]);
  t.is(lost, 4);
});

onRedis('a build that was killed finds what workers finished meanwhile', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 100);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address, batches: 4 });
  const [program, out] = ['test/support/queue-build-process.ts', join(folder, 'there')];
  const build = spawn(process.execPath, ['--import=tsx', program, input, out, JSON.stringify(config.queue)], { stdio: 'ignore' });
  t.teardown(() => build.kill('SIGKILL'));
  const until = async (isSo: (status: QueueStatus) => boolean): Promise<void> => {
    while (!isSo(await readQueueStatus(config))) await wait(50);
  };
  await until(({ waiting }) => waiting === 4);
  build.kill('SIGKILL');
  const worker = withWorker(t, config.queue);
  await until(({ finished }) => finished === 4);
  await worker.stop('SIGTERM');
  const counts: number[] = [];
  const building = buildThrough(input, out, config, { onProgress: ({ extracted }) => counts.push(extracted) });
  await until(({ waiting }) => waiting === 4);
  t.is(counts.at(-1), 32);
  withWorker(t, config.queue);
  t.deepEqual((await building).manifest.digest, here.manifest.digest);
});

onRedis('Redis is killed and started again: the build ends by itself', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 120);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  const worker = withWorker(t, config.queue, { ms: 30 });
  withWorker(t, config.queue, { ms: 30 });
  const building = buildThrough(input, join(folder, 'there'), config);
  await worker.ready;
  await wait(500);
  await redis.kill();
  await wait(1500);
  await redis.start();
  const there = await building;
  t.deepEqual(there.manifest.digest, here.manifest.digest);
  t.is(there.manifest.counts!.extracted, 120);
});

onRedis('Redis that stays away ends the build with exit 3, and the build goes on later', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 80);
  const config = queueConfig({ address: redis.address, maxOutage: 1 });
  const worker = withWorker(t, config.queue, { ms: 60 });
  const building = buildThrough(input, join(folder, 'there'), config);
  await worker.ready;
  await wait(500);
  await redis.kill();
  const error = await t.throwsAsync(building, { code: 'ENGRAM_QUEUE_UNAVAILABLE', message: /ECONNREFUSED/ });
  t.is((error as EngramError).exit, 3);
  await new Promise((resolve) => worker.child.once('close', resolve));
  t.not(worker.child.exitCode, 0);
  await redis.start();
  withWorker(t, config.queue);
  const { counts } = (await buildThrough(input, join(folder, 'there'), config)).manifest;
  t.is(counts!.extracted + counts!.unchanged, 80);
});

onRedis('a full Redis is waited for; one that stays full ends the build, and nothing is lost', async (t) => {
  const { folder, redis } = await withRedis(t, { more: ['--maxmemory', '8mb'] });
  const client = redis.client();
  t.teardown(() => client.disconnect());
  const fill = async (): Promise<void> => {
    for (let size = 1 << 20; size > 64; size /= 2) for (let isFull = false; !isFull; ) isFull = (await client.rpush('ballast', 'x'.repeat(size)).catch(() => 0)) === 0;
  };
  const input = await writeDocuments(folder, 80);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  const worker = withWorker(t, config.queue, { ms: 10 });
  await worker.ready;
  const building = buildThrough(input, join(folder, 'there'), config);
  await wait(600);
  await fill();
  await wait(1500);
  await client.del('ballast');
  t.deepEqual((await building).manifest.digest, here.manifest.digest);
  await fill();
  await t.throwsAsync(buildThrough(input, join(folder, 'full'), queueConfig({ ...config.queue, maxOutage: 1 })), { code: 'ENGRAM_QUEUE_FULL', message: /no memory left for 1 s/ });
  await client.del('ballast');
  t.deepEqual((await buildThrough(input, join(folder, 'full'), config)).manifest.digest, here.manifest.digest);
});

onRedis('one build at a time has a queue; another waits for none that lives', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 8);
  const config = queueConfig({ address: redis.address });
  const stop = new AbortController();
  const first = buildThrough(input, join(folder, 'first'), config, { signal: stop.signal });
  while ((await readQueueStatus(config)).waiting === 0) await wait(50);
  await t.throwsAsync(buildThrough(input, join(folder, 'second'), config), { code: 'ENGRAM_QUEUE_TAKEN', message: new RegExp(`process ${process.pid} on`) });
  await t.throwsAsync(drainQueue(config), { code: 'ENGRAM_QUEUE_TAKEN' });
  const other = queueConfig({ ...config.queue, name: 'other' });
  withWorker(t, other.queue);
  t.is((await buildThrough(input, join(folder, 'other'), other)).manifest.counts!.extracted, 8);
  stop.abort();
  await t.throwsAsync(first, { code: 'ENGRAM_RUN_INTERRUPTED' });
  t.like(await readQueueStatus(config), { waiting: 1, build: undefined });
  t.like(await drainQueue(config), { waiting: 1 });
  t.like(await readQueueStatus(config), { waiting: 0 });
});

onRedis('a worker with other models refuses, before a build is there and after', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 8);
  const config = queueConfig({ address: redis.address });
  const early = withWorker(t, config.queue, { version: '2' });
  await early.ready;
  const building = buildThrough(input, join(folder, 'out'), config);
  t.not(await new Promise((resolve) => early.child.once('close', resolve)), 0);
  t.regex(early.said(), /ner is fake@2, wanted fake@1/);
  const late = runWorker({ config, concurrency: 1, start: async () => extractorOf(createFakeStages({ version: '3' })) });
  await t.throwsAsync(late, { code: 'ENGRAM_QUEUE_OTHER_MODEL', message: /ner is fake@3, wanted fake@1; relation is fake@3, wanted fake@1/ });
  withWorker(t, config.queue);
  t.is((await building).manifest.counts!.extracted, 8);
});

onRedis('what no build sent is refused, and the build goes on', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 40);
  const here = await buildHere(input, join(folder, 'here'));
  const config = queueConfig({ address: redis.address });
  const client = redis.client();
  const jobs = new Queue(config.queue.name, { connection: client, prefix: 'engram' });
  const { versions } = createFakeStages();
  const packed = await packDocuments(versions, [documentOf('a', 'Ada')]);
  const own = batchIdOf(versions, [documentOf('a', 'Ada')]);
  const bomb = deflateRawSync(Buffer.alloc(300 * 1024 * 1024)).toString('base64');
  const hostile: readonly (readonly [id: string, data: unknown])[] = [
    ['b1', 'text'],
    ['b2', { ...packed, run: 'rm -rf /' }],
    ['b3', { ...packed, documents: bomb }],
    ['b4', packed],
    [own, { ...packed, versions: { ...versions, ner: 'fake@9' } }],
    ['b5', { ...packed, documents: deflateRawSync('[{"id":"a","text":"Ada","uri":"a","__proto__":{"x":1}}]').toString('base64') }],
  ];
  for (const [jobId, data] of hostile) await jobs.add('batch', data, { jobId });
  withWorker(t, config.queue);
  while ((await jobs.getFailedCount()) < hostile.length) await wait(50);
  const reasons = (await jobs.getFailed()).map(({ failedReason }) => failedReason);
  t.true(reasons.every((reason) => /^Batch b\w+ of the queue is not what a build sends: /.test(reason)), reasons.join('\n'));
  const there = await buildThrough(input, join(folder, 'there'), config);
  t.deepEqual(there.manifest.digest, here.manifest.digest);
  await jobs.close();
  client.disconnect();
});

onRedis('the status tells of workers, what they read and how fast; one that leaves is told of no longer', async (t) => {
  const { folder, redis } = await withRedis(t);
  const input = await writeDocuments(folder, 400);
  const config = queueConfig({ address: redis.address });
  const stop = new AbortController();
  const working = runWorker({ config, concurrency: 3, signal: stop.signal, start: async () => extractorOf(createFakeStages({ before: async (stage) => void (stage === 'ner' && (await wait(300))) })) });
  const building = buildThrough(input, join(folder, 'out'), config);
  const seen: QueueStatus[] = [];
  const isDone = building.then(() => true);
  while (!(await Promise.race([isDone, wait(100)]))) seen.push(await readQueueStatus(config));
  t.like(seen.at(-1), { build: { pid: process.pid }, dead: 0 });
  t.true(seen.some(({ waiting, active }) => waiting > 0 && active === 3));
  t.true(seen.some(({ workers: [worker] }) => worker?.pid === process.pid && worker.concurrency === 3 && worker.documents > 0 && worker.wordsPerSecond > 0));
  stop.abort();
  t.like(await working, { batches: 50, documents: 400, words: 2000 });
  t.like(await readQueueStatus(config), { build: undefined, waiting: 0, active: 0, finished: 0, workers: [] });
});
