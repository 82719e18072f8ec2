// The command as a user meets it: exit codes, messages, help with examples; each run is a process of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';

const COMMANDS = ['build', 'search', 'related', 'explain', 'export', 'evaluate ner', 'evaluate relations', 'train ner', 'train relations', 'doctor'];

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function engram(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', ...args], { env: { ...process.env, ...environment } });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end();
  });
}

test('every command has a help text with an example', async (t) => {
  for (const command of COMMANDS) {
    const { code, out } = await engram([...command.split(' '), '--help']);
    t.is(code, 0, command);
    t.regex(out, new RegExp(`Examples?:\\n  \\$ engram ${command} `), command);
    t.regex(out, /--json/, command);
  }
});

test('the help of the program lists the commands and the exit codes', async (t) => {
  const { code, out } = await engram(['--help']);
  t.is(code, 0);
  for (const command of COMMANDS) t.true(out.includes(`  ${command.split(' ')[0]}`), command);
  t.regex(out, /Exit codes: 0 done, 1 .* 2 .*, 3 .*\n.* 70 /);
});

test('--version says the version of the package', async (t) => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
  t.deepEqual(await engram(['--version']), { code: 0, out: `${version}\n`, err: '' });
});

test("a user's mistake ends in 2 with a message and no stack", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'engram-cli-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const odd = join(folder, 'odd.yaml');
  await writeFile(odd, 'engine:\n  knd: wasm\n');
  const out = join(folder, 'out');
  const cases: [args: string[], said: RegExp][] = [
    [['bild'], /unknown command 'bild'[\s\S]*build/i],
    [['build'], /missing required argument 'input'/],
    [['build', 'x.txt', '--egine', 'wasm'], /unknown option '--egine'[\s\S]*--engine/],
    [['build', 'x.txt', '--engine', 'gpu'], /Allowed choices are auto, onnx, wasm, tensorflow/],
    [['build', join(folder, 'none.txt'), '--out', out], /No input at '.*none\.txt'/],
    [['build', folder, '--out', out, '--config', odd], /odd\.yaml:2: unknown key 'engine\.knd'\. Did you mean 'engine\.kind'/],
    [['build', folder, '--out', out, '--store', 'mysql://host'], /No store has the address 'mysql:\/\/host'/],
    [['search', 'ada', '--dir', join(folder, 'nowhere')], /nowhere' holds no Engram build/],
    [['search', 'ada', '--limit', 'many'], /Expected a whole number from 1 on/],
    [['export', '--dir', folder], /required option '--format/],
    [['evaluate', 'ner', '--data', join(folder, 'gold.json')], /No input at '.*gold\.json'/],
    [['train', 'ner', '--data', folder], /required option '--out/],
  ];
  for (const [args, said] of cases) {
    const { code, err } = await engram(args);
    t.is(code, 2, `${args.join(' ')}: ${err}`);
    t.regex(err, said, args.join(' '));
    t.notRegex(err, /\n\s+at .*\.ts:/, args.join(' '));
  }
});

test('a mistake under --json is one object on standard output', async (t) => {
  const { code, out } = await engram(['search', 'ada', '--dir', 'no/such/build', '--json']);
  t.is(code, 2);
  t.is((JSON.parse(out) as { error: { code: string } }).error.code, 'ENGRAM_CHECKPOINT_MISSING');
});

test('a wrong environment variable is named', async (t) => {
  const { code, err } = await engram(['search', 'ada'], { ENGRAM_ENGINE_KIND: 'gpu' });
  t.is(code, 2);
  t.regex(err, /environment variable ENGRAM_ENGINE_KIND: 'engine\.kind' is 'gpu'; expected one of/);
});

test('ENGRAM_DEBUG shows where an error came from', async (t) => {
  const { err } = await engram(['search', 'ada', '--dir', 'no/such/build'], { ENGRAM_DEBUG: '1' });
  t.regex(err, /\n\s+at /);
});
