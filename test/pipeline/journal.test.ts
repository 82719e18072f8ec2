import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'ava';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { openJournal, readJournal, type JournalRecord, type JournalView } from '../../pipeline/journal.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const extractionOf = (name: string, text = `Text of ${name}, with Zoë 🙂, \ud800 and ,"extraction":{`): Extraction => ({
  id: documentIdOf(name),
  uri: `folder/${name}.txt`,
  text,
  title: 'T',
  metadata: { a: 'b' },
  sentences: [[0, text.length]],
  mentions: [{ label: 'PER', sentence: 0, tokenStart: 0, tokenEnd: 1, start: 0, end: 4, surface: text.slice(0, 4), score: 0.1 + 0.2 }],
  chains: [{ label: 'PER', mentions: [0] }],
  relations: [],
  extractor: 'relation@1',
});
const recordOf = (name: string, key = `key of ${name}`, text?: string): JournalRecord => ({
  kind: 'extraction',
  key,
  extraction: extractionOf(name, text),
});

async function allOf(journal: JournalView): Promise<Extraction[]> {
  const all: Extraction[] = [];
  for await (const extraction of journal.extractions()) all.push(extraction);
  return all;
}

async function journalWith(dir: string, records: readonly JournalRecord[]): Promise<void> {
  const journal = await openJournal(dir);
  await journal.append(...records);
  await journal.close();
}

const givenOrFound = ({ id, uri, text, title, metadata, ...found }: Extraction) => ({ document: { text, id, uri, title, metadata }, findings: JSON.stringify(found) });

const segmentOf = (dir: string) => join(dir, 'journal', '000001.jsonl');
const byId = (a: Extraction, b: Extraction) => (a.id < b.id ? -1 : 1);

test('an extraction in two parts, a document and its findings, is written as the whole one is', async (t) => {
  const [whole, parts] = [await temporaryFolder(t), await temporaryFolder(t)];
  await journalWith(whole, [recordOf('a'), recordOf('b')]);
  await journalWith(parts, ['a', 'b'].map((name) => ({ kind: 'extraction', key: `key of ${name}`, ...givenOrFound(extractionOf(name)) })));
  t.is(await readFile(segmentOf(parts), 'utf8'), await readFile(segmentOf(whole), 'utf8'));
});

test('what was appended is read back in order of document id, while it is open and after', async (t) => {
  const dir = await temporaryFolder(t);
  const names = ['c', 'a', 'b', 'd'];
  const journal = await openJournal(dir);
  await Promise.all(names.map((name) => journal.append(recordOf(name))));
  const expected = names.map((name) => extractionOf(name)).sort(byId);
  t.deepEqual(await allOf(journal), expected);
  t.is(journal.size, 4);
  t.is(journal.keyOf(documentIdOf('a')), 'key of a');
  t.is(journal.keyOf(documentIdOf('z')), undefined);
  const { digest } = journal;
  await journal.close();
  const read = await readJournal(dir);
  t.deepEqual(await allOf(read), expected);
  t.is(read.digest, digest);
  t.is(read.keyOf(documentIdOf('d')), 'key of d');
  t.deepEqual([...read.documents()].map(({ uri }) => uri).sort(), names.map((name) => `folder/${name}.txt`).sort());
  t.deepEqual(read.problems, []);
  await read.close();
});

test('a later record of a document takes the place of the earlier one, and a removal takes it away', async (t) => {
  const dir = await temporaryFolder(t);
  await journalWith(dir, [recordOf('a', 'old', 'Old text'), recordOf('b')]);
  await journalWith(dir, [recordOf('a', 'new', 'New text'), { kind: 'removed', id: documentIdOf('b') }]);
  const journal = await readJournal(dir);
  t.is(journal.size, 1);
  t.is(journal.keyOf(documentIdOf('a')), 'new');
  t.deepEqual((await allOf(journal)).map(({ text }) => text), ['New text']);
  await journal.close();
});

test('the digest is of the records that count, whatever their order', async (t) => {
  const [one, two, three] = [await temporaryFolder(t), await temporaryFolder(t), await temporaryFolder(t)];
  await journalWith(one, [recordOf('a'), recordOf('b'), recordOf('c')]);
  await journalWith(two, [recordOf('x'), recordOf('c'), recordOf('a', 'old', 'Old text'), { kind: 'removed', id: documentIdOf('x') }]);
  await journalWith(two, [recordOf('b'), recordOf('a')]);
  await journalWith(three, [recordOf('a'), recordOf('b', 'other key'), recordOf('c')]);
  const digests = [];
  for (const dir of [one, two, three]) {
    const journal = await readJournal(dir);
    digests.push(journal.digest);
    await journal.close();
  }
  t.is(digests[0], digests[1]);
  t.not(digests[0], digests[2]);
});

