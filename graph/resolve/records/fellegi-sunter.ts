// How much each comparison says for or against two records being one (Fellegi & Sunter 1969), learnt without labels by expectation
// maximisation (Winkler 1988) over the pairs that are compared; pairs that reach the same levels count as one with their number.
// Pairs that match, and those that do not, are of several latent classes (Larsen & Rubin 2001): the members of a household have an address in
// common, of which each column alone would speak for a match.
import type { Rivalry } from './rivals.ts';

/** Pairs that reach the same levels. */
export interface Pattern {
  /** Of each column its level, −1 where one of the two says nothing. */
  readonly levels: Int8Array;
  readonly count: number;
}

/** Of each column and level the share of some pairs that reach it. */
export type LevelShares = readonly Float64Array[];

/** A latent class: pairs that are alike in the same way. */
export interface LatentClass {
  /** Of the matches, or of the others. */
  readonly share: number;
  readonly levels: LevelShares;
}

export interface LinkageModel {
  readonly matches: readonly LatentClass[];
  readonly others: readonly LatentClass[];
  /** Share of the compared pairs that match; of two tables, probability that a pair does of whose records nobody wants another. */
  readonly prior: number;
}

const ITERATIONS = 200;
const SMALLEST_CHANGE = 1e-6;
/** Pairs of each level that are counted before any is seen. */
const SMOOTHING = 0.5;
/** Before anything is learnt: matches mostly reach the upper levels. */
const FIRST_PRIOR = 0.1;
/** Log odds beyond which a pair is as sure as can be. */
const SUREST = 30;
/** Of pairs that do not match. */
const CLASSES = 3;
/** Columns that have nothing in common in a pair that is no match, before anything is learnt. */
const APART = 2;
/** What sets a class apart from matches: a column in which so many of its pairs at least, and so many matches at most, have nothing in common. */
const MOSTLY_APART = 0.5;
const RARELY_APART = 0.1;
/** Pairs for each match, of those that moved. */
const FEW = 0.25;
const FIRST_MOVED = 0.1;
/** Pairs; fewer are of one class. */
const LEAST_DIVIDED = 100;

/**
 * @param levels how many each column has
 * @param rivalry where each record has one partner at most
 */
export function learnLinkage(patterns: readonly Pattern[], levels: readonly number[], rivalry?: Rivalry): LinkageModel {
  const learn = (others: readonly LatentClass[]): LinkageModel => improve(patterns, { matches: [{ share: 1, levels: highLevels(levels) }], others, prior: FIRST_PRIOR }, rivalry);
  const ofOneClass = (): LinkageModel => learn([{ share: 1, levels: lowLevels(levels) }]);
  const classes = divideByLikeness(patterns, levels);
  if (classes === undefined) return ofOneClass();
  const model = learn(classes);
  const match = averageOf(model.matches);
  const isApart = ({ levels: own }: LatentClass): boolean => own.some((shares, column) => shares[0] >= MOSTLY_APART && match[column][0] <= RARELY_APART);
  // What nothing sets apart are matches that agree less: such records are not of several classes.
  if (!model.others.every(isApart)) return ofOneClass();
  const alike = model.others.filter((latent) => areAlike(model, latent));
  if (alike.length === 0) return model;
  const moved = alike.filter(({ share }) => share * (1 - model.prior) < FEW * model.prior);
  if (moved.length === model.others.length) return model;
  if (moved.length > 0) return improve(patterns, withMatches(model, moved), rivalry);
  // As many as these are, they live together; who moved is looked for among the matches, if there are enough of those.
  if (model.prior * patterns.reduce((sum, { count }) => sum + count, 0) < LEAST_DIVIDED) return model;
  const divided = improve(patterns, withMoved(model), rivalry);
  return divided.matches[1].share < FEW ? divided : model;
}

/** Whether a class has so much in common that this alone would do for a match, as members of a household have, and one who moved with himself. */
function areAlike({ matches, others, prior }: LinkageModel, latent: LatentClass): boolean {
  const [match, rest] = [averageOf(matches), averageOf(others.filter((each) => each !== latent))];
  const inCommon = latent.levels.map((shares, column) => shares.reduce((sum, part, level) => sum + part * Math.log(match[column][level] / rest[column][level]), 0));
  return logOddsOf(inCommon.reduce((sum, weight) => sum + Math.max(0, weight), 0), prior) > 0;
}

