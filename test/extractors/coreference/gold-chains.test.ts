import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readGoldChains } from '../../../extractors/coreference/gold-chains.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const row = (...cells: string[]): string => cells.join('\t');
const GUM = [
  '#FORMAT=WebAnno TSV 3.2',
  '#Text=Ada Lovelace wrote .',
  row('1-1', '0-3', 'Ada', 'person[1]', 'new[1]', 's[1]', '_', 'coref', '2-1[0_1]'),
  row('1-2', '4-12', 'Lovelace', 'person[1]', 'new[1]', 's[1]', '_', '_', '_'),
  row('1-3', '13-18', 'wrote', '_', '_', '_', '_', '_', '_'),
  '',
  '#Text=She saw notes .',
  row('2-1', '19-22', 'She', 'person', 'giv', 's', '_', '_', '_'),
  row('2-2', '23-26', 'saw', '_', '_', '_', '_', '_', '_'),
  row('2-3', '27-32', 'notes', 'abstract', 'new', 'n', '_', 'bridge', '1-1[1_0]'),
];

test('chains of a GUM file follow its links of identity alone', async (t) => {
  const path = join(await temporaryFolder(t), 'GUM_x.tsv');
  writeFileSync(path, GUM.join('\n'));
  const [{ document, mentions }] = (await readGoldChains(path)) as [Awaited<ReturnType<typeof readGoldChains>>[number]];
  t.is(document.text, 'Ada Lovelace wrote She saw notes ');
  t.deepEqual(mentions.map(({ sentence, start, end }) => [sentence, start, end]), [[0, 0, 2], [1, 0, 1], [1, 2, 3]]);
  const [ada, she, notes] = mentions.map(({ chain }) => chain);
  t.is(ada, she);
  t.not(ada, notes);
});

test('a row that is none says its line', async (t) => {
  const path = join(await temporaryFolder(t), 'GUM_x.tsv');
  writeFileSync(path, [...GUM.slice(0, 3), 'word\tword'].join('\n'));
  await t.throwsAsync(readGoldChains(path), { code: 'ENGRAM_DATA_INVALID', message: /4.*9/s });
});

test('a folder without GUM files says so', async (t) => {
  await t.throwsAsync(readGoldChains(await temporaryFolder(t)), { code: 'ENGRAM_DATA_INVALID', message: /\.tsv/ });
});
