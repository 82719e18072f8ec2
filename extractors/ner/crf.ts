// The linear-chain CRF over BIOES tags: log-likelihood and its gradient, the best path, the probability of a mention.
// Lafferty, McCallum & Pereira 2001; for taggers arXiv:1508.01991 and arXiv:1603.01360. Where a data set leaves labels
// unannotated, the numerator sums over every path that agrees with what it does annotate (partial CRF, Tsuboi 2008).
// Sums run in probability space, normalised at each token, so one exp per token and tag is enough. Only the steps that BIOES
// allows are visited: from a closed tag (O, E, S) to an opening one (O, B, S), and within a label from B, I to I, E.
import { CrfKernel, type Emissions } from '../engine/crf-kernel.ts';
import { BEGIN, END, INSIDE, mayEnd, mayStart, tagCountOf, tagOf } from './bioes.ts';

export interface CrfGradient {
  /** −log p(allowed paths | emissions), natural log. */
  readonly loss: number;
  /** float64 [tokens, tags]: the gradient of the loss with respect to the emissions. */
  readonly emissions: Float64Array;
}

interface Lattice {
  /** float64 [tokens, tags]: their product is p(tag of token). */
  readonly forward: Float64Array;
  readonly backward: Float64Array;
  /** exp(emission − largest of the row), 0 where not allowed. */
  readonly potentials: Float64Array;
  readonly scales: Float64Array;
  readonly logPartition: number;
}

/** Transition scores for so many labels, float32 [tags + 1, tags + 1]: the last row is before the sentence, the last column after it. */
export function createTransitions(labels: number): Float32Array {
  return new Float32Array((tagCountOf(labels) + 1) ** 2);
}

export class Crf {
  readonly tags: number;
  readonly #labels: number;
  readonly #transitions: Float32Array;
  readonly #temperature: number;
  readonly #closed: Int32Array;
  readonly #opening: Int32Array;
  /** exp of the scores over the temperature, in the layout of the transitions. */
  readonly #factors: Float64Array;
  /** The same from closed to opening tags alone: float64 [closed, opening]. */
  readonly #closedFactors: Float64Array;
  /** The same of each label: B→I, I→I, B→E, I→E. float64 [labels, 4] */
  readonly #within: Float64Array;
  #kernel?: CrfKernel;

