// Addresses of queues, and what answers there: clear errors, without what opens them.
import { createServer, type Server } from 'node:net';
import test from 'ava';
import { DEFAULT_CONFIG, type Config } from '../../../pipeline/core/config.ts';
import type { EngramError } from '../../../pipeline/core/errors.ts';
import { connectQueue, readAddress } from '../../../pipeline/queue/connection.ts';
import { hasRedis, redisNotice, startRedis } from '../../support/redis-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECRET = 'hunter2-Xq7/9zK@w';
const onRedis = hasRedis ? test : test.skip;
if (!hasRedis) test(redisNotice, (t) => t.pass());

const configOf = (queue: Partial<Config['queue']>): Pick<Config, 'queue'> => ({ queue: { ...DEFAULT_CONFIG.queue, ...queue } });

for (const [address, database, name, shown] of [
  ['redis://h', 0, 'build', 'redis://h:6379/build'],
  ['redis://h:1/news', 0, 'news', 'redis://h:1/news'],
  ['redis://h/3', 3, 'build', 'redis://h:6379/3/build'],
  ['rediss://u:p%40@h/3/news', 3, 'news', 'rediss://h:6379/3/news'],
  ['redis://[::1]:7', 0, 'build', 'redis://[::1]:7/build'],
] as const) {
  test(`the address ${address}`, (t) => {
    const found = readAddress(configOf({ address }), {});
    t.like(found, { name, shown });
    t.is(found.options.db, database);
  });
}

test('the password of the address counts, else that of the environment', (t) => {
  t.like(readAddress(configOf({ address: 'redis://u:p%40@h' }), { REDIS_PASSWORD: 'x' }).options, { username: 'u', password: 'p@' });
  t.like(readAddress(configOf({ address: 'redis://h' }), { REDIS_PASSWORD: 'x' }).options, { username: 'default', password: 'x' });
  t.is(readAddress(configOf({ address: 'redis://h' }), {}).options.username, undefined);
});

for (const address of ['none', 'http://h', 'redis:', 'redis://h/a/b', 'redis://h?x=1', `amqp://u:${SECRET}@h`, `redis://u:${SECRET}@h/a b`]) {
  test(`no queue: ${address}`, (t) => {
    const error = t.throws(() => readAddress(configOf({ address }), {}), { code: 'ENGRAM_USAGE' });
    t.false(error!.message.includes('hunter2'));
  });
}

const listening = (server: Server): Promise<number> => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));

test('nobody there, and somebody who is no Redis', async (t) => {
  await t.throwsAsync(connectQueue(configOf({ address: `redis://u:${encodeURIComponent(SECRET)}@127.0.0.1:1` })), { code: 'ENGRAM_QUEUE_UNAVAILABLE', message: "Queue 'redis://127.0.0.1:1/build' did not answer: connect ECONNREFUSED 127.0.0.1:1" });
  const web = createServer((socket) => socket.on('error', () => undefined).on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  await t.throwsAsync(connectQueue(configOf({ address: `redis://127.0.0.1:${await listening(web)}` })), { code: 'ENGRAM_QUEUE_UNSUITABLE' });
  web.close();
});

test('somebody who says nothing is given up after ten seconds', async (t) => {
  const silent = createServer((socket) => socket.on('error', () => undefined).unref());
  await t.throwsAsync(connectQueue(configOf({ address: `redis://127.0.0.1:${await listening(silent)}` })), { code: 'ENGRAM_QUEUE_UNAVAILABLE', message: /no answer for 10 s/ });
  silent.close();
});

onRedis('a wrong password, none, and the right one', async (t) => {
  const redis = await startRedis(await temporaryFolder(t), { password: SECRET });
  t.teardown(() => redis.kill());
  for (const password of ['wrong', '']) {
    const error = await t.throwsAsync(connectQueue(configOf({ address: redis.address.replace('//', password === '' ? '//' : `//:${password}@`) })), { code: 'ENGRAM_QUEUE_LOGIN' });
    t.is((error as EngramError).exit, 3);
  }
  const queue = await connectQueue(configOf({ address: redis.address.replace('//', `//:${encodeURIComponent(SECRET)}@`) }));
  t.is(await queue.redis.ping(), 'PONG');
  queue.close();
});

onRedis('a Redis that drops keys when memory is short is refused', async (t) => {
  const redis = await startRedis(await temporaryFolder(t), { more: ['--maxmemory', '8mb', '--maxmemory-policy', 'allkeys-lru'] });
  t.teardown(() => redis.kill());
  await t.throwsAsync(connectQueue(configOf({ address: redis.address })), { code: 'ENGRAM_QUEUE_UNSUITABLE', message: /maxmemory-policy allkeys-lru/ });
});
