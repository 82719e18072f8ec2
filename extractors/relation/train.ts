// Trains a relation classifier from sentences with labelled pairs: reproducible from its seed, the best epoch kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../pipeline/core/ids.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { createTapeEngine } from '../engine/tape-engine.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { saveNetwork, type Network } from '../network/model-file.ts';
import { createParameter, updateWithAdam, type Parameter } from '../network/parameters.ts';
import { AveragedWeights, dropoutMask, learningRateAt, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { admittedOutputs, argumentPairs, DISTANCES, PAIR_OUTPUTS, PAIR_POOLS, pairFeatures, ROLES, type ArgumentPair, type PairFeatures } from './argument-pairs.ts';
import { readRelationMix } from './datasets.ts';
import type { LabelledPairSentence } from './labelled-pairs.ts';
import { classifySentences, DISTANCE_SIZE, poolMasks, RELATION_TASK, ROLE_SIZE } from './relation-model.ts';
import { bestThreshold, scoreRelations } from './relation-scores.ts';
import { PREDICATES } from './schema.ts';

export interface RelationFitOptions {
  readonly train: readonly LabelledPairSentence[];
  /** Decides which epoch is kept and which threshold: sentences of documents that are not trained on. */
  readonly validation: readonly LabelledPairSentence[];
  /** Only reported. */
  readonly development: Readonly<Record<string, readonly LabelledPairSentence[]>>;
  /** Folder for relation.safetensors and relation.training.json. */
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly learningRate?: number;
  readonly report: (line: string) => void;
}

export interface RelationTrainingReport {
  readonly bestEpoch: number;
  readonly threshold: number;
  /** F1 in percent by set, of the kept epoch. */
  readonly f1: Readonly<Record<string, number>>;
  readonly pairs: number;
  readonly seconds: number;
}

const HIDDEN = 128;
const BATCH_TOKENS = 1400;
const BATCH_PAIRS = 64;
const INPUT_DROPOUT = 0.3;
const STATE_DROPOUT = 0.3;
const FORGOTTEN_WORD_SHARE = 0.05;
const AVERAGE_DECAY = 0.999;
const MAX_GRADIENT_NORM = 5;
/** Of the pairs in no relation, this share is seen in an epoch. */
const NEGATIVE_SHARE = 0.4;
/** Loss weight of a pair that nobody marked as unrelated, in a set that does not annotate every predicate. */
const UNMARKED_WEIGHT = 0.35;
const LEAST_PROBABILITY = 0.1;

interface Example {
  readonly tokens: readonly string[];
  readonly pair: ArgumentPair;
  readonly features: PairFeatures;
  /** float32 [outputs] */
  readonly targets: Float32Array;
  readonly weights: Float32Array;
  readonly positive: boolean;
}

function examplesOf(sentences: readonly LabelledPairSentence[], annotated: ReadonlyMap<string, ReadonlySet<string>>): Example[] {
  return sentences.flatMap((sentence) => {
    const { tokens, mentions } = sentence;
    const set = annotated.get(sentence.source)!;
    return argumentPairs(mentions, tokens.length).map((pair): Example => {
      const admitted = admittedOutputs(mentions[pair.first]!.label, mentions[pair.second]!.label);
      const holds = (list: readonly (readonly [number, number, string])[], output: number): boolean => {
        const [head, tail] = output < PREDICATES.length ? [pair.first, pair.second] : [pair.second, pair.first];
        const { name } = PREDICATES[output % PREDICATES.length]!;
        return list.some(([h, t, p]) => h === head && t === tail && p === name);
      };
      const positives = sentence.relations.map((r) => [r.head, r.tail, r.predicate] as const);
      const targets = Float32Array.from(admitted, (_, output) => (holds(positives, output) ? 1 : 0));
      const positive = targets.includes(1);
      const weights = Float32Array.from(admitted, (allowed, output) => {
        if (!allowed) return 0;
        if (targets[output] || sentence.complete || holds(sentence.negatives, output)) return sentence.weight;
        if (!set.has(PREDICATES[output % PREDICATES.length]!.name)) return 0;
        return sentence.weight * (positive ? 1 : UNMARKED_WEIGHT);
      });
      return { tokens, pair, features: pairFeatures(pair, mentions), targets, weights, positive };
    });
  });
}

/** Predicates that a source annotates: those with a relation or a marked negative. */
function annotatedPredicates(sentences: readonly LabelledPairSentence[]): Map<string, Set<string>> {
  const annotated = new Map<string, Set<string>>();
  for (const { source, relations, negatives } of sentences) {
    const set = annotated.get(source) ?? new Set();
    annotated.set(source, set);
    for (const r of relations) set.add(r.predicate);
    for (const [, , predicate] of negatives) set.add(predicate);
  }
  return annotated;
}

export interface RelationTrainingOptions {
  /** Folder with one subfolder a data set, as `readRelationMix` wants it. */
  readonly data: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly report: (line: string) => void;
}

/** Trains on the mix the shipped model is made of; every sixteenth KnowledgeNet document of the training part validates. */
export async function trainRelations(options: RelationTrainingOptions): Promise<RelationTrainingReport> {
  const mix = await readRelationMix(options.data, createRandom(options.seed));
  const validates = (s: LabelledPairSentence): boolean => s.source === 'knowledgenet' && digestOf(s.document).startsWith('0');
  return fitRelations({
    ...options,
    train: mix.train.filter((s) => !validates(s)),
    validation: mix.train.filter(validates),
    development: { heldOut: mix.heldOut, redocredTest: mix.development },
  });
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitRelations(options: RelationFitOptions): Promise<RelationTrainingReport> {
  return withPairThread(() => fit(options));
}

async function fit(options: RelationFitOptions): Promise<RelationTrainingReport> {
  const started = Date.now();
  const random = createRandom(options.seed);
  const engine = await createTapeEngine('wasm');
  const words = createWordInput(options.train.map((s) => s.tokens), random);
  const gaussian = (rows: number, size: number): Parameter => createParameter(Float32Array.from({ length: rows * size }, () => random.normal() * 0.3), size);
  const sides = { roles: gaussian(ROLES, ROLE_SIZE), firstDistances: gaussian(DISTANCES, DISTANCE_SIZE), secondDistances: gaussian(DISTANCES, DISTANCE_SIZE) };
  const inputSize = words.size + ROLE_SIZE + 2 * DISTANCE_SIZE;
  const spec = createEncoderSpec({ inputSize, hiddenSizes: [HIDDEN], head: { kind: 'pooled', pools: PAIR_POOLS }, outputs: PAIR_OUTPUTS }, random);
  spec.outputBias.fill(-2);
  const encoderParameters = parametersOf(spec);
  const parameters = [...words.parameters, ...Object.values(sides), ...encoderParameters];
  const average = new AveragedWeights(parameters, AVERAGE_DECAY);
  const network = (threshold: number): Network => ({
    task: RELATION_TASK,
    input: words,
    encoder: spec,
    tables: { ...Object.fromEntries(Object.entries(sides).map(([name, p]) => [name, p.value])), threshold: Float32Array.of(threshold) },
    labels: PREDICATES.map((p) => p.name),
  });

  const examples = examplesOf(options.train, annotatedPredicates(options.train));
  const epochs = Array.from({ length: options.epochs }, () => {
    const kept = examples.filter((e) => e.positive || random.next() < NEGATIVE_SHARE);
    return shuffledBatches(kept, (e) => e.features.roles.length, BATCH_TOKENS, BATCH_PAIRS, random);
  });
  const steps = epochs.reduce((n, batches) => n + batches.length, 0);
  options.report(`${examples.length} pairs, ${examples.filter((e) => e.positive).length} related, ${steps} steps`);

  let step = 0;
  let best = { epoch: 0, score: -1, threshold: 0.5, f1: {} as Record<string, number> };
  for (const [epoch, batches] of epochs.entries()) {
    let loss = 0;
    for (const batch of batches) {
      step++;
      loss += trainBatch(batch, words, sides, spec, encoderParameters, random);
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, options.learningRate ?? 1.5e-3), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % 200 === 0) options.report(`step ${step}/${steps}  loss ${(loss / 200).toFixed(4)} a batch`);
      if (step % 200 === 0) loss = 0;
    }
    await average.during(async () => {
      words.forgetCache();
      const encoder = await engine.createEncoder(spec, 'float32');
      const { threshold, f1: score } = bestThreshold(options.validation, await classifySentences(options.validation, network(0.5), encoder, LEAST_PROBABILITY));
      const f1: Record<string, number> = { validation: score };
      for (const [name, sentences] of Object.entries(options.development)) {
        f1[name] = scoreRelations(sentences, await classifySentences(sentences, network(threshold), encoder, threshold)).total().f1;
      }
      await encoder.dispose();
      options.report(`epoch ${epoch + 1}: threshold ${threshold.toFixed(3)}  ${Object.entries(f1).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}`);
      if (score > best.score) {
        best = { epoch: epoch + 1, score, threshold, f1 };
        saveNetwork(join(options.out, 'relation.safetensors'), network(threshold));
      }
    });
  }
  const report = { bestEpoch: best.epoch, threshold: best.threshold, f1: best.f1, pairs: examples.length, seconds: (Date.now() - started) / 1000 };
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'relation.training.json'), `${JSON.stringify({ seed: options.seed, epochs: options.epochs, ...report }, null, 2)}\n`);
  return report;
}

