// `engram train classify`, whole: labelled texts, training, calibration, and what is written beside the model.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createEngine } from '../engine/index.ts';
import type { TapeKind } from '../engine/tape-engine.ts';
import { bestTemperature } from '../ner/calibration.ts';
import type { EpochReport } from '../network/fit.ts';
import { learningCurveSvg } from '../network/learning-curve.ts';
import { saveNetwork } from '../network/model-file.ts';
import { CLASSIFIER_FILE, createClassifierOf, probabilitiesOf, type Classifier } from './classifier-model.ts';
import { fitClassifier, type ClassifierSettings } from './fit.ts';
import { scoreLabels, type LabelScores } from './label-scores.ts';
import { readLabelledTexts, readTaughtTexts, type LabelledText, type TextReadOptions } from './labelled-texts.ts';
import { scoreTexts } from './score-texts.ts';

export interface ClassifierTrainingOptions extends TextReadOptions {
  readonly data: readonly string[];
  /** Decides the epoch that is kept; every tenth text of each label when left out. */
  readonly development?: string;
  /** Texts with what a teacher thinks of them, as `readTaughtTexts` takes them: trained on beside the labelled ones. */
  readonly silver?: string;
  /** Scored after each epoch, for the report only. */
  readonly test?: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly settings?: Partial<ClassifierSettings>;
  readonly engine?: TapeKind;
  readonly report: (line: string) => void;
}

export interface ClassifierTrainingReport {
  readonly seed: number;
  readonly epochs: number;
  readonly settings: Partial<ClassifierSettings>;
  readonly bestEpoch: number;
  /** Texts of each label that were trained on. */
  readonly texts: Readonly<Record<string, number>>;
  /** Texts without words, left out. */
  readonly empty: number;
  /** Of the development texts; the temperature was fitted to every other one. */
  readonly development: LabelScores;
  readonly test?: LabelScores;
  readonly temperature: number;
  readonly curve: readonly EpochReport[];
  readonly seconds: number;
}

const EPOCHS = 12;
const DEVELOPMENT_EVERY = 10;
const LEAST_LABELS = 2;
/** So that a logarithm is a number. */
const LEAST_PROBABILITY = 1e-9;

/** @throws EngramError `ENGRAM_DATA_INVALID` for data that nothing can be learnt from */
export async function trainClassifier(options: ClassifierTrainingOptions): Promise<ClassifierTrainingReport> {
  const started = Date.now();
  const { data, out, seed, report, epochs = EPOCHS, multiLabel = false } = options;
  const read = await readLabelledTexts(data, options);
  const labels = [...new Set(read.texts.flatMap((text) => text.labels))].sort();
  if (labels.length < (multiLabel ? 1 : LEAST_LABELS)) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path: data.join(', '), problem: labels.length === 0 ? 'it holds no text with a label' : `every text has the label '${labels[0]}'; at least two labels are needed` });
  }
  const known = async (path: string): Promise<readonly LabelledText[]> => {
    const { texts } = await readLabelledTexts([path], options);
    const strange = texts.flatMap((text) => text.labels).find((label) => !labels.includes(label));
    if (strange !== undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `its label '${strange}' is not among those of the training data: ${labels.join(', ')}` });
    return texts;
  };
  const [train, development] = options.development === undefined ? split(read.texts) : [read.texts, await known(options.development)];
  if (development.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path: options.development ?? data.join(', '), problem: `${read.texts.length} texts are too few to keep every tenth back: give --dev` });
  const test = options.test === undefined ? undefined : await known(options.test);
  const silver = options.silver === undefined ? [] : await readTaughtTexts(options.silver, options.keepTokens);
  const texts = Object.fromEntries(labels.map((label) => [label, train.filter((text) => text.labels.includes(label)).length]));
  report(Object.entries(texts).map(([label, count]) => `${label} ${count}`).join(', '));
  if (read.empty > 0) report(`${read.empty} texts without words left out`);

  const { network, best, curve } = await fitClassifier({ ...options, train: [...train, ...silver], development: { development, ...(test === undefined ? {} : { test }) }, labels, isMultiLabel: multiLabel, epochs });
  const engine = await createEngine('auto');
  const encoder = await engine.createEncoder(network.encoder, 'float32');
  try {
    const classifier = createClassifierOf(network, encoder);
    const temperature = await temperatureOf(development.filter((_, at) => at % 2 === 0), classifier);
    saveNetwork(join(out, CLASSIFIER_FILE), { ...network, tables: { ...network.tables, temperature: Float32Array.of(temperature) } });
    const scoresOf = async (given: readonly LabelledText[]): Promise<LabelScores> => scoreLabels(given, (await scoresOfAll(given, classifier)).map((scores) => probabilitiesOf(scores, { isMultiLabel: multiLabel, temperature })), labels, multiLabel);
    const result: ClassifierTrainingReport = {
      ...{ seed, epochs, settings: options.settings ?? {}, bestEpoch: best.epoch, texts, empty: read.empty },
      development: await scoresOf(development),
      ...(test === undefined ? {} : { test: await scoresOf(test) }),
      ...{ temperature, curve, seconds: Math.round((Date.now() - started) / 1000) },
    };
    writeFileSync(join(out, 'classifier.learning-curve.svg'), learningCurveSvg(curve));
    writeFileSync(join(out, 'classifier.training.json'), `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    await encoder.dispose();
  }
}

/** Every tenth text of each label is kept back. */
function split(texts: readonly LabelledText[]): readonly [train: readonly LabelledText[], development: readonly LabelledText[]] {
  const seen = new Map<string, number>();
  const isKept = texts.map(({ labels }) => {
    const key = labels.join('|');
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key)! % DEVELOPMENT_EVERY === 0;
  });
  return [texts.filter((_, at) => !isKept[at]), texts.filter((_, at) => isKept[at])];
}

const scoresOfAll = (texts: readonly LabelledText[], classifier: Classifier): Promise<Float32Array[]> => scoreTexts(texts.map(({ sentences }) => sentences), classifier, (scores) => scores.pooled());

/** That of least log loss (Guo et al. 2017, arXiv:1706.04599). */
async function temperatureOf(texts: readonly LabelledText[], classifier: Classifier): Promise<number> {
  if (texts.length === 0) return 1;
  const scores = await scoresOfAll(texts, classifier);
  const { labels, isMultiLabel } = classifier;
  return bestTemperature((temperature) =>
    texts.reduce((sum, { labels: own }, at) => {
      const said = probabilitiesOf(scores[at]!, { isMultiLabel, temperature });
      return sum - labels.reduce((logs, label, l) => logs + (own.includes(label) ? Math.log(Math.max(LEAST_PROBABILITY, said[l]!)) : isMultiLabel ? Math.log(Math.max(LEAST_PROBABILITY, 1 - said[l]!)) : 0), 0);
    }, 0),
  );
}
