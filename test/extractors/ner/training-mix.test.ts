import test from 'ava';
import { mapCrossner, mapGmb, mapLoanAgreement, withoutRepeats } from '../../../extractors/ner/training-mix.ts';

test('GMB persons lose their titles, and a title alone is no mention', (t) => {
  const tokens = ['Prime', 'Minister', 'Ada', 'Lee'];
  t.deepEqual(mapGmb({ start: 0, end: 4, type: 'per' }, tokens, []), { start: 2, end: 4, label: 'PER' });
  const bare = mapGmb({ start: 0, end: 1, type: 'per' }, ['President'], []);
  t.true(bare === undefined || bare.start >= bare.end);
});

for (const [words, parts, label] of [
  [['Nepal'], ['NNP'], 'LOC'],
  [['United', 'States'], ['NNP', 'NNPS'], 'LOC'],
  [['Iraqi'], ['JJ'], 'MISC'],
  [['Palestinians'], ['NNS'], 'MISC'],
  [['South', 'Korean'], ['NNP', 'JJ'], 'MISC'],
] as const) {
  test(`GMB's gpe '${words.join(' ')}' is ${label}`, (t) => {
    t.is(mapGmb({ start: 0, end: words.length, type: 'gpe' }, words, parts)?.label, label);
  });
}

test('a CrossNER genre in small letters is no name', (t) => {
  t.is(mapCrossner({ start: 0, end: 1, type: 'literarygenre' }, ['poem'], []), undefined);
  t.is(mapCrossner({ start: 0, end: 1, type: 'literarygenre' }, ['Symbolism'], [])?.label, 'MISC');
});

test('the roles of a contract are no persons', (t) => {
  t.is(mapLoanAgreement({ start: 0, end: 1, type: 'PER' }, ['Borrower'], []), undefined);
  t.is(mapLoanAgreement({ start: 0, end: 2, type: 'PER' }, ['Ada', 'Lee'], [])?.label, 'PER');
});

test('a sentence of a development set, or seen before, is left out whatever its case', (t) => {
  const sentence = (text: string) => ({ tokens: text.split(' '), spans: [], annotated: [], source: 'sample' });
  const kept = withoutRepeats([sentence('Ada slept'), sentence('Ada woke'), sentence('ada WOKE')], [sentence('ADA SLEPT')]);
  t.deepEqual(kept.map((s) => s.tokens.join(' ')), ['Ada woke']);
});