/** With a second class of matches that agree in half of what the others agree in. */
function withMoved(model: LinkageModel): LinkageModel {
  const [levels, others] = [averageOf(model.matches), averageOf(model.others)];
  const halfway = levels.map((shares, column) => shares.map((share, level) => (share + others[column][level]) / 2));
  return { ...model, matches: [{ share: 1 - FIRST_MOVED, levels }, { share: FIRST_MOVED, levels: halfway }] };
}

/** With some of the others as matches. */
function withMatches({ matches, others, prior }: LinkageModel, moved: readonly LatentClass[]): LinkageModel {
  const scaled = (classes: readonly LatentClass[], by: number): LatentClass[] => classes.map((latent) => ({ ...latent, share: latent.share * by }));
  const sumOf = (classes: readonly LatentClass[]): number => classes.reduce((sum, { share }) => sum + share, 0);
  const all = [...scaled(matches, prior), ...scaled(moved, 1 - prior)];
  const rest = others.filter((latent) => !moved.includes(latent));
  return { matches: scaled(all, 1 / sumOf(all)), others: scaled(rest, 1 / sumOf(rest)), prior: sumOf(all) };
}

function improve(patterns: readonly Pattern[], first: LinkageModel, rivalry?: Rivalry): LinkageModel {
  const all = patterns.reduce((sum, { count }) => sum + count, 0);
  const levels = first.matches[0].levels.map(({ length }) => length);
  let model = first;
  for (let step = 0; step < ITERATIONS; step++) {
    const [matches, others] = [model.matches, model.others].map((classes) => classes.map(() => ({ pairs: SMOOTHING, levels: emptyCounts(levels) })));
    const [ofMatches, ofOthers] = [createMixture(model.matches), createMixture(model.others)];
    const odds = Float64Array.from(patterns, ({ levels: own }) => Math.exp(Math.min(SUREST, logOddsOf(ofMatches.logOf(own) - ofOthers.logOf(own), model.prior))));
    const matched = rivalry?.countMatches(odds) ?? odds.map((o, pattern) => (patterns[pattern].count * o) / (1 + o));
    patterns.forEach(({ levels: own, count }, pattern) => {
      countLevels(matches, own, ofMatches.sharesOf(own), matched[pattern]);
      countLevels(others, own, ofOthers.sharesOf(own), Math.max(0, count - matched[pattern]));
    });
    const matching = matched.reduce((a, b) => a + b, 0);
    const classesOf = (counted: readonly CountedClass[]): LatentClass[] => {
      const sum = counted.reduce((pairs, latent) => pairs + latent.pairs, 0);
      return counted.map((latent) => ({ share: latent.pairs / sum, levels: latent.levels.map(toShares) }));
    };
    const oddsBefore = rivalry?.oddsOf(matching) ?? matching / (all - matching);
    const next: LinkageModel = { matches: classesOf(matches), others: classesOf(others), prior: oddsBefore / (1 + oddsBefore) };
    const change = Math.abs(next.prior - model.prior) / next.prior;
    model = next;
    if (change < SMALLEST_CHANGE) break;
  }
  return model;
}

interface CountedClass {
  pairs: number;
  readonly levels: readonly Float64Array[];
}

function countLevels(classes: readonly CountedClass[], own: Int8Array, shares: Float64Array, pairs: number): void {
  for (let index = 0; index < classes.length; index++) {
    const [latent, part] = [classes[index], shares[index] * pairs];
    latent.pairs += part;
    for (let column = 0; column < own.length; column++) if (own[column] >= 0) latent.levels[column][own[column]] += part;
  }
}

const emptyCounts = (levels: readonly number[]): Float64Array[] => levels.map((count) => new Float64Array(count).fill(SMOOTHING));
const highLevels = (levels: readonly number[]): Float64Array[] => levels.map((count) => toShares(Float64Array.from({ length: count }, (_, level) => 4 ** level)));
const lowLevels = (levels: readonly number[]): Float64Array[] => levels.map((count) => toShares(Float64Array.from({ length: count }, (_, level) => 4 ** -level)));

