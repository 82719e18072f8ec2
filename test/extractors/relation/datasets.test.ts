import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { readFewRel, readRedocredPairs, readRelationMix, readText2Kg, withoutMojibake } from '../../../extractors/relation/datasets.ts';
import { isHeldOut } from '../../../extractors/relation/knowledgenet.ts';
import type { LabelledPairSentence } from '../../../extractors/relation/labelled-pairs.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

/** Relations as "head predicate tail". */
const said = (sentence: LabelledPairSentence): string[] => {
  const words = (i: number): string => sentence.tokens.slice(sentence.mentions[i].start, sentence.mentions[i].end).join(' ');
  return sentence.relations.map(({ head, tail, predicate }) => `${words(head)} ${predicate} ${words(tail)}`).sort();
};

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'engram-relation-'));

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}

const docred = (title: string, first: string) => ({
  title,
  sents: [[first, 'raised', 'Ben', 'in', ' ', 'Oslo', '.'], ['Ben', 'left', '.']],
  vertexSet: [
    [{ pos: [0, 1], sent_id: 0, type: 'PER' }],
    [{ pos: [2, 3], sent_id: 0, type: 'PER' }, { pos: [0, 1], sent_id: 1, type: 'PER' }],
    [{ pos: [5, 6], sent_id: 0, type: 'LOC' }],
  ],
  labels: [{ h: 0, t: 1, r: 'P40' }, { h: 1, t: 2, r: 'P19' }, { h: 1, t: 2, r: 'P9999' }],
});

test('Re-DocRED gives complete sentences, with child turned into parent and other properties left out', async (t) => {
  const sentences = await readRedocredPairs(await fileOf('a.json', JSON.stringify([docred('A', 'Ada')])));
  t.is(sentences.length, 1);
  t.deepEqual(said(sentences[0]), ['Ben parent Ada', 'Ben placeOfBirth Oslo']);
  t.true(sentences[0].complete);
});

const fewrel = {
  P26: [{ tokens: ['Ada', 'wed', 'Ben', 'Lee'], h: ['ben lee', 'Q1', [[2, 3]]], t: ['ada', 'Q2', [[0]]] }],
  P40: [{ tokens: ['Eve', ',', 'mother', 'of', 'Ada'], h: ['eve', 'Q3', [[0]]], t: ['ada', 'Q2', [[4]]] }],
  P177: [{ tokens: ['A', 'crosses', 'B'], h: ['a', 'Q4', [[0]]], t: ['b', 'Q5', [[2]]] }],
  P463: [{ tokens: ['Peru', 'joined', 'Mercosur'], h: ['peru', 'Q6', [[0]]], t: ['mercosur', 'Q7', [[2]]] }],
};

test('FewRel gives one incomplete pair a sentence; marriage holds both ways', async (t) => {
  const sentences = await readFewRel(await fileOf('a.json', JSON.stringify(fewrel)), new Map([['Peru', 'LOC']]));
  t.deepEqual(sentences.map(said), [['Ada spouse Ben Lee', 'Ben Lee spouse Ada'], ['Ada parent Eve'], ['Peru memberOf Mercosur']]);
  t.deepEqual(sentences[2].mentions.map((mention) => mention.label), ['LOC', 'ORG']);
  t.true(sentences.every((sentence) => !sentence.complete));
});

const text2kg = [
  { id: 'x1', sub_label: 'Night Rain', rel: 'P577', obj_label: '01 January 1984', sent: 'Night Rain is a 1984 film.' },
  { id: 'x2', sub_label: 'Night Rain', rel: 'P50', obj_label: 'Zoë Lee', sent: 'Night Rain was written by ZoÃ« Lee.' },
  { id: 'x3', sub_label: 'Night Rain', rel: 'P50', obj_label: 'Ben', sent: 'It rains.' },
];

test('Text2KGBench keeps the sentences in which both names stand, dates in their shorter forms too', async (t) => {
  const path = await fileOf('a.jsonl', text2kg.map((row) => JSON.stringify(row)).join('\n'));
  const sentences = await readText2Kg(join(path, '..'));
  t.deepEqual(sentences.map(said), [['Night Rain publicationDate 1984'], ['Night Rain author Zoë Lee']]);
  t.true(sentences.every((sentence) => sentence.weight < 1));
});

test('only text that was wrongly decoded is decoded again', (t) => {
  t.is(withoutMojibake('ZoÃ«'), 'Zoë');
  t.is(withoutMojibake('Zoë'), 'Zoë');
  t.is(withoutMojibake('Ада ë'), 'Ада ë');
});

test('the mix keeps a tenth of KnowledgeNet and every judged sentence out of training', async (t) => {
  const held = [...Array(100).keys()].map(String).find(isHeldOut)!;
  const free = [...Array(100).keys()].map(String).find((id) => !isHeldOut(id))!;
  const row = (document: string, object: string): string =>
    `<tr>${['1', document, '0', '30', '0', '3', '11', '14', 'SPOUSE', `<p> Ada wedded ${object} today.</p>`].map((c) => `<td>${c}</td>`).join('')}</tr>`;
  const dir = await folder();
  for (const name of ['knowledgenet', 'redocred', 'fewrel', 'text2kgbench-tekgen/train']) await mkdir(join(dir, name), { recursive: true });
  const rows = [row(held, 'Ben'), row(free, 'Ben'), row(free, 'Tom')].map((r, i) => r.replace('<td>30<', `<td>${30 + i}<`));
  await writeFile(join(dir, 'knowledgenet', 'rows.folds1-3.html.gz'), gzipSync(rows.join('\n')));
  await writeFile(join(dir, 'redocred', 'test_revised.first250.json'), JSON.stringify([docred('Judged', 'Eve')]));
  await writeFile(join(dir, 'redocred', 'dev_revised.json'), JSON.stringify([docred('Judged', 'Ida'), docred('B', 'Eve'), docred('C', 'Ada')]));
  await writeFile(join(dir, 'fewrel', 'val_wiki.json'), '{}');
  const mix = await readRelationMix(dir, createRandom(7));
  t.deepEqual(mix.train.map((s) => s.document).sort(), ['C', free].sort());
  t.deepEqual(mix.heldOut.map((s) => [s.document, s.complete]), [[held, true]]);
  t.deepEqual(mix.development.map((s) => s.document), ['Judged']);
});

test('a file of another shape and a folder that is not there are refused', async (t) => {
  await t.throwsAsync(readFewRel(await fileOf('a.json', '[]')), { instanceOf: EngramError, message: /not FewRel/ });
  await t.throwsAsync(readText2Kg('nowhere'), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
});
