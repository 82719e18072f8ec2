// How much each comparison says for or against two records being one (Fellegi & Sunter 1969), learnt without labels by expectation
// maximisation (Winkler 1988) over the pairs that are compared; pairs that reach the same levels count as one with their number.
// Departs from them in that some matches have changed in much at once, as persons do who moved: columns alone would call each of those proof.
import type { Rivalry } from './rivals.ts';

/** Pairs that reach the same levels. */
export interface Pattern {
  /** Of each column its level, −1 where one of the two says nothing. */
  readonly levels: Int8Array;
  readonly count: number;
}

export interface LinkageModel {
  /** Of each column and level the share of the pairs that match, and of those that do not, that reach it. */
  readonly match: readonly Float64Array[];
  readonly nonMatch: readonly Float64Array[];
  /** Share of the compared pairs that match; of two tables, probability that a pair does of whose records nobody wants another. */
  readonly prior: number;
  /** Share of the matches that have changed. */
  readonly changed: number;
}

const ITERATIONS = 200;
const SMALLEST_CHANGE = 1e-6;
/** Pairs of each level that are counted before any is seen. */
const SMOOTHING = 0.5;
/** Before anything is learnt: matches mostly reach the upper levels. */
const FIRST_PRIOR = 0.1;
/** Log odds beyond which a pair is as sure as can be. */
const SUREST = 30;
const FIRST_CHANGED = 0.1;
/** Of a match that has changed, the share of the columns that are still as in a match; the others are as in any two records. */
const UNCHANGED = 0.5;

/**
 * @param levels how many each column has
 * @param rivalry where each record has one partner at most
 */
export function learnLinkage(patterns: readonly Pattern[], levels: readonly number[], rivalry?: Rivalry): LinkageModel {
  const spread = (of: (level: number, count: number) => number): Float64Array[] =>
    levels.map((count) => {
      const shares = Float64Array.from({ length: count }, (_, level) => of(level, count));
      const sum = shares.reduce((a, b) => a + b, 0);
      return shares.map((share) => share / sum);
    });
  let model: LinkageModel = { match: spread((level, count) => 4 ** (level - count)), nonMatch: spread((level) => 4 ** -level), prior: FIRST_PRIOR, changed: FIRST_CHANGED };
  for (let step = 0; step < ITERATIONS; step++) {
    const [match, nonMatch] = [levels.map((count) => new Float64Array(count).fill(SMOOTHING)), levels.map((count) => new Float64Array(count).fill(SMOOTHING))];
    let [matching, changing, all] = [0, 0, 0];
    const weigh = createWeigher(model);
    const weighed = patterns.map(({ levels: own }) => weigh(own));
    const odds = Float64Array.from(weighed, ({ weight }) => Math.exp(Math.min(SUREST, logOddsOf(weight, model.prior))));
    const matches = rivalry?.countMatches(odds) ?? odds.map((o, pattern) => (patterns[pattern].count * o) / (1 + o));
    for (const [pattern, { levels: own, count }] of patterns.entries()) {
      const [matched, { changed }] = [matches[pattern], weighed[pattern]];
      matching += matched;
      changing += matched * changed;
      all += count;
      for (let column = 0; column < own.length; column++) {
        const level = own[column];
        if (level < 0) continue;
        const still = UNCHANGED * model.match[column][level];
        const kept = matched * (1 - changed + (changed * still) / (still + (1 - UNCHANGED) * model.nonMatch[column][level]));
        match[column][level] += kept;
        nonMatch[column][level] += Math.max(0, count - kept);
      }
    }
    const normalise = (counts: readonly Float64Array[]): Float64Array[] =>
      counts.map((column) => {
        const sum = column.reduce((a, b) => a + b, 0);
        return column.map((count) => count / sum);
      });
    const oddsBefore = rivalry?.oddsOf(matching) ?? matching / (all - matching);
    const next: LinkageModel = { match: normalise(match), nonMatch: normalise(nonMatch), prior: oddsBefore / (1 + oddsBefore), changed: changing / matching };
    const change = Math.abs(next.prior - model.prior) / next.prior;
    model = next;
    if (change < SMALLEST_CHANGE) break;
  }
  return model;
}

/** @returns the natural log of the odds that levels add, and the probability that a match that reaches them has changed */
export function createWeigher({ match, nonMatch, changed }: LinkageModel): (levels: Int8Array) => { readonly weight: number; readonly changed: number } {
  const whole = match.map((shares, column) => shares.map((share, level) => Math.log(share / nonMatch[column][level])));
  const partly = match.map((shares, column) => shares.map((share, level) => Math.log(1 - UNCHANGED + (UNCHANGED * share) / nonMatch[column][level])));
  return (levels) => {
    let [x, y] = [Math.log1p(-changed), Math.log(changed)];
    for (let column = 0; column < levels.length; column++) {
      if (levels[column] < 0) continue;
      x += whole[column][levels[column]];
      y += partly[column][levels[column]];
    }
    const most = Math.max(x, y);
    return { weight: most + Math.log(Math.exp(x - most) + Math.exp(y - most)), changed: 1 / (1 + Math.exp(x - y)) };
  };
}

export function logOddsOf(weight: number, prior: number): number {
  return weight + Math.log(prior / (1 - prior));
}

export function probabilityOf(weight: number, prior: number): number {
  return 1 / (1 + Math.exp(-logOddsOf(weight, prior)));
}
