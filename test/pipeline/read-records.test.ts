import { join } from 'node:path';
import test from 'ava';
import { parseColumns, readRecordTable, readTruth } from '../../pipeline/read-records.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const columns = parseColumns('name=name, born = date');
const mapping = { columns, id: 'id', entity: { column: 'id', pattern: /^(\d+)/ } };

for (const [name, text] of [['comma', 'id,name,born\n1a,"Lee, Ada",1815\n'], ['hash', 'id#name#born\n1a#Lee, Ada#1815\n'], ['tab', 'born\tname\tid\n1815\tLee, Ada\t1a\n']] as const) {
  test(`a table separated by a ${name} is read, whatever the order of its columns`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { 'a.csv': text });
    t.deepEqual(await readRecordTable(join(folder, 'a.csv'), mapping), { ids: ['1a'], rows: [['Lee, Ada', '1815']], entities: ['1'], refused: [] });
  });
}

test('rows of no use are told of with their line, and the others are read', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { 'a.csv': `id,name,born\n1,Ada,1815\n2,Grace\n1,Konrad,1910\n,Alan,1912\n5,"never closed,1\n6,Jean,1924\n7,${'x'.repeat(17 * 1024 * 1024)},1\n` });
  const { ids, refused } = await readRecordTable(join(folder, 'a.csv'), mapping);
  t.deepEqual(ids, ['1', '6']);
  t.deepEqual(refused.map(({ line, code }) => [line, code]), [
    [3, 'ENGRAM_SOURCE_BAD_ROW'], [4, 'ENGRAM_SOURCE_DUPLICATE_ID'], [5, 'ENGRAM_SOURCE_BAD_ROW'], [6, 'ENGRAM_SOURCE_BAD_ROW'], [8, 'ENGRAM_TEXT_TOO_LONG'],
  ]);
});

test('a column that is not there is named, with those there are; so is a kind that is not known', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { 'a.csv': 'id,title\n1,x\n', 'empty.csv': '' });
  await t.throwsAsync(readRecordTable(join(folder, 'a.csv'), mapping), { message: /there is no column 'name'; the columns are 'id', 'title'/ });
  await t.throwsAsync(readRecordTable(join(folder, 'nowhere.csv'), mapping), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
  await t.throwsAsync(readRecordTable(join(folder, 'empty.csv'), mapping), { code: 'ENGRAM_TEXT_EMPTY' });
  t.throws(() => parseColumns('name=colour'), { code: 'ENGRAM_USAGE', message: /known are name, person, address, text, identifier, date, number/ });
});

test('pairs of ids are read with or without a header; an id that no table has is refused with its line', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { 'head.csv': 'D1,D2\na,x\nb,y\n', 'bare.csv': 'a|x\nb|y\n', 'wrong.csv': 'a,x\nb,z\n' });
  const places = [new Map([['a', 0], ['b', 1]]), new Map([['x', 2], ['y', 3]])] as const;
  for (const name of ['head.csv', 'bare.csv']) t.deepEqual(await readTruth(join(folder, name), places), [[0, 2], [1, 3]]);
  await t.throwsAsync(readTruth(join(folder, 'wrong.csv'), places), { code: 'ENGRAM_DATA_INVALID', message: /line 2: expected the ids of two records/ });
});
