// Which mentions are chained, on small texts written for the purpose. Mentions are marked as [PER Ada Lovelace].
import test from 'ava';
import fc from 'fast-check';
import { chainMentions } from '../../../extractors/coreference/coreference.ts';
import { createGenderGuess } from '../../../extractors/coreference/gender.ts';
import { loadWordVectors } from '../../../extractors/network/word-vectors.ts';
import { segmentText } from '../../../extractors/text/segmenter.ts';
import { documentIdOf } from '../../../pipeline/core/ids.ts';
import type { ChainedDocument, Mention } from '../../../pipeline/core/model.ts';

const genderOf = createGenderGuess(loadWordVectors());

function chained(marked: string, title?: string): ChainedDocument {
  const spans: { label: string; start: number; end: number }[] = [];
  let text = '';
  let at = 0;
  for (const match of marked.matchAll(/\[([A-Z]+) ([^\]]+)\]/g)) {
    text += marked.slice(at, match.index);
    spans.push({ label: match[1]!, start: text.length, end: text.length + match[2]!.length });
    text += match[2];
    at = match.index + match[0].length;
  }
  text += marked.slice(at);
  const sentences = segmentText(text);
  const mentions = spans.map(({ label, start, end }): Mention => {
    const sentence = sentences.find((s) => start >= s.start && end <= s.end)!;
    const tokenStart = sentence.tokens.findIndex((token) => token.end > start);
    const after = sentence.tokens.findIndex((token) => token.start >= end);
    return { label, sentence: sentence.index, tokenStart, tokenEnd: after < 0 ? sentence.tokens.length : after, start, end, surface: text.slice(start, end), score: 0.9 };
  });
  return chainMentions({ id: documentIdOf('t'), uri: 't', text, ...(title !== undefined && { title }), sentences, mentions }, genderOf);
}

/** Chains of two and more, as their surfaces joined by `=`. */
const chainsOf = (marked: string, title?: string): string[] => {
  const { chains, mentions } = chained(marked, title);
  return chains.filter((chain) => chain.mentions.length > 1).map((chain) => chain.mentions.map((index) => mentions[index]!.surface).join(' = '));
};

const cases: readonly [what: string, text: string, expected: readonly string[]][] = [
  ['a surname stands for the full name', '[PER Ada Lovelace] wrote. Later [PER Lovelace] met [PER Babbage].', ['Ada Lovelace = Lovelace']],
  ['an acronym in brackets stands for the name', 'The [ORG Association for Computing Machinery] ([ORG ACM]) is old. [ORG ACM] gives prizes.', ['Association for Computing Machinery = ACM = ACM']],
  ['another name in brackets is the same thing', '[ORG Kone Works] ([ORG Konepaja]) built lifts.', ['Kone Works = Konepaja']],
  ['a place in brackets is another place', '[LOC Paris] ([LOC Texas]) is small.', []],
  ['a name that was changed is the same thing', '[ORG Haloid] was renamed [ORG Xerox] in [TIME 1961].', ['Haloid = Xerox']],
  ['people of a country stand for it', '[LOC Japan] grew. The [LOC Japanese] economy slowed.', ['Japan = Japanese']],
  ['she is the woman, he is the man', '[PER Mary Shaw] met [PER John Guttag]. She taught, and he listened.', ['Mary Shaw = She', 'John Guttag = he']],
  ['two men of equal weight leave "he" alone', 'They asked [PER John Guttag] and [PER Peter Naur] and [PER Alan Perlis]. That night he left.', []],
  ['a name of unknown gender learns it from its first pronoun', '[PER Edsger Dijkstra] wrote letters. He numbered them. [PER Mary Shaw] came. He waved.', ['Edsger Dijkstra = He = He']],
  ['"who" right after a name is that person', '[PER Edsger Dijkstra], who lived in [LOC Nuenen], wrote.', ['Edsger Dijkstra = who']],
  ['a description takes the one company at hand', '[ORG Olivetti] made typewriters. The company grew.', ['Olivetti = The company']],
  ['a university is not "the company"', '[ORG Leiden University] is old. The company grew.', []],
  ['"the university" needs a name with that word in it', '[ORG Leiden University] beat [ORG Olivetti]. The university won.', ['Leiden University = The university']],
  ['"the country" is a country', '[LOC Rotterdam] lies in the [LOC Netherlands]. The country is flat.', ['Netherlands = The country']],
  ['"it" is left alone', '[ORG Olivetti] made typewriters. It grew.', []],
  ['equal dates are one, different ones are not', 'In [TIME 1952] it began, in [TIME 1952] it ended, not in [TIME 1953].', ['1952 = 1952']],
];
for (const [what, text, expected] of cases) test(what, (t) => t.deepEqual(chainsOf(text), [...expected]));

test('a name of one word tells no gender, a title does', (t) => {
  t.is(genderOf('Lovelace'), undefined);
  t.is(genderOf('Mrs. Lovelace'), 'female');
  t.is(genderOf('Sir Maurice Wilkes'), 'male');
  t.is(genderOf('Rosemary Leith'), 'female');
});

test('every mention is in exactly one chain, and those of a chain are in order', (t) => {
  const names = ['[PER Ada Lovelace]', '[PER Lovelace]', '[PER John Smith]', 'she', 'he', 'his', '[ORG ACM]', '[ORG Association for Computing Machinery]', 'the company', '[LOC Japan]', '[LOC Japanese]', '[TIME 1952]', 'who', ',', '.'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 30, size: 'max' }), (words) => {
      const { chains, mentions, text } = chained(words.join(' '));
      const all = chains.flatMap((chain) => chain.mentions);
      t.deepEqual(all.toSorted((a, b) => a - b), mentions.map((_, i) => i));
      for (const chain of chains) t.deepEqual(chain.mentions, chain.mentions.toSorted((a, b) => a - b));
      for (const { start, end, surface } of mentions) t.is(text.slice(start, end), surface);
    }),
    { numRuns: 60, seed: 7 },
  );
});
