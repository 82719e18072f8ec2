// The examples of the README's section about serving, as they stand there, against a server on the sample.
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { runBuild } from '../../pipeline/build.ts';
import { serve } from '../../pipeline/service/serve.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const run = promisify(execFile);

/** Indented lines of the section. */
async function examples(): Promise<{ readonly commands: readonly string[]; readonly code: string }> {
  const readme = await readFile('README.md', 'utf8');
  const section = readme.slice(readme.indexOf('\n### Serve\n'), readme.indexOf('\n### GPU\n'));
  const lines = section.split('\n').flatMap((line) => (line.startsWith('    ') ? [line.slice(4)] : []));
  return { commands: lines.filter((line) => line.startsWith('curl ')), code: lines.filter((line) => /^(import|const) /.test(line)).join('\n') };
}

test('every example answers', async (t) => {
  const out = join(await temporaryFolder(t), 'graph');
  await runBuild({ inputs: ['fixtures/documents'], out, config: DEFAULT_CONFIG });
  const served = await serve({ source: out, config: DEFAULT_CONFIG, host: '127.0.0.1', port: 0, writable: true });
  const port = new URL(served.url).port;
  t.teardown(() => served.close());
  const { commands, code } = await examples();
  t.true(commands.length >= 6);
  for (const command of commands) {
    const { stdout } = await run('bash', ['-c', command.replace('curl ', 'curl -sSf --noproxy localhost ').replaceAll('8484', port)]);
    t.true(Object.keys(JSON.parse(stdout) as object).length > 0, command);
    if (command.includes('grace+hoper')) t.regex(stdout, /Grace Hopper/);
  }
  const file = join('test', 'integration', `readme-example-${process.pid}.ts`);
  t.teardown(() => rm(file, { force: true }));
  await writeFile(file, `${code.replace("'engram/client'", "'../../pipeline/service/client.ts'").replace('8484', port)}\nprocess.stdout.write(JSON.stringify({ items, facts }));\n`);
  const { items, facts } = JSON.parse((await run(process.execPath, ['--import=tsx', file])).stdout) as { readonly items: readonly { readonly name: string }[]; readonly facts: readonly { readonly predicate: string }[] };
  t.is(items[0]!.name, 'Grace Hopper');
  t.true(facts.every(({ predicate }) => predicate === 'placeOfBirth') && facts.length > 0);
});
