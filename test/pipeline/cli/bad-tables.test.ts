// What a user sees of tables that are not as they should be: each row or table that cannot be used is told of, the rest is resolved.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { engram } from '../../support/engram-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const HEADER = 'id,name,city\n';
const [FIRST, LAST] = ['1,Ada Lovelace,London\n', '9,Ada Lovelace,London\n'];
const TABLES: readonly (readonly [name: string, content: string | Buffer, told: readonly RegExp[]])[] = [
  ['ragged', `${HEADER}${FIRST}2,Grace Hopper\n3,Alan Turing,Wilmslow,more\n${LAST}`, [/ragged.csv, line 3: it has 2 cell\(s\) where the header has 3/, /line 4: it has 4 cell\(s\)/]],
  ['ids', `${HEADER}${FIRST},Grace Hopper,New York\n1,Alan Turing,Wilmslow\n${LAST}`, [/ids.csv, line 3: its 'id' is empty/, /ids.csv#L4' has the id of '.*#L2'/]],
  ['encodings', Buffer.concat([Buffer.from(`${HEADER}${FIRST}2,Åsa Öberg,Malmö\n`), Buffer.from('3,Åsa Öberg,Malmö\n', 'latin1'), Buffer.from(LAST)]), [/encodings.csv' is not UTF-8 \(line 4\)/]],
  ['large', `${HEADER}${FIRST}2,${'x'.repeat(10 * 1024 * 1024)},Paris\n${LAST}`, [/large.csv, line 3: its 'name' has 10485760 characters; a name has 1000 at most/]],
  ['twice', `id,name,name,city\n1,Ada,Lovelace,London\n`, [/several columns are called 'name' \(column 2, column 3\); give each a name of its own/]],
  ['unknown', 'id,name,town\n1,Ada Lovelace,London\n', [/there is no column 'city'; the columns are 'id', 'name', 'town'/]],
];
const WHOLE = ['ragged', 'ids', 'encodings', 'large'];

test('a build tells of every row and table that it cannot use, and resolves the rest', async (t) => {
  const dir = await temporaryFolder(t);
  const [config, out] = [join(dir, 'config.yaml'), join(dir, 'out')];
  for (const [name, content] of TABLES) await writeFile(join(dir, `${name}.csv`), content);
  await writeFile(config, `sources:\n  records:\n${TABLES.map(([name]) => `    - { file: ${name}.csv, type: PER, id: id, name: name, columns: { city: { predicate: residence, type: LOC } } }`).join('\n')}\n`);
  await writeFile(join(dir, 'a.txt'), 'Grace Hopper was born in New York City.');
  const built = await engram(['build', join(dir, 'a.txt'), ...TABLES.map(([name]) => join(dir, `${name}.csv`)), '--config', config, '--out', out]);
  t.is(built.code, 1, built.err);
  t.regex(built.err, /ragged.csv, line 3: it has 2 cell/, 'the first ones on the terminal');
  const letters = (await readFile(join(out, 'dead-letter.jsonl'), 'utf8')).trim().split('\n').map((line) => (JSON.parse(line) as { message: string }).message).join('\n');
  for (const message of TABLES.flatMap(([, , told]) => told)) t.regex(letters, message);
  const found = async (name: string): Promise<number> => (JSON.parse((await engram(['search', name, '--dir', out, '--json'])).out) as { entities: { name: string }[] }).entities.filter((entity) => entity.name === name).length;
  t.is(await found('Ada Lovelace'), 1, 'the rows that can be read are one');
  t.is(await found('Grace Hopper'), 1);
});

test('records to be linked: rows that cannot be read are told of, the others are linked; a table without a column that is asked for is refused', async (t) => {
  const dir = await temporaryFolder(t);
  for (const [name, content, told] of TABLES) {
    const table = join(dir, `${name}.csv`);
    await writeFile(table, content);
    const scored = await engram(['evaluate', 'resolution', '--data', table, '--columns', 'name=person,city=name', '--entity', 'name', '--json']);
    t.is(scored.code, WHOLE.includes(name) ? 0 : 2, scored.err);
    if (scored.code === 0) t.is((JSON.parse(scored.out) as { pairs: { correct: number } }).pairs.correct, 1);
    // A long cell is compared by its beginning.
    if (name !== 'large') for (const message of told) t.regex(scored.err, message);
  }
});
