import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readRelationSchema } from '../../pipeline/read-schema.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('the shipped schema has at least forty predicates, and each Wikidata property means one of them', async (t) => {
  const { predicates, ofLabel } = await readRelationSchema();
  t.true(predicates.size >= 40);
  t.deepEqual(ofLabel.get('P19'), { predicate: predicates.get('placeOfBirth')!, reversed: false });
  t.deepEqual(ofLabel.get('P40'), { predicate: predicates.get('parent')!, reversed: true });
  t.true(predicates.get('spouse')!.symmetric);
  t.true(predicates.get('dateOfBirth')!.functional);
});

const faults: readonly (readonly [title: string, text: string, expected: RegExp])[] = [
  ['a predicate that is no name', 'Place Of Birth: { domain: [PER], range: [LOC] }', /begins with a small letter/],
  ['an unknown key', 'placeOfBirth: { domain: [PER], range: [LOC], transitive: true }', /placeOfBirth.*transitive/s],
  ['no range', 'placeOfBirth: { domain: [PER] }', /placeOfBirth\.range/],
  ['a label with two meanings', 'a: { labels: [P1], domain: [PER], range: [LOC] }\nb: { inverse: [P1], domain: [PER], range: [LOC] }', /b: label 'P1' means 'a' already/],
  ['broken YAML', 'a: [', /cannot be read as a schema/],
];
for (const [title, text, expected] of faults) {
  test(`a schema with ${title} is refused with file and reason`, async (t) => {
    const path = join(await temporaryFolder(t), 'schema.yaml');
    writeFileSync(path, text);
    const error = await t.throwsAsync(readRelationSchema(path), { code: 'ENGRAM_CONFIG_INVALID' });
    t.regex(error.message, expected);
    t.true(error.message.startsWith(path));
  });
}

test('a schema that is not there is refused', async (t) => {
  await t.throwsAsync(readRelationSchema('nowhere.yaml'), { code: 'ENGRAM_CONFIG_INVALID', message: /nowhere\.yaml/ });
});