function toShares(counts: Float64Array): Float64Array {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => count / sum);
}

/**
 * First classes, of pairs that have nothing in common in some columns: those with so much in common in the others that it outweighs that; the
 * rest, by how much they have in common.
 * @returns undefined where there are too few
 */
function divideByLikeness(patterns: readonly Pattern[], levels: readonly number[]): LatentClass[] | undefined {
  const [high, low] = [highLevels(levels), lowLevels(levels)];
  const apart = patterns
    .filter(({ levels: own }) => own.filter((level) => level === 0).length >= APART)
    .map((pattern, index) => {
      const likeness = pattern.levels.reduce((sum, level, column) => (level < 0 ? sum : sum + Math.log(high[column][level] / low[column][level])), 0);
      return { ...pattern, index, likeness };
    })
    .sort((x, y) => y.likeness - x.likeness || x.index - y.index);
  if (apart.reduce((sum, { count }) => sum + count, 0) < LEAST_DIVIDED) return undefined;
  const rest = apart.reduce((sum, { likeness, count }) => (likeness > 0 ? sum : sum + count), 0);
  const counts = Array.from({ length: CLASSES }, () => emptyCounts(levels));
  let before = 0;
  for (const { levels: own, count, likeness } of apart) {
    const latent = counts[likeness > 0 ? 0 : 1 + Math.floor(((CLASSES - 1) * before) / rest)];
    if (likeness <= 0) before += count;
    own.forEach((level, column) => level >= 0 && (latent[column][level] += count));
  }
  return counts.map((latent) => ({ share: 1 / CLASSES, levels: latent.map(toShares) }));
}

/** Of all pairs of some classes. */
export function averageOf(classes: readonly LatentClass[]): LevelShares {
  const all = classes.reduce((sum, { share }) => sum + share, 0);
  return classes[0].levels.map((shares, column) => shares.map((_, level) => classes.reduce((sum, latent) => sum + (latent.share / all) * latent.levels[column][level], 0)));
}

/** What a column says by itself: the natural log of the odds that each of its levels adds. */
export function weightsOf({ matches, others }: LinkageModel, column: number): Float64Array {
  const [match, other] = [averageOf(matches)[column], averageOf(others)[column]];
  return match.map((share, level) => Math.log(share / other[level]));
}

/** @returns the natural log of the odds that levels add */
export function createWeigher({ matches, others }: LinkageModel): (levels: Int8Array) => number {
  const [ofMatches, ofOthers] = [createMixture(matches), createMixture(others)];
  return (levels) => ofMatches.logOf(levels) - ofOthers.logOf(levels);
}

interface Mixture {
  /** Natural log of the probability that a pair of these classes reaches levels. */
  logOf(levels: Int8Array): number;
  /** Probability of each class, of a pair that reaches them; the same array each time. */
  sharesOf(levels: Int8Array): Float64Array;
}

function createMixture(classes: readonly LatentClass[]): Mixture {
  const logs = classes.map(({ share, levels }) => ({ share: Math.log(share), levels: levels.map((column) => column.map(Math.log)) }));
  const each = new Float64Array(classes.length);
  const logOf = (own: Int8Array): number => {
    let most = Number.NEGATIVE_INFINITY;
    for (let latent = 0; latent < logs.length; latent++) {
      const { share, levels } = logs[latent];
      let log = share;
      for (let column = 0; column < own.length; column++) if (own[column] >= 0) log += levels[column][own[column]];
      each[latent] = log;
      if (log > most) most = log;
    }
    let sum = 0;
    for (let latent = 0; latent < each.length; latent++) sum += Math.exp(each[latent] - most);
    return most + Math.log(sum);
  };
  return {
    logOf,
    sharesOf(own) {
      const log = logOf(own);
      for (let latent = 0; latent < each.length; latent++) each[latent] = Math.exp(each[latent] - log);
      return each;
    },
  };
}

export function logOddsOf(weight: number, prior: number): number {
  return weight + Math.log(prior / (1 - prior));
}
