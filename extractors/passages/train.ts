// Trains a relation model from labelled passages: reproducible from its seed, the best epoch kept, its probabilities calibrated.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { createTapeEngine } from '../engine/tape-engine.ts';
import { calibrationOf } from '../ner/calibration.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { saveNetwork, type Network } from '../network/model-file.ts';
import { createParameter, updateWithAdam, type Parameter } from '../network/parameters.ts';
import { AveragedWeights, dropoutMask, learningRateAt, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { fitCalibration } from './calibrate.ts';
import { readLabelledPassages, readPassageMix, toLearn, type PassageFormat } from './datasets.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import { createPairHead, PAIR_HEAD_NAMES, PAIR_SIZE, scorePairs, TOKEN_OUTPUTS, type PairHeadWeights } from './pair-head.ts';
import { ROLES, structureOf, type PassageStructure } from './passage.ts';
import { joinPassages, readingsOf, type Reading } from './readings.ts';
import { classifyPassages, PASSAGE_TASK, ROLE_SIZE, UNCALIBRATED } from './passage-model.ts';
import { bestThreshold, rankRelations, scoreRelations, thresholdOfPrecision } from './relation-scores.ts';
import { scoreSemeval } from './semeval.ts';

export interface PassageTrainingOptions {
  /** Folder with one subfolder a data set, as `readPassageMix` wants it, or labelled files. */
  readonly data: readonly string[];
  readonly format?: PassageFormat;
  /** Decides epoch, calibration and threshold; every tenth passage of the data when left out. Of a folder it is known. */
  readonly development?: string;
  /** Scored after each epoch, for the report only. */
  readonly test?: string;
  /** Passages that a teacher labelled, beside a folder of data sets. */
  readonly silver?: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly hidden?: number;
  readonly learningRate?: number;
  readonly report: (line: string) => void;
}

export interface PassageFitOptions extends Pick<PassageTrainingOptions, 'out' | 'seed' | 'epochs' | 'hidden' | 'learningRate' | 'report'> {
  readonly train: readonly LabelledPassage[];
  /** Decides which epoch is kept, the calibration and the threshold: documents that are not trained on. */
  readonly validation: readonly LabelledPassage[];
  /** Only reported. */
  readonly development: Readonly<Record<string, readonly LabelledPassage[]>>;
}

export interface PassageTrainingReport {
  readonly bestEpoch: number;
  readonly labels: number;
  readonly threshold: number;
  /** From it on at least 80 % of the validation relations are right, where such a threshold exists. */
  readonly thresholdOfPrecision80?: number;
  readonly expectedCalibrationError: number;
  /** F1 in percent by set, of the kept epoch. */
  readonly f1: Readonly<Record<string, number>>;
  readonly passages: number;
  readonly seconds: number;
}

const HIDDEN = 160;
const BATCH_TOKENS = 1000;
const BATCH_PASSAGES = 24;
const INPUT_DROPOUT = 0.4;
const STATE_DROPOUT = 0.4;
const PAIR_DROPOUT = 0.3;
const FORGOTTEN_WORD_SHARE = 0.05;
const LEARNING_RATE = 1.5e-3;
const AVERAGE_DECAY = 0.999;
const MAX_GRADIENT_NORM = 5;
/** Least probability at which predictions are looked at for calibration and threshold. */
const LEAST_PROBABILITY = 0.02;
/** Of one epoch's steps so many are reported. */
const REPORTS_AN_EPOCH = 4;

/** @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export async function trainPassages(options: PassageTrainingOptions): Promise<PassageTrainingReport> {
  return fitPassages({ ...options, ...(await readData(options)) });
}

async function readData({ data, format, development, test, silver }: PassageTrainingOptions): Promise<Pick<PassageFitOptions, 'train' | 'validation' | 'development'>> {
  const isFolder = data.length === 1 && statSync(data[0]!, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder && silver !== undefined) return readPassageMix(data[0]!, silver);
  if (silver !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: '--silver goes with one folder of data sets, not with files.' });
  const read = async (paths: readonly string[]): Promise<LabelledPassage[]> => (await Promise.all(paths.map((path) => readLabelledPassages(path, format)))).flat();
  const passages = await read(data);
  const isDevelopment = ({ document }: LabelledPassage): boolean => Number.parseInt(digestOf('development', document).slice(0, 8), 16) % 10 === 0;
  const train = development === undefined ? passages.filter((passage) => !isDevelopment(passage)) : passages;
  const validation = development === undefined ? passages.filter(isDevelopment) : await read([development]);
  for (const [part, used] of [['to train on', train], ['to decide on epoch and threshold', validation]] as const) {
    if (used.some(({ relations }) => relations.length > 0)) continue;
    throw new EngramError('ENGRAM_DATA_INVALID', { path: data.join(', '), problem: `${passages.length} passages found and no relation among those ${part}; give more, or name a file with --dev` });
  }
  return {
    train,
    validation,
    development: test === undefined ? {} : { test: await read([test]) },
  };
}

export function fitPassages(options: PassageFitOptions): Promise<PassageTrainingReport> {
  return withPairThread(() => fit(options));
}

interface Example {
  readonly structure: PassageStructure;
  /** What the labels say of each pair of the structure: by label of the model its target and its weight in the loss. */
  readonly marked: ReadonlyMap<number, readonly { readonly label: number; readonly target: number; readonly weight: number }[]>;
  /** Of each pair which of the judgements holds: that of the passage, or of one of two that were joined, or that between the two. */
  readonly judgementOf: (pair: number) => Judgement;
}

