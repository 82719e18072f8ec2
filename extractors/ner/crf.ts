// The linear-chain CRF over BIOES tags: log-likelihood and its gradient, marginals, and the best path.
// Lafferty, McCallum & Pereira 2001; for taggers arXiv:1508.01991 and arXiv:1603.01360. Where a data set leaves labels
// unannotated, the numerator sums over every path that agrees with what it does annotate (partial CRF, Tsuboi 2008).
// Runs in probability space, normalised at each token, so one exp per token and tag is enough.
import { mayEnd, mayFollow, mayStart, TAGS } from './bioes.ts';

const WIDTH = TAGS.length;

/** Every step BIOES allows, as flat [from, to] pairs. */
const STEPS: Int32Array = Int32Array.from(
  TAGS.flatMap((_, from) => TAGS.flatMap((__, to) => (mayFollow(from, to) ? [from, to] : []))),
);
const STARTS = TAGS.map((_, tag) => mayStart(tag));
const ENDS = TAGS.map((_, tag) => mayEnd(tag));

export interface CrfGradient {
  /** −log p(allowed paths | emissions), natural log. */
  readonly loss: number;
  /** float64 [tokens, tags]: the gradient of the loss with respect to the emissions. */
  readonly emissions: Float64Array;
}

interface Lattice {
  /** float64 [tokens, tags], each row summing to 1 up to rounding */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  /** exp(emission − largest of the row), 0 where not allowed. */
  readonly potentials: Float64Array;
  readonly scales: Float64Array;
  readonly logPartition: number;
}

/** @param transitions exp of the transition scores, float64 [tags, tags] */
function latticeOf(emissions: Float32Array, tokens: number, transitions: Float64Array, allowed?: Uint8Array): Lattice {
  const forward = new Float64Array(tokens * WIDTH);
  const backward = new Float64Array(tokens * WIDTH);
  const potentials = new Float64Array(tokens * WIDTH);
  const scales = new Float64Array(tokens);
  let logPartition = 0;
  for (let i = 0; i < tokens; i++) {
    const row = i * WIDTH;
    let most = -Infinity;
    for (let tag = 0; tag < WIDTH; tag++) if (!allowed || allowed[row + tag]) most = Math.max(most, emissions[row + tag]!);
    for (let tag = 0; tag < WIDTH; tag++) {
      const blocked = (allowed && !allowed[row + tag]) || (i === 0 && !STARTS[tag]) || (i === tokens - 1 && !ENDS[tag]);
      potentials[row + tag] = blocked ? 0 : Math.exp(emissions[row + tag]! - most);
    }
    if (i === 0) for (let tag = 0; tag < WIDTH; tag++) forward[tag] = potentials[tag]!;
    else {
      const before = row - WIDTH;
      for (let s = 0; s < STEPS.length; s += 2) {
        const [from, to] = [STEPS[s]!, STEPS[s + 1]!];
        forward[row + to]! += forward[before + from]! * transitions[from * WIDTH + to]!;
      }
      for (let tag = 0; tag < WIDTH; tag++) forward[row + tag]! *= potentials[row + tag]!;
    }
    let sum = 0;
    for (let tag = 0; tag < WIDTH; tag++) sum += forward[row + tag]!;
    for (let tag = 0; tag < WIDTH; tag++) forward[row + tag]! /= sum;
    scales[i] = sum;
    logPartition += Math.log(sum) + most;
  }
  backward.fill(1, (tokens - 1) * WIDTH);
  for (let i = tokens - 2; i >= 0; i--) {
    const [row, after] = [i * WIDTH, (i + 1) * WIDTH];
    for (let s = 0; s < STEPS.length; s += 2) {
      const [from, to] = [STEPS[s]!, STEPS[s + 1]!];
      backward[row + from]! += transitions[from * WIDTH + to]! * potentials[after + to]! * backward[after + to]!;
    }
    for (let tag = 0; tag < WIDTH; tag++) backward[row + tag]! /= scales[i + 1]!;
  }
  return { forward, backward, potentials, scales, logPartition };
}

