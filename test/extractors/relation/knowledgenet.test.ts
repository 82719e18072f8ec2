import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { asProperty, isHeldOut, nationalityLabel, readKnowledgeNet } from '../../../extractors/relation/knowledgenet.ts';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { EngramError } from '../../../pipeline/core/errors.ts';

/** Rows of one passage that starts at character 100 of document 7. */
function rows(passage: string, facts: readonly (readonly [property: string, subject?: string, object?: string])[]): string {
  const offsets = (part: string | undefined): string[] => {
    if (part === undefined) return ['-', '-'];
    const at = 100 + passage.indexOf(part);
    return [String(at), String(at + part.length)];
  };
  return facts
    .map(([property, subject, object]) => {
      const marked = passage.replace('&', '&amp;').replace(subject ?? '\0', `<span id="subject"><a href="http://example.org/Q1">${subject}</a></span>`);
      const cells = ['2', '7', '100', String(100 + passage.length), ...offsets(subject), ...offsets(object), property, `<p> ${marked}</p>`];
      return `<tr>${cells.map((cell) => `<td style="text-align: right;">${cell}</td>`).join('')}</tr>`;
    })
    .join('\n');
}

async function read(content: string): Promise<LabelledPassage[]> {
  const path = join(await mkdtemp(join(tmpdir(), 'engram-knowledgenet-')), 'rows.html');
  await writeFile(path, content);
  return readKnowledgeNet(path);
}

const words = (s: LabelledPassage, i: number): string => s.tokens.slice(s.mentions[i].start, s.mentions[i].end).join(' ');
const said = (s: LabelledPassage): string[] => s.relations.map((r) => `${words(s, r.head)} ${r.label} ${words(s, r.tail)}`).sort();

test('rows of a passage become one sentence with mentions, relations and labels from their roles', async (t) => {
  const [sentence] = await read(
    rows('Ada Lee of R & D House was born in Oslo.', [['EMPLOYEE_OR_MEMBER_OF', 'Ada Lee', 'R & D House'], ['PLACE_OF_BIRTH', 'Ada Lee', 'Oslo']]),
  );
  t.deepEqual(said(sentence), ['Ada Lee P108 R & D House', 'Ada Lee P19 Oslo']);
  t.deepEqual(sentence.mentions.map((mention) => mention.label), ['PER', 'ORG', 'LOC']);
  t.is(sentence.document, '7');
});

test('pairs without a fact are negatives of the annotated properties alone', async (t) => {
  const [sentence] = await read(rows('Ada married Ben in Oslo.', [['SPOUSE', 'Ada', 'Ben'], ['PLACE_OF_BIRTH'], ['PLACE_OF_RESIDENCE', 'Ada', 'Oslo']]));
  const negatives = sentence.negatives.map(([h, o, label]) => `${words(sentence, h)} ${label} ${words(sentence, o)}`);
  for (const known of ['Ada P19 Oslo', 'Ben P19 Oslo', 'Ben P551 Oslo']) t.true(negatives.includes(known), known);
  t.false(negatives.some((known) => ['Ada P551 Oslo', 'Ada P26 Ben', 'Ben P26 Ada'].includes(known)));
  t.true(sentence.completeness < 1);
});

test('membership is told from work by the words before the nearest subject, for every subject', async (t) => {
  const [sentence] = await read(
    rows('Ada says she is a member of Blue Club.', [['EMPLOYEE_OR_MEMBER_OF', 'Ada', 'Blue Club'], ['EMPLOYEE_OR_MEMBER_OF', 'she', 'Blue Club']]),
  );
  t.deepEqual(said(sentence), ['Ada P463 Blue Club', 'she P463 Blue Club']);
  t.deepEqual(sentence.unknown.map(([, , label]) => label), ['P108', 'P108']);
});

test('facts across sentences and sentences with one mention are left out', async (t) => {
  t.deepEqual(await read(rows('Ada slept well. Oslo is cold.', [['PLACE_OF_BIRTH', 'Ada', 'Oslo']])), []);
});

test('a child is told both ways, and a mother from a father where the words do', async (t) => {
  const [sentence] = await read(rows('Ada, mother of Eve, married Ben.', [['CHILD_OF', 'Eve', 'Ada'], ['SPOUSE', 'Ada', 'Ben']]));
  t.deepEqual(said(sentence), ['Ada P26 Ben', 'Ada P40 Eve', 'Ben P26 Ada', 'Eve P25 Ada']);
  t.deepEqual(sentence.unknown.map(([, , label]) => label), ['P22']);
});

test('what a model says is read as a property, whichever way it runs', (t) => {
  t.deepEqual(asProperty({ head: 0, tail: 1, label: 'P40' }), { property: 'CHILD_OF', head: 1, tail: 0 });
  t.deepEqual(asProperty({ head: 0, tail: 1, label: 'P463' }), { property: 'EMPLOYEE_OR_MEMBER_OF', head: 0, tail: 1 });
  t.is(asProperty({ head: 0, tail: 1, label: 'P17' }), undefined);
});

test('about a tenth of the documents is held out, always the same', (t) => {
  const held = [...Array(3000).keys()].filter((id) => isHeldOut(String(id)));
  t.true(held.length > 230 && held.length < 370, String(held.length));
  t.deepEqual(held, [...Array(3000).keys()].filter((id) => isHeldOut(String(id))));
});

for (const [word, label] of [
  ['Irish', 'MISC'],
  ['Icelandic', 'MISC'],
  ['Moroccan', 'MISC'],
  ['Pakistan', 'LOC'],
  ['Iran', 'LOC'],
  ['Oman', 'LOC'],
  ['Dominican Republic', 'LOC'],
] as const) {
  test(`as a nationality, ${word} is ${label}`, (t) => t.is(nationalityLabel(word), label));
}

test('a row of another shape is refused with its line', async (t) => {
  await t.throwsAsync(read('<tr><td>1</td></tr>'), { instanceOf: EngramError, message: /line 1: 1 cells/ });
  await t.throwsAsync(read(rows('Ada.', [['HERO_OF']])), { message: /unknown property 'HERO_OF'/ });
  await t.throwsAsync(read('nothing'), { message: /no KnowledgeNet row/ });
});
