import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { readRelationMix } from '../../../extractors/relation/datasets.ts';
import { isHeldOut } from '../../../extractors/relation/knowledgenet.ts';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { readFewRel, readText2Kg, withoutMojibake } from '../../../extractors/relation/one-pair-sets.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';

/** Relations as "head label tail". */
const said = (passage: LabelledPassage): string[] => {
  const words = (i: number): string => passage.tokens.slice(passage.mentions[i].start, passage.mentions[i].end).join(' ');
  return passage.relations.map(({ head, tail, label }) => `${words(head)} ${label} ${words(tail)}`).sort();
};

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'engram-relation-'));

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(await folder(), name);
  await writeFile(path, content);
  return path;
}

const docred = (title: string, first: string) => ({
  title,
  sents: [[first, 'raised', 'Ben', 'in', ' ', 'Oslo', 'with', 'the', 'help', 'of', 'relatives', 'nearby', '.'], ['Ben', 'left', '.']],
  vertexSet: [
    [{ pos: [0, 1], sent_id: 0, type: 'PER' }],
    [{ pos: [2, 3], sent_id: 0, type: 'PER' }, { pos: [0, 1], sent_id: 1, type: 'PER' }],
    [{ pos: [5, 6], sent_id: 0, type: 'LOC' }],
  ],
  labels: [{ h: 0, t: 1, r: 'P40' }, { h: 1, t: 2, r: 'P19' }, { h: 1, t: 2, r: 'P9999' }],
});

const fewrel = {
  P26: [{ tokens: ['Ada', 'wed', 'Ben', 'Lee'], h: ['ben lee', 'Q1', [[2, 3]]], t: ['ada', 'Q2', [[0]]] }],
  P40: [{ tokens: ['Eve', ',', 'mother', 'of', 'Ada'], h: ['eve', 'Q3', [[0]]], t: ['ada', 'Q2', [[4]]] }],
  P177: [{ tokens: ['A', 'crosses', 'B'], h: ['a', 'Q4', [[0]]], t: ['b', 'Q5', [[2]]] }],
  P463: [{ tokens: ['Peru', 'joined', 'Mercosur'], h: ['peru', 'Q6', [[0]]], t: ['mercosur', 'Q7', [[2]]] }],
};

test('FewRel gives one pair a sentence, of the properties that are wanted; marriage holds both ways', async (t) => {
  const sentences = await readFewRel(await fileOf('a.json', JSON.stringify(fewrel)), new Set(['P26', 'P40', 'P463']), new Map([['Peru', 'LOC']]));
  t.deepEqual(sentences.map(said), [['Ada P26 Ben Lee', 'Ben Lee P26 Ada'], ['Eve P40 Ada'], ['Peru P463 Mercosur']]);
  t.deepEqual(sentences[2].mentions.map((mention) => mention.label), ['PER', 'ORG']);
  t.true(sentences[0].annotated.has('P177'));
});

const text2kg = [
  { id: 'x1', sub_label: 'Night Rain', rel: 'P577', rel_label: 'publication date', obj_label: '01 January 1984', sent: 'Night Rain is a 1984 film.' },
  { id: 'x2', sub_label: 'Night Rain', rel: 'P50', rel_label: 'author', obj_label: 'Zoë Lee', sent: 'Night Rain was written by ZoÃ« Lee.' },
  { id: 'x3', sub_label: 'Night Rain', rel: 'P50', rel_label: 'author', obj_label: 'Ben', sent: 'It rains.' },
];

test('Text2KGBench keeps the sentences in which both names stand, dates in their shorter forms too', async (t) => {
  const dir = await folder();
  const truth = { id: 'y1', sent: 'Night Rain, by Ida Moe.', triples: [{ sub: 'Night Rain', rel: 'author', obj: 'Ida Moe' }] };
  for (const [part, rows] of [['train', text2kg], ['validation', []], ['ground_truth', [truth]]] as const) {
    await mkdir(join(dir, part));
    await writeFile(join(dir, part, 'a.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
  }
  const sentences = await readText2Kg(dir, new Set(['P577', 'P50']));
  t.deepEqual(sentences.map(said), [['Night Rain P577 1984'], ['Night Rain P50 Zoë Lee'], ['Night Rain P50 Ida Moe']]);
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
    `<tr>${['1', document, '0', '60', '0', '3', '11', '14', 'SPOUSE', `<p> Ada wedded ${object} today, as all of the papers of Oslo wrote.</p>`].map((c) => `<td>${c}</td>`).join('')}</tr>`;
  const dir = await folder();
  for (const name of ['knowledgenet', 'redocred', 'fewrel', ...['train', 'validation', 'ground_truth'].map((part) => `text2kgbench-tekgen/${part}`)]) await mkdir(join(dir, name), { recursive: true });
  const rows = [row(held, 'Ben'), row(free, 'Ben'), row(free, 'Tom')].map((r, i) => r.replace('<td>60<', `<td>${60 + i}<`));
  await writeFile(join(dir, 'knowledgenet', 'rows.folds1-3.html.gz'), gzipSync(rows.join('\n')));
  await writeFile(join(dir, 'redocred', 'test_revised.first250.json'), JSON.stringify([docred('Judged', 'Eve')]));
  await writeFile(join(dir, 'redocred', 'dev_revised.json'), JSON.stringify([docred('Judged', 'Ida'), docred('B', 'Eve'), docred('C', 'Ada')]));
  await writeFile(join(dir, 'fewrel', 'val_wiki.json'), '{}');
  const mix = await readRelationMix(dir);
  t.deepEqual([...new Set([...mix.train, ...mix.validation].map((s) => s.document))].sort(), ['C', free].sort());
  t.true([...mix.train, ...mix.validation].some((s) => s.source === 'redocred found'));
  t.deepEqual(mix.development['knowledgenet']!.map((s) => s.document), [held]);
  t.deepEqual(mix.development['redocred']!.map((s) => s.document), ['Judged']);
});

test('a file of another shape and a folder that is not there are refused', async (t) => {
  await t.throwsAsync(readFewRel(await fileOf('a.json', '[]'), new Set()), { instanceOf: EngramError, message: /not FewRel/ });
  await t.throwsAsync(readText2Kg('nowhere', new Set()), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
});
