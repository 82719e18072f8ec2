// One training run of a tagger: epochs over labelled sentences, the best one kept, a checkpoint after each to go on from.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { createTapeEngine, type TapeKind } from '../engine/tape-engine.ts';
import { fitNetwork, type EpochReport, type FitSettings } from '../network/fit.ts';
import { loadNetwork, saveNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { dropoutMask, shuffledBatches, trainingInputs } from '../network/training.ts';
import { loadWordVectors } from '../network/word-vectors.ts';
import { allowedTags } from './bioes.ts';
import { Crf } from './crf.ts';
import type { LabelledSentence } from './data-formats.ts';
import { scoreSentences } from './span-scores.ts';
import { TAGGER_FILE, TAGGER_TASK } from './tagger-model.ts';
import { createTrainable, extendTrained, type TrainableTagger } from './trainable.ts';
import type { TrainingData } from './training-data.ts';
import { variantOf, type VariantShares } from './variants.ts';

export interface TaggerFitOptions extends TrainingData {
  /** Folder for the model and its checkpoint; word vectors found in it are used in place of the shipped ones. */
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  /** A trained tagger to go on from; its labels stay. */
  readonly from?: LoadedNetwork;
  readonly settings?: Partial<TaggerSettings>;
  /** What it is trained on; the CPU by `wasm` when left out. */
  readonly engine?: TapeKind;
  readonly report: (line: string) => void;
}

/** What a training can be tuned by. */
export interface TaggerSettings extends FitSettings {
  /** One number a BiLSTM layer, each a multiple of 8; of a fresh tagger only. */
  readonly hiddenSizes: readonly number[];
  readonly batchSentences: number;
  readonly inputDropout: number;
  readonly stateDropout: number;
  readonly variants: VariantShares;
  /** Share of the words seen without their vector. */
  readonly forgottenWordShare: number;
  /** Words of the shared vectors get a vector of their own, tuned in training, from this count on; words missing there from 3 on. */
  readonly minTunedCount: number;
}

const USUAL_SETTINGS: TaggerSettings = {
  hiddenSizes: [200],
  learningRate: 2e-3,
  batchSentences: 48,
  inputDropout: 0.3,
  stateDropout: 0.4,
  variants: { lowercased: 0.08, uppercased: 0.04, noisy: 0.08 },
  forgottenWordShare: 0.04,
  minTunedCount: 3,
  averageDecay: 0.9995,
  patience: 5,
};

export interface FittedTagger {
  /** The best epoch, as written. */
  readonly network: LoadedNetwork;
  readonly best: EpochReport;
  readonly curve: readonly EpochReport[];
  readonly sentences: number;
  /** Sentences beyond the longest that training takes. */
  readonly leftOut: number;
}

const MAX_TOKENS = 110;
const BATCH_TOKENS = 1000;
/** The bulk set, tagged by machine, helps early; the last epochs see only what people checked. */
const BULK_SOURCE = 'gmb';
const BULK_EPOCH_SHARE = 0.5;

interface Example {
  readonly tokens: readonly string[];
  readonly allowed: Uint8Array;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitTagger(options: TaggerFitOptions): Promise<FittedTagger> {
  return withPairThread(() => fit(options));
}

async function fit(options: TaggerFitOptions): Promise<FittedTagger> {
  const { out, seed, epochs, report } = options;
  const settings = { ...USUAL_SETTINGS, ...options.settings };
  const start = createRandom(seed);
  const engine = await createTapeEngine(options.engine);
  const texts = options.train.map((s) => s.tokens);
  const tagger = options.from
    ? extendTrained(options.from, texts, options.labels, start)
    : createTrainable(texts, options.labels, settings.hiddenSizes, start, { minTunedCount: settings.minTunedCount, vectors: loadWordVectors(out) });
  const { words, spec, labels, transitions } = tagger;

  const isUsable = ({ tokens }: LabelledSentence): boolean => tokens.length > 0 && tokens.length <= MAX_TOKENS;
  const examplesOf = (sentences: readonly LabelledSentence[]): Example[] =>
    sentences.filter(isUsable).map((s) => ({ tokens: s.tokens, allowed: allowedTags(s, labels) }));
  const all = examplesOf(options.train);
  const core = examplesOf(options.train.filter((s) => s.source !== BULK_SOURCE));
  const bulkEpochs = core.length === all.length ? 0 : Math.ceil(epochs * BULK_EPOCH_SHARE);
  const plan = Array.from({ length: epochs }, (_, epoch) => shuffledBatches(epoch < bulkEpochs ? all : core, (e) => e.tokens.length, BATCH_TOKENS, settings.batchSentences, start));
  const steps = plan.reduce((n, batches) => n + batches.length, 0);
  const leftOut = options.train.length - all.length;
  report(`${all.length} sentences (${leftOut} of over ${MAX_TOKENS} tokens left out), labels ${labels.join(' ')}, ${words.spec.ownWords.length} own words, ${steps} steps`);

  mkdirSync(out, { recursive: true });
  const path = join(out, TAGGER_FILE);
  const content = createHash('sha256');
  for (const { tokens, allowed } of all) content.update(JSON.stringify(tokens)).update(allowed);
  const { best, curve } = await fitNetwork({
    parameters: [...words.parameters, ...tagger.encoderParameters, transitions],
    plan,
    trainBatch: (batch, random) => ({ loss: trainBatch(batch, tagger, settings, random), units: batch.reduce((n, e) => n + e.tokens.length, 0) }),
    async judge() {
      const f1: Record<string, number> = {};
      const encoder = await engine.createEncoder(spec, 'float32');
      words.forgetCache();
      for (const [name, sentences] of Object.entries(options.development)) {
        f1[name] = (await scoreSentences(sentences, { words, encoder, labels, crf: new Crf(transitions.value) })).total().f1;
      }
      await encoder.dispose();
      return f1;
    },
    save: () => saveNetwork(path, { task: TAGGER_TASK, input: words, encoder: spec, tables: { transitions: transitions.value, temperature: Float32Array.of(1) }, labels }),
    ...{ settings, unit: 'token', out, random: start, report },
    fingerprint: JSON.stringify([seed, epochs, settings, labels, options.from?.version, content.digest('hex'), ...(options.engine ? [options.engine] : [])]),
  });
  return { network: loadNetwork(path, TAGGER_TASK), best, curve, sentences: all.length, leftOut };
}

/** Adds the gradients of one batch to the parameters. @returns summed loss */
function trainBatch(batch: readonly Example[], tagger: TrainableTagger, settings: TaggerSettings, random: Random): number {
  const { words, spec, transitions, encoderParameters } = tagger;
  const rows = batch.map(({ tokens }) => {
    return variantOf(tokens, settings.variants, random).map((token) => {
      const form = words.formOf(token);
      return random.next() < settings.forgottenWordShare ? words.withoutVector(form) : form;
    });
  });
  const time = Math.max(...rows.map((row) => row.length));
  const count = batch.length;
  const inputs = trainingInputs(words, rows, [], settings.inputDropout, random);
  const lengths = Int32Array.from(rows, (row) => row.length);
  const crf = new Crf(transitions.value);
  const width = crf.tags;
  const stepGradient = new Float32Array(transitions.value.length);
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
        const sentence = crf.gradient(emissions, allowed, stepGradient);
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
  return result.loss;
}
