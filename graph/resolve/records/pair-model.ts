// A model of whether two records are one, learnt from labelled pairs: logistic regression that starts from what the unsupervised model says
// and departs from it as far as the labels bear out, then small trees on top; how far is chosen by cross-validation among the labels.
import { createRandom } from '../../../pipeline/core/random.ts';
import { boostTrees, valueOfTree, type Tree } from './boosted-trees.ts';

export interface PairModel {
  readonly features: readonly string[];
  /** Features are centred and divided by these before they are weighed; the first, log odds, are left as they are. */
  readonly means: readonly number[];
  readonly scales: readonly number[];
  /** One for each feature, and at last that of no feature. */
  readonly weights: readonly number[];
  readonly trees: readonly Tree[];
}

/** What cross-validation chose, and the log loss of labels that were held out, in nats. */
export interface PairTraining {
  readonly model: PairModel;
  readonly ridge: number;
  readonly trees: number;
  readonly heldOutLoss: number;
}

const RIDGES = [0.3, 1, 3, 10, 30, 100] as const;
const TREES = [0, 20, 40, 80] as const;
const FOLDS = 5;
const BOOSTING = { depth: 3, rate: 0.1, ridge: 4, leastExamples: 5 };
const STEPS = 25;

/**
 * @param features of each pair; the first are the log odds of the unsupervised model
 * @param seed of the folds
 */
export function trainPairModel(names: readonly string[], features: readonly Float64Array[], labels: readonly boolean[], seed: number): PairTraining {
  const folds = foldsOf(labels, seed);
  const parts = Array.from({ length: FOLDS }, (_, fold) => ({ own: takeWhere((at) => folds[at] !== fold), held: takeWhere((at) => folds[at] === fold) })).filter(({ own, held }) => own.labels.length > 0 && held.labels.length > 0);
  function takeWhere(isTaken: (at: number) => boolean): Examples {
    const kept = [...labels.keys()].filter(isTaken);
    return { features: kept.map((at) => features[at]), labels: kept.map((at) => labels[at]) };
  }
  const fitted = RIDGES.map((ridge) => parts.map(({ own }) => fitLinear(names, own, ridge)));
  const ofRidges = fitted.map((models) => sumOf(parts.map(({ held }, part) => lossOf(models[part], held))));
  const ridgeAt = parts.length === 0 ? RIDGES.length - 1 : ofRidges.indexOf(Math.min(...ofRidges));
  const grown = parts.map(({ own }, part) => addTrees(fitted[ridgeAt][part], own, TREES[TREES.length - 1]));
  const ofTrees = TREES.map((count) => sumOf(parts.map(({ held }, part) => lossOf({ ...grown[part], trees: grown[part].trees.slice(0, count) }, held))));
  const least = Math.min(...ofTrees);
  const [ridge, trees] = [RIDGES[ridgeAt], TREES[ofTrees.indexOf(least)]];
  return { model: addTrees(fitLinear(names, { features, labels }, ridge), { features, labels }, trees), ridge, trees, heldOutLoss: least / Math.max(1, labels.length) };
}

interface Examples {
  readonly features: readonly Float64Array[];
  readonly labels: readonly boolean[];
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function lossOf(model: PairModel, { features, labels }: Examples): number {
  const weigh = createPairWeigher(model);
  return sumOf(features.map((own, at) => softplus(labels[at] ? -weigh(own) : weigh(own))));
}

/** @returns the natural log of the odds that a pair with such features is one record */
export function createPairWeigher({ means, scales, weights, trees }: PairModel): (features: Float64Array) => number {
  return (features) => {
    let sum = weights[features.length];
    for (let at = 0; at < features.length; at++) sum += (weights[at] * (features[at] - means[at])) / scales[at];
    for (const tree of trees) sum += valueOfTree(tree, features);
    return sum;
  };
}

/** Folds with like shares of matches. */
function foldsOf(labels: readonly boolean[], seed: number): Uint8Array {
  const folds = new Uint8Array(labels.length);
  const order = createRandom(seed).shuffle([...labels.keys()]);
  order.sort((x, y) => Number(labels[x]) - Number(labels[y])).forEach((at, place) => (folds[at] = place % FOLDS));
  return folds;
}

function addTrees(linear: PairModel, { features, labels }: Examples, trees: number): PairModel {
  const weigh = createPairWeigher(linear);
  return { ...linear, trees: boostTrees(features, labels, Float64Array.from(features, weigh), { ...BOOSTING, trees }) };
}

/** Newton's method; weights are drawn to one for the log odds and to nought for all else, so that without labels nothing changes. */
function fitLinear(names: readonly string[], { features, labels }: Examples, ridge: number): PairModel {
  const size = names.length + 1;
  const count = Math.max(1, features.length);
  const means = names.map((_, at) => (at === 0 ? 0 : features.reduce((sum, x) => sum + x[at], 0) / count));
  const scales = names.map((_, at) => (at === 0 ? 1 : Math.sqrt(features.reduce((sum, x) => sum + (x[at] - means[at]) ** 2, 0) / count) || 1));
  const rows = features.map((x) => Float64Array.from({ length: size }, (_, at) => (at === names.length ? 1 : (x[at] - means[at]) / scales[at])));
  const before = Float64Array.from({ length: size }, (_, at) => (at === 0 ? 1 : 0));
  // The constant is free to move; the log odds are of another scale than the rest.
  const pulls = before.map((_, at) => (at === names.length ? ridge / 30 : at === 0 ? 10 * ridge : ridge));
  const penalised = (w: Float64Array): number =>
    rows.reduce((sum, x, at) => sum + softplus(labels[at] ? -dot(w, x) : dot(w, x)), 0) + w.reduce((sum, each, at) => sum + (pulls[at] * (each - before[at]) ** 2) / 2, 0);
  let weights = before.slice();
  let loss = penalised(weights);
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map((w, at) => pulls[at] * (w - before[at]));
    const hessian = Array.from({ length: size }, (_, at) => Float64Array.from({ length: size }, (_, other) => (at === other ? pulls[at] : 0)));
    rows.forEach((x, at) => {
      const p = 1 / (1 + Math.exp(-dot(weights, x)));
      const curvature = p * (1 - p);
      for (let i = 0; i < size; i++) {
        gradient[i] += (p - (labels[at] ? 1 : 0)) * x[i];
        for (let j = 0; j <= i; j++) hessian[i][j] += curvature * x[i] * x[j];
      }
    });
    const direction = solvePositive(hessian, gradient);
    let share = 1;
    let next = weights.map((w, at) => w - direction[at]);
    while (penalised(next) > loss && share > 1e-4) {
      share /= 2;
      next = weights.map((w, at) => w - share * direction[at]);
    }
    const lower = penalised(next);
    if (!(lower < loss - 1e-9)) break;
    [weights, loss] = [next, lower];
  }
  return { features: names, means, scales, weights: [...weights], trees: [] };
}

const softplus = (z: number): number => (z > 30 ? z : Math.log1p(Math.exp(z)));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

/** Cholesky. @param matrix its lower half, symmetric and positive definite; it is overwritten */
function solvePositive(matrix: readonly Float64Array[], values: Float64Array): Float64Array {
  const size = values.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j][j];
    }
  }
  const solved = values.slice();
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solved[i] -= matrix[i][k] * solved[k];
    solved[i] /= matrix[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solved[i] -= matrix[k][i] * solved[k];
    solved[i] /= matrix[i][i];
  }
  return solved;
}
