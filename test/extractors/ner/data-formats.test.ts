import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { mapperOf, readNerFile, spansFromTags, withoutOverlaps } from '../../../extractors/ner/data-formats.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';

async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'engram-ner-')), name);
  await writeFile(path, content);
  return path;
}

for (const [scheme, tags] of Object.entries({
  BIO2: ['B-PER', 'I-PER', 'B-PER', 'O', 'B-ORG'],
  BIOES: ['B-PER', 'E-PER', 'S-PER', 'O', 'S-ORG'],
  IOB1: ['I-PER', 'I-PER', 'B-PER', 'O', 'I-ORG'],
})) {
  test(`${scheme} tags give the same spans`, (t) => {
    t.deepEqual(spansFromTags(tags), [
      { start: 0, end: 2, type: 'PER' },
      { start: 2, end: 3, type: 'PER' },
      { start: 4, end: 5, type: 'ORG' },
    ]);
  });
}

test('in IO tags a change of type closes a span', (t) => {
  t.deepEqual(spansFromTags(['I-PER', 'I-LOC', 'I-LOC']), [
    { start: 0, end: 1, type: 'PER' },
    { start: 1, end: 3, type: 'LOC' },
  ]);
});

test('of overlapping spans the longer stays', (t) => {
  const kept = withoutOverlaps([{ start: 4, end: 5 }, { start: 0, end: 1 }, { start: 0, end: 3 }]);
  t.deepEqual(kept, [{ start: 0, end: 3 }, { start: 4, end: 5 }]);
});

test('four-column CoNLL is read, its marks telling documents apart', async (t) => {
  const path = await fileOf('a.txt', '-DOCSTART- -X- -X- O\n\nAda NNP B-NP B-PER\nslept VBD B-VP O\n\n-DOCSTART- -X- -X- O\n\nOslo NNP B-NP B-LOC\n');
  const sentences = await readNerFile(path, 'conll', { source: 'sample' });
  t.deepEqual(sentences, [
    { tokens: ['Ada', 'slept'], spans: [{ start: 0, end: 1, label: 'PER' }], annotated: ['PER', 'LOC'], source: 'sample', document: `${path} 1` },
    { tokens: ['Oslo'], spans: [{ start: 0, end: 1, label: 'LOC' }], annotated: ['PER', 'LOC'], source: 'sample', document: `${path} 2` },
  ]);
});

test('two tab-separated columns are read, blank lines with a tab in them included, and usual type names mapped', async (t) => {
  const path = await fileOf('a.conll.gz', gzipSync('Ada\tB-PERSON\r\nLee\tI-PERSON\r\n\t\r\nin\tO\r\n1840\tB-DATE'));
  const sentences = await readNerFile(path);
  t.deepEqual(sentences.map((s) => s.tokens), [['Ada', 'Lee'], ['in', '1840']]);
  t.deepEqual(sentences.map((s) => s.spans[0].label), ['PER', 'TIME']);
});

test('Universal NER columns are read with their comments left out', async (t) => {
  const path = await fileOf('a.iob2', '# text = Ada slept\n1\tAda\tB-PER\t-\tx\n2\t#\tO\t-\tx\n\n');
  const [sentence] = await readNerFile(path);
  t.deepEqual(sentence.tokens, ['Ada', '#']);
});

test('the GMB table is read as ISO-8859-1 with quoted cells', async (t) => {
  const rows = 'Sentence #,Word,POS,Tag\nSentence: 1,Zoë,NNP,B-per\n,",",",",O\nSentence: 2,"""",``,O\n';
  const path = await fileOf('a.csv.gz', gzipSync(Buffer.from(rows, 'latin1')));
  const sentences = await readNerFile(path, 'gmb', { map: ({ start, end }) => ({ start, end, label: 'PER' }) });
  t.deepEqual(sentences.map((s) => s.tokens), [['Zoë', ','], ['"']]);
  t.deepEqual(sentences[0].spans, [{ start: 0, end: 1, label: 'PER' }]);
});

