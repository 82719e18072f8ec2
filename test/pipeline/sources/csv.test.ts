import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { documentIdOf } from '../../../pipeline/core/ids.ts';
import { DEFAULT_SOURCE_OPTIONS, openSource } from '../../../pipeline/sources/index.ts';
import { briefly, inPieces, readContent, readPath, textsOf } from './read-items.ts';

test('each row is a document: its own id, title and date, and the other columns as metadata', async (t) => {
  const content = 'id,title, text ,date,place,,place\r\nk1,T,"Ada, ""the"" first\r\nof all",1843,London,x,Paris\r\n\r\n,,Two,,,,\r\n';
  const read = await readContent(t, 'a.csv', content);
  t.deepEqual(read.deadLetters, []);
  t.deepEqual(read.documents, [
    {
      id: documentIdOf(`${read.path}#id=k1`),
      text: 'Ada, "the" first\r\nof all',
      uri: `${read.path}#L2`,
      title: 'T',
      date: '1843',
      metadata: { place: 'London', 'column 6': 'x', 'place 7': 'Paris' },
    },
    { id: documentIdOf(`${read.path}#L5`), text: 'Two', uri: `${read.path}#L5` },
  ]);
});

test('columns are found by the names in the options, and the delimiter is theirs', async (t) => {
  const csv = { text: 'body', id: 'key', delimiter: ';' };
  const { documents, path } = await readContent(t, 'a.csv', 'key;body;title\nk;B, b;t\n', { csv });
  t.like(documents[0], { id: documentIdOf(`${path}#id=k`), text: 'B, b', metadata: { title: 't' } });
});

test('a .tsv is separated by tabs, whatever delimiter is set for .csv, also from gzip', async (t) => {
  const csv = { ...DEFAULT_SOURCE_OPTIONS.csv, delimiter: ';' };
  for (const [name, wrap] of [['a.tsv', Buffer.from], ['a.tsv.gz', gzipSync]] as const) {
    const { documents } = await readContent(t, name, wrap('text\ttitle\nHe said "no", twice\tT\n'), { csv });
    t.like(documents[0], { text: 'He said "no", twice', title: 'T' });
  }
});

test('a delimiter of no use is an error of the config', (t) => {
  for (const delimiter of ['', '::', '"', '\n', 'é']) {
    const csv = { text: 'text', delimiter };
    t.throws(() => openSource('a.csv', { ...DEFAULT_SOURCE_OPTIONS, csv }), { code: 'ENGRAM_CONFIG_INVALID' });
  }
});

test('a missing text column is named, with those there are', async (t) => {
  const read = await readContent(t, 'a.csv', 'id,body\n1,x\n2,y\n');
  t.deepEqual(briefly(read), ['1:ENGRAM_SOURCE_BAD_ROW']);
  t.regex(read.deadLetters[0]!.message, /there is no column 'text'; the columns are 'id', 'body'/);
});

