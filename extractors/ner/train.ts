// Trains a tagger from data sets: reproducible from its seed, one checkpoint an epoch, the best one kept with a model card.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { MENTION_LABELS } from '../../pipeline/core/model.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { createTapeEngine } from '../engine/tape-engine.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { saveNetwork } from '../network/model-file.ts';
import { createParameter, updateWithAdam, type Parameter } from '../network/parameters.ts';
import { AveragedWeights, dropoutMask, learningRateAt, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { loadWordVectors } from '../network/word-vectors.ts';
import { tokenize } from '../text/tokenize.ts';
import { allowedTags, TAGS } from './bioes.ts';
import { crfGradient, exponentiate } from './crf.ts';
import { mapperOf, readNerFile, type LabelledSentence, type NerFormat } from './data-formats.ts';
import { scoreSentences } from './span-scores.ts';
import { TAGGER_TASK } from './tagger-model.ts';
import { readTrainingMix, withoutRepeats } from './training-mix.ts';
import { variantOf, type VariantShares } from './variants.ts';

export interface TaggerFitOptions {
  readonly train: readonly LabelledSentence[];
  /** By name; the first one decides which epoch is kept. */
  readonly development: Readonly<Record<string, readonly LabelledSentence[]>>;
  /** Folder for tagger.safetensors and training.json; word vectors found in it are used in place of the shipped ones. */
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly settings?: Partial<TaggerSettings>;
  readonly report: (line: string) => void;
}

/** What a training can be tuned by. */
export interface TaggerSettings {
  /** One number a BiLSTM layer, each a multiple of 8. */
  readonly hiddenSizes: readonly number[];
  readonly learningRate: number;
  readonly batchSentences: number;
  readonly inputDropout: number;
  readonly stateDropout: number;
  readonly variants: VariantShares;
  /** Share of the words seen without their vector. */
  readonly forgottenWordShare: number;
  readonly averageDecay: number;
  /** Keeps the tokens of the data set, for scores that compare with published ones; else they are cut as `tokenize` cuts a text. */
  readonly keepTokens: boolean;
  /** Training ends when so many epochs in a row were no better. */
  readonly patience: number;
}

const USUAL_SETTINGS: TaggerSettings = {
  hiddenSizes: [200],
  learningRate: 2e-3,
  batchSentences: 48,
  inputDropout: 0.3,
  stateDropout: 0.4,
  variants: { lowercased: 0.08, uppercased: 0.04, noisy: 0.08 },
  forgottenWordShare: 0.04,
  averageDecay: 0.9995,
  keepTokens: false,
  patience: 5,
};

export interface TaggerTrainingReport {
  readonly bestEpoch: number;
  /** F1 in percent by development set, of the kept epoch. */
  readonly f1: Readonly<Record<string, number>>;
  readonly sentences: number;
  readonly seconds: number;
}

const MAX_TOKENS = 110;
const BATCH_TOKENS = 1000;
const MAX_GRADIENT_NORM = 5;
/** The bulk set, tagged by machine, helps early; the last epochs see only what people checked. */
const BULK_SOURCE = 'gmb';
const BULK_EPOCH_SHARE = 0.5;

interface Example {
  readonly tokens: readonly string[];
  readonly allowed: Uint8Array;
}

export interface TaggerTrainingOptions {
  /** Labelled files, or one folder with a subfolder for each data set of the shipped model (`readTrainingMix`). */
  readonly data: readonly string[];
  /** Labelled file that decides which epoch is kept; every tenth sentence of the data when left out. */
  readonly development?: string;
  /** Labelled file scored after each epoch, for the report only. */
  readonly test?: string;
  readonly format?: NerFormat;
  /** Names of types, as `mapperOf` takes them. */
  readonly map?: string;
  readonly keepTokens?: boolean;
  /** JSON lines that a teacher labelled (`.tooling/teacher`), beside a folder; a sentence of both counts with the teacher's labels. */
  readonly silver?: string;
  readonly settings?: Partial<TaggerSettings>;
  readonly out: string;
  readonly seed: number;
  /** 6 for a folder, 20 for files when left out. */
  readonly epochs?: number;
  readonly report: (line: string) => void;
}

const MIX_EPOCHS = 6;
const FILE_EPOCHS = 20;
const FILE_BATCH_SENTENCES = 16;
const HELD_OUT_EVERY = 10;

/** @throws EngramError `ENGRAM_DATA_INVALID` when a file is not what its format says */
export async function trainTagger(options: TaggerTrainingOptions): Promise<TaggerTrainingReport> {
  const { data, out, seed, report } = options;
  const keepTokens = options.keepTokens ?? false;
  const [only] = data;
  if (data.length === 1 && statSync(only!).isDirectory()) {
    const mix = await readTrainingMix(only!, createRandom(seed));
    const silver = options.silver ? await readNerFile(options.silver, 'jsonl', { annotated: MENTION_LABELS, source: 'silver' }) : [];
    const train = withoutRepeats([...silver, ...mix.train], Object.values(mix.development).flat());
    return fitTagger({ train, development: mix.development, out, seed, report, epochs: options.epochs ?? MIX_EPOCHS, settings: { ...options.settings, keepTokens } });
  }
  const read = (path: string): Promise<LabelledSentence[]> => readNerFile(path, options.format, { map: options.map === undefined ? undefined : mapperOf(options.map) });
  const all = (await Promise.all(data.map(read))).flat();
  const isHeldOut = (index: number): boolean => index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const train = options.development ? all : all.filter((_, index) => !isHeldOut(index));
  const development = options.development ? await read(options.development) : all.filter((_, index) => isHeldOut(index));
  if (development.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path: only, problem: `${all.length} sentences found; expected at least ${HELD_OUT_EVERY}, or a file given with --dev` });
  const sets = { development, ...(options.test ? { test: await read(options.test) } : {}) };
  const settings = { batchSentences: FILE_BATCH_SENTENCES, ...options.settings, keepTokens };
  return fitTagger({ train, development: sets, out, seed, report, epochs: options.epochs ?? FILE_EPOCHS, settings });
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export async function fitTagger(options: TaggerFitOptions): Promise<TaggerTrainingReport> {
  const started = Date.now();
  const settings = { ...USUAL_SETTINGS, ...options.settings };
  const random = createRandom(options.seed);
  const engine = await createTapeEngine('wasm');
  const train = settings.keepTokens ? options.train : options.train.map(recutTokens);
  const words = createWordInput(train.map((s) => s.tokens), random, loadWordVectors(options.out));
  const width = TAGS.length;
  const spec = createEncoderSpec(
    { inputSize: words.size, hiddenSizes: settings.hiddenSizes, head: { kind: 'tokens' }, outputs: width },
    random,
  );
  const encoderParameters = parametersOf(spec);
  const transitions = createParameter(new Float32Array(width * width));
  const parameters: readonly Parameter[] = [...words.parameters, ...encoderParameters, transitions];
  const average = new AveragedWeights(parameters, settings.averageDecay);

  const examplesOf = (sentences: readonly LabelledSentence[]): Example[] =>
    sentences
      .filter((s) => s.tokens.length > 0 && s.tokens.length <= MAX_TOKENS)
      .map((s) => ({ tokens: s.tokens, allowed: allowedTags(s) }));
  const all = examplesOf(train);
  const core = examplesOf(train.filter((s) => s.source !== BULK_SOURCE));
  const bulkEpochs = core.length === all.length ? 0 : Math.ceil(options.epochs * BULK_EPOCH_SHARE);
  const epochs = Array.from({ length: options.epochs }, (_, epoch) => shuffledBatches(epoch < bulkEpochs ? all : core, (e) => e.tokens.length, BATCH_TOKENS, settings.batchSentences, random));
  const steps = epochs.reduce((n, batches) => n + batches.length, 0);
  options.report(`${all.length} sentences, ${words.spec.ownWords.length} own words, ${steps} steps`);

  let step = 0;
  let best = { epoch: 0, score: -1, f1: {} as Record<string, number> };
  for (const [epoch, batches] of epochs.entries()) {
    let loss = 0;
    let tokens = 0;
    const epochStarted = Date.now();
    for (const batch of batches) {
      step++;
      loss += trainBatch(batch, { words, spec, transitions, encoderParameters, random, settings });
      tokens += batch.reduce((n, e) => n + e.tokens.length, 0);
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, settings.learningRate), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % 200 === 0) {
        const rate = tokens / ((Date.now() - epochStarted) / 1000);
        options.report(`step ${step}/${steps}  loss ${(loss / tokens).toFixed(4)} a token  ${rate.toFixed(0)} tokens/s`);
      }
    }
    await average.during(async () => {
      const f1: Record<string, number> = {};
      const encoder = await engine.createEncoder(spec, 'float32');
      words.forgetCache();
      for (const [name, sentences] of Object.entries(options.development)) {
        f1[name] = (await scoreSentences(sentences, words, encoder, transitions.value)).total().f1;
      }
      await encoder.dispose();
      const score = Object.values(f1)[0] ?? epoch;
      options.report(`epoch ${epoch + 1}: ${Object.entries(f1).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}`);
      if (score > best.score) {
        best = { epoch: epoch + 1, score, f1 };
        saveNetwork(join(options.out, 'tagger.safetensors'), {
          task: TAGGER_TASK,
          input: words,
          encoder: spec,
          tables: { transitions: transitions.value },
          labels: TAGS,
        });
      }
    });
    if (epoch + 1 - best.epoch >= settings.patience) {
      options.report(`no better for ${settings.patience} epochs: ended`);
      break;
    }
  }
  const report = { bestEpoch: best.epoch, f1: best.f1, sentences: all.length, seconds: (Date.now() - started) / 1000 };
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'tagger.training.json'), `${JSON.stringify({ seed: options.seed, epochs: options.epochs, ...report }, null, 2)}\n`);
  return report;
}