test('DocRED documents give a sentence for each of sents, without blank tokens and without those of a title to leave out', async (t) => {
  const document = {
    title: 'Ada',
    sents: [['Ada', 'Lee', 'slept'], [' ', 'In', '1840']],
    vertexSet: [
      [{ pos: [0, 2], sent_id: 0, type: 'PER' }, { pos: [1, 2], sent_id: 0, type: 'LOC' }],
      [{ pos: [2, 3], sent_id: 1, type: 'TIME' }],
    ],
  };
  const path = await fileOf('a.json', JSON.stringify([document, { ...document, title: 'Held' }]));
  const sentences = await readNerFile(path, undefined, { withoutTitles: new Set(['Held']) });
  t.deepEqual(sentences.map((s) => s.spans), [[{ start: 0, end: 2, label: 'PER' }], [{ start: 1, end: 2, label: 'TIME' }]]);
  t.deepEqual(sentences[0].annotated, ['PER', 'TIME']);
});

test('rows that start with a running number are told by themselves, and a comment ends a sentence', async (t) => {
  const path = await fileOf('numbered.txt', "#doc 1\n0\tAda\tB-Peop\t['N']\t[0]\n1\tslept\tO\t['N']\t[1]\n#doc 2\n0\t1999\tO\t['N']\t[0]\n");
  const read = await readNerFile(path);
  t.deepEqual(read.map(({ tokens, spans }) => [tokens.join(' '), spans.map((span) => span.label)]), [['Ada slept', ['Peop']], ['1999', []]]);
  const plain = await readNerFile(await fileOf('plain.txt', '1 CD I-NP O\n# # I-NP O\n1999 CD I-NP B-TIME\n'));
  t.deepEqual(plain.map(({ tokens }) => tokens.join(' ')), ['1 # 1999']);
});

for (const [problem, name, content, message] of [
  ['a token without a tag', 'a.txt', 'Ada\tB-PER\nslept\n', /line 2: no tag after 'slept'/],
  ['a tag of no scheme', 'a.txt', 'Ada\tperson\n', /line 1: 'person' is not a tag/],
  ['a label that is no name', 'a.txt', 'Ada\tB-<b>\n', /line 1: '<b>' found; expected a label/],
  ['an empty file', 'a.txt', '\n', /no labelled sentence/],
  ['broken JSON', 'a.json', '[{', /not JSON/],
  ['JSON of another shape', 'a.json', '{"a":1}', /not a list of DocRED documents/],
  ['a broken archive', 'a.txt.gz', 'Ada O', /could not be read/],
] as const) {
  test(`${problem} is refused with the place and the fact`, async (t) => {
    const path = await fileOf(name, content);
    const error = await t.throwsAsync(readNerFile(path), { instanceOf: EngramError, message });
    t.true(error?.message.includes(path));
  });
}

test('a file that is not there is named', async (t) => {
  await t.throwsAsync(readNerFile('nowhere/a.txt'), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
});

test('JSON lines are read, with types mapped and those without a label left out', async (t) => {
  const line = { tokens: ['Ada', 'met', 'Rex'], spans: [{ start: 0, end: 1, label: 'person' }, { start: 2, end: 3, label: 'dog' }] };
  const path = await fileOf('a.jsonl', `${JSON.stringify(line)}\n\n`);
  const sentences = await readNerFile(path, undefined, { map: mapperOf('person=PER, place=LOC'), source: 'sample' });
  t.deepEqual(sentences, [{ tokens: ['Ada', 'met', 'Rex'], spans: [{ start: 0, end: 1, label: 'PER' }], annotated: ['PER'], source: 'sample' }]);
});

for (const [what, line, said] of [
  ['no JSON', 'Ada B-PER', /Unexpected token/],
  ['no spans', '{"tokens": ["Ada"]}', /expected an object with 'tokens'/],
  ['a span beyond the sentence', '{"tokens": ["Ada"], "spans": [{"start": 0, "end": 2, "label": "PER"}]}', /end <= 1/],
  ['spans that overlap', '{"tokens": ["A", "B"], "spans": [{"start": 0, "end": 2, "label": "PER"}, {"start": 1, "end": 2, "label": "PER"}]}', /overlap/],
] as const) {
  test(`a JSON line with ${what} is named with what was expected`, async (t) => {
    const path = await fileOf('a.jsonl', `{"tokens": ["x"], "spans": []}\n${line}\n`);
    const error = await t.throwsAsync(readNerFile(path), { instanceOf: EngramError });
    t.regex(error.message, /line 2/);
    t.regex(error.message, said);
  });
}

test('a pair of --map without one of the labels is refused', (t) => {
  t.throws(() => mapperOf('person=<b>'), { instanceOf: EngramError, message: /'person=<b>' found; expected TYPE=LABEL/ });
});
