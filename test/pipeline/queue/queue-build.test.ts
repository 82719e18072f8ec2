// A build through a queue, on a real Redis: the graph of a build on one machine, whatever becomes of workers, of the build and of Redis.
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readQueueStatus } from '../../../pipeline/queue/status.ts';
import { buildHere, buildThrough, queueConfig, startWorkerProcess, writeDocuments, type QueueSettings, type WorkerProcess } from '../../support/queue-build.ts';
import { hasRedis, redisNotice, startRedis, type RedisOptions, type RedisServer } from '../../support/redis-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const onRedis = hasRedis ? test : test.skip;
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
