// A real Redis for a test: a server of its own on a free port, with its files in a folder of the test.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';

const PROGRAM = 'redis-server';
const START_MS = 10_000;

export const hasRedis = ((): boolean => {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
export const redisNotice = 'NOT RUN: no redis-server. Debian has it in its package `redis-server`.';

export interface RedisServer {
  readonly port: number;
  readonly address: string;
  /** With the files it left, on its port. */
  start(): Promise<void>;
  /** With SIGKILL: what its append-only file does not hold is lost. */
  kill(): Promise<void>;
  /** A client of its own. */
  client(): Redis;
}

export interface RedisOptions {
  readonly host?: string;
  readonly password?: string;
  /** Lines of its configuration: `--maxmemory`, `3mb`. */
  readonly more?: readonly string[];
  /** Files of a certificate: the server speaks TLS alone. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** @param folder holds its append-only file */
export async function startRedis(folder: string, { host = '127.0.0.1', password, more = [], tls }: RedisOptions = {}): Promise<RedisServer> {
  const port = await freePort();
  const listens = tls === undefined ? ['--port', `${port}`] : ['--port', '0', '--tls-port', `${port}`, '--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-auth-clients', 'no'];
  const options = [...listens, '--bind', host, '--dir', folder, '--save', '', '--appendonly', 'yes', '--protected-mode', 'no', ...(password === undefined ? [] : ['--requirepass', password]), ...more];
  let child: ChildProcess | undefined;
  const client = (): Redis => {
    const redis = new Redis({ host, port, password, lazyConnect: true, retryStrategy: () => null, ...(tls === undefined ? {} : { tls: { rejectUnauthorized: false } }) });
    redis.on('error', () => undefined);
    return redis;
  };
  const start = async (): Promise<void> => {
    child = spawn(PROGRAM, options, { stdio: 'ignore' });
    running.add(child);
    const until = Date.now() + START_MS;
    for (;;) {
      const redis = client();
      const answer = await redis.connect().then(
        () => redis.ping(),
        () => undefined,
      );
      redis.disconnect();
      if (answer === 'PONG') return;
      if (Date.now() > until) throw new Error('redis-server does not answer');
      await wait(30);
    }
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const isClosed = once(child, 'close');
    child.kill('SIGKILL');
    await isClosed;
  };
  await start();
  return { port, address: `${tls === undefined ? 'redis' : 'rediss'}://${host}:${port}`, start, kill, client };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
