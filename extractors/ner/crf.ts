// The linear-chain CRF over BIOES tags: log-likelihood and its gradient, the best path, the probability of a mention.
// Lafferty, McCallum & Pereira 2001; for taggers arXiv:1508.01991 and arXiv:1603.01360. Where a data set leaves labels
// unannotated, the numerator sums over every path that agrees with what it does annotate (partial CRF, Tsuboi 2008).
// Runs in probability space, normalised at each token, so one exp per token and tag is enough. Only the steps that BIOES
// allows are visited: from a closed tag (O, E, S) to an opening one (O, B, S), and within a label from B, I to I, E.
import { BEGIN, END, INSIDE, mayEnd, mayStart, SINGLE, tagCountOf, tagOf } from './bioes.ts';

export interface CrfGradient {
  /** −log p(allowed paths | emissions), natural log. */
  readonly loss: number;
  /** float64 [tokens, tags]: the gradient of the loss with respect to the emissions. */
  readonly emissions: Float64Array;
}

/** Emission scores of one sentence within those of a batch: token t, tag k is `scores[offset + t · stride + k]`. */
export interface Emissions {
  readonly scores: Float32Array;
  readonly offset: number;
  readonly stride: number;
  readonly tokens: number;
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
  readonly #closed: readonly number[];
  readonly #opening: readonly number[];
  /** exp of the scores over the temperature, in the layout of the transitions. */
  readonly #factors: Float64Array;
  /** The same from closed to opening tags alone: float64 [closed, opening]. */
  readonly #closedFactors: Float64Array;
  /** Scores from closed to opening tags, and how far apart they lie. */
  readonly #closedScores: Float64Array;
  readonly #spread: number;

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
    this.#closed = all.filter(mayEnd);
    this.#opening = all.filter(mayStart);
    this.#factors = Float64Array.from(transitions, (score) => Math.exp(score / temperature));
    const pick = <T extends Float32Array | Float64Array>(source: T): Float64Array =>
      Float64Array.from(this.#closed.flatMap((from) => this.#opening.map((to) => source[this.#cell(from, to)]!)));
    this.#closedFactors = pick(this.#factors);
    this.#closedScores = pick(transitions);
    this.#spread = Math.max(...this.#closedScores) - Math.min(...this.#closedScores);
  }

  #cell(from: number, to: number): number {
    return from * (this.tags + 1) + to;
  }

  /** The path of the highest score (Viterbi 1967). A closed tag too far behind the best one for any step to make up is passed over. */
  bestPath({ scores: emissions, offset, stride, tokens }: Emissions): Int32Array {
    const { tags } = this;
    const closed = this.#closed;
    const opening = this.#opening;
    const from = new Uint16Array(tokens * tags);
    let scores = new Float64Array(tags).fill(-Infinity);
    let next = new Float64Array(tags);
    for (const tag of opening) scores[tag] = emissions[offset + tag]! + this.#transitions[this.#cell(tags, tag)]!;
    const best = new Float64Array(opening.length);
    const sources = new Int32Array(opening.length);
    for (let t = 1; t < tokens; t++) {
      let most = -Infinity;
      for (const tag of closed) if (scores[tag]! > most) most = scores[tag]!;
      best.fill(-Infinity);
      for (let c = 0; c < closed.length; c++) {
        const score = scores[closed[c]!]!;
        if (!(score >= most - this.#spread)) continue;
        const row = c * opening.length;
        for (let s = 0; s < opening.length; s++) {
          const reached = score + this.#closedScores[row + s]!;
          if (reached > best[s]!) {
            best[s] = reached;
            sources[s] = closed[c]!;
          }
        }
      }
      const at = offset + t * stride;
      const row = t * tags;
      for (let s = 0; s < opening.length; s++) {
        const tag = opening[s]!;
        next[tag] = best[s]! + emissions[at + tag]!;
        from[row + tag] = sources[s]!;
      }
      for (let label = 0; label < this.#labels; label++) {
        const [begin, inside] = [tagOf(label, BEGIN), tagOf(label, INSIDE)];
        for (let tag = inside; tag <= inside + 1; tag++) {
          const fromBegin = scores[begin]! + this.#transitions[this.#cell(begin, tag)]!;
          const fromInside = scores[inside]! + this.#transitions[this.#cell(inside, tag)]!;
          next[tag] = Math.max(fromBegin, fromInside) + emissions[at + tag]!;
          from[row + tag] = fromBegin >= fromInside ? begin : inside;
        }
      }
      [scores, next] = [next, scores];
    }
    let last = 0;
    let most = -Infinity;
    for (const tag of closed) {
      const score = scores[tag]! + this.#transitions[this.#cell(tag, tags)]!;
      if (score > most) [last, most] = [tag, score];
    }
    const path = new Int32Array(tokens);
    for (let t = tokens - 1; t >= 0; t--) {
      path[t] = last;
      last = from[t * tags + last]!;
    }
    return path;
  }

  #latticeOf({ scores, offset, stride, tokens }: Emissions, allowed?: Uint8Array): Lattice {
    const { tags } = this;
    const closed = this.#closed;
    const opening = this.#opening;
    const factors = this.#factors;
    const closedFactors = this.#closedFactors;
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
        potentials[row + tag] = allowed && !allowed[row + tag] ? 0 : Math.exp((scores[at + tag]! - most) / this.#temperature);
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
        for (let label = 0; label < this.#labels; label++) {
          const [begin, inside] = [tagOf(label, BEGIN), tagOf(label, INSIDE)];
          for (let tag = inside; tag <= inside + 1; tag++) {
            const sum = forward[before + begin]! * factors[this.#cell(begin, tag)]! + forward[before + inside]! * factors[this.#cell(inside, tag)]!;
            forward[row + tag] = sum * potentials[row + tag]!;
          }
        }
      }
      let sum = 0;
      for (let tag = 0; tag < tags; tag++) sum += forward[row + tag]!;
      for (let tag = 0; tag < tags; tag++) forward[row + tag]! /= sum;
      scales[t] = sum;
      logPartition += Math.log(sum) + most / this.#temperature;
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
      for (let label = 0; label < this.#labels; label++) {
        const inside = tagOf(label, INSIDE);
        for (let tag = inside - 1; tag <= inside; tag++) {
          backward[row + tag] = factors[this.#cell(tag, inside)]! * weighted[inside]! + factors[this.#cell(tag, inside + 1)]! * weighted[inside + 1]!;
        }
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

  /** For each span, the summed probability of the paths that have exactly this mention, in [0, 1]. @param spans [start, end, index of the label] */
  spanProbabilities(emissions: Emissions, spans: readonly (readonly [start: number, end: number, label: number])[]): number[] {
    const { tags } = this;
    const { forward, backward, potentials, scales } = this.#latticeOf(emissions);
    return spans.map(([start, end, label]) => {
      if (end - start === 1) {
        const cell = start * tags + tagOf(label, SINGLE);
        return Math.min(1, forward[cell]! * backward[cell]!);
      }
      let from = tagOf(label, BEGIN);
      let probability = forward[start * tags + from]!;
      for (let t = start + 1; t < end; t++) {
        const to = tagOf(label, t === end - 1 ? END : INSIDE);
        probability *= (this.#factors[this.#cell(from, to)]! * potentials[t * tags + to]!) / scales[t]!;
        from = to;
      }
      return Math.min(1, probability * backward[(end - 1) * tags + from]!);
    });
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
