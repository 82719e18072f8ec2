import test from 'ava';
import { join } from 'node:path';
import type { RecordTableConfig } from '../../../pipeline/core/config.ts';
import type { Extraction } from '../../../pipeline/core/model.ts';
import type { DeadLetter } from '../../../pipeline/core/stage.ts';
import { DEFAULT_SOURCE_OPTIONS, openSource } from '../../../pipeline/sources/index.ts';
import { tableOf } from '../../../pipeline/sources/record-things.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

const TABLE: RecordTableConfig = {
  file: 'people.csv',
  type: 'PER',
  id: 'no',
  name: ['given', 'family'],
  columns: { born: { predicate: 'dateOfBirth', kind: 'date' }, employer: { predicate: 'employer', type: 'ORG' }, 'E-mail address': { kind: 'identifier' } },
};

async function read(t: Parameters<typeof temporaryFolder>[0], content: string | Uint8Array, table = TABLE): Promise<{ extractions: Extraction[]; letters: DeadLetter[] }> {
  const dir = await temporaryFolder(t);
  await writeFiles(dir, { 'people.csv': content });
  const [extractions, letters]: [Extraction[], DeadLetter[]] = [[], []];
  for await (const item of openSource(join(dir, 'people.csv'), { ...DEFAULT_SOURCE_OPTIONS, records: [table] }).read()) {
    if ('extraction' in item) extractions.push(item.extraction);
    else if ('deadLetter' in item) letters.push(item.deadLetter);
  }
  return { extractions, letters };
}

const HEADER = 'no,given,family,born,employer,E-mail address\n';

test('a row is a thing with its columns as claims, each with its place in the row', async (t) => {
  const { extractions, letters } = await read(t, `${HEADER}7,Ada,Lovelace,1815-12-10,Analytical Engines,ada@lovelace.example\n`);
  t.deepEqual(letters, []);
  const [{ text, mentions, relations, record }] = extractions as [Extraction];
  t.deepEqual(mentions.map(({ label, surface }) => [label, surface]), [['PER', 'Ada Lovelace'], ['TIME', '1815-12-10'], ['ORG', 'Analytical Engines'], ['TEXT', 'ada@lovelace.example']]);
  for (const { start, end, surface } of mentions) t.is(text.slice(start, end), surface);
  t.deepEqual(relations.map(({ label, tail }) => [label, tail]), [['dateOfBirth', 1], ['employer', 2], ['eMailAddress', 3]]);
  t.deepEqual(record!.fields.map(({ predicate, kind }) => [predicate, kind]), [['name', 'person'], ['dateOfBirth', 'date'], ['employer', 'name'], ['eMailAddress', 'identifier']]);
});

test('what a row does not say is not claimed', async (t) => {
  const { extractions } = await read(t, `${HEADER}7,,Plato,,,\n`);
  t.deepEqual(extractions[0]!.mentions.map(({ surface }) => surface), ['Plato']);
  t.deepEqual(extractions[0]!.relations, []);
});

test('ragged rows, missing and double ids, missing names and bad bytes are told of with their line; the rest is read', async (t) => {
  const rows = ['1,Ada,Lovelace,,,', '2,Alan,Turing', ',Grace,Hopper,,,', '1,Ada,Byron,,,', '5,,,,,', '6,Zo\xeb,Smith,,,', '7,Karl,Marx,,,'];
  const { extractions, letters } = await read(t, Buffer.from(HEADER + rows.join('\n'), 'latin1'));
  t.deepEqual(extractions.map(({ mentions }) => mentions[0]!.surface), ['Ada Lovelace', 'Karl Marx']);
  t.deepEqual(letters.map(({ line, code }) => [line, code]).sort(), [[3, 'ENGRAM_SOURCE_BAD_ROW'], [4, 'ENGRAM_SOURCE_BAD_ROW'], [5, 'ENGRAM_SOURCE_DUPLICATE_ID'], [6, 'ENGRAM_SOURCE_BAD_ROW'], [7, 'ENGRAM_TEXT_ENCODING']]);
});

test('a mapping that names a column which is not there is answered with those that are', async (t) => {
  const { extractions, letters } = await read(t, `${HEADER}1,Ada,Lovelace,,,\n`, { ...TABLE, columns: { birthday: { kind: 'date' } } });
  t.deepEqual(extractions, []);
  t.regex(letters[0]!.message, /no column 'birthday'.*'born'/);
});

test('a table is found by its path or the end of it', (t) => {
  t.is(tableOf('data/people.csv', [TABLE]), TABLE);
  t.is(tableOf('people.csv', [TABLE]), TABLE);
  t.is(tableOf('data/other-people.csv', [TABLE]), undefined);
});