type Sides = Readonly<Record<'roles' | 'firstDistances' | 'secondDistances', Parameter>>;

/** Adds the gradients of one batch to the parameters. @returns mean loss of a pair */
function trainBatch(batch: readonly Example[], words: WordInput, sides: Sides, spec: EncoderSpec, encoder: readonly Parameter[], random: Random): number {
  const count = batch.length;
  const time = Math.max(...batch.map((e) => e.features.roles.length));
  const rows = batch.map(({ tokens, pair }) =>
    tokens.slice(pair.from, pair.to).map((token) => {
      const form = words.formOf(token);
      return random.next() < FORGOTTEN_WORD_SHARE ? words.withoutVector(form) : form;
    }),
  );
  const sideInputs = (Object.keys(sides) as (keyof Sides)[]).map((name) => {
    const ids = new Int32Array(time * count);
    batch.forEach(({ features }, b) => features[name].forEach((id, t) => (ids[t * count + b] = id)));
    return { table: sides[name], ids };
  });
  const inputs = trainingInputs(words, rows, sideInputs, INPUT_DROPOUT, random);
  const result = encoderGradients(
    spec,
    { inputs: inputs.inputs, time, batch: count, lengths: Int32Array.from(rows, (row) => row.length), masks: poolMasks(batch.map((e) => e.features), time) },
    (scores) => {
      const gradient = new Float32Array(scores.length);
      let loss = 0;
      batch.forEach(({ targets, weights }, b) => {
        for (let output = 0; output < PAIR_OUTPUTS; output++) {
          const weight = weights[output]!;
          if (weight === 0) continue;
          const score = scores[b * PAIR_OUTPUTS + output]!;
          const target = targets[output]!;
          loss += weight * (Math.max(score, 0) - score * target + Math.log1p(Math.exp(-Math.abs(score))));
          gradient[b * PAIR_OUTPUTS + output] = (weight * (1 / (1 + Math.exp(-score)) - target)) / count;
        }
      });
      return { loss: loss / count, gradient };
    },
    dropoutMask(count * 2 * HIDDEN, STATE_DROPOUT, random),
  );
  inputs.accumulate(result.inputs);
  encoder.forEach((p, index) => p.gradient.set(result.weights[index]!));
  return result.loss;
}
