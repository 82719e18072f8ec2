import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isHeldOut, readKnowledgeNet } from '../../../extractors/relation/knowledgenet.ts';
import { nationalityLabel, withoutPronouns, type LabelledPairSentence } from '../../../extractors/relation/labelled-pairs.ts';
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

async function read(content: string): Promise<LabelledPairSentence[]> {
  const path = join(await mkdtemp(join(tmpdir(), 'engram-knowledgenet-')), 'rows.html');
  await writeFile(path, content);
  return readKnowledgeNet(path);
}

const words = (s: LabelledPairSentence, i: number): string => s.tokens.slice(s.mentions[i].start, s.mentions[i].end).join(' ');
const said = (s: LabelledPairSentence): string[] => s.relations.map((r) => `${words(s, r.head)} ${r.predicate} ${words(s, r.tail)}`).sort();

test('rows of a passage become one sentence with mentions, relations and labels from their roles', async (t) => {
  const [sentence] = await read(
    rows('Ada Lee of R & D House was born in Oslo.', [['EMPLOYEE_OR_MEMBER_OF', 'Ada Lee', 'R & D House'], ['PLACE_OF_BIRTH', 'Ada Lee', 'Oslo']]),
  );
  t.deepEqual(said(sentence), ['Ada Lee employer R & D House', 'Ada Lee placeOfBirth Oslo']);
  t.deepEqual(sentence.mentions.map((mention) => mention.label), ['PER', 'ORG', 'LOC']);
  t.is(sentence.document, '7');
});

test('pairs without a fact are negatives of the annotated properties alone', async (t) => {
  const [sentence] = await read(rows('Ada married Ben in Oslo.', [['SPOUSE', 'Ada', 'Ben'], ['PLACE_OF_BIRTH'], ['PLACE_OF_RESIDENCE', 'Ada', 'Oslo']]));
  const negatives = sentence.negatives.map(([h, o, predicate]) => `${words(sentence, h)} ${predicate} ${words(sentence, o)}`);
  t.deepEqual(negatives.sort(), ['Ada placeOfBirth Oslo', 'Ben placeOfBirth Oslo', 'Ben residence Oslo']);
  t.false(sentence.complete);
});

test('membership is told from work by the words before the nearest subject, for every subject', async (t) => {
  const [sentence] = await read(
    rows('Ada says she is a member of Blue Club.', [['EMPLOYEE_OR_MEMBER_OF', 'Ada', 'Blue Club'], ['EMPLOYEE_OR_MEMBER_OF', 'she', 'Blue Club']]),
  );
  t.deepEqual(said(sentence), ['Ada memberOf Blue Club', 'she memberOf Blue Club']);
  t.deepEqual(sentence.negatives, []);
});

test('facts across sentences and sentences with one mention are left out', async (t) => {
  t.deepEqual(await read(rows('Ada slept well. Oslo is cold.', [['PLACE_OF_BIRTH', 'Ada', 'Oslo']])), []);
});

test('without pronouns, indexes follow the mentions that stay', async (t) => {
  const [sentence] = await read(rows('She and Ada left Oslo.', [['PLACE_OF_BIRTH', 'She', 'Oslo'], ['PLACE_OF_BIRTH', 'Ada', 'Oslo']]));
  const named = withoutPronouns(sentence);
  t.deepEqual(named.mentions.length, 2);
  t.deepEqual(said(named), ['Ada placeOfBirth Oslo']);
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
