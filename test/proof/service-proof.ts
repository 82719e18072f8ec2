// S9: who reaches a served graph, and how much one may ask of it.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openStore } from '../../graph/stores/index.ts';
import { NotHere } from './not-here.ts';
import type { Proof } from './proof.ts';
import { syntheticGraph } from './synthetic-graph.ts';
import { withFolder } from './with-folder.ts';

const TOKEN = 'a-token-of-the-proof';
const REQUESTS = 60;
const TRIES = 400;

export const boundService: Proof = {
  id: 'S9',
  promise: 'a server answers to this machine alone unless a token is set; who has none, asks for too much or too often is refused',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const other = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
      if (other === undefined) throw new NotHere('this machine has no address beside the loopback');
      const address = `jsonl:${join(folder, 'graph')}`;
      const store = await openStore(address);
      await store.prepare();
      await store.replaceAll(syntheticGraph({ entities: long ? 20_000 : 1000, facts: long ? 60_000 : 3000 }, seed));
      await store.close();
      const start = async (flags: readonly string[], token?: string) => {
        const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', 'serve', address, '--port', '0', '--json', ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...(token === undefined ? {} : { ENGRAM_TOKEN: token }) } });
        const told = new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
        const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
        const url = await Promise.race([told.then((line) => (JSON.parse(line) as { readonly url: string }).url), ended.then(() => undefined)]);
        return { port: url === undefined ? undefined : new URL(url).port, code: url === undefined ? await ended : undefined, async stop() { child.kill('SIGTERM'); await ended; } };
      };
      const ask = async (host: string, port: string | undefined, path: string, init: RequestInit = {}): Promise<number> => fetch(`http://${host}:${port}${path}`, { ...init, signal: AbortSignal.timeout(20_000) }).then(({ status }) => status, () => 0);
      const withToken = { headers: { authorization: `Bearer ${TOKEN}` } };

      const refused = await start(['--host', '0.0.0.0']);
      const own = await start([]);
      const [near, far, renamed] = [await ask('127.0.0.1', own.port, '/status'), await ask(other, own.port, '/status'), await nameOf('evil.example', Number(own.port))];
      const limits = {
        body: await ask('127.0.0.1', own.port, '/features', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ids: ['x'.repeat(2 * 1024 * 1024)] }) }),
        ids: await ask('127.0.0.1', own.port, '/features', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ids: Array.from({ length: 1001 }, () => 'x') }) }),
        related: await ask('127.0.0.1', own.port, '/related?entity=x&limit=100000'),
        text: await ask('127.0.0.1', own.port, `/search?q=${'x'.repeat(1001)}`),
      };
      await own.stop();

      const open = await start(['--host', '0.0.0.0', '--requests-per-minute', String(REQUESTS)], TOKEN);
      let admitted = 0;
      for (let at = 0; at < 20; at++) if ((await ask(other, open.port, '/status', { headers: { authorization: `Bearer ${TOKEN.slice(0, at)}` } })) !== 401) admitted++;
      const known = await ask(other, open.port, '/status', withToken);
      const codes: number[] = [];
      for (let at = 0; at < TRIES && codes.at(-1) !== 429; at++) codes.push(await ask(other, open.port, '/status', withToken));
      const health = await ask(other, open.port, '/healthz');
      let again = 0;
      if (long) {
        await wait(61_000);
        again = await ask(other, open.port, '/status', withToken);
      }
      await open.stop();

      const held = refused.code === 2 && near === 200 && far === 0 && renamed === 403 && limits.body === 413 && [limits.ids, limits.related, limits.text].every((code) => code === 400) && admitted === 0 && known === 200 && codes.at(-1) === 429 && health === 200 && (!long || again === 200);
      return {
        held,
        figures: `without a token another address ends it (exit ${String(refused.code)}); bound to this machine: ${near} here, ${far === 0 ? 'no connection' : far} from its other address, ${renamed} under another name; body ${limits.body}, too many ids ${limits.ids}, results ${limits.related}, words ${limits.text}; with a token: ${admitted} of 20 wrong ones admitted, the right one ${known}; request ${codes.length + 21} of one minute ${String(codes.at(-1))}${long ? `, a minute later ${again}` : ''}`,
        control: `bound to all addresses and with the token, the other address gets ${known}`,
        controlFailed: known === 200,
      };
    }),
};

/** What a page of another site would get, whose name leads to this machine. */
function nameOf(host: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path: '/status', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', () => resolve(0))
      .end();
  });
}
