// S11: a password is in nothing that Engram says or writes.
import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';


/** Speaks as much of Bolt as it takes to refuse a password, and says what it was given, as a careless server might log. */
async function startRefusingServer(): Promise<{ readonly server: Server; readonly port: number; readonly heard: () => string }> {
  let heard = '';
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([0xd0, value.length]), Buffer.from(value)]);
  const failure = Buffer.concat([Buffer.from([0xb1, 0x7f, 0xa2]), text('code'), text('Neo.ClientError.Security.Unauthorized'), text('message'), text('The client is unauthorized due to authentication failure.')]);
  const message = (body: Buffer): Buffer => Buffer.concat([Buffer.from([body.length >> 8, body.length & 255]), body, Buffer.from([0, 0])]);
  const server = createServer((socket) => {
    let isGreeted = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      heard += data.toString('latin1');
      if (!isGreeted) socket.write(Buffer.from([0, 0, 4, 4]));
      else socket.write(message(failure));
      isGreeted = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port, heard: () => heard };
}

export const secrets: Proof = {
  id: 'S11',
  promise: 'a password is in no output, log, manifest, journal or dead letter, whatever goes wrong',
  run: ({ long }) =>
    withFolder(async (folder) => {
      const secret = 'hunter2-Xq7/9zK@w';
      const pieces = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64'), 'hunter2-Xq7', '9zK'];
      const { server, port, heard } = await startRefusingServer();
      await writeFile(join(folder, 'a.txt'), 'Ada Lovelace was born in London.');
      const out = join(folder, 'out');
      const config = async (name: string, text: string): Promise<string> => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const build = ['build', join(folder, 'a.txt'), '--out', out];
      const [nobody, wrong] = ['neo4j://127.0.0.1:1', `bolt://127.0.0.1:${port}`];
      await engramWith([...build, '--store', 'jsonl'], {});
      const inAddress = `neo4j://neo4j:${secret}@127.0.0.1:1`;
      const commands: (readonly [args: readonly string[], environment?: Readonly<Record<string, string>>])[] = [
        [[...build, '--store', nobody]],
        [[...build, '--store', wrong, '--json']],
        [['sync', '--dir', out, '--store', wrong]],
        [['verify', '--dir', out, '--store', nobody, '--json']],
        [['doctor', '--config', await config('wrong.yaml', `store: {address: "${wrong}"}`)]],
        [[...build, '--store', inAddress]],
        [['sync', '--dir', out, '--store', inAddress, '--json']],
        [['doctor', '--config', await config('address.yaml', `store: {address: "${inAddress}"}`)]],
        [['doctor', '--config', await config('password.yaml', `store: {password: "${secret}"}`)]],
        [['doctor', '--json', '--config', await config('env.yaml', `store: {password: {env: "${secret}"}}`)]],
        [['doctor', '--config', await config('store.yaml', `store: "${inAddress}"`)]],
        [['doctor', '--config', await config('broken.yaml', `store: {password: {env: "${secret}"\n  x: [`)]],
        [['doctor'], { ENGRAM_STORE_PASSWORD: secret }],
        [['search', 'Ada', '--dir', out], { ENGRAM_STORE_ADDRESS: `http://x:${secret}@y` }],
        [[...build, '--store', `mysql://u:${secret}@h`, '--json']],
        ...(long ? [[['verify', '--repair', '--dir', out, '--store', wrong]], [['sync', '--dir', out, '--store', nobody]], [['related', 'Ada', '--dir', out]], [['export', '--format', 'jsonl', '--out', join(folder, 'export'), '--dir', out]]] as const : []),
      ];
      const leaks: string[] = [];
      let [lines, failed, tried] = [0, 0, 0];
      for (const [args, environment = {}] of long ? commands : commands.filter((_, at) => at % 2 === 1)) {
        const { code, said } = await engramWith(args, { NEO4J_PASSWORD: secret, NEO4J_USER: 'neo4j', ENGRAM_DEBUG: '1', ENGRAM_STORE_MAX_OUTAGE: '1', ...environment });
        tried++;
        lines += said.split('\n').length;
        if (code !== 0) failed++;
        if (pieces.some((piece) => said.includes(piece))) leaks.push(`${args[0]} ${args.at(-1)}`.replaceAll(secret, '…'));
      }
      const search = async (root: string): Promise<{ readonly files: number; readonly found: number }> => {
        const paths = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
        const contents = await Promise.all(paths.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')));
        return { files: contents.length, found: contents.filter((content) => pieces.some((piece) => content.includes(piece))).length };
      };
      const written = await search(out);
      server.close();
      await writeFile(join(out, 'planted.log'), `connecting as neo4j:${secret}`);
      const planted = await search(out);
      const wasSent = heard().includes(secret);
      return {
        held: leaks.length === 0 && written.found === 0 && wasSent,
        figures: `${leaks.length} of ${tried} commands (${failed} ended in an error, ENGRAM_DEBUG on) and ${written.found} of ${written.files} files hold it or a part of it, ${lines} lines searched; the server ${wasSent ? 'was' : 'was not'} given it${leaks.map((leak) => `; ${leak}`).join('')}`,
        control: `the same search finds ${planted.found} of 1 planted`,
        controlFailed: planted.found === 1 && failed > 0,
      };
    }),
};

function engramWith(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', ...args], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (said += piece.toString()));
    child.once('close', (code) => resolve({ code, said }));
  });
}
