import test from 'ava';
import type { LabelledSentence } from '../../../extractors/ner/data-formats.ts';
import { findErrors } from '../../../extractors/ner/errors-of-tagger.ts';
import { createWordTagger } from '../../support/word-tagger.ts';

const tagger = createWordTagger(['PER', 'ORG'], {
  Ada: { 'S-PER': 9 },
  Acme: { 'S-PER': 7 },
  New: { 'S-ORG': 8 },
  rain: { 'S-ORG': 6 },
});
const sentence = (tokens: string, spans: LabelledSentence['spans']): LabelledSentence => ({ tokens: tokens.split(' '), spans, annotated: ['PER', 'ORG'], source: 'here' });
const sentences = [
  sentence('Ada met Acme .', [{ start: 0, end: 1, label: 'PER' }, { start: 2, end: 3, label: 'ORG' }]),
  sentence('New Works saw rain', [{ start: 0, end: 2, label: 'ORG' }]),
  sentence('then Bob came', [{ start: 1, end: 2, label: 'PER' }]),
];

test('errors are told apart by kind, surest first, with the words around', async (t) => {
  const { worst } = await findErrors(sentences, tagger);
  t.deepEqual(worst.map(({ kind, gold, predicted, context }) => [kind, gold, predicted, context]), [
    ['missed', 'Bob/PER', undefined, 'then [Bob] came'],
    ['boundary', 'New Works/ORG', 'New/ORG', '[New] Works saw rain'],
    ['type', 'Acme/ORG', 'Acme/PER', 'Ada met [Acme] .'],
    ['spurious', undefined, 'rain/ORG', 'New Works saw [rain]'],
  ]);
  t.true(worst.every(({ certainty }, i) => i === 0 || certainty <= worst[i - 1]!.certainty));
  t.is((await findErrors(sentences, tagger, 2)).worst.length, 2);
});

test('the confusion counts what each label was taken for', async (t) => {
  const { confusion } = await findErrors(sentences, tagger);
  t.deepEqual(confusion, { PER: { PER: 1, '-': 1 }, ORG: { PER: 1, ORG: 1 }, '-': { ORG: 1 } });
});
