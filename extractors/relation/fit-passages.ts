// Trains the model that reads passages from labelled ones.
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { withPairThread } from '../engine/lstm-pair.ts';
import { encoderGradients } from '../engine/tape-encoder.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import { createParameter, type Parameter } from '../network/parameters.ts';
import { dropoutMask, shuffledBatches, trainingInputs } from '../network/training.ts';
import { createWordInput, type WordInput } from '../network/word-input.ts';
import { fitCalibration } from './calibrate.ts';
import { toLearn } from './datasets.ts';
import { fit, type FitOptions, type Learner, type FitReport } from './fit.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import { createPairHead, PAIR_HEAD_NAMES, PAIR_SIZE, scorePairs, TOKEN_OUTPUTS, type PairHeadWeights } from './pair-head.ts';
import { ROLES, structureOf, type PassageStructure } from './passage.ts';
import { classifyPassages, PASSAGE_TASK, ROLE_SIZE, UNCALIBRATED } from './passage-model.ts';
import { joinPassages, readingsOf, type Reading } from './readings.ts';
import { PASSAGES_FILE } from './relation-reader.ts';

const HIDDEN = 160;
const BATCH_TOKENS = 1000;
const BATCH_PASSAGES = 24;
const INPUT_DROPOUT = 0.4;
const STATE_DROPOUT = 0.4;
const PAIR_DROPOUT = 0.3;
const FORGOTTEN_WORD_SHARE = 0.05;

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

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function fitPassages(options: FitOptions): Promise<FitReport> {
  return withPairThread(() => {
    const random = createRandom(options.seed);
    return fit(createLearner(options, random), options, random);
  });
}

function createLearner({ train: given, hidden = HIDDEN }: FitOptions, random: Random): Learner<readonly Reading[]> {
  const train = given.map(toLearn);
  const labels = [...new Set(train.flatMap(({ relations }) => relations.map(({ label }) => label)))].sort();
  const labelIds = new Map(labels.map((label, id) => [label, id]));
  const passages = train.filter((passage) => passage.clusters.length > 1);
  const words = createWordInput(train.map(({ tokens }) => tokens), random);
  const roles = createParameter(Float32Array.from({ length: ROLES * ROLE_SIZE }, () => random.normal() * 0.3), ROLE_SIZE);
  const spec = createEncoderSpec({ inputSize: words.size + ROLE_SIZE, hiddenSizes: [hidden], head: { kind: 'tokens' }, outputs: TOKEN_OUTPUTS }, random);
  const head = createPairHead(labels.length, random);
  const weights = Object.fromEntries(PAIR_HEAD_NAMES.map((name) => [name, head[name].value])) as PairHeadWeights;
  const encoderParameters = parametersOf(spec);
  const tokensOf = ([passage, other]: Reading): number => passage.tokens.length + (other?.tokens.length ?? 0);
  return {
    file: PASSAGES_FILE,
    labels,
    parameters: [...words.parameters, roles, ...encoderParameters, ...Object.values(head)],
    batches: (random_) => shuffledBatches(readingsOf(passages, random_), tokensOf, BATCH_TOKENS, BATCH_PASSAGES, random_),
    trainBatch(batch) {
      const examples = batch.map((read) => exampleOf(read, labelIds)).filter(({ structure }) => structure.heads.length > 0);
      return examples.length === 0 ? 0 : trainBatch(examples, words, roles, spec, encoderParameters, head, weights, random);
    },
    settle: () => words.forgetCache(),
    network: (calibration, threshold) => ({
      task: PASSAGE_TASK,
      input: words,
      encoder: spec,
      tables: { roles: roles.value, ...weights, calibration: Float32Array.from(calibration), threshold: Float32Array.of(threshold) },
      labels,
    }),
    uncalibrated: UNCALIBRATED,
    calibrate: (ranked) =>
      [true, false].flatMap((within) => fitCalibration(ranked.filter(({ relation }) => relation.withinSentence === within).map(({ relation, correct }) => ({ score: relation.score, isRight: correct })))),
    predict: classifyPassages,
  };
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