test('a row that cannot be used is a dead letter with its line; the rows after it are read', async (t) => {
  const cases: [string | Buffer, string, RegExp][] = [
    ['b', 'ENGRAM_SOURCE_BAD_ROW', /1 cell\(s\) where the header has 2/],
    ['b,two,more', 'ENGRAM_SOURCE_BAD_ROW', /3 cell/],
    ['b,"two" x', 'ENGRAM_SOURCE_BAD_ROW', /after the closing quote/],
    ['b,"never closed', 'ENGRAM_SOURCE_BAD_ROW', /a quote opens in it that is never closed/],
    ['b,  ', 'ENGRAM_TEXT_EMPTY', /holds no text/],
    ['a,two', 'ENGRAM_SOURCE_DUPLICATE_ID', /#L2/],
    [Buffer.from('b,caf\xe9', 'latin1'), 'ENGRAM_TEXT_ENCODING', /line 3/],
    [`b,${'x'.repeat(300)}`, 'ENGRAM_TEXT_TOO_LONG', /limit is 100/],
    [`b,"${'x\ny'.repeat(100)}"`, 'ENGRAM_TEXT_TOO_LONG', /limit is 100/],
  ];
  for (const [row, code, message] of cases) {
    const content = Buffer.concat([Buffer.from('id,text\na,one\n'), Buffer.from(row), Buffer.from('\nc,three\nd,four')]);
    const read = await readContent(t, 'a.csv', content, { maxDocumentBytes: 100 });
    t.deepEqual(textsOf(read), ['one', 'three', 'four'], String(row));
    t.deepEqual(briefly(read), [`3:${code}`]);
    t.regex(read.deadLetters[0]!.message, message);
  }
});

test('a quote that is not closed within the limit costs its own row alone', async (t) => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},text ${i}`);
  const content = ['id,text', 'x,"open', ...rows].join('\n');
  for (const size of [1, 7, 64, 5000]) {
    const read = await readPath('-', { stdin: inPieces(content, size), stdinFormat: 'csv', maxDocumentBytes: 100 });
    t.is(read.documents.length, 50);
    t.deepEqual(briefly(read), ['2:ENGRAM_SOURCE_BAD_ROW']);
    t.is(read.documents[49]!.uri, 'stdin#L52');
  }
});

test('an open quote that meets the quote of a later row costs its own row alone', async (t) => {
  const read = await readContent(t, 'a.csv', 'id,text\n1,"open\n2,two\n3,"three, 3"\n4,four\n');
  t.deepEqual(textsOf(read), ['two', 'three, 3', 'four']);
  t.deepEqual(briefly(read), ['2:ENGRAM_SOURCE_BAD_ROW']);
});

test('byte order marks, empty files and files of a header alone', async (t) => {
  t.deepEqual(textsOf(await readContent(t, 'a.csv', '\ufeff"text"\none\n')), ['one']);
  t.deepEqual(briefly(await readContent(t, 'a.csv', Buffer.from('\ufefftext\none\n', 'utf16le'))), ['-:ENGRAM_TEXT_ENCODING']);
  t.deepEqual(briefly(await readContent(t, 'a.csv', '')), ['-:ENGRAM_TEXT_EMPTY']);
  t.deepEqual(briefly(await readContent(t, 'a.csv', 'id,text\n')), ['-:ENGRAM_TEXT_EMPTY']);
  t.deepEqual(briefly(await readContent(t, 'a.csv', '"text\none\n')), ['1:ENGRAM_SOURCE_BAD_ROW']);
});

test('cells come back as they were written, in whatever pieces the bytes come', async (t) => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ë', '🙂', '\t') });
  const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 9 }), fc.constantFrom('\n', '\r\n'), async (cells, size, end) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
      const content = ['text,other', ...cells.map((row) => row.map(quoted).join(','))].join(end);
      const read = await readPath('-', { stdin: inPieces(content, size), stdinFormat: 'csv' });
      const kept = cells.filter(([text]) => text.trim() !== '');
      t.deepEqual(read.documents.map(({ text, metadata }) => [text, metadata?.['other'] ?? '']), kept);
      t.is(read.deadLetters.length, cells.length - kept.length);
    }),
    { seed: 20, numRuns: 300 },
  );
});

test('any bytes at all end in documents and dead letters, never in an error', async (t) => {
  const bytes = fc.array(fc.constantFrom('text', '"', ',', '\n', '\r', 'a', '\xe9', '\x00'), { maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(bytes, fc.integer({ min: 1, max: 9 }), async (pieces, size) => {
      const content = Buffer.from(`text,b\n${pieces.join('')}`, 'latin1');
      const slow = await readPath('-', { stdin: inPieces(content, size), stdinFormat: 'csv', maxDocumentBytes: 1024 });
      const atOnce = await readPath('-', { stdin: inPieces(content, 4096), stdinFormat: 'csv', maxDocumentBytes: 1024 });
      t.deepEqual(slow, atOnce);
    }),
    { seed: 21, numRuns: 500 },
  );
});

test('two hundred thousand rows are read from a pipe without holding them', async (t) => {
  const count = 200_000;
  async function* many(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('text,n\n');
    for (let i = 0; i < count; i += 100) {
      yield Buffer.from(Array.from({ length: 100 }, (_, j) => `"Document ${i + j}, ${'words '.repeat(40)}",${j}\n`).join(''));
    }
  }
  const before = process.memoryUsage().heapUsed;
  let read = 0;
  let most = 0;
  for await (const item of openSource('-', { ...DEFAULT_SOURCE_OPTIONS, stdin: many(), stdinFormat: 'csv' }).read()) {
    if ('document' in item && ++read % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  t.is(read, count);
  t.true(most < 60_000_000, `${most} bytes of heap for 50 MB of input`);
});
