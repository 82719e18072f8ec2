// Trains the model that reads pairs from labelled passages, sentence by sentence.
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { createParameter, type Parameter } from '../network/parameters.ts';
import { dropoutMask, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { ASKABLE_SIZE, askableIndex, argumentPairs, PAIR_POOLS, pairFeatures, ROLES, type ArgumentPair, type PairFeatures } from './argument-pairs.ts';
import { fitCalibration } from './calibrate.ts';
import { toLearn } from './datasets.ts';
import { fit, type FitOptions, type FitReport, type Learner } from './fit.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import { otherOrder } from './orderings.ts';
import { DISTANCE_SIZE, PAIR_TASK, poolMasks, relatePassages, ROLE_SIZE } from './pair-model.ts';
import { DISTANCES } from './passage.ts';
import { splitPassage } from './readings.ts';
import { PAIRS_FILE } from './relation-reader.ts';

const HIDDEN = 128;
const BATCH_TOKENS = 1400;
const BATCH_PAIRS = 64;
const INPUT_DROPOUT = 0.4;
const STATE_DROPOUT = 0.4;
const FORGOTTEN_WORD_SHARE = 0.05;
/** Of the pairs in no relation, this share is seen in an epoch. */
const NEGATIVE_SHARE = 0.4;
/** Pairs of mention labels are asked about from so many labelled relations on. */
const LEAST_ASKABLE = 3;
/** Before an output has learnt anything: about one pair in eight stands in it. */
const FIRST_BIAS = -2;

interface Example {
  readonly tokens: readonly string[];
  readonly pair: ArgumentPair;
  readonly features: PairFeatures;
  /** Of the two mentions. */
  readonly labels: readonly [first: string, second: string];
  /** Share of the epochs that see it. */
  readonly weight: number;
  readonly related: boolean;
  /** Outputs of the labels that the set annotates, and how surely a pair not marked with one of them is a negative. */
  readonly annotated: Int32Array;
  readonly completeness: number;
  /** What the labels say of single outputs. */
  readonly marked: readonly { readonly output: number; readonly target: number; readonly weight: number }[];
}

function examplesOf(passages: readonly LabelledPassage[], labelIds: ReadonlyMap<string, number>): Example[] {
  const annotatedOutputs = new Map<ReadonlySet<string>, Int32Array>();
  const outputsOf = (annotated: ReadonlySet<string>): Int32Array => {
    const ids = [...annotated].flatMap((label) => labelIds.get(label) ?? []);
    return Int32Array.from([...ids, ...ids.map((id) => id + labelIds.size)]);
  };
  return passages.flatMap((passage) => {
    const { tokens, mentions, clusters, weight, completeness } = passage;
    const annotated = annotatedOutputs.get(passage.annotated) ?? outputsOf(passage.annotated);
    annotatedOutputs.set(passage.annotated, annotated);
    const clusterOf = new Int32Array(mentions.length).fill(-1);
    clusters.forEach((cluster, c) => cluster.forEach((mention) => (clusterOf[mention] = c)));
    const said = new Map<string, Map<number, { output: number; target: number; weight: number }>>();
    const mark = (head: number, tail: number, name: string, target: number, own: number): void => {
      const label = labelIds.get(name);
      if (label === undefined) return;
      for (const [key, output] of [[`${head} ${tail}`, label], [`${tail} ${head}`, label + labelIds.size]] as const) {
        said.set(key, (said.get(key) ?? new Map()).set(output, { output, target, weight: own }));
      }
    };
    for (const [head, tail, label] of passage.negatives) mark(head, tail, label, 0, 1);
    for (const [head, tail, label] of passage.unknown) mark(head, tail, label, 0, 0);
    for (const { head, tail, label, probability = 1 } of passage.relations) mark(head, tail, label, probability, 1);
    return argumentPairs(mentions, tokens.length).flatMap((pair): Example[] => {
      const [first, second] = [clusterOf[pair.first]!, clusterOf[pair.second]!];
      if (first < 0 || second < 0 || first === second) return [];
      const marked = [...(said.get(`${first} ${second}`)?.values() ?? [])];
      const related = marked.some(({ target, weight: own }) => own > 0 && target > 0.5);
      return [{ tokens, pair, features: pairFeatures(pair, mentions), labels: [mentions[pair.first]!.label, mentions[pair.second]!.label], weight, related, annotated, completeness: related ? 1 : completeness, marked }];
    });
  });
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitPairs(options: FitOptions): Promise<FitReport> {
  return withPairThread(() => {
    const random = createRandom(options.seed);
    return fit(createLearner(options, random), options, random);
  });
}

function createLearner({ train, hidden = HIDDEN }: FitOptions, random: Random): Learner<readonly Example[]> {
  const sentences = train
    .map(toLearn)
    .flatMap((passage) => (passage.sentences.length > 1 ? splitPassage(passage, 1) : [passage]))
    .flatMap((sentence) => [sentence, ...otherOrder(sentence)]);
  const labels = [...new Set(sentences.flatMap(({ relations }) => relations.map(({ label }) => label)))].sort();
  const words = createWordInput(sentences.map(({ tokens }) => tokens), random);
  const gaussian = (rows: number, size: number): Parameter => createParameter(Float32Array.from({ length: rows * size }, () => random.normal() * 0.3), size);
  const sides = { roles: gaussian(ROLES, ROLE_SIZE), firstDistances: gaussian(DISTANCES, DISTANCE_SIZE), secondDistances: gaussian(DISTANCES, DISTANCE_SIZE) };
  const inputSize = words.size + ROLE_SIZE + 2 * DISTANCE_SIZE;
  const spec = createEncoderSpec({ inputSize, hiddenSizes: [hidden], head: { kind: 'pooled', pools: PAIR_POOLS }, outputs: 2 * labels.length }, random);
  spec.outputBias.fill(FIRST_BIAS);
  const encoderParameters = parametersOf(spec);
  const askable = askableOf(sentences);
  const examples = examplesOf(sentences, new Map(labels.map((label, id) => [label, id]))).filter((example) => example.related || askable[askableIndex(...example.labels)] === 1);
  return {
    file: PAIRS_FILE,
    labels,
    parameters: [...words.parameters, ...Object.values(sides), ...encoderParameters],
    batches(random_) {
      const kept = examples.filter(({ related, weight }) => random_.next() < weight * (related ? 1 : NEGATIVE_SHARE));
      return shuffledBatches(kept, ({ features }) => features.roles.length, BATCH_TOKENS, BATCH_PAIRS, random_);
    },
    trainBatch: (batch) => trainBatch(batch, words, sides, spec, encoderParameters, random),
    settle: () => words.forgetCache(),
    network: (calibration) => ({
      task: PAIR_TASK,
      input: words,
      encoder: spec,
      tables: { ...Object.fromEntries(Object.entries(sides).map(([name, p]) => [name, p.value])), askable, calibration: Float32Array.from(calibration) },
      labels,
    }),
    uncalibrated: [1, 0],
    calibrate: (ranked) => fitCalibration(ranked.map(({ relation, correct }) => ({ score: relation.score, isRight: correct }))),
    predict: relatePassages,
  };
}

/** Which pairs of mention labels, in the order of the text, the data relate. */
function askableOf(passages: readonly LabelledPassage[]): Float32Array {
  const counts = new Float32Array(ASKABLE_SIZE);
  for (const { mentions, clusters, relations } of passages) {
    for (const { head, tail } of relations) {
      const [a, b] = [mentions[clusters[head]![0]!]!, mentions[clusters[tail]![0]!]!];
      counts[a.start <= b.start ? askableIndex(a.label, b.label) : askableIndex(b.label, a.label)]!++;
    }
  }
  return counts.map((count) => (count >= LEAST_ASKABLE ? 1 : 0));
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
  const outputs = spec.outputBias.length;
  const result = encoderGradients(
    spec,
    { inputs: inputs.inputs, time, batch: count, lengths: Int32Array.from(rows, (row) => row.length), masks: poolMasks(batch.map((e) => e.features), time) },
    (scores) => {
      const gradient = new Float32Array(scores.length);
      let loss = 0;
      batch.forEach(({ annotated, completeness, marked }, b) => {
        const add = (output: number, target: number, weight: number): void => {
          const score = scores[b * outputs + output]!;
          loss += weight * (Math.max(score, 0) - score * target + Math.log1p(Math.exp(-Math.abs(score))));
          gradient[b * outputs + output]! += (weight * (1 / (1 + Math.exp(-score)) - target)) / count;
        };
        // All annotated labels as negatives first; what is marked takes that back and says its own.
        for (const output of annotated) add(output, 0, completeness);
        for (const { output, target, weight } of marked) {
          if (annotated.includes(output)) add(output, 0, -completeness);
          add(output, target, weight);
        }
      });
      return { loss: loss / count, gradient };
    },
    dropoutMask(count * 2 * spec.layers.at(-1)!.hiddenSize, STATE_DROPOUT, random),
  );
  inputs.accumulate(result.inputs);
  encoder.forEach((p, index) => p.gradient.set(result.weights[index]!));
  return result.loss;
}
