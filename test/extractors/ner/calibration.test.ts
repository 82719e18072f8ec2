import test from 'ava';
import { calibrationOf, claimsOf, fitTemperature } from '../../../extractors/ner/calibration.ts';
import { createTransitions } from '../../../extractors/ner/crf.ts';
import type { LabelledSentence } from '../../../extractors/ner/data-formats.ts';
import { createWordTagger } from '../../support/word-tagger.ts';

const claims = (count: number, probability: number, right: number): { probability: number; isRight: boolean }[] =>
  Array.from({ length: count }, (_, i) => ({ probability, isRight: i < right }));

test('claims that are right as often as they say have no calibration error', (t) => {
  const { expectedCalibrationError, reliability } = calibrationOf([...claims(10, 0.9, 9), ...claims(4, 0.25, 1)]);
  t.true(expectedCalibrationError < 1e-12);
  t.deepEqual(reliability.map(({ from, count }) => [from, count]), [[0.2, 4], [0.9, 10]]);
});

test('the calibration error is the distance of each bin, weighted by its claims', (t) => {
  const { expectedCalibrationError } = calibrationOf([...claims(30, 0.95, 15), ...claims(10, 0.55, 10)]);
  t.true(Math.abs(expectedCalibrationError - (30 * 0.45 + 10 * 0.45) / 40) < 1e-12);
  t.is(calibrationOf([{ probability: 1, isRight: true }]).reliability[0]!.to, 1);
});

const sentence = (isPerson: boolean): LabelledSentence => ({ tokens: ['Ada'], spans: isPerson ? [{ start: 0, end: 1, label: 'PER' }] : [], annotated: ['PER'], source: 'here' });

test('a tagger that is surer than it is right is cooled down by a temperature above 1', async (t) => {
  const sentences = Array.from({ length: 40 }, (_, i) => sentence(i < 28));
  const tagger = createWordTagger(['PER'], { Ada: { 'S-PER': 3 } });
  const temperature = await fitTemperature(sentences, tagger, createTransitions(1));
  t.true(temperature > 2);
  const calibrated = createWordTagger(['PER'], { Ada: { 'S-PER': 3 } }, temperature);
  t.true(calibrationOf(await claimsOf(sentences, tagger)).expectedCalibrationError > 0.2);
  t.true(calibrationOf(await claimsOf(sentences, calibrated)).expectedCalibrationError < 0.01);
});

test('without a claim the temperature stays 1', async (t) => {
  t.is(await fitTemperature([sentence(false)], createWordTagger(['PER'], {}), createTransitions(1)), 1);
});
