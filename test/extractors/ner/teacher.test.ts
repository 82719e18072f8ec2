import test from 'ava';
import type { LabelledSentence } from '../../../extractors/ner/data-formats.ts';
import { completeLabels } from '../../../extractors/ner/teacher.ts';
import { createWordTagger } from '../../support/word-tagger.ts';

const LABELS = ['PER', 'ORG'];
const text = (tokens: string, given: Partial<LabelledSentence> = {}): LabelledSentence => ({ tokens: tokens.split(' '), spans: [], annotated: [], source: 'text', ...given });
const sure = createWordTagger(LABELS, { Ada: { 'S-PER': 12 }, Acme: { 'S-ORG': 12 } });
const doubtful = createWordTagger(LABELS, { Ada: { 'S-PER': 12 }, Acme: { 'S-PER': 12 } });

test('text without labels gets those the teacher finds', async (t) => {
  const [labelled] = await completeLabels([text('Ada left Acme')], [sure]);
  t.deepEqual(labelled!.spans, [{ start: 0, end: 1, label: 'PER' }, { start: 2, end: 3, label: 'ORG' }]);
  t.deepEqual(labelled!.annotated, LABELS);
});

test('where teachers disagree the greater probability decides', async (t) => {
  const [labelled] = await completeLabels([text('Ada left Acme')], [sure, doubtful, sure]);
  t.deepEqual(labelled!.spans.map((span) => span.label), ['PER', 'ORG']);
});

test('labels that the set annotates are its own: the teacher adds none of them, and none over a given span', async (t) => {
  const drinks = text('Ada left Acme', { spans: [{ start: 2, end: 3, label: 'Drink' }], annotated: ['Drink', 'PER'] });
  const [labelled] = await completeLabels([drinks], [sure]);
  t.deepEqual(labelled!.spans, drinks.spans);
  t.deepEqual(labelled!.annotated, ['Drink', 'PER', 'ORG']);
});