interface Judgement {
  readonly annotated: readonly number[];
  /** Weight of an annotated label that is not marked, of pairs that stand in no relation. */
  readonly completeness: number;
}

function exampleOf([passage, other]: Reading, labelIds: ReadonlyMap<string, number>): Example {
  const joined = other === undefined ? passage : joinPassages(passage, other);
  const structure = structureOf(joined);
  const judgement = ({ annotated, completeness }: LabelledPassage): Judgement => ({ annotated: [...annotated].flatMap((label) => labelIds.get(label) ?? []), completeness });
  const own = judgement(passage);
  const second = other === undefined ? own : judgement(other);
  const between: Judgement = { annotated: [...labelIds.values()], completeness: 1 };
  const pairOf = new Map(Array.from(structure.heads, (head, pair) => [`${head} ${structure.tails[pair]!}`, pair]));
  const marked = new Map<number, Map<number, { label: number; target: number; weight: number }>>();
  const mark = (head: number, tail: number, name: string, target: number, weight: number): void => {
    const [pair, label] = [pairOf.get(`${head} ${tail}`), labelIds.get(name)];
    if (pair === undefined || label === undefined) return;
    marked.set(pair, (marked.get(pair) ?? new Map()).set(label, { label, target, weight }));
  };
  for (const [head, tail, label] of joined.negatives) mark(head, tail, label, 0, 1);
  for (const [head, tail, label] of joined.unknown) mark(head, tail, label, 0, 0);
  for (const { head, tail, label, probability = 1 } of joined.relations) mark(head, tail, label, probability, 1);
  return {
    structure,
    marked: new Map([...marked].map(([pair, labels]) => [pair, [...labels.values()]])),
    judgementOf(pair) {
      const first = passage.clusters.length;
      const [head, tail] = [structure.heads[pair]! < first, structure.tails[pair]! < first];
      return head !== tail ? between : head ? own : second;
    },
  };
}

