// One training run of a classifier: epochs over labelled texts, the best one by macro F1 kept.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { createTapeEngine, type TapeKind } from '../engine/tape-engine.ts';
import { variantOf, type VariantShares } from '../ner/variants.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { fitNetwork, type BatchLoss, type EpochReport, type FitSettings } from '../network/fit.ts';
import { loadNetwork, saveNetwork, type LoadedNetwork } from '../network/model-file.ts';
import type { Parameter } from '../network/parameters.ts';
import { dropoutMask, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { loadWordVectors } from '../network/word-vectors.ts';
import { CLASSIFIER_FILE, CLASSIFIER_TASK, piecesOf, probabilitiesOf, TokenScores } from './classifier-model.ts';
import { classifyAll } from './score-texts.ts';
import { scoreLabels } from './label-scores.ts';
import type { LabelledText } from './labelled-texts.ts';

export interface ClassifierSettings extends FitSettings {
  /** One number a BiLSTM layer, each a multiple of 8. */
  readonly hiddenSizes: readonly number[];
  readonly batchTexts: number;
  readonly inputDropout: number;
  readonly stateDropout: number;
  readonly variants: VariantShares;
  /** Share of the words seen without their vector. */
  readonly forgottenWordShare: number;
  /** Of the probability that the targets share out among all labels, in [0, 1). */
  readonly labelSmoothing: number;
  /** Words of the shared vectors get a vector of their own, tuned in training, from this count on. */
  readonly minTunedCount: number;
}

export const USUAL_SETTINGS: ClassifierSettings = {
  hiddenSizes: [64],
  learningRate: 2e-3,
  batchTexts: 32,
  inputDropout: 0.4,
  stateDropout: 0.4,
  variants: { lowercased: 0.05, uppercased: 0.02, noisy: 0.05 },
  forgottenWordShare: 0.05,
  labelSmoothing: 0.05,
  minTunedCount: 3,
  averageDecay: 0.998,
  patience: 5,
};

export interface ClassifierFitOptions {
  readonly train: readonly LabelledText[];
  /** Macro F1 in percent of the first decides which epoch is kept. */
  readonly development: Readonly<Record<string, readonly LabelledText[]>>;
  readonly labels: readonly string[];
  readonly isMultiLabel: boolean;
  /** Folder for the model and its checkpoint; word vectors found in it are used in place of the shipped ones. */
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly settings?: Partial<ClassifierSettings>;
  /** What it is trained on; the CPU by `wasm` when left out. */
  readonly engine?: TapeKind;
  readonly report: (line: string) => void;
}

export interface FittedClassifier {
  /** The best epoch, as written. */
  readonly network: LoadedNetwork;
  readonly best: EpochReport;
  readonly curve: readonly EpochReport[];
}

const BATCH_TOKENS = 1200;

interface Example {
  readonly pieces: readonly (readonly string[])[];
  readonly tokens: number;
  /** float32 [labels] */
  readonly target: Float32Array;
  /** Of its loss beside that of the others. */
  readonly weight: number;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitClassifier(options: ClassifierFitOptions): Promise<FittedClassifier> {
  return withPairThread(() => fit(options));
}

async function fit(options: ClassifierFitOptions): Promise<FittedClassifier> {
  const { out, seed, epochs, labels, isMultiLabel, report } = options;
  const settings = { ...USUAL_SETTINGS, ...options.settings };
  const random = createRandom(seed);
  const engine = await createTapeEngine(options.engine);
  const words = createWordInput(options.train.flatMap(({ sentences }) => sentences), random, { minTunedCount: settings.minTunedCount, vectors: loadWordVectors(out) });
  const spec = createEncoderSpec({ inputSize: words.size, hiddenSizes: settings.hiddenSizes, head: { kind: 'tokens' }, outputs: 2 * labels.length }, random);
  const encoderParameters = parametersOf(spec);
  const examples = examplesOf(options.train, labels);
  const plan = Array.from({ length: epochs }, () => shuffledBatches(examples, ({ tokens }) => tokens, BATCH_TOKENS, settings.batchTexts, random));
  report(`${examples.length} texts, ${labels.length} labels, ${words.spec.ownWords.length} own words, ${plan.flat().length} steps`);

  mkdirSync(out, { recursive: true });
  const path = join(out, CLASSIFIER_FILE);
  const tables = { multiLabel: Float32Array.of(isMultiLabel ? 1 : 0), temperature: Float32Array.of(1) };
  const content = createHash('sha256');
  for (const { sentences, labels: own } of options.train) content.update(JSON.stringify([sentences, own]));
  const { best, curve } = await fitNetwork({
    parameters: [...words.parameters, ...encoderParameters],
    plan,
    trainBatch: (batch, own) => trainBatch(batch, words, spec, encoderParameters, isMultiLabel, settings, own),
    async judge() {
      const scores: Record<string, number> = {};
      const encoder = await engine.createEncoder(spec, 'float32');
      words.forgetCache();
      for (const [name, texts] of Object.entries(options.development)) {
        const found = await classifyAll(texts, { words, encoder, labels, isMultiLabel, temperature: 1 });
        const { macroF1, accuracy } = scoreLabels(texts, found, labels, isMultiLabel);
        Object.assign(scores, { [name]: macroF1, [`${name} accuracy`]: accuracy });
      }
      await encoder.dispose();
      return scores;
    },
    save: () => saveNetwork(path, { task: CLASSIFIER_TASK, input: words, encoder: spec, tables, labels }),
    ...{ settings, unit: 'text', out, random, report },
    fingerprint: JSON.stringify([seed, epochs, settings, labels, content.digest('hex'), ...(options.engine ? [options.engine] : [])]),
  });
  return { network: loadNetwork(path, CLASSIFIER_TASK), best, curve };
}

/** A rare label counts more: its texts by the square root of how much rarer it is than the mean (as between none and all of the difference). */
function examplesOf(texts: readonly LabelledText[], labels: readonly string[]): Example[] {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const { labels: own, probabilities } of texts) if (probabilities === undefined) for (const label of own) counts.set(label, counts.get(label)! + 1);
  const mean = [...counts.values()].reduce((a, b) => a + b, 0) / labels.length;
  const examples = texts.map(({ sentences, labels: own, probabilities }) => {
    const pieces = piecesOf(sentences);
    const rarest = Math.max(0, ...own.map((label) => mean / counts.get(label)!));
    return { pieces, tokens: pieces.reduce((n, { length }) => n + length, 0), target: Float32Array.from(labels, (label) => probabilities === undefined ? Number(own.includes(label)) : (probabilities[label] ?? 0)), weight: probabilities === undefined ? Math.sqrt(rarest || 1) : 1 };
  });
  return examples.filter(({ tokens }) => tokens > 0);
}

/** Adds the gradients of one batch to the parameters. */
function trainBatch(batch: readonly Example[], words: WordInput, spec: EncoderSpec, encoder: readonly Parameter[], isMultiLabel: boolean, settings: ClassifierSettings, random: Random): BatchLoss {
  const rows = batch.flatMap(({ pieces }) =>
    pieces.map((tokens) =>
      variantOf(tokens, settings.variants, random).map((token) => {
        const form = words.formOf(token);
        return random.next() < settings.forgottenWordShare ? words.withoutVector(form) : form;
      }),
    ),
  );
  const [time, count, width] = [Math.max(...rows.map(({ length }) => length)), rows.length, spec.outputs];
  const labels = width / 2;
  const inputs = trainingInputs(words, rows, [], settings.inputDropout, random);
  const result = encoderGradients(
    spec,
    { inputs: inputs.inputs, time, batch: count, lengths: Int32Array.from(rows, ({ length }) => length) },
    (scores) => {
      const gradient = new Float32Array(scores.length);
      let [loss, row] = [0, 0];
      for (const { pieces, tokens, target, weight } of batch) {
        const places = pieces.flatMap(({ length }, piece) => Array.from({ length }, (_, t) => (t * count + row + piece) * width));
        row += pieces.length;
        const values = new Float32Array(tokens * width);
        places.forEach((place, at) => values.set(scores.subarray(place, place + width), at * width));
        const read = new TokenScores(values, labels);
        const pooled = read.pooled();
        const said = probabilitiesOf(pooled, { isMultiLabel, temperature: 1 });
        const smooth = settings.labelSmoothing;
        const wanted = target.map((value) => value * (1 - smooth) + (isMultiLabel ? smooth / 2 : smooth / labels));
        wanted.forEach((value, label) => {
          const p = Math.max(1e-9, said[label]!);
          loss -= weight * (value * Math.log(p) + (isMultiLabel ? (1 - value) * Math.log(Math.max(1e-9, 1 - p)) : 0));
        });
        const back = read.backward(pooled, said.map((p, label) => (weight * (p - wanted[label]!)) / batch.length));
        places.forEach((place, at) => gradient.set(back.subarray(at * width, (at + 1) * width), place));
      }
      return { loss, gradient };
    },
    dropoutMask(count * 2 * spec.layers.at(-1)!.hiddenSize, settings.stateDropout, random),
  );
  inputs.accumulate(result.inputs);
  encoder.forEach((p, index) => p.gradient.set(result.weights[index]!));
  return { loss: result.loss, units: batch.length };
}
