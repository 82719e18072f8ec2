// How well labels were found: precision, recall and F1 of each, their mean, which labels are taken for which, and whether probabilities mean what they say.
import { calibrationOf, type Calibration } from '../ner/calibration.ts';
import { ScoreCounter, type Scores } from '../ner/span-scores.ts';
import type { LabelledText } from './labelled-texts.ts';

export interface LabelScores extends Calibration {
  /** Mean of the labels' F1, in percent: a rare label counts as much as a frequent one. */
  readonly macroF1: number;
  /** Texts with just the labels that they should have, in percent. */
  readonly accuracy: number;
  readonly byLabel: Readonly<Record<string, Scores>>;
  /** How often texts of a label (first) were given a label (second); only where a text has one. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Of several labels all from here on. */
const LEAST_PROBABILITY = 0.5;

/** Labels that the probabilities speak for: the likeliest, or, of several, those that are likelier than not. */
export function saidLabels(probabilities: Float32Array, labels: readonly string[], isMultiLabel: boolean): string[] {
  if (isMultiLabel) return labels.filter((_, at) => probabilities[at]! >= LEAST_PROBABILITY);
  return [labels[probabilities.indexOf(Math.max(...probabilities))]!];
}

/** @param found float32 [labels] of each text */
export function scoreLabels(texts: readonly LabelledText[], found: readonly Float32Array[], labels: readonly string[], isMultiLabel: boolean): LabelScores {
  const counter = new ScoreCounter();
  const confusion: Record<string, Record<string, number>> = Object.create(null) as Record<string, Record<string, number>>;
  let whole = 0;
  const claims = texts.flatMap(({ labels: gold }, at) => {
    const said = saidLabels(found[at]!, labels, isMultiLabel);
    const right = said.filter((label) => gold.includes(label));
    const known = gold.filter((label) => labels.includes(label));
    counter.add(known.map((label) => [label, ''] as const), said.map((label) => [label, ''] as const));
    if (right.length === gold.length && right.length === said.length) whole++;
    if (!isMultiLabel) {
      const row = (confusion[gold[0]!] ??= Object.create(null) as Record<string, number>);
      row[said[0]!] = (row[said[0]!] ?? 0) + 1;
    }
    return said.map((label) => ({ probability: found[at]![labels.indexOf(label)]!, isRight: gold.includes(label) }));
  });
  const byLabel = counter.byLabel();
  const f1 = Object.values(byLabel).map((scores) => scores.f1);
  return {
    macroF1: f1.reduce((sum, value) => sum + value, 0) / f1.length,
    accuracy: (100 * whole) / texts.length,
    byLabel,
    confusion,
    ...calibrationOf(claims),
  };
}