/** The sentence in the tokens that `tokenize` makes: data sets differ in what they do with hyphens. */
function recutTokens(sentence: LabelledSentence): LabelledSentence {
  const pieces = sentence.tokens.map((token) => tokenize(token).map((piece) => piece.text));
  const starts: number[] = [0];
  for (const piece of pieces) starts.push(starts.at(-1)! + piece.length);
  const spans = sentence.spans.map(({ start, end, label }) => ({ start: starts[start]!, end: starts[end]!, label })).filter((s) => s.end > s.start);
  const unsure = sentence.unsure?.flatMap((at) => pieces[at]!.map((_, offset) => starts[at]! + offset));
  return { ...sentence, tokens: pieces.flat(), spans, unsure };
}

interface BatchContext {
  readonly words: WordInput;
  readonly spec: EncoderSpec;
  readonly transitions: Parameter;
  readonly encoderParameters: readonly Parameter[];
  readonly random: Random;
  readonly settings: TaggerSettings;
}

/** Adds the gradients of one batch to the parameters. @returns summed loss */
function trainBatch(batch: readonly Example[], { words, spec, transitions, encoderParameters, random, settings }: BatchContext): number {
  const rows = batch.map(({ tokens }) => {
    return variantOf(tokens, settings.variants, random).map((token) => {
      const form = words.formOf(token);
      return random.next() < settings.forgottenWordShare ? words.withoutVector(form) : form;
    });
  });
  const time = Math.max(...rows.map((row) => row.length));
  const count = batch.length;
  const total = rows.reduce((n, row) => n + row.length, 0);
  const inputs = trainingInputs(words, rows, [], settings.inputDropout, random);
  const lengths = Int32Array.from(rows, (row) => row.length);
  const width = TAGS.length;
  const exponentials = exponentiate(transitions.value);
  const stepGradient = new Float32Array(width * width);
  const states = 2 * spec.layers.at(-1)!.hiddenSize;
  const result = encoderGradients(
    spec,
    { inputs: inputs.inputs, time, batch: count, lengths },
    (scores) => {
      const gradient = new Float32Array(scores.length);
      let loss = 0;
      batch.forEach(({ allowed }, b) => {
        const tokens = lengths[b]!;
        const emissions = new Float32Array(tokens * width);
        for (let t = 0; t < tokens; t++) emissions.set(scores.subarray((t * count + b) * width, (t * count + b + 1) * width), t * width);
        const sentence = crfGradient(emissions, allowed, exponentials, stepGradient);
        loss += sentence.loss;
        for (let t = 0; t < tokens; t++) {
          for (let tag = 0; tag < width; tag++) gradient[(t * count + b) * width + tag] = sentence.emissions[t * width + tag]! / count;
        }
      });
      return { loss, gradient };
    },
    dropoutMask(count * states, settings.stateDropout, random),
  );
  inputs.accumulate(result.inputs);
  encoderParameters.forEach((p, index) => p.gradient.set(result.weights[index]!));
  stepGradient.forEach((value, index) => (transitions.gradient[index]! += value / count));
  if (!Number.isFinite(result.loss)) throw new Error(`the loss of a batch of ${total} tokens is not a number`);
  return result.loss;
}
