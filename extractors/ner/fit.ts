// One training run of a tagger: epochs over labelled sentences, the best one kept, a checkpoint after each to go on from.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { createTapeEngine } from '../engine/tape-engine.ts';
import { openCheckpoint } from '../network/checkpoint.ts';
import { loadNetwork, saveNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { updateWithAdam, type Parameter } from '../network/parameters.ts';
import { AveragedWeights, dropoutMask, learningRateAt, shuffledBatches, trainingInputs } from '../network/training.ts';
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
  readonly report: (line: string) => void;
}

/** What a training can be tuned by. */
export interface TaggerSettings {
  /** One number a BiLSTM layer, each a multiple of 8; of a fresh tagger only. */
  readonly hiddenSizes: readonly number[];
  readonly learningRate: number;
  readonly batchSentences: number;
  readonly inputDropout: number;
  readonly stateDropout: number;
  readonly variants: VariantShares;
  /** Share of the words seen without their vector. */
  readonly forgottenWordShare: number;
  /** Words of the shared vectors get a vector of their own, tuned in training, from this count on; words missing there from 3 on. */
  readonly minTunedCount: number;
  readonly averageDecay: number;
  /** Training ends when so many epochs in a row were no better, once it has found anything. */
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
  minTunedCount: 3,
  averageDecay: 0.9995,
  patience: 5,
};

export interface EpochReport {
  readonly epoch: number;
  /** Mean loss a token, natural log. */
  readonly loss: number;
  /** F1 in percent by development set. */
  readonly f1: Readonly<Record<string, number>>;
}

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
const MAX_GRADIENT_NORM = 5;
const REPORT_STEPS = 200;
/** The bulk set, tagged by machine, helps early; the last epochs see only what people checked. */
const BULK_SOURCE = 'gmb';
const BULK_EPOCH_SHARE = 0.5;

interface Example {
  readonly tokens: readonly string[];
  readonly allowed: Uint8Array;
}

interface Progress {
  readonly step: number;
  readonly random: number;
  readonly curve: readonly EpochReport[];
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitTagger(options: TaggerFitOptions): Promise<FittedTagger> {
  return withPairThread(() => fit(options));
}

async function fit(options: TaggerFitOptions): Promise<FittedTagger> {
  const { out, seed, epochs, report } = options;
  const settings = { ...USUAL_SETTINGS, ...options.settings };
  const start = createRandom(seed);
  const engine = await createTapeEngine('wasm');
  const texts = options.train.map((s) => s.tokens);
  const tagger = options.from
    ? extendTrained(options.from, texts, options.labels, start)
    : createTrainable(texts, options.labels, settings.hiddenSizes, start, { minTunedCount: settings.minTunedCount, vectors: loadWordVectors(out) });
  const { words, spec, labels, transitions } = tagger;
  const parameters: readonly Parameter[] = [...words.parameters, ...tagger.encoderParameters, transitions];
  const average = new AveragedWeights(parameters, settings.averageDecay);

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
  const fingerprint = JSON.stringify([seed, epochs, settings, labels, options.from?.version, content.digest('hex')]);
  const checkpoint = openCheckpoint<Progress>(out, fingerprint, parameters, average);
  const restored = checkpoint.restore();
  if (restored) report(`going on after epoch ${restored.curve.length} of an earlier run`);
  const random = createRandom(restored?.random ?? start.state);
  const curve: EpochReport[] = [...(restored?.curve ?? [])];
  let step = restored?.step ?? 0;

  const scoreOf = ({ epoch, f1 }: EpochReport): number => Object.values(f1)[0] ?? epoch;
  const bestOf = (reports: readonly EpochReport[]): EpochReport => reports.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a));
  while (curve.length < epochs) {
    const epoch = curve.length + 1;
    if (epoch > 1 && scoreOf(bestOf(curve)) > 0 && epoch - 1 - bestOf(curve).epoch >= settings.patience) {
      report(`no better for ${settings.patience} epochs: ended`);
      break;
    }
    let loss = 0;
    let tokens = 0;
    const started = Date.now();
    const firstStep = step;
    for (const batch of plan[epoch - 1]!) {
      step++;
      loss += trainBatch(batch, tagger, settings, random);
      tokens += batch.reduce((n, e) => n + e.tokens.length, 0);
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, settings.learningRate), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % REPORT_STEPS === 0) {
        const rate = tokens / ((Date.now() - started) / 1000);
        const left = ((steps - step) * (Date.now() - started)) / (step - firstStep) / 60_000;
        report(`step ${step}/${steps}  loss ${(loss / tokens).toFixed(4)} a token  ${rate.toFixed(0)} tokens/s  about ${Math.ceil(left)} min left`);
      }
    }
    await average.during(async () => {
      const f1: Record<string, number> = {};
      const encoder = await engine.createEncoder(spec, 'float32');
      words.forgetCache();
      for (const [name, sentences] of Object.entries(options.development)) {
        f1[name] = (await scoreSentences(sentences, { words, encoder, labels, crf: new Crf(transitions.value) })).total().f1;
      }
      await encoder.dispose();
      report(`epoch ${epoch}: ${Object.entries(f1).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}`);
      curve.push({ epoch, loss: loss / tokens, f1 });
      if (bestOf(curve).epoch === epoch) {
        saveNetwork(path, { task: TAGGER_TASK, input: words, encoder: spec, tables: { transitions: transitions.value, temperature: Float32Array.of(1) }, labels });
      }
    });
    checkpoint.save({ step, random: random.state, curve });
  }
  checkpoint.remove();
  return { network: loadNetwork(path, TAGGER_TASK), best: bestOf(curve), curve, sentences: all.length, leftOut };
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
  const total = rows.reduce((n, row) => n + row.length, 0);
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
  if (!Number.isFinite(result.loss)) throw new Error(`the loss of a batch of ${total} tokens is not a number`);
  return result.loss;
}