test('a journal cut at any byte of its last record keeps all before it and goes on', async (t) => {
  const dir = await temporaryFolder(t);
  await journalWith(dir, [recordOf('a'), recordOf('b')]);
  const before = (await stat(segmentOf(dir))).size;
  await journalWith(dir, [recordOf('c')]);
  const after = (await stat(segmentOf(dir))).size;
  for (let length = before; length < after; length++) {
    const copy = join(dir, `copy-${length}`);
    await cp(join(dir, 'journal'), join(copy, 'journal'), { recursive: true });
    await truncate(segmentOf(copy), length);
    const torn = length === before ? [] : [{ path: segmentOf(copy), line: 3, reason: 'the last record was not written to its end' }];
    const read = await readJournal(copy);
    t.deepEqual(read.problems, torn);
    t.is(read.size, 2);
    const journal = await openJournal(copy);
    t.deepEqual(journal.problems, torn);
    t.is((await stat(segmentOf(copy))).size, before);
    await journal.append(recordOf('d'));
    await journal.close();
    const again = await readJournal(copy);
    t.deepEqual(await allOf(again), ['a', 'b', 'd'].map((name) => extractionOf(name)).sort(byId));
    t.deepEqual(again.problems, []);
    await again.close();
  }
});

test('a corrupt line is passed over and reported; the records before and after it count', async (t) => {
  const damages: ((line: string) => string)[] = [
    (line) => line.replace('Zoë', 'Zoe'),
    (line) => line.slice(0, 40),
    () => '',
    () => '{"kind":"extraction"}',
    (line) => '\0'.repeat(line.length),
    (line) => `x${line.slice(1)}`,
  ];
  for (const damage of damages) {
    const dir = await temporaryFolder(t);
    await journalWith(dir, ['a', 'b', 'c'].map((name) => recordOf(name)));
    const lines = (await readFile(segmentOf(dir), 'utf8')).split('\n');
    await writeFile(segmentOf(dir), [lines[0], damage(lines[1]!), ...lines.slice(2)].join('\n'));
    const journal = await openJournal(dir);
    t.deepEqual(journal.problems, [{ path: segmentOf(dir), line: 2, reason: 'the record does not have its checksum' }]);
    t.deepEqual(await allOf(journal), ['a', 'c'].map((name) => extractionOf(name)).sort(byId));
    t.is(journal.keyOf(documentIdOf('b')), undefined);
    await journal.close();
  }
});

test('a file changed behind an open journal is an error that names the line', async (t) => {
  const dir = await temporaryFolder(t);
  await journalWith(dir, [recordOf('a'), recordOf('b')]);
  const journal = await readJournal(dir);
  const text = await readFile(segmentOf(dir), 'utf8');
  const at = text.lastIndexOf('Text of');
  await writeFile(segmentOf(dir), `${text.slice(0, at)}Next of${text.slice(at + 7)}`);
  const error = await t.throwsAsync(allOf(journal), { code: 'ENGRAM_CHECKPOINT_CORRUPT' });
  t.regex(error.message, /line 2: the record of 'd-/);
  await journal.close();
});

test('segments are read in the order of their numbers, and the last is written on', async (t) => {
  const dir = await temporaryFolder(t);
  await journalWith(dir, [recordOf('a', 'new', 'New'), recordOf('b')]);
  const first = await readFile(segmentOf(dir));
  await journalWith(dir, [recordOf('a', 'newest', 'Newest')]);
  const second = (await readFile(segmentOf(dir))).subarray(first.length);
  await writeFile(segmentOf(dir), first);
  await writeFile(join(dir, 'journal', '000002.jsonl'), second);
  await writeFile(join(dir, 'journal', 'notes.txt'), 'not ours');
  await journalWith(dir, [recordOf('c')]);
  t.is((await stat(segmentOf(dir))).size, first.length);
  const journal = await readJournal(dir);
  t.is(journal.size, 3);
  t.is(journal.keyOf(documentIdOf('a')), 'newest');
  t.is((await allOf(journal)).length, 3);
  await journal.close();
});

test('a second build in the folder is refused until the first has closed; reading is not', async (t) => {
  const dir = await temporaryFolder(t);
  const journal = await openJournal(dir);
  const error = await t.throwsAsync(openJournal(dir), { code: 'ENGRAM_CHECKPOINT_LOCKED' });
  t.true(error.message.includes(String(process.pid)));
  await (await readJournal(dir)).close();
  await journal.append(recordOf('a'));
  await journal.close();
  await journal.close();
  await (await openJournal(dir)).close();
  t.deepEqual(await readdir(join(dir, 'journal')), ['000001.jsonl']);
});

test('of many builds that start at once on a void lock, one gets it', async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, 'journal'));
  for (let round = 0; round < 20; round++) {
    await writeFile(join(dir, 'journal', 'lock'), 'half a lo');
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => openJournal(dir)));
    const opened = results.filter((result) => result.status === 'fulfilled');
    t.is(opened.length, 1);
    await opened[0]!.value.close();
  }
});