async function fit(options: PassageFitOptions): Promise<PassageTrainingReport> {
  const started = Date.now();
  const random = createRandom(options.seed);
  const engine = await createTapeEngine('wasm');
  const train = options.train.map(toLearn);
  const labels = [...new Set(train.flatMap(({ relations }) => relations.map(({ label }) => label)))].sort();
  const labelIds = new Map(labels.map((label, id) => [label, id]));
  const passages = train.filter((passage) => passage.clusters.length > 1);

  const words = createWordInput(train.map(({ tokens }) => tokens), random);
  const roles = createParameter(Float32Array.from({ length: ROLES * ROLE_SIZE }, () => random.normal() * 0.3), ROLE_SIZE);
  const spec = createEncoderSpec({ inputSize: words.size + ROLE_SIZE, hiddenSizes: [options.hidden ?? HIDDEN], head: { kind: 'tokens' }, outputs: TOKEN_OUTPUTS }, random);
  const head = createPairHead(labels.length, random);
  const weights = Object.fromEntries(PAIR_HEAD_NAMES.map((name) => [name, head[name].value])) as PairHeadWeights;
  const encoderParameters = parametersOf(spec);
  const parameters = [...words.parameters, roles, ...encoderParameters, ...Object.values(head)];
  const average = new AveragedWeights(parameters, AVERAGE_DECAY);
  const network = (calibration: readonly number[], threshold: number): Network => ({
    task: PASSAGE_TASK,
    input: words,
    encoder: spec,
    tables: { roles: roles.value, ...weights, calibration: Float32Array.from(calibration), threshold: Float32Array.of(threshold) },
    labels,
  });

  const tokensOf = ([passage, other]: Reading): number => passage.tokens.length + (other?.tokens.length ?? 0);
  const epochs = Array.from({ length: options.epochs }, () => shuffledBatches(readingsOf(passages, random), tokensOf, BATCH_TOKENS, BATCH_PASSAGES, random));
  const steps = epochs.reduce((n, batches) => n + batches.length, 0);
  options.report(`${passages.length} passages, ${labels.length} labels, ${steps} steps`);

  let step = 0;
  let best: Omit<PassageTrainingReport, 'labels' | 'passages' | 'seconds'> & { readonly score: number } = { bestEpoch: 0, score: -1, threshold: 0.5, expectedCalibrationError: 1, f1: {} };
  for (const [epoch, batches] of epochs.entries()) {
    const every = Math.ceil(batches.length / REPORTS_AN_EPOCH);
    let loss = 0;
    for (const batch of batches) {
      step++;
      const examples = batch.map((read) => exampleOf(read, labelIds)).filter(({ structure }) => structure.heads.length > 0);
      if (examples.length > 0) loss += trainBatch(examples, words, roles, spec, encoderParameters, head, weights, random);
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, options.learningRate ?? LEARNING_RATE), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % every === 0) options.report(`step ${step}/${steps}  loss ${(loss / every).toFixed(4)} a pair  ${((Date.now() - started) / 1000).toFixed(0)} s`);
      if (step % every === 0) loss = 0;
    }
    await average.during(async () => {
      words.forgetCache();
      const encoder = await engine.createEncoder(spec, 'float32');
      const raw = rankRelations(options.validation, await classifyPassages(options.validation, network(UNCALIBRATED, 0), encoder, LEAST_PROBABILITY));
      const calibration = [true, false].flatMap((within) => fitCalibration(raw.ranked.filter(({ relation }) => relation.withinSentence === within).map(({ relation, correct }) => ({ score: relation.score, isRight: correct }))));
      const calibrated = network(calibration, 0);
      const ranking = rankRelations(options.validation, await classifyPassages(options.validation, calibrated, encoder, LEAST_PROBABILITY));
      const { threshold, scores } = bestThreshold(ranking);
      const precise = thresholdOfPrecision(ranking, 80);
      const { expectedCalibrationError } = calibrationOf(ranking.ranked.map(({ probability, correct }) => ({ probability, isRight: correct })));
      const f1: Record<string, number> = { validation: scores.f1 };
      for (const [name, passages] of Object.entries(options.development)) {
        const found = await classifyPassages(passages, calibrated, encoder, threshold);
        f1[name] = passages[0]?.source === 'semeval' ? scoreSemeval(passages, found).macro.f1 : scoreRelations(passages, found).total().f1;
      }
      await encoder.dispose();
      options.report(`epoch ${epoch + 1}: threshold ${threshold.toFixed(3)}  ${Object.entries(f1).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}  precision 80 from ${precise?.threshold.toFixed(3)} on, recall ${precise?.scores.recall.toFixed(1)}`);
      if (scores.f1 > best.score) {
        best = { bestEpoch: epoch + 1, score: scores.f1, threshold, thresholdOfPrecision80: precise?.threshold, expectedCalibrationError, f1 };
        saveNetwork(join(options.out, 'relation.safetensors'), network(calibration, threshold));
      }
    });
  }
  const { score: _score, ...kept } = best;
  const report = { ...kept, labels: labels.length, passages: passages.length, seconds: (Date.now() - started) / 1000 };
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'relation.training.json'), `${JSON.stringify({ seed: options.seed, epochs: options.epochs, ...report }, null, 2)}\n`);
  return report;
}

