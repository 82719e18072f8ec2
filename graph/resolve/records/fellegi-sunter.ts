// How much each comparison says for or against two records being one (Fellegi & Sunter 1969), learnt without labels by expectation
// maximisation (Winkler 1988) over the pairs that are compared; equal values that are rare say more than common ones.

export interface Comparison {
  /** Of each column its level, −1 where one of the two says nothing. */
  readonly levels: Int8Array;
  /** Of each column the share of records that have the value, where both have the same one; NaN elsewhere. */
  readonly frequencies: Float32Array;
}

export interface LinkageModel {
  /** Of each column and level the share of the pairs that match, and of those that do not, that reach it. */
  readonly match: readonly Float64Array[];
  readonly nonMatch: readonly Float64Array[];
  /** Share of the compared pairs that match. */
  readonly prior: number;
}

const ITERATIONS = 200;
const SMALLEST_CHANGE = 1e-6;
/** Pairs of each level that are counted before any is seen. */
const SMOOTHING = 0.5;
/** Before anything is learnt: matches mostly reach the upper levels. */
const FIRST_PRIOR = 0.1;

/** @param levels how many each column has */
export function learnLinkage(compared: readonly Comparison[], levels: readonly number[]): LinkageModel {
  const patterns = new Map<string, { readonly levels: Int8Array; count: number }>();
  for (const { levels: own } of compared) {
    const key = own.join();
    const known = patterns.get(key);
    if (known === undefined) patterns.set(key, { levels: own, count: 1 });
    else known.count++;
  }
  const rows = [...patterns.values()];
  const spread = (of: (level: number, count: number) => number): Float64Array[] =>
    levels.map((count) => {
      const shares = Float64Array.from({ length: count }, (_, level) => of(level, count));
      const sum = shares.reduce((a, b) => a + b, 0);
      return shares.map((share) => share / sum);
    });
  let model: LinkageModel = { match: spread((level, count) => 4 ** (level - count)), nonMatch: spread((level) => 4 ** -level), prior: FIRST_PRIOR };
  for (let step = 0; step < ITERATIONS; step++) {
    const [match, nonMatch] = [levels.map((count) => new Float64Array(count).fill(SMOOTHING)), levels.map((count) => new Float64Array(count).fill(SMOOTHING))];
    let [matching, all] = [0, 0];
    for (const { levels: own, count } of rows) {
      const p = probabilityOf(weightOf(own, model), model.prior);
      matching += count * p;
      all += count;
      own.forEach((level, column) => {
        if (level < 0) return;
        match[column]![level]! += count * p;
        nonMatch[column]![level]! += count * (1 - p);
      });
    }
    const normalise = (counts: readonly Float64Array[]): Float64Array[] => counts.map((column) => column.map((count) => count / column.reduce((a, b) => a + b, 0)));
    const next: LinkageModel = { match: normalise(match), nonMatch: normalise(nonMatch), prior: matching / all };
    const change = Math.abs(next.prior - model.prior) / next.prior;
    model = next;
    if (change < SMALLEST_CHANGE) break;
  }
  return model;
}

/** Natural log of the odds that the levels add, each column by itself. */
export function weightOf(levels: Int8Array, { match, nonMatch }: LinkageModel): number {
  let weight = 0;
  levels.forEach((level, column) => {
    if (level >= 0) weight += Math.log(match[column]![level]! / nonMatch[column]![level]!);
  });
  return weight;
}

/** The same, with what equal values say by how common they are among all records. */
export function adjustedWeight({ levels, frequencies }: Comparison, model: LinkageModel, usual: readonly number[]): number {
  let weight = weightOf(levels, model);
  frequencies.forEach((frequency, column) => {
    if (!Number.isNaN(frequency)) weight += Math.log(usual[column]! / frequency);
  });
  return weight;
}

export function logOddsOf(weight: number, prior: number): number {
  return weight + Math.log(prior / (1 - prior));
}

export function probabilityOf(weight: number, prior: number): number {
  return 1 / (1 + Math.exp(-logOddsOf(weight, prior)));
}
