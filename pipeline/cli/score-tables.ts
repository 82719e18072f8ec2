// Tables of scores, as `engram evaluate` and `engram train` print them.
import type { TaggerEvaluation } from '../../extractors/ner/evaluate.ts';
import { formatCount, heading, print, table } from './output.ts';

export interface TypeScores {
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

const right = { align: 'right' } as const;

export const percent = (score: number): string => score.toFixed(1);

export function printTypes(byType: Readonly<Record<string, TypeScores>>): void {
  const rows = Object.entries(byType).map(([type, score]) => [type, percent(score.precision), percent(score.recall), percent(score.f1)]);
  print(table([['', 'precision', 'recall', 'F1'], ...rows], [{}, right, right, right]));
}

type TaggerErrorReport = Pick<TaggerEvaluation, 'confusion' | 'reliability' | 'expectedCalibrationError' | 'worst'> & Partial<Pick<TaggerEvaluation, 'leftOut' | 'robustness'>>;

/** What only a tagger's report has: confusion of types, reliability, robustness, its worst errors. */
export function printTaggerErrors({ confusion, reliability, expectedCalibrationError, worst, leftOut = {}, robustness }: TaggerErrorReport): void {
  const columns = [...new Set([...Object.keys(confusion), ...Object.values(confusion).flatMap(Object.keys)])].sort();
  print(heading('\nGold (rows) taken for (columns); - is none'));
  const rows = columns.filter((gold) => confusion[gold]).map((gold) => [gold, ...columns.map((found) => formatCount(confusion[gold]![found] ?? 0))]);
  print(table([['', ...columns], ...rows], [{}, ...columns.map(() => right)]));
  print(heading(`\nProbabilities: expected calibration error ${expectedCalibrationError.toFixed(3)}`));
  const bins = reliability.map((bin) => [`${bin.from.toFixed(1)} to ${bin.to.toFixed(1)}`, formatCount(bin.count), bin.meanProbability.toFixed(2), bin.shareRight.toFixed(2)]);
  print(table([['probability', 'mentions', 'mean', 'share right'], ...bins], [{}, right, right, right]));
  if (robustness) {
    print(heading('\nF1 by the way the text is written'));
    print(table(Object.entries(robustness).map(([name, f1]) => [name, percent(f1)]), [{}, right]));
  }
  if (worst.length > 0) {
    print(heading('\nErrors the model was surest of'));
    print(table(worst.map((e) => [e.certainty.toFixed(2), e.kind, e.gold ?? '-', e.predicted ?? '-', e.context]), [right]));
  }
  const unknown = Object.entries(leftOut).map(([label, count]) => `${label} (${formatCount(count)})`);
  if (unknown.length > 0) print(`\nNot scored, since the model does not know them: ${unknown.join(', ')}. --map names labels of the model for them.`);
}
