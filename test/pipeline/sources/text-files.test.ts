import { gzipSync } from 'node:zlib';
import test from 'ava';
import { documentIdOf } from '../../../pipeline/core/ids.ts';
import { briefly, inPieces, readContent, readPath, textsOf } from './read-items.ts';

test('a text file is one document with its text unaltered and its path as uri', async (t) => {
  const text = '  Ada Lovelace\r\nwas born in London.\n\n';
  const read = await readContent(t, 'ada.txt', text);
  t.deepEqual(read.documents, [{ id: documentIdOf(read.path), text, uri: read.path }]);
  t.deepEqual(read.deadLetters, []);
});

test('the title of a Markdown file is its first heading of level one outside of code', async (t) => {
  const cases: [string, string | undefined][] = [
    ['# Grace Hopper\n\nShe wrote.', 'Grace Hopper'],
    ['Intro\n## Two\n#   One  ##\n# Later', 'One'],
    ['```sh\n# comment\n```\n# Title', 'Title'],
    ['~~~\n# in\n```\n# still in\n~~~\ntext', undefined],
    ['#hashtag and more', undefined],
    ['#\ntext', undefined],
    ['# ##\n# C#\n', 'C#'],
  ];
  for (const [text, title] of cases) {
    const { documents } = await readContent(t, 'a.md', text);
    t.is(documents[0]!.text, text);
    t.is(documents[0]!.title, title, text);
  }
});

test('an HTML page becomes its visible text, a paragraph for each block', async (t) => {
  const html = `<!doctype html><html><head><title> Konrad
    Zuse </title><style>p{}</style><script>var a = "<p>no</p>";</script></head><body>
    <nav><a href=x>Home</a></nav><h1>Zuse</h1><p>He  built
    the <b>Z3</b> &amp; more.</p><ul><li>one</li><li>two<br>lines</li></ul>
    <table><tr><td>Born</td><td>1910</td></tr></table><noscript>off</noscript><p hidden>secret</p>
    <pre>a\n  b</pre>tail<!-- comment --></body></html>`;
  const { documents } = await readContent(t, 'zuse.HTML', html);
  t.is(documents[0]!.title, 'Konrad Zuse');
  t.is(documents[0]!.text, 'Zuse\n\nHe built the Z3 & more.\n\none\n\ntwo\nlines\n\nBorn 1910\n\na\n  b\n\ntail');
});

test('a page nested a hundred thousand deep is read', async (t) => {
  const depth = 100_000;
  const { documents } = await readContent(t, 'deep.html', '<div>'.repeat(depth) + 'end' + '</div>'.repeat(depth));
  t.is(documents[0]?.text, 'end');
});

test('a gzipped file is read as what it holds, members one after the other included', async (t) => {
  const bytes = Buffer.concat([gzipSync('Ada and '), gzipSync('Charles')]);
  const read = await readContent(t, 'a.txt.gz', bytes);
  t.deepEqual(textsOf(read), ['Ada and Charles']);
});

test('what cannot be used is a dead letter with its reason', async (t) => {
  const cases: [string, string | Uint8Array, string][] = [
    ['a.txt', '', '-:ENGRAM_TEXT_EMPTY'],
    ['a.txt', ' \n\t\r\n', '-:ENGRAM_TEXT_EMPTY'],
    ['a.txt', '\ufeff', '-:ENGRAM_TEXT_EMPTY'],
    ['a.html', '<script>x</script>', '-:ENGRAM_TEXT_EMPTY'],
    ['a.txt', Buffer.from('fine\ncaf\xe9\n', 'latin1'), '-:ENGRAM_TEXT_ENCODING'],
    ['a.txt', Buffer.from('\ufeffAda', 'utf16le'), '-:ENGRAM_TEXT_ENCODING'],
    ['a.md', Buffer.from('\ufeffAda', 'utf16le').swap16(), '-:ENGRAM_TEXT_ENCODING'],
    ['a.txt', Buffer.from('Ada', 'utf16le'), '-:ENGRAM_TEXT_ENCODING'],
    ['a.txt', 'x'.repeat(1001), '-:ENGRAM_TEXT_TOO_LONG'],
    ['a.txt.gz', gzipSync('x'.repeat(5_000_000)), '-:ENGRAM_TEXT_TOO_LONG'],
    ['a.txt.gz', 'not gzip', '-:ENGRAM_SOURCE_UNREADABLE'],
    ['a.txt.gz', gzipSync('Ada Lovelace').subarray(0, 20), '-:ENGRAM_SOURCE_UNREADABLE'],
  ];
  for (const [name, content, expected] of cases) {
    const read = await readContent(t, name, content, { maxDocumentBytes: 1000 });
    t.deepEqual(briefly(read), [expected], `${name} ${String(content).slice(0, 20)}`);
    t.deepEqual(read.documents, []);
    t.is(read.deadLetters[0]!.uri, read.path);
    t.is(read.deadLetters[0]!.stage, 'read');
    t.true(read.deadLetters[0]!.hint!.length > 0);
  }
});

test('an encoding error names the line it is in', async (t) => {
  const read = await readContent(t, 'a.txt', Buffer.from('one\ntwo\ncaf\xe9\n', 'latin1'));
  t.regex(read.deadLetters[0]!.message, /is not UTF-8 \(line 3\)/);
});

test('a text of just the limit is read, and its byte order mark is not part of it', async (t) => {
  const read = await readContent(t, 'a.txt', `\ufeff${'x'.repeat(1000)}`, { maxDocumentBytes: 1000 });
  t.deepEqual(textsOf(read), ['x'.repeat(1000)]);
});

test('a file that vanished or is a folder is a dead letter when it is read', async (t) => {
  t.deepEqual(briefly(await readPath('nowhere/a.txt')), ['-:ENGRAM_SOURCE_UNREADABLE']);
  const { path } = await readContent(t, 'a.txt/b.md', 'b');
  t.deepEqual(briefly(await readPath(path.replace(/\/b\.md$/, ''))), ['-:ENGRAM_SOURCE_UNREADABLE']);
});

test('standard input is plain text unless told otherwise, in whatever pieces it comes', async (t) => {
  for (const size of [1, 2, 3, 100]) {
    const plain = await readPath('-', { stdin: inPieces('\ufeffZoë 🙂 Ada', size) });
    t.deepEqual(plain.documents, [{ id: documentIdOf('stdin'), text: 'Zoë 🙂 Ada', uri: 'stdin' }]);
    const markdown = await readPath('-', { stdin: inPieces('# Ada', size), stdinFormat: 'md' });
    t.is(markdown.documents[0]!.title, 'Ada');
  }
});

test('a page of nothing but nesting is a dead letter; one nested 10,000 deep is read', async (t) => {
  const deep = await readContent(t, 'a.html', `${'<div>'.repeat(10_000)}Ada`);
  t.is(deep.documents[0]?.text, 'Ada');
  const refused = await readContent(t, 'b.html', `${'<a></b>'.repeat(200_000)}Ada`);
  t.like(refused.deadLetters[0], { code: 'ENGRAM_SOURCE_UNREADABLE' });
  const long = await readContent(t, 'c.html', '<p>Ada<br>'.repeat(100_000));
  t.is(long.documents.length, 1);
});
