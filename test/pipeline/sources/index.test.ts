import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { findInputs, kindOfPath, openSource, DEFAULT_SOURCE_OPTIONS } from '../../../pipeline/sources/index.ts';
import { expandBraces, nameMatcher } from '../../../pipeline/sources/glob.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';
import { readPath } from './read-items.ts';

const FILES = {
  'b.txt': 'b', 'a.md': 'a', 'c.pdf': 'c', '.hidden.txt': 'h', '.git/x.txt': 'x', 'sub/d.jsonl.gz': 'd', 'sub/deep/e.CSV': 'e',
  'sub/f{1}.tsv': 'f', 'g[1].html': 'g', 'what?.txt': 'w',
};

test('a folder gives its files of known kinds, deep ones too, hidden ones not, in the order of their paths', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, FILES);
  const expected = ['a.md', 'b.txt', 'g[1].html', 'sub/d.jsonl.gz', 'sub/deep/e.CSV', 'sub/f{1}.tsv', 'what?.txt'];
  t.deepEqual(await findInputs([folder]), expected.map((name) => join(folder, name)));
  t.deepEqual(await findInputs([`${folder}/`, folder, join(folder, 'b.txt')]), expected.map((name) => join(folder, name)));
});

test('globs give the files of known kinds that fit', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, FILES);
  const cases: [string, string[]][] = [
    ['*', ['a.md', 'b.txt', 'g[1].html', 'what?.txt']],
    ['?.txt', ['b.txt']],
    ['*.{md,txt}', ['a.md', 'b.txt', 'what?.txt']],
    ['**/*.{csv,CSV,gz}', ['sub/d.jsonl.gz', 'sub/deep/e.CSV']],
    ['**', ['a.md', 'b.txt', 'g[1].html', 'sub/d.jsonl.gz', 'sub/deep/e.CSV', 'sub/f{1}.tsv', 'what?.txt']],
    ['s*/**/*.tsv', ['sub/f{1}.tsv']],
    ['sub/*/*', ['sub/deep/e.CSV']],
    ['{sub/deep,.}/*.{CSV,md}', ['a.md', 'sub/deep/e.CSV']],
    ['.h*', ['.hidden.txt']],
    ['.git/*', ['.git/x.txt']],
    ['what?.txt', ['what?.txt']],
    ['g[1].html', ['g[1].html']],
  ];
  for (const [pattern, expected] of cases) {
    t.deepEqual(await findInputs([`${folder}/${pattern}`]), expected.map((name) => join(folder, name)), pattern);
  }
});

test('inputs keep their order, standard input among them, and a relative path stays relative', async (t) => {
  t.deepEqual(await findInputs(['-', './package.json/../fixtures/documents/unix.txt', '-']).catch((error) => error.code), 'ENGRAM_SOURCE_NOT_FOUND');
  t.deepEqual(await findInputs(['fixtures/documents/unix.txt', '-', './fixtures/documents/u*.txt', '-']), [
    'fixtures/documents/unix.txt', '-', 'fixtures/documents/univac.txt',
  ]);
});

test('what is not there or of no known kind is refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, FILES);
  const cases: [string, string][] = [
    ['nowhere', 'ENGRAM_SOURCE_NOT_FOUND'],
    ['nowhere/*.txt', 'ENGRAM_SOURCE_NOT_FOUND'],
    ['b.txt/*', 'ENGRAM_SOURCE_NOT_FOUND'],
    ['*.docx', 'ENGRAM_SOURCE_NOT_FOUND'],
    ['x\0y', 'ENGRAM_SOURCE_NOT_FOUND'],
    ['c.pdf', 'ENGRAM_SOURCE_UNKNOWN_KIND'],
    ['*.pdf', 'ENGRAM_SOURCE_UNKNOWN_KIND'],
  ];
  for (const [name, code] of cases) {
    const error = await t.throwsAsync(findInputs([join(folder, 'a.md'), `${folder}/${name}`]), { code }, name);
    t.true(error.message.includes(name.replace('*.pdf', 'c.pdf')));
  }
  t.throws(() => openSource('c.pdf', DEFAULT_SOURCE_OPTIONS), { code: 'ENGRAM_SOURCE_UNKNOWN_KIND' });
  await mkdir(join(folder, 'empty'));
  t.deepEqual(await findInputs([join(folder, 'empty')]), []);
});

