// Records linked with the help of people: the pairs that teach most are asked for in rounds, and a model is learnt from the answers.
import { createRandom } from '../../../pipeline/core/random.ts';
import type { Linkage } from './link.ts';
import { mostInformative } from './most-informative.ts';
import type { PairFeatures } from './pair-features.ts';
import { createPairWeigher, trainPairModel, type PairModel, type PairTraining } from './pair-model.ts';

/** Of each pair that somebody was asked about, by its index, whether it is one record. */
export type Answers = ReadonlyMap<number, boolean>;

export interface AskOptions {
  readonly count: number;
  readonly seed: number;
  /** `active`: of each round half teach most, half are drawn; `random`: all are drawn. */
  readonly choice?: 'active' | 'random';
  readonly answer: (pair: number) => boolean;
}

const ROUND = 50;
/** Later rounds grow with what is known: a few answers more change little. */
const GROWTH = 0.25;
/** Pairs are drawn among those that the unsupervised model gives at least such log odds: below, nearly none is one. */
const DRAWN_FROM = -5;

/** @param linkage without labels. @returns answers in the order in which they were asked for */
export function askInRounds(features: PairFeatures, { pairs, patternOf }: Linkage, { count, seed, choice = 'active', answer }: AskOptions): Map<number, boolean> {
  const answers = new Map<number, boolean>();
  const drawn = createRandom(seed).shuffle([...pairs.logOdds.keys()].filter((pair) => pairs.logOdds[pair] >= DRAWN_FROM));
  const rest = createRandom(seed + 1).shuffle([...pairs.logOdds.keys()].filter((pair) => pairs.logOdds[pair] < DRAWN_FROM));
  const order = [...drawn, ...rest];
  let logOdds: ArrayLike<number> = pairs.logOdds;
  const total = Math.min(count, order.length);
  while (answers.size < total) {
    const end = Math.min(answers.size + Math.max(ROUND, Math.floor(GROWTH * answers.size)), total);
    const most = choice === 'random' ? [] : mostInformative({ ...pairs, patternOf }, logOdds, new Set(answers.keys()), Math.ceil((end - answers.size) / 2));
    for (const pair of most) answers.set(pair, answer(pair));
    for (let at = 0; answers.size < end; at++) if (!answers.has(order[at])) answers.set(order[at], answer(order[at]));
    if (choice === 'active' && answers.size < total) logOdds = weighPairs(features, order.length, learnFromAnswers(features, answers, seed).model);
  }
  return answers;
}

export function learnFromAnswers(features: PairFeatures, answers: Answers, seed: number): PairTraining {
  const pairs = [...answers.keys()].sort((x, y) => x - y);
  return trainPairModel(features.names, pairs.map((pair) => features.of(pair)), pairs.map((pair) => answers.get(pair)!), seed);
}

/** @returns natural log of the odds of each pair */
export function weighPairs(features: PairFeatures, count: number, model: PairModel): Float32Array {
  const weigh = createPairWeigher(model);
  return Float32Array.from({ length: count }, (_, pair) => weigh(features.of(pair)));
}
