import test from 'ava';
import { agreeOnLabels } from '../../../extractors/ner/document-vote.ts';

const span = (start: number, label: string, score: number): { start: number; end: number; label: string; score: number } => ({ start, end: start + 1, label, score });

test('a mention in doubt takes the label that has the most probability behind it', (t) => {
  const sentences = [['Acme', 'grew'], ['at', 'ACME'], ['Acme', 'fell']];
  const voted = agreeOnLabels(sentences, [[span(0, 'ORG', 0.9)], [span(1, 'PER', 0.6)], [span(0, 'ORG', 0.8)]]);
  t.deepEqual(voted.map(([only]) => only!.label), ['ORG', 'ORG', 'ORG']);
  t.deepEqual(voted[0], [span(0, 'ORG', 0.9)], 'who won keeps its probability');
  t.true(Math.abs(voted[1]![0]!.score - (0.9 + 0.8) / 3) < 1e-12);
});

test('a mention that is sure keeps its label', (t) => {
  const spans = [[span(0, 'ORG', 0.9)], [span(0, 'ORG', 0.9)], [span(0, 'LOC', 0.85)]];
  t.deepEqual(agreeOnLabels([['Acme'], ['Acme'], ['Acme']], spans), spans);
});

test('values do not vote, and names are told apart', (t) => {
  const sentences = [['May', 'slept', 'in', 'May'], ['June', 'came']];
  const spans = [[span(0, 'PER', 0.9), span(3, 'TIME', 0.4)], [span(0, 'LOC', 0.5)]];
  t.deepEqual(agreeOnLabels(sentences, spans), spans);
});

test('equal votes are settled by the name of the label, whatever the order', (t) => {
  const tie = (labels: string[]): string[] => agreeOnLabels([['X'], ['X']], labels.map((label) => [span(0, label, 0.5)])).map(([only]) => only!.label);
  t.deepEqual(tie(['ORG', 'LOC']), ['LOC', 'LOC']);
  t.deepEqual(tie(['LOC', 'ORG']), ['LOC', 'LOC']);
});

test("a person's full name speaks for the surname", (t) => {
  const full = { start: 0, end: 2, label: 'PER', score: 0.95 };
  const voted = agreeOnLabels([['Alan', 'Turing', 'slept'], ['Turing', 'woke']], [[full], [span(0, 'MISC', 0.5)]]);
  t.deepEqual(voted.flat().map(({ label }) => label), ['PER', 'PER']);
  const other = { ...full, label: 'ORG' };
  t.is(agreeOnLabels([['Alan', 'Turing', 'slept'], ['Turing', 'woke']], [[other], [span(0, 'MISC', 0.5)]])[1]![0]!.label, 'MISC');
});