test('links within the folder are followed, once round where they lead back up; one that leads out is told of, one that leads nowhere is a dead letter', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { 'in/a.txt': 'a', 'in/deep/c.txt': 'c', 'out/b.txt': 'b' });
  await symlink('..', join(folder, 'in/up'));
  await symlink('..', join(folder, 'in/deep/back'));
  await symlink('../out', join(folder, 'in/other'));
  await symlink('../out/b.txt', join(folder, 'in/b.txt'));
  await symlink('deep', join(folder, 'in/same'));
  await symlink('loop', join(folder, 'in/loop'));
  await symlink('gone.txt', join(folder, 'in/broken.txt'));
  const inside = ['in/a.txt', 'in/broken.txt', 'in/deep/c.txt', 'in/same/c.txt'];
  for (const input of [join(folder, 'in'), `${folder}/in/**/*.txt`]) {
    const outside: string[] = [];
    t.deepEqual(await findInputs([input], (path, root) => outside.push(`${path} ${root}`)), inside.map((name) => join(folder, name)));
    t.deepEqual([...new Set(outside.map((each) => each.replaceAll(`${folder}/`, '')))].sort(), ['in/b.txt in', 'in/other in', 'in/up in']);
  }
  t.deepEqual(await findInputs([join(folder, 'in/b.txt'), join(folder, 'in/other')]), ['in/b.txt', 'in/other/b.txt'].map((name) => join(folder, name)));
  t.like((await readPath(join(folder, 'in/broken.txt'))).deadLetters[0], { code: 'ENGRAM_SOURCE_UNREADABLE' });
});

test('the kind is that of the extension, in small or capital letters, before .gz', (t) => {
  const cases: [string, string | undefined][] = [
    ['a.txt', 'txt'], ['a.b/C.MD', 'md'], ['a.html.gz', 'html'], ['a.JSONL.GZ', 'jsonl'], ['a.csv', 'csv'], ['a.tsv', 'tsv'],
    ['a.gz', undefined], ['a', undefined], ['a.txt.zip', undefined], ['txt', undefined], ['a.txt/', undefined], ['a.json', undefined],
  ];
  for (const [path, kind] of cases) t.is(kindOfPath(path), kind as ReturnType<typeof kindOfPath>, path);
});

test('braces are expanded, nested ones too; those that do not pair stand for themselves', (t) => {
  const cases: [string, string[]][] = [
    ['a{b,c}d', ['abd', 'acd']],
    ['{a,b{c,d}}{1,}', ['a1', 'a', 'bc1', 'bc', 'bd1', 'bd']],
    ['a{b}c{d,e}', ['a{b}cd', 'a{b}ce']],
    ['a{b,c', ['a{b,c']],
    ['a}b', ['a}b']],
  ];
  for (const [pattern, expected] of cases) t.deepEqual(expandBraces(pattern), expected, pattern);
});

test('a name is matched sign by sign', (t) => {
  t.true(nameMatcher('a*b?.t(x)t')('a..b🙂.t(x)t'));
  t.false(nameMatcher('a.txt')('abtxt'));
  t.false(nameMatcher('*')('.a'));
});

test('the sample corpus is read without a dead letter', async (t) => {
  let documents = 0;
  for (const path of await findInputs(['fixtures/documents'])) {
    const read = await readPath(path);
    t.deepEqual(read.deadLetters, []);
    documents += read.documents.length;
  }
  t.true(documents >= 40);
});