  /**
   * @param transitions as `createTransitions` lays them out
   * @param temperature divides every score where probabilities are asked for (Guo et al. 2017); the best path does not depend on it
   */
  constructor(transitions: Float32Array, temperature = 1) {
    this.#transitions = transitions;
    this.#temperature = temperature;
    this.tags = Math.sqrt(transitions.length) - 1;
    this.#labels = (this.tags - 1) / 4;
    const all = Array.from({ length: this.tags }, (_, tag) => tag);
    this.#closed = Int32Array.from(all.filter(mayEnd));
    this.#opening = Int32Array.from(all.filter(mayStart));
    this.#factors = Float64Array.from(transitions, (score) => Math.exp(score / temperature));
    this.#closedFactors = Float64Array.from([...this.#closed].flatMap((from) => [...this.#opening].map((to) => this.#factors[this.#cell(from, to)]!)));
    this.#within = Float64Array.from({ length: 4 * this.#labels }, (_, at) => {
      const [label, step] = [at >> 2, at & 3];
      return this.#factors[this.#cell(tagOf(label, step & 1 ? INSIDE : BEGIN), tagOf(label, step & 2 ? END : INSIDE))]!;
    });
  }

  #cell(from: number, to: number): number {
    return from * (this.tags + 1) + to;
  }

  /** The path of the highest score. */
  bestPath(emissions: Emissions): Int32Array {
    return this.#onKernel().bestPath(emissions);
  }

  /** For each span, the summed probability of the paths that have exactly this mention, in [0, 1]. @param spans [start, end, index of the label] */
  spanProbabilities(emissions: Emissions, spans: readonly (readonly [start: number, end: number, label: number])[]): number[] {
    return this.#onKernel().spanProbabilities(emissions, spans);
  }

  /** Training makes a CRF a batch and never asks for paths: the kernel is made when it is. */
  #onKernel(): CrfKernel {
    return (this.#kernel ??= new CrfKernel(this.#labels, this.#transitions, this.#temperature));
  }

  #latticeOf({ scores, offset, stride, tokens }: Emissions, allowed?: Uint8Array): Lattice {
    const { tags } = this;
    const closed = this.#closed;
    const opening = this.#opening;
    const factors = this.#factors;
    const closedFactors = this.#closedFactors;
    const within = this.#within;
    const labels = this.#labels;
    const temperature = this.#temperature;
    const forward = new Float64Array(tokens * tags);
    const backward = new Float64Array(tokens * tags);
    const potentials = new Float64Array(tokens * tags);
    const scales = new Float64Array(tokens);
    const sums = new Float64Array(opening.length);
    let logPartition = 0;
    for (let t = 0; t < tokens; t++) {
      const row = t * tags;
      const at = offset + t * stride;
      let most = -Infinity;
      for (let tag = 0; tag < tags; tag++) if ((!allowed || allowed[row + tag]) && scores[at + tag]! > most) most = scores[at + tag]!;
      for (let tag = 0; tag < tags; tag++) {
        potentials[row + tag] = allowed && !allowed[row + tag] ? 0 : Math.exp((scores[at + tag]! - most) / temperature);
      }
      if (t === 0) for (const tag of opening) forward[tag] = factors[this.#cell(tags, tag)]! * potentials[tag]!;
      else {
        const before = row - tags;
        sums.fill(0);
        for (let c = 0; c < closed.length; c++) {
          const value = forward[before + closed[c]!]!;
          if (value === 0) continue;
          const cell = c * opening.length;
          for (let s = 0; s < opening.length; s++) sums[s]! += value * closedFactors[cell + s]!;
        }
        for (let s = 0; s < opening.length; s++) forward[row + opening[s]!] = sums[s]! * potentials[row + opening[s]!]!;
        for (let label = 0; label < labels; label++) {
          const [at, begin] = [4 * label, 1 + 4 * label];
          const [fromBegin, fromInside] = [forward[before + begin]!, forward[before + begin + 1]!];
          forward[row + begin + 1] = (fromBegin * within[at]! + fromInside * within[at + 1]!) * potentials[row + begin + 1]!;
          forward[row + begin + 2] = (fromBegin * within[at + 2]! + fromInside * within[at + 3]!) * potentials[row + begin + 2]!;
        }
      }
      let sum = 0;
      for (let tag = 0; tag < tags; tag++) sum += forward[row + tag]!;
      for (let tag = 0; tag < tags; tag++) forward[row + tag]! /= sum;
      scales[t] = sum;
      logPartition += Math.log(sum) + most / temperature;
    }
    const lastRow = (tokens - 1) * tags;
    let end = 0;
    for (const tag of closed) end += forward[lastRow + tag]! * factors[this.#cell(tag, tags)]!;
    for (const tag of closed) backward[lastRow + tag] = factors[this.#cell(tag, tags)]! / end;
    const weighted = new Float64Array(tags);
    for (let t = tokens - 2; t >= 0; t--) {
      const [row, after] = [t * tags, (t + 1) * tags];
      for (let tag = 0; tag < tags; tag++) weighted[tag] = (potentials[after + tag]! * backward[after + tag]!) / scales[t + 1]!;
      for (let c = 0; c < closed.length; c++) {
        const cell = c * opening.length;
        let sum = 0;
        for (let s = 0; s < opening.length; s++) sum += closedFactors[cell + s]! * weighted[opening[s]!]!;
        backward[row + closed[c]!] = sum;
      }
      for (let label = 0; label < labels; label++) {
        const [at, begin] = [4 * label, 1 + 4 * label];
        const [inside, end] = [weighted[begin + 1]!, weighted[begin + 2]!];
        backward[row + begin] = within[at]! * inside + within[at + 2]! * end;
        backward[row + begin + 1] = within[at + 1]! * inside + within[at + 3]! * end;
      }
    }
    return { forward, backward, potentials, scales, logPartition: logPartition + Math.log(end) };
  }

  /** p(tag of token), float64 [tokens, tags]. */
  marginals(emissions: Emissions): Float64Array {
    const { forward, backward } = this.#latticeOf(emissions);
    return forward.map((value, index) => value * backward[index]!);
  }

  /** Log of the summed exp-score of every path that BIOES and `allowed` permit. */
  logPartition(emissions: Emissions, allowed?: Uint8Array): number {
    return this.#latticeOf(emissions, allowed).logPartition;
  }

  /**
   * @param emissions float32 [tokens, tags]
   * @param allowed uint8 [tokens, tags] from `allowedTags`
   * @param transitionGradient in the layout of the transitions, added to
   */
  gradient(emissions: Float32Array, allowed: Uint8Array, transitionGradient: Float32Array): CrfGradient {
    const tokens = emissions.length / this.tags;
    const sentence = { scores: emissions, offset: 0, stride: this.tags, tokens };
    const free = this.#latticeOf(sentence);
    const bound = this.#latticeOf(sentence, allowed);
    const gradient = new Float64Array(tokens * this.tags);
    this.#addExpectations(free, tokens, 1, gradient, transitionGradient);
    this.#addExpectations(bound, tokens, -1, gradient, transitionGradient);
    return { loss: free.logPartition - bound.logPartition, emissions: gradient };
  }

  #addExpectations({ forward, backward, potentials, scales }: Lattice, tokens: number, sign: number, emissions: Float64Array, steps: Float32Array): void {
    const { tags } = this;
    for (let tag = 0; tag < tags; tag++) {
      const last = (tokens - 1) * tags + tag;
      steps[this.#cell(tags, tag)]! += sign * forward[tag]! * backward[tag]!;
      steps[this.#cell(tag, tags)]! += sign * forward[last]! * backward[last]!;
    }
    for (let index = 0; index < tokens * tags; index++) emissions[index]! += sign * forward[index]! * backward[index]!;
    const reached = new Float64Array(tags);
    for (let t = 1; t < tokens; t++) {
      const [row, before] = [t * tags, (t - 1) * tags];
      for (let tag = 0; tag < tags; tag++) reached[tag] = (sign * potentials[row + tag]! * backward[row + tag]!) / scales[t]!;
      const add = (from: number, to: number): void => {
        const cell = this.#cell(from, to);
        steps[cell]! += forward[before + from]! * this.#factors[cell]! * reached[to]!;
      };
      for (const from of this.#closed) if (forward[before + from]! > 0) for (const to of this.#opening) add(from, to);
      for (let label = 0; label < this.#labels; label++) {
        const inside = tagOf(label, INSIDE);
        for (let from = inside - 1; from <= inside; from++) for (let to = inside; to <= inside + 1; to++) add(from, to);
      }
    }
  }
}