/** exp of the scores, float64 [tags, tags]; computed once for many sentences. */
export function exponentiate(transitions: Float32Array): Float64Array {
  return Float64Array.from(transitions, Math.exp);
}

/** p(tag of token i), float64 [tokens, tags]. @param transitions as `exponentiate` gives them */
export function tagMarginals(emissions: Float32Array, tokens: number, transitions: Float64Array): Float64Array {
  const { forward, backward } = latticeOf(emissions, tokens, transitions);
  return forward.map((value, index) => value * backward[index]!);
}

/** Log of the summed exp-score of every path that BIOES and `allowed` permit. */
export function logPartition(emissions: Float32Array, tokens: number, transitions: Float64Array, allowed?: Uint8Array): number {
  return latticeOf(emissions, tokens, transitions, allowed).logPartition;
}

function addExpectations(l: Lattice, tokens: number, transitions: Float64Array, sign: number, emissions: Float64Array, steps: Float32Array): void {
  for (let index = 0; index < tokens * WIDTH; index++) emissions[index]! += sign * l.forward[index]! * l.backward[index]!;
  for (let i = 1; i < tokens; i++) {
    const [row, before] = [i * WIDTH, (i - 1) * WIDTH];
    const factor = sign / l.scales[i]!;
    for (let s = 0; s < STEPS.length; s += 2) {
      const [from, to] = [STEPS[s]!, STEPS[s + 1]!];
      const cell = from * WIDTH + to;
      steps[cell]! += factor * l.forward[before + from]! * transitions[cell]! * l.potentials[row + to]! * l.backward[row + to]!;
    }
  }
}

/**
 * @param emissions float32 [tokens, tags]
 * @param allowed uint8 [tokens, tags] from `allowedTags`
 * @param transitions as `exponentiate` gives them
 * @param transitionGradient float32 [tags, tags], added to
 */
export function crfGradient(
  emissions: Float32Array,
  allowed: Uint8Array,
  transitions: Float64Array,
  transitionGradient: Float32Array,
): CrfGradient {
  const tokens = emissions.length / WIDTH;
  const free = latticeOf(emissions, tokens, transitions);
  const bound = latticeOf(emissions, tokens, transitions, allowed);
  const gradient = new Float64Array(tokens * WIDTH);
  addExpectations(free, tokens, transitions, 1, gradient, transitionGradient);
  addExpectations(bound, tokens, transitions, -1, gradient, transitionGradient);
  return { loss: free.logPartition - bound.logPartition, emissions: gradient };
}

/** The path of the highest score. Viterbi 1967. @param transitions float32 [tags, tags], scores */
export function viterbi(emissions: Float32Array, tokens: number, transitions: Float32Array): Int32Array {
  const from = new Uint8Array(tokens * WIDTH);
  let scores = new Float64Array(WIDTH);
  let next = new Float64Array(WIDTH);
  for (let tag = 0; tag < WIDTH; tag++) scores[tag] = STARTS[tag] ? emissions[tag]! : -Infinity;
  for (let i = 1; i < tokens; i++) {
    const row = i * WIDTH;
    next.fill(-Infinity);
    for (let s = 0; s < STEPS.length; s += 2) {
      const before = STEPS[s]!;
      const to = STEPS[s + 1]!;
      const score = scores[before]! + transitions[before * WIDTH + to]!;
      if (score > next[to]!) {
        next[to] = score;
        from[row + to] = before;
      }
    }
    for (let tag = 0; tag < WIDTH; tag++) next[tag]! += emissions[row + tag]!;
    [scores, next] = [next, scores];
  }
  let best = 0;
  let most = -Infinity;
  for (let tag = 0; tag < WIDTH; tag++) if (ENDS[tag] && scores[tag]! > most) [best, most] = [tag, scores[tag]!];
  const path = new Int32Array(tokens);
  for (let i = tokens - 1; i >= 0; i--) {
    path[i] = best;
    best = from[i * WIDTH + best]!;
  }
  return path;
}
