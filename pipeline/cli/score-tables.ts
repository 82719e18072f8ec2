// Tables of scores, as `engram evaluate` and `engram train` print them.
import type { CoreferenceEvaluation } from '../../extractors/coreference/evaluate.ts';
import type { TaggerEvaluation } from '../../extractors/ner/evaluate.ts';
import { formatCount, heading, print, table } from './output.ts';

export interface TypeScores {
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Whole numbers where things are counted one by one. */
  readonly correct?: number;
  readonly predicted?: number;
  readonly gold?: number;
}

const right = { align: 'right' } as const;

export const percent = (score: number): string => score.toFixed(1);

/** @param nameOf how a type is shown; as it is when left out */
export function printTypes(byType: Readonly<Record<string, TypeScores>>, nameOf: (type: string) => string = (type) => type): void {
  const isCounted = Object.values(byType).every(({ gold }) => gold !== undefined && Number.isInteger(gold));
  const counts = ({ correct = 0, predicted = 0, gold = 0 }: TypeScores): string[] => (isCounted ? [correct, predicted, gold].map(formatCount) : []);
  const rows = Object.entries(byType).map(([type, score]) => [nameOf(type), percent(score.precision), percent(score.recall), percent(score.f1), ...counts(score)]);
  const columns = ['', 'precision', 'recall', 'F1', ...(isCounted ? ['right', 'found', 'gold'] : [])];
  print(table([columns, ...rows], columns.map((_, index) => (index === 0 ? {} : right))));
}

/** What only a report on coreference has: the scores of each way to count, and of the references by their form. */
export function printChains({ muc, bCubed, ceafPhi4, mean, pairs, references }: CoreferenceEvaluation): void {
  printTypes({ MUC: muc, 'B³': bCubed, 'CEAF-φ4': ceafPhi4, 'pairs of mentions': pairs });
  print(`  mean F1 of MUC, B³ and CEAF-φ4: ${percent(mean)}; pairs wrongly joined: ${formatCount(pairs.predicted - pairs.correct)}, missed: ${formatCount(pairs.gold - pairs.correct)}`);
  const forms = Object.entries(references).map(([form, { correct, predicted, gold }]) => [form, formatCount(correct), formatCount(predicted), gold > 0 ? formatCount(gold) : '-']);
  if (forms.length > 0) print(table([['', 'right', 'resolved', 'that name something found'], ...forms], [{}, right, right, right]));
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
