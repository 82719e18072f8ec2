// A queue over TLS with a password: commands, a worker and a build, each a process of its own that trusts the certificate, or does not.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import test from 'ava';
import { readManifest } from '../../../pipeline/manifest.ts';
import { engram } from '../../support/engram-process.ts';
import { buildHere, startWorkerProcess, writeDocuments } from '../../support/queue-build.ts';
import { hasRedis, redisNotice, startRedis } from '../../support/redis-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECRET = 'hunter2-Xq7/9zK@w';
if (!hasRedis) test(redisNotice, (t) => t.pass());

const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

(hasRedis && hasOpenssl ? test : test.skip)('over TLS with a password, and only with a certificate that is trusted', async (t) => {
  const folder = await temporaryFolder(t);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  const redis = await startRedis(folder, { password: SECRET, tls: { cert, key } });
  t.teardown(() => redis.kill());
  const status = ['queue', 'status', '--json', '--queue', redis.address];
  const trusted = await engram(status, '', { REDIS_PASSWORD: SECRET, NODE_EXTRA_CA_CERTS: cert });
  t.like(JSON.parse(trusted.out), { queue: `${redis.address}/build`, waiting: 0, workers: [] });
  const stranger = await engram(status, '', { REDIS_PASSWORD: SECRET });
  t.is(stranger.code, 3);
  t.regex(stranger.err, /ENGRAM_QUEUE_UNAVAILABLE/);
  t.regex(stranger.err, /certificate/);
  const outsider = await engram(status, '', { REDIS_PASSWORD: `${SECRET}x`, NODE_EXTRA_CA_CERTS: cert, ENGRAM_DEBUG: '1' });
  t.is(outsider.code, 3);
  t.regex(outsider.err, /ENGRAM_QUEUE_LOGIN/);
  for (const { out, err } of [trusted, stranger, outsider]) t.false(`${out}${err}`.includes('hunter2'));

  const input = await writeDocuments(folder, 40);
  const here = await buildHere(input, join(folder, 'here'));
  Object.assign(process.env, { REDIS_PASSWORD: SECRET, NODE_EXTRA_CA_CERTS: cert });
  const worker = startWorkerProcess({ address: redis.address });
  t.teardown(() => void worker.stop());
  await worker.ready;
  const build = spawn(process.execPath, ['--import=tsx', 'test/support/queue-build-process.ts', input, join(folder, 'there'), JSON.stringify({ address: redis.address })], { stdio: 'ignore' });
  await once(build, 'close');
  t.deepEqual((await readManifest(join(folder, 'there')))!.digest, here.manifest.digest);
});
