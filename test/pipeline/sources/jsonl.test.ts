import { gzipSync } from 'node:zlib';
import test from 'ava';
import { documentIdOf } from '../../../pipeline/core/ids.ts';
import { briefly, inPieces, readContent, readPath, textsOf } from './read-items.ts';

test('each line is a document: its own id, title and date, and the rest as metadata', async (t) => {
  const record = { id: 7, title: 'T', text: ' Ada. ', date: '1843', tags: ['a', 'b'], pages: 3, draft: false, none: null, '': 'x' };
  const read = await readContent(t, 'a.jsonl', `${JSON.stringify(record)}\r\n\n{"text":"Two"}`);
  t.deepEqual(read.documents, [
    {
      id: documentIdOf(`${read.path}#id=7`),
      text: ' Ada. ',
      uri: `${read.path}#L1`,
      title: 'T',
      date: '1843',
      metadata: { '': 'x', tags: '["a","b"]', pages: '3', draft: 'false' },
    },
    { id: documentIdOf(`${read.path}#L3`), text: 'Two', uri: `${read.path}#L3` },
  ]);
});

test('half a surrogate pair, which no store can hold, becomes the replacement character in its place', async (t) => {
  const { documents } = await readContent(t, 'a.jsonl', String.raw`{"text":"A \ud800 b \ud83d\ude00","title":"\udfff","k\ud800":"\ud800"}`);
  t.like(documents[0], { text: 'A \uFFFD b 😀', title: '\uFFFD', metadata: { 'k\uFFFD': '\uFFFD' } });
});

test('fields are found by the names in the options', async (t) => {
  const jsonl = { text: 'body', id: 'key', title: 'head', date: 'when' };
  const { documents, path } = await readContent(t, 'a.jsonl', '{"body":"B","key":"k","head":"H","when":1999,"text":"kept"}', { jsonl });
  t.like(documents[0], { id: documentIdOf(`${path}#id=k`), text: 'B', title: 'H', date: '1999', metadata: { text: 'kept' } });
});

test('a line that cannot be used is a dead letter with its line; the lines after it are read', async (t) => {
  const good = (text: string) => Buffer.from(`{"text":"${text}"}\n`);
  const bad: [Buffer, string, RegExp][] = [
    [Buffer.from('{"text": "cut\n'), 'ENGRAM_SOURCE_BAD_ROW', /not JSON/],
    [Buffer.from('[1]\n'), 'ENGRAM_SOURCE_BAD_ROW', /expected an object, found a list/],
    [Buffer.from('null\n'), 'ENGRAM_SOURCE_BAD_ROW', /found null/],
    [Buffer.from('{"body":"x","n":1}\n'), 'ENGRAM_SOURCE_BAD_ROW', /no field 'text'; the fields are 'body', 'n'/],
    [Buffer.from('{"__proto__":{"text":"x"}}\n'), 'ENGRAM_SOURCE_BAD_ROW', /no field 'text'/],
    [Buffer.from('{"text":5}\n'), 'ENGRAM_SOURCE_BAD_ROW', /field 'text' is a number/],
    [Buffer.from('{"text":null}\n'), 'ENGRAM_SOURCE_BAD_ROW', /field 'text' is null/],
    [Buffer.from('{"text":"x","id":{"a":1}}\n'), 'ENGRAM_SOURCE_BAD_ROW', /field 'id' is an object/],
    [Buffer.from('{"text":" \\n "}\n'), 'ENGRAM_TEXT_EMPTY', /holds no text/],
    [Buffer.from('{"text":"caf\xe9"}\n', 'latin1'), 'ENGRAM_TEXT_ENCODING', /line 2/],
    [Buffer.from(`{"text":"${'x'.repeat(200)}"}\n`), 'ENGRAM_TEXT_TOO_LONG', /limit is 100/],
  ];
  for (const [line, code, message] of bad) {
    const content = Buffer.concat([good('one'), line, good('three')]);
    const read = await readContent(t, 'a.jsonl', content, { maxDocumentBytes: 100 });
    t.deepEqual(textsOf(read), ['one', 'three']);
    t.deepEqual(briefly(read), [`2:${code}`]);
    t.regex(read.deadLetters[0]!.message, message);
    t.is(read.deadLetters[0]!.uri, read.path);
  }
});

test('an id met before in the file is a dead letter that names its first line', async (t) => {
  const read = await readContent(t, 'a.jsonl', '{"id":"x","text":"1"}\n{"id":"y","text":"2"}\n{"id":"x","text":"3"}\n');
  t.deepEqual(textsOf(read), ['1', '2']);
  t.deepEqual(briefly(read), ['3:ENGRAM_SOURCE_DUPLICATE_ID']);
  t.true(read.deadLetters[0]!.message.includes('#L1'));
});