test('a process that has ended does not hold the lock, even when its number is used again', async (t) => {
  const dir = await temporaryFolder(t);
  await mkdir(join(dir, 'journal'));
  const ended = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
  const locks = ['', '{}', JSON.stringify({ pid: ended }), JSON.stringify({ pid: -1 })];
  if (process.platform === 'linux') locks.push(JSON.stringify({ pid: process.pid, started: '1' }));
  for (const lock of locks) {
    await writeFile(join(dir, 'journal', 'lock'), lock);
    await (await openJournal(dir)).close();
  }
  t.pass();
});

test('a build that is killed leaves a journal with all that it was told is written, and no lock', async (t) => {
  const dir = await temporaryFolder(t);
  const module = resolve('pipeline/journal.ts');
  const script = `
    const { openJournal } = await import(${JSON.stringify(module)});
    const journal = await openJournal(${JSON.stringify(dir)});
    for (let i = 0; ; i++) {
      const extraction = { id: 'd-' + i, uri: 'u' + i, text: 'x'.repeat(5000), sentences: [], mentions: [], relations: [], extractor: 'e' };
      await journal.append({ kind: 'extraction', key: 'k', extraction });
      process.stdout.write(i + '\\n');
    }`;
  const child = spawn(process.execPath, ['--import=tsx', '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += String(chunk);
    if (output.split('\n').length > 300 && !child.killed) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const told = output.split('\n').slice(0, -1).length;
  const journal = await openJournal(dir);
  t.true(journal.size >= told && told >= 300);
  t.is((await allOf(journal)).length, journal.size);
  await journal.close();
});

test('a folder without a build, or one that cannot be written, is a clear error', async (t) => {
  const dir = await temporaryFolder(t);
  await t.throwsAsync(readJournal(dir), { code: 'ENGRAM_CHECKPOINT_MISSING' });
  await writeFile(join(dir, 'file'), '');
  await t.throwsAsync(openJournal(join(dir, 'file')), { code: 'ENGRAM_CHECKPOINT_UNWRITABLE' });
  const journal = await openJournal(dir);
  await journal.close();
  await t.throwsAsync(journal.append(recordOf('a')), { code: 'ENGRAM_CHECKPOINT_UNWRITABLE' });
});

test('the index stays small: texts are not held', async (t) => {
  const dir = await temporaryFolder(t);
  const journal = await openJournal(dir);
  const before = process.memoryUsage().heapUsed;
  const text = 'words and '.repeat(1000);
  for (let i = 0; i < 5000; i += 50) await journal.append(...Array.from({ length: 50 }, (_, j) => recordOf(`n${i + j}`, 'k', text)));
  await journal.flush();
  let count = 0;
  let most = 0;
  for await (const extraction of journal.extractions()) {
    t.is(extraction.text.length, text.length);
    if (++count % 500 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  t.is(count, 5000);
  t.true(most < 40_000_000, `${most} bytes of heap for 50 MB of texts`);
  await journal.close();
});

test('records behind a torn end that was written on by hand are not lost', async (t) => {
  const dir = await temporaryFolder(t);
  await journalWith(dir, [recordOf('a')]);
  await appendFile(segmentOf(dir), '0123 half\n');
  await journalWith(dir, [recordOf('b')]);
  const journal = await readJournal(dir);
  t.is(journal.size, 2);
  t.is(journal.problems.length, 1);
  await journal.close();
});

test('of what a person said of two things the last word counts, and can be taken back', async (t) => {
  const dir = await temporaryFolder(t);
  const [a, b] = (['a', 'b'] as const).map((name) => ({ type: 'ORG', key: name, documentId: documentIdOf(name) }));
  await journalWith(dir, [recordOf('a'), { kind: 'decision', a: a!, b: b!, same: true }]);
  const first = await readJournal(dir);
  t.deepEqual(first.decisions(), [{ a, b, same: true }]);
  t.is(first.size, 1, 'a decision is no document');
  await first.close();
  await journalWith(dir, [{ kind: 'decision', a: b!, b: a!, same: false }]);
  const second = await readJournal(dir);
  t.deepEqual(second.decisions(), [{ a: b, b: a, same: false }], 'the same pair in the other order');
  t.not(second.digest, first.digest);
  await second.close();
  await journalWith(dir, [{ kind: 'decision', a: a!, b: b! }]);
  const third = await readJournal(dir);
  t.deepEqual(third.decisions(), []);
  await third.close();
});
