import test from 'ava';
import { placesOf, readResolutionSet } from '../../pipeline/resolution-set.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const DOCUMENT = JSON.stringify({ id: 'a', text: 'Ada Lovelace wrote. Lovelace died.', entities: [{ entity: 'ada', type: 'PER', names: ['Ada Lovelace', 'Lovelace'] }] });
const OTHER = JSON.stringify({ id: 'b', text: 'Ada Lovelace counted.', entities: [{ entity: 'ada', type: 'PER', names: ['Ada Lovelace'] }] });
const HEADER = 'document_a,entity_a,document_b,entity_b,same,kind,part\n';

test('names are found where they stand, the longer ones first and none within a word', (t) => {
  const places = placesOf('Ada Lovelace and Lovelaces and Lovelace', [{ entity: 'ada', type: 'PER', names: ['Lovelace', 'Ada Lovelace'] }]);
  t.deepEqual(places.map(({ start, end }) => [start, end]), [[0, 12], [31, 39]]);
});

test('documents and pairs are read, and the fixtures are whole', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFiles(dir, { 'x.jsonl': `${DOCUMENT}\n${OTHER}\n`, 'x.pairs.csv': `${HEADER}a,ada,b,ada,1,homograph,dev\n` });
  const { documents, pairs } = await readResolutionSet(dir);
  t.is(documents.length, 2);
  t.deepEqual(pairs.map(({ same, kind, part }) => [same, kind, part]), [[true, 'homograph', 'dev']]);
  const plain = await readResolutionSet('fixtures/resolution/plain');
  t.true(plain.pairs.length >= 180);
  for (const { a, b, same } of plain.pairs) t.is(a.entity === b.entity, same);
});

for (const [title, files, expected] of [
  ['a line that is no JSON', { 'x.jsonl': 'x' }, /line 1: not JSON/],
  ['a name that is not in the text', { 'x.jsonl': DOCUMENT.replace('"Lovelace"]', '"Byron"]') }, /line 1: 'Byron' does not stand/],
  ['a pair of a document that is not there', { 'x.jsonl': DOCUMENT, 'x.pairs.csv': `${HEADER}a,ada,z,ada,1,homograph,dev\n` }, /line 2: no document 'z' marks 'ada'/],
  ['a kind that is none', { 'x.jsonl': DOCUMENT, 'x.pairs.csv': `${HEADER}a,ada,a,ada,1,odd,dev\n` }, /line 2: kind/],
  ['an empty folder', {}, /expected NAME.jsonl/],
] as const) {
  test(`${title} is refused with its place`, async (t) => {
    const dir = await temporaryFolder(t);
    await writeFiles(dir, files as Record<string, string>);
    await t.throwsAsync(readResolutionSet(dir), { code: 'ENGRAM_DATA_INVALID', message: expected });
  });
}
