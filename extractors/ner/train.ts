// `engram train ner`, whole: data, teachers, training, calibration, and what is written beside the model.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createEngine } from '../engine/index.ts';
import type { TapeKind } from '../engine/tape-engine.ts';
import { interpolateNetworks } from '../network/interpolate.ts';
import { saveNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { copyOwnVectors } from '../network/word-vectors.ts';
import { fitTemperature, calibrationOf, claimsOf, type Calibration } from './calibration.ts';
import type { LabelledSentence } from './data-formats.ts';
import { findErrors, type TaggerErrors } from './errors-of-tagger.ts';
import type { EpochReport } from '../network/fit.ts';
import { fitTagger, type TaggerSettings } from './fit.ts';
import { learningCurveSvg } from '../network/learning-curve.ts';
import { scoreSentences, type Scores } from './span-scores.ts';
import { createTaggerOf, TAGGER_FILE, type Tagger } from './tagger-model.ts';
import { loadTagger, taggerFolder } from './tagger.ts';
import { completeLabels } from './teacher.ts';
import { readTexts, readTrainingData, type TrainingData, type TrainingSources } from './training-data.ts';

export interface TaggerTrainingOptions extends TrainingSources {
  /** A trained model to go on from, as `taggerFolder` takes it. */
  readonly from?: string;
  /** With `from`: the old labels are rehearsed on the new sentences, as the old model sees them there. Default true. */
  readonly rehearsal?: boolean;
  /** Folders of trained models of one set of labels, which label `texts` for the new one to learn from. */
  readonly teachers?: readonly string[];
  /** `.txt`, or any labelled file, whose labels are not read. */
  readonly texts?: readonly string[];
  readonly settings?: Partial<TaggerSettings>;
  readonly engine?: TapeKind;
  readonly out: string;
  /** When left out 5 for a folder, 20 for files, 30 for files that a trained model goes on with. */
  readonly epochs?: number;
  readonly report: (line: string) => void;
}

export interface TaggerTrainingReport {
  readonly seed: number;
  readonly epochs: number;
  /** Those that were asked for, beside the usual ones. */
  readonly settings: Partial<TaggerSettings>;
  readonly bestEpoch: number;
  /** F1 in percent by development set, of the tagger that was written. */
  readonly f1: Readonly<Record<string, number>>;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly temperature: number;
  /** On every other sentence of the development sets; the temperature was fitted to the rest. */
  readonly calibration: Calibration;
  readonly errors: TaggerErrors;
  readonly curve: readonly EpochReport[];
  readonly sentences: number;
  readonly leftOut: number;
  readonly seconds: number;
}

const MIX_EPOCHS = 5;
/** Rare words keep their shared vectors, as words of texts to come do; the network is two thirds of the time of a build's NER. */
const MIX_SETTINGS: Partial<TaggerSettings> = { minTunedCount: 20, hiddenSizes: [160] };
/** Nothing that ships may follow from this set: it only judges. */
const UNTOUCHED = 'conll2003Test';
const FILE_EPOCHS = 20;
/** One kind of text, usually few sentences: small batches, much dropout. */
const FILE_SETTINGS: Partial<TaggerSettings> = {
  batchSentences: 16,
  learningRate: 1.8e-3,
  inputDropout: 0.5,
  stateDropout: 0.5,
  variants: { lowercased: 0.02, uppercased: 0.03, noisy: 0 },
};
/** How often labelled sentences are seen for each time that a teacher's are. */
const GOLD_PASSES = 3;
const DONE_FILE = 'tagger.training.json';
/** Of a trained model on a few sentences of one's own: many small steps. */
const FINE_TUNING_SETTINGS: Partial<TaggerSettings> = { batchSentences: 8, patience: 10 };
const FINE_TUNING_EPOCHS = 30;
/** Of a trained model on the mix: small, so that what was learnt stays. */
const MIX_FINE_TUNING_RATE = 1e-3;

/** After a training on a teacher's labels, so many of its epochs again, rounded up, on the labels of the sets alone. */
const GOLD_SHARE = 0.6;
/** And a quarter of the way back. */
const BLEND_SHARE = 0.75;

/** @throws EngramError `ENGRAM_DATA_INVALID` when a file is not what its format says */
export async function trainTagger(options: TaggerTrainingOptions): Promise<TaggerTrainingReport> {
  if (options.silver === undefined) return trainOnce(options);
  const { silver: _silver, epochs = MIX_EPOCHS, report, ...rest } = options;
  const from = join(rest.out, 'silver');
  copyOwnVectors(rest.out, from);
  if (!isDone(from, options)) await trainOnce({ ...options, out: from, report: (line) => report(`silver, ${line}`) });
  const { hiddenSizes: _hiddenSizes, ...settings } = rest.settings ?? {};
  return trainOnce({ ...rest, settings, report, from, rehearsal: false, epochs: Math.ceil(GOLD_SHARE * epochs) }, BLEND_SHARE);
}

/** Whether an earlier run ended there with the same choices: it need not be repeated. */
function isDone(folder: string, { seed, epochs = MIX_EPOCHS, settings = {} }: TaggerTrainingOptions): boolean {
  if (!existsSync(join(folder, DONE_FILE))) return false;
  const done = JSON.parse(readFileSync(join(folder, DONE_FILE), 'utf8')) as Partial<TaggerTrainingReport>;
  return JSON.stringify([done.seed, done.epochs, done.settings]) === JSON.stringify([seed, epochs, settings]);
}

/** @param blendShare where between `from` and what the training made of it the weights end, in (0, 1] */
async function trainOnce(options: TaggerTrainingOptions, blendShare = 1): Promise<TaggerTrainingReport> {
  const started = Date.now();
  const { out, seed, report } = options;
  checkChoices(options);
  const data = await readTrainingData(options);
  const from = options.from === undefined ? undefined : loadTagger(options.from);
  let train: readonly LabelledSentence[] = data.train;
  if (options.from !== undefined) copyOwnVectors(taggerFolder(options.from), out);
  if (from && options.rehearsal !== false) train = await withTaggers([from], (taggers) => completeLabels(train, taggers));
  if (options.teachers?.length && options.texts?.length) {
    const texts = await readTexts(options.texts, options.keepTokens ?? false);
    const labelled = await withTaggers(options.teachers.map((model) => loadTagger(model)), (taggers) => completeLabels(texts, taggers));
    report(`${labelled.length} sentences labelled by ${options.teachers.length} teachers`);
    const gold = train;
    train = [...Array.from({ length: GOLD_PASSES }, () => gold).flat(), ...labelled];
  }
  const isMix = !('development' in data.development);
  const usualOfMix = { ...MIX_SETTINGS, ...(from && { learningRate: MIX_FINE_TUNING_RATE }) };
  const usual = isMix ? usualOfMix : from ? FINE_TUNING_SETTINGS : FILE_SETTINGS;
  const epochs = options.epochs ?? (isMix ? MIX_EPOCHS : from ? FINE_TUNING_EPOCHS : FILE_EPOCHS);
  const fitted = await fitTagger({ ...data, train, out, seed, epochs, from, report, engine: options.engine, settings: { ...usual, ...options.settings } });

  const [judged = []] = Object.values(data.development);
  const { best, curve, sentences, leftOut } = fitted;
  const network = from && blendShare < 1 ? interpolateNetworks(from, fitted.network, blendShare) : fitted.network;
  const calibrating = isMix ? Object.entries(data.development).flatMap(([name, sentences]) => (name === UNTOUCHED ? [] : sentences)) : judged;
  const [fitting, held] = [0, 1].map((parity) => calibrating.filter((_, index) => index % 2 === parity)) as [LabelledSentence[], LabelledSentence[]];
  const temperature = await withTaggers([network], ([tagger]) => fitTemperature(fitting, tagger!, network.tables['transitions']!));
  const calibrated: LoadedNetwork = { ...network, tables: { ...network.tables, temperature: Float32Array.of(temperature) } };
  saveNetwork(join(out, TAGGER_FILE), calibrated);
  const result = await withTaggers([calibrated], async ([tagger]): Promise<TaggerTrainingReport> => ({
    seed,
    epochs,
    settings: options.settings ?? {},
    bestEpoch: best.epoch,
    f1: await scoreAll(data.development, tagger!),
    byType: (await scoreSentences(judged, tagger!)).byLabel(),
    temperature,
    calibration: calibrationOf(await claimsOf(held, tagger!)),
    errors: await findErrors(judged, tagger!),
    curve,
    sentences,
    leftOut,
    seconds: Math.round((Date.now() - started) / 1000),
  }));
  writeFileSync(join(out, 'tagger.learning-curve.svg'), learningCurveSvg(curve));
  // The words of the sentences that were judged by may belong to others: what is written beside the weights holds none.
  writeFileSync(join(out, DONE_FILE), `${JSON.stringify({ ...result, errors: { confusion: result.errors.confusion } }, null, 2)}\n`);
  return result;
}

/** @throws EngramError `ENGRAM_USAGE` for choices that need another one or shut it out */
function checkChoices({ data, silver, teachers, texts, from, settings }: TaggerTrainingOptions): void {
  const refuse = (problem: string): never => {
    throw new EngramError('ENGRAM_USAGE', { problem });
  };
  if (silver !== undefined && !(data.length === 1 && statSync(data[0]!).isDirectory())) refuse('--silver goes with one folder of data sets; for files of your own give --teachers and --texts.');
  if (Boolean(teachers?.length) !== Boolean(texts?.length)) refuse('--teachers label what --texts names: give both or neither.');
  if (from !== undefined && settings?.hiddenSizes) refuse('A model that is gone on from keeps its size: leave --hidden out.');
}

async function scoreAll(sets: TrainingData['development'], tagger: Tagger): Promise<Record<string, number>> {
  const f1: Record<string, number> = {};
  for (const [name, sentences] of Object.entries(sets)) f1[name] = (await scoreSentences(sentences, tagger)).total().f1;
  return f1;
}

async function withTaggers<T>(networks: readonly LoadedNetwork[], use: (taggers: readonly Tagger[]) => Promise<T>): Promise<T> {
  const engine = await createEngine('auto');
  const taggers = await Promise.all(networks.map(async (network) => createTaggerOf(network, await engine.createEncoder(network.encoder, 'float32'))));
  try {
    return await use(taggers);
  } finally {
    await Promise.all(taggers.map(({ encoder }) => encoder.dispose()));
  }
}
