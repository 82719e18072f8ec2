import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { readLabelledTexts, readTaughtTexts } from '../../../extractors/classify/labelled-texts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('tables, JSON lines and folders give the same texts; labels may have commas and pictures', async (t) => {
  const folder = await temporaryFolder(t);
  const [csv, tsv, jsonl, tree] = ['a.csv', 'a.tsv.gz', 'a.jsonl', 'tree'].map((name) => join(folder, name)) as [string, string, string, string];
  await writeFile(csv, '\uFEFFtext,label\r\n"It is good, very good. We came back.","happy, mostly"\r\nIt is bad.,😡\r\n"  ",😡\r\n');
  await writeFile(tsv, gzipSync('label\ttext\nhappy, mostly\tIt is good, very good. We came back.\n😡\tIt is bad.\n😡\t\n'));
  await writeFile(jsonl, '{"text":"It is good, very good. We came back.","label":"happy, mostly"}\n\n{"text":"It is bad.","label":"😡"}\n{"text":"","label":"😡"}\n');
  for (const [label, name, text] of [['happy, mostly', '1.txt', 'It is good, very good. We came back.'], ['😡', '2.md', 'It is bad.'], ['😡', '3.txt', ' ']] as const) {
    await mkdir(join(tree, label), { recursive: true });
    await writeFile(join(tree, label, name), text);
  }
  for (const path of [csv, tsv, jsonl, tree]) {
    const { texts, empty } = await readLabelledTexts([path]);
    t.deepEqual(texts.map(({ labels }) => labels), [['happy, mostly'], ['😡']], path);
    t.deepEqual(texts[0]!.sentences.map((tokens) => tokens.join(' ')), ['It is good , very good .', 'We came back .'], path);
    t.is(empty, 1, path);
  }
});

test('several labels, or none: lists in JSON, bars in a table', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a.csv'), 'body,tags\nOne,x|y, z\nTwo,\n');
  await writeFile(join(folder, 'a.jsonl'), '{"body":"One","tags":["x","y, z"]}\n{"body":"Two","tags":[]}\n');
  const options = { text: 'body', label: 'tags', multiLabel: true };
  t.deepEqual((await readLabelledTexts([join(folder, 'a.jsonl')], options)).texts.map(({ labels }) => labels), [['x', 'y, z'], []]);
  t.deepEqual((await readLabelledTexts([join(folder, 'a.csv')], options)).texts.map(({ labels }) => labels), [['x', 'y'], []]);
});

test('what is wrong is said with the file, the line and what is there', async (t) => {
  const folder = await temporaryFolder(t);
  const at = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const refused = async (path: string, message: RegExp): Promise<void> => void (await t.throwsAsync(readLabelledTexts([path]), { message }));
  await refused(await at('columns.csv', 'body,label\nx,y\n'), /columns\.csv.*no column 'text'.*'body', 'label'.*--text/);
  await refused(await at('field.jsonl', '{"text":"x"}\n'), /field\.jsonl.*line 1.*no field 'label'/);
  await refused(await at('label.csv', 'text,label\nx,a\ny,\n'), /label\.csv.*line 3.*"" found as the label/);
  await refused(await at('text.jsonl', '{"text":7,"label":"a"}\n'), /7 found as the text/);
  await refused(await at('broken.jsonl', '{"text":\n'), /not JSON/);
  await refused(await at('a.doc', 'x'), /no known kind/);
  await refused(join(folder, 'none.csv'), /none\.csv/);
  await mkdir(join(folder, 'flat'));
  await refused(join(folder, 'flat'), /holds no folder/);
  await t.throwsAsync(readTaughtTexts(await at('taught.jsonl', '{"text":"x","probabilities":{"a":2}}\n')), { message: /a number in \[0, 1\]/ });
});