test('a line without end is passed over in bounded memory', async (t) => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"text":"one"}\n{"text":"');
    for (let i = 0; i < 4000; i++) yield Buffer.alloc(65_536, 'x');
    yield Buffer.from('"}\n{"text":"three"}\n');
  }
  const before = process.memoryUsage().rss;
  const read = await readPath('-', { stdin: endless(), stdinFormat: 'jsonl', maxDocumentBytes: 1_000_000 });
  t.deepEqual(textsOf(read), ['one', 'three']);
  t.deepEqual(briefly(read), ['2:ENGRAM_TEXT_TOO_LONG']);
  t.true(process.memoryUsage().rss - before < 150_000_000);
});

test('a byte order mark of UTF-8 is passed over, one of UTF-16 ends the file', async (t) => {
  t.deepEqual(textsOf(await readContent(t, 'a.jsonl', '\ufeff{"text":"one"}\n')), ['one']);
  const wide = await readContent(t, 'a.jsonl', Buffer.from('\ufeff{"text":"one"}\n{"text":"two"}\n', 'utf16le'));
  t.deepEqual(briefly(wide), ['-:ENGRAM_TEXT_ENCODING']);
});

test('a file without records says so', async (t) => {
  for (const content of ['', '\n \n']) t.deepEqual(briefly(await readContent(t, 'a.jsonl', content)), ['-:ENGRAM_TEXT_EMPTY']);
});

test('what was decompressed before a break in the gzip is kept', async (t) => {
  const lines = Array.from({ length: 20_000 }, (_, i) => `{"text":"Document ${i} ${(i * 7919) % 10007}"}\n`).join('');
  const whole = gzipSync(lines);
  t.is((await readContent(t, 'a.jsonl.gz', whole)).documents.length, 20_000);
  const read = await readContent(t, 'a.jsonl.gz', whole.subarray(0, whole.length >> 1));
  t.true(read.documents.length > 5000);
  t.deepEqual(briefly(read), ['-:ENGRAM_SOURCE_UNREADABLE']);
});

test('two hundred thousand lines are read from a pipe without holding them', async (t) => {
  const count = 200_000;
  async function* many(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < count; i += 100) {
      yield Buffer.from(Array.from({ length: 100 }, (_, j) => `{"text":"Document ${i + j} ${'words '.repeat(40)}"}\n`).join(''));
    }
  }
  const before = process.memoryUsage().heapUsed;
  const { DEFAULT_SOURCE_OPTIONS, openSource } = await import('../../../pipeline/sources/index.ts');
  let read = 0;
  let most = 0;
  for await (const item of openSource('-', { ...DEFAULT_SOURCE_OPTIONS, stdin: many(), stdinFormat: 'jsonl' }).read()) {
    if ('document' in item && ++read % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  t.is(read, count);
  t.true(most < 60_000_000, `${most} bytes of heap for 50 MB of input`);
});

test('any pieces of the bytes give the same documents', async (t) => {
  const content = '\ufeff{"text":"Zoë"}\r\n{"text":"🙂 two"}\n\n{"text":"three"}';
  for (let size = 1; size < 12; size++) {
    const read = await readPath('-', { stdin: inPieces(content, size), stdinFormat: 'jsonl' });
    t.deepEqual(read.documents.map(({ uri, text }) => [uri, text]), [['stdin#L1', 'Zoë'], ['stdin#L2', '🙂 two'], ['stdin#L4', 'three']]);
  }
});

test('lists thousands deep beside the text are a bad row; the next line is read', async (t) => {
  const { documents, deadLetters } = await readContent(t, 'a.jsonl', `{"text":"A","x":${'['.repeat(20_000)}${']'.repeat(20_000)}}\n{"text":"B"}`);
  t.deepEqual(documents.map(({ text }) => text), ['B']);
  t.like(deadLetters[0], { code: 'ENGRAM_SOURCE_BAD_ROW', line: 1 });
});

test('gzip that expands beyond what text does is a dead letter', async (t) => {
  const { documents, deadLetters } = await readContent(t, 'a.jsonl.gz', gzipSync(Buffer.alloc(64 * 1024 * 1024, '\n')));
  t.deepEqual(documents, []);
  t.like(deadLetters[0], { code: 'ENGRAM_SOURCE_UNREADABLE' });
});