/** Adds the gradients of one batch to the parameters. @returns mean loss of a pair */
function trainBatch(
  batch: readonly Example[],
  words: WordInput,
  roles: Parameter,
  spec: EncoderSpec,
  encoder: readonly Parameter[],
  head: Readonly<Record<string, Parameter>>,
  weights: PairHeadWeights,
  random: Random,
): number {
  const count = batch.length;
  const structures = batch.map(({ structure }) => structure);
  const time = Math.max(...structures.map((s) => s.roles.length));
  const rows = structures.map(({ passage }) =>
    passage.tokens.map((token) => {
      const form = words.formOf(token);
      return random.next() < FORGOTTEN_WORD_SHARE ? words.withoutVector(form) : form;
    }),
  );
  const ids = new Int32Array(time * count);
  structures.forEach((s, b) => s.roles.forEach((role, t) => (ids[t * count + b] = role)));
  const inputs = trainingInputs(words, rows, [{ table: roles, ids }], INPUT_DROPOUT, random);
  const pairs = structures.reduce((n, s) => n + s.heads.length, 0);
  const pairDropout = dropoutMask(pairs * PAIR_SIZE, PAIR_DROPOUT, random);
  const hidden = spec.layers.at(-1)!.hiddenSize;
  const result = encoderGradients(
    spec,
    { inputs: inputs.inputs, time, batch: count, lengths: Int32Array.from(rows, (row) => row.length) },
    (outputs) => {
      const scored = scorePairs(weights, outputs, structures, pairDropout);
      const { loss, gradient } = lossOf(batch, scored.scores, weights.outputBias.length, pairs);
      const back = scored.backward(gradient);
      for (const name of PAIR_HEAD_NAMES) head[name]!.gradient.set(back.weights[name]);
      return { loss, gradient: back.outputs };
    },
    dropoutMask(count * 2 * hidden, STATE_DROPOUT, random),
  );
  inputs.accumulate(result.inputs);
  encoder.forEach((p, index) => p.gradient.set(result.weights[index]!));
  return result.loss;
}

/** Cross-entropy of each label against the threshold of its pair, a sum over labels and a mean over pairs. */
function lossOf(batch: readonly Example[], scores: Float32Array, columns: number, pairs: number): { loss: number; gradient: Float32Array } {
  const gradient = new Float32Array(scores.length);
  const threshold = columns - 1;
  let loss = 0;
  let offset = 0;
  for (const { structure, marked, judgementOf } of batch) {
    for (let pair = 0; pair < structure.heads.length; pair++, offset += columns) {
      const add = (label: number, target: number, share: number): void => {
        const score = scores[offset + label]! - scores[offset + threshold]!;
        loss += share * (Math.max(score, 0) - score * target + Math.log1p(Math.exp(-Math.abs(score))));
        const up = (share * (1 / (1 + Math.exp(-score)) - target)) / pairs;
        gradient[offset + label]! += up;
        gradient[offset + threshold]! -= up;
      };
      const told = marked.get(pair);
      const { annotated, completeness } = judgementOf(pair);
      const share = told?.some(({ target, weight: w }) => w > 0 && target > 0.5) ? 1 : completeness;
      // All annotated labels as negatives first; what is marked takes that back and says its own.
      if (share > 0) for (const label of annotated) add(label, 0, share);
      for (const { label, target, weight: own } of told ?? []) {
        if (share > 0 && annotated.includes(label)) add(label, 0, -share);
        if (own > 0) add(label, target, own);
      }
    }
  }
  return { loss: loss / pairs, gradient };
}
