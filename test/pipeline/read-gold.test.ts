import { join } from 'node:path';
import test from 'ava';
import { readGold } from '../../pipeline/read-gold.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

test('the gold of the sample is read, a document a file', async (t) => {
  const gold = await readGold('fixtures/gold');
  t.is(gold.length, 10);
  t.is(gold.reduce((n, d) => n + d.entities.length, 0), 244);
  t.is(gold.reduce((n, d) => n + d.facts.length, 0), 225);
  t.deepEqual(await readGold('fixtures/gold/ibm.json'), gold.filter((d) => d.document.endsWith('ibm.txt')));
});

for (const [what, content, said] of [
  ['no JSON', '{', /not JSON/],
  ['a fact without its object', '{"document": "a", "entities": [], "facts": [{"subject": "a", "predicate": "b"}]}', /facts\.0\.object.*expected document/],
] as const) {
  test(`a file with ${what} says what was expected`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeFiles(folder, { 'a.json': content });
    await t.throwsAsync(readGold(join(folder, 'a.json')), { code: 'ENGRAM_DATA_INVALID', message: said });
  });
}

test('a folder without gold, and no folder, are refused', async (t) => {
  await t.throwsAsync(readGold(await temporaryFolder(t)), { code: 'ENGRAM_DATA_INVALID' });
  await t.throwsAsync(readGold('nowhere'), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
});
