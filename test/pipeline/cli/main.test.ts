// The command as a user meets it: exit codes, messages, help with examples; each run is a process of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';

const MAIN = ['--import=tsx', 'pipeline/cli/main.ts'];
const COMMANDS = ['build', 'search', 'related', 'explain', 'export', 'evaluate ner', 'evaluate coreference', 'evaluate relations', 'evaluate graph', 'evaluate resolution', 'merge', 'unmerge', 'review', 'train ner', 'train relations', 'train resolution', 'doctor'];

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function engram(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...MAIN, ...args], { env: { ...process.env, ...environment } });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end();
  });
}

test('the command is started with the same flags as a package and from its sources', async (t) => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
  const [shebang] = (await readFile('pipeline/cli/main.ts', 'utf8')).split('\n');
  t.is(shebang!.replace('#!/usr/bin/env -S ', ''), scripts['engram']!.replace(' --import=tsx pipeline/cli/main.ts', ''));
});

test('every command has a help text with an example', async (t) => {
  for (const command of COMMANDS) {
    const { code, out } = await engram([...command.split(' '), '--help']);
    t.is(code, 0, command);
    t.regex(out, new RegExp(`Examples?:\\n  \\$ engram ${command}\\b`), command);
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

async function folderFor(t: ExecutionContext): Promise<{ docs: string; out: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'engram-cli-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const docs = join(folder, 'docs');
  await mkdir(docs);
  await writeFile(join(docs, 'ada.txt'), 'Ada Lovelace was born in London. Ada Lovelace worked with Charles Babbage in London.');
  return { docs, out: join(folder, 'out') };
}

test('a build ends in 0 with what came of it and what took how long when piped, and its graph can be read', async (t) => {
  const { docs, out } = await folderFor(t);
  const built = await engram(['build', docs, '--out', out]);
  t.is(built.code, 0, built.err);
  t.regex(built.out, /^Built .*out: 1 document \(1 read\), \d+ entit(y|ies), .*\nloading models .*, NER .*, relations .*, graph .*, store .*\n$/);
  t.is(built.err, '');
  const found = await engram(['search', 'lovelace', '--dir', out, '--json']);
  const { entities } = JSON.parse(found.out) as { entities: { name: string; type: string }[] };
  t.like(entities[0], { name: 'Ada Lovelace', type: 'PER' });
  const related = await engram(['related', 'Ada Lovelace', '--dir', out]);
  t.regex(related.out, /London/);
  t.false(related.out.includes('\u001b'), 'no colours in a pipe');
  const unknown = await engram(['related', 'Zyzzyva Qwxz', '--dir', out]);
  t.is(unknown.code, 2);
});

test('a graph is written into another store, verified there, and put right', async (t) => {
  const { docs, out } = await folderFor(t);
  await engram(['build', docs, '--out', out]);
  const other = `jsonl:${join(out, 'other')}`;
  const written = await engram(['sync', '--dir', out, '--store', other]);
  t.is(written.code, 0, written.err);
  t.regex(written.out, /^Wrote 1 document, \d+ entit(y|ies), \d+ facts?, removed 0 documents/);
  t.regex((await engram(['verify', '--dir', out, '--store', other])).out, /holds the graph as it was built/);
  const path = join(out, 'other', 'entities.jsonl');
  await writeFile(path, (await readFile(path, 'utf8')).split('\n').slice(1).join('\n'));
  const found = await engram(['verify', '--dir', out, '--store', other]);
  t.is(found.code, 1);
  t.regex(found.out, /missing +entity +e-[0-9a-f]{20}/);
  t.is((await engram(['verify', '--dir', out, '--store', other, '--repair'])).code, 0);
  t.is((await engram(['verify', '--dir', out, '--store', other])).code, 0);
  t.is((await engram(['verify', '--dir', join(out, 'nowhere')])).code, 2);
});

test('a document that could not be read makes it 1, and the rest is there', async (t) => {
  const { docs, out } = await folderFor(t);
  await writeFile(join(docs, 'broken.jsonl'), '{not json\n');
  const { code, out: said, err } = await engram(['build', docs, '--out', out, '--json']);
  t.is(code, 1, err);
  const report = JSON.parse(said) as { counts: { documents: number; deadLetters: number }; store: { address: string } };
  t.like(report, { counts: { documents: 1, deadLetters: 1 }, store: { address: 'embedded' } });
  await writeFile(join(docs, 'broken.jsonl'), '{"text": "Charles Babbage was born in London."}\n');
  const again = await engram(['retry', '--dir', out, '--json']);
  t.is(again.code, 0, again.err);
  t.like(JSON.parse(again.out), { counts: { documents: 2, read: 1, deadLetters: 0 } });
  t.regex((await engram(['retry', '--dir', out])).out, /nothing to retry/);
});

test('--show prints a sight of the graph and what to try next', async (t) => {
  const { docs, out } = await folderFor(t);
  const { code, out: said } = await engram(['build', docs, '--out', out, '--show', '--store', 'jsonl']);
  t.is(code, 0);
  t.regex(said, /Entities with most facts[\s\S]*Ada Lovelace[\s\S]*Related to [\s\S]*Try next\n {2}.* search /);
  t.true(said.includes(`--dir ${out}`));
});

test('Ctrl-C ends in 3 and says how to go on; the same command goes on', async (t) => {
  const { docs, out } = await folderFor(t);
  const child = spawn(process.execPath, [...MAIN, 'build', docs, '-', '--out', out], { stdio: ['pipe', 'ignore', 'pipe'] });
  t.teardown(() => void child.kill('SIGKILL'));
  let err = '';
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  while (!existsSync(join(out, 'run.json')) && child.exitCode === null) await wait(50);
  child.kill('SIGINT');
  t.is(await ended, 3, err);
  t.regex(err, /Stopped after \d+ document\(s\)[\s\S]*Run the same command again/);
  t.is((await engram(['build', docs, '-', '--out', out])).code, 1, 'standard input was empty');
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
    [['build', 'x.txt', '--engine', 'gpu'], /Allowed choices are auto, onnx, wasm, onnx-cuda, webgpu, tensorflow, tensorflow-cpu/],
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

test('records of two tables are linked and scored; a row of no use is told of', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'engram-records-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  const people = ['Ada Lovelace,1815-12-10', 'Grace Hopper,1906-12-09', 'Konrad Zuse,1910-06-22', 'Alan Turing,1912-06-23', 'Jean Bartik,1924-12-27', 'John Mauchly,1907-08-30'];
  await writeFile(join(dir, 'a.csv'), `id,name,born\n${people.map((row, i) => `a${i},${row}`).join('\n')}\na9,ragged\n`);
  await writeFile(join(dir, 'b.csv'), `id,name,born\n${people.map((row, i) => `b${i},${row.replace('a', 'aa')}`).join('\n')}\n`);
  await writeFile(join(dir, 'truth.csv'), `a,b\n${people.map((_, i) => `a${i},b${i}`).join('\n')}\n`);
  const args = ['evaluate', 'resolution', '--data', join(dir, 'a.csv'), join(dir, 'b.csv'), '--columns', 'name=name,born=date'];
  const { code, out, err } = await engram([...args, '--truth', join(dir, 'truth.csv'), '--json']);
  t.is(code, 0);
  t.like(JSON.parse(out), { records: 12, refused: 1, recallOfCompared: 100, pairs: { f1: 100 } });
  t.regex(err, /a\.csv, line 8: .*2 cell/);
  t.regex((await engram(args)).err, /--truth or --entity/);
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
