// The CRF of one model on the WASM SIMD kernel beside this file: best paths and mention probabilities, sentence by sentence.
import { readFileSync } from 'node:fs';
import { Arena, type KernelMemory } from './arena.ts';

interface KernelExports extends KernelMemory {
  gather(scores: number, stride: number, tokens: number, tags: number, slots: number, row: number, target: number): void;
  bestPath(...args: number[]): void;
  lattice(...args: number[]): void;
}

/** Emission scores of one sentence within those of a batch: token t, tag k is `scores[offset + t · stride + k]`. */
export interface Emissions {
  readonly scores: Float32Array;
  readonly offset: number;
  readonly stride: number;
  readonly tokens: number;
}

/** Tags are numbered O, then B, I, E, S of each label. */
type Part = 'B' | 'I' | 'E' | 'S';
const PART_NUMBER: Readonly<Record<Part, number>> = { B: 0, I: 1, E: 2, S: 3 };
const IMPOSSIBLE = -1e30;
const FIRST_TOKENS = 128;

const roundUp = (n: number): number => (n + 3) & ~3;

let compiled: WebAssembly.Module | undefined;

function instantiate(): KernelExports {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./crf-kernel.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled, {}).exports as unknown as KernelExports;
}

export class CrfKernel {
  readonly #wasm = instantiate();
  readonly #arena = new Arena(this.#wasm);
  readonly #labels: number;
  readonly #tags: number;
  readonly #row: number;
  readonly #coldness: number;
  readonly #spread: number;
  readonly #slotTags: Int32Array;
  readonly #slotTagsAt: number;
  /** Where the tables lie: scores for the best path, their exp over the temperature for the sums. */
  readonly #scores: readonly number[];
  readonly #factors: readonly number[];
  readonly #within: Float32Array;
  #capacity = 0;
  #areas = { input: 0, emissions: 0, forward: 0, backward: 0, scales: 0, rows: 0, from: 0, path: 0 };

  /** @param transitions float32 [tags + 1, tags + 1], the last row before the sentence, the last column after it */
  constructor(labels: number, transitions: Float32Array, temperature: number) {
    this.#labels = labels;
    this.#tags = 4 * labels + 1;
    this.#coldness = 1 / temperature;
    const [closed, opening, padded] = [2 * labels + 1, roundUp(2 * labels + 1), roundUp(labels)];
    this.#row = roundUp(Math.max(3 * labels + 1 + padded, labels + opening));
    const tagOf = (label: number, part: Part): number => 1 + 4 * label + PART_NUMBER[part];
    const ofPart = (part: Part): number[] => Array.from({ length: labels }, (_, label) => tagOf(label, part));
    this.#slotTags = Int32Array.from([...ofPart('E'), 0, ...ofPart('S'), ...ofPart('B'), ...ofPart('I')]);
    this.#slotTagsAt = this.#arena.put(this.#slotTags);
    const score = (from: number, to: number): number => transitions[from * (this.#tags + 1) + to]!;
    const steps = new Float32Array(closed * opening).fill(IMPOSSIBLE);
    const starts = new Float32Array(opening).fill(IMPOSSIBLE);
    const ends = Float32Array.from({ length: closed }, (_, c) => score(this.#slotTags[c]!, this.#tags));
    let [least, most] = [Infinity, -Infinity];
    for (let s = 0; s < closed; s++) {
      const to = this.#slotTags[labels + s]!;
      starts[s] = score(this.#tags, to);
      for (let c = 0; c < closed; c++) {
        const value = score(this.#slotTags[c]!, to);
        steps[c * opening + s] = value;
        [least, most] = [Math.min(least, value), Math.max(most, value)];
      }
    }
    this.#spread = most - least;
    const within = new Float32Array(4 * padded).fill(IMPOSSIBLE);
    for (const [row, [from, to]] of ([['B', 'I'], ['I', 'I'], ['B', 'E'], ['I', 'E']] as const).entries()) {
      for (let label = 0; label < labels; label++) within[row * padded + label] = score(tagOf(label, from), tagOf(label, to));
    }
    const tables = [steps, within, starts, ends];
    const warmed = tables.map((values) => values.map((value) => Math.exp(value / temperature)));
    this.#within = warmed[1]!;
    this.#scores = tables.map((values) => this.#arena.put(values));
    this.#factors = warmed.map((values) => this.#arena.put(values));
  }

  #load({ scores, offset, stride, tokens }: Emissions): void {
    const input = (tokens - 1) * stride + this.#tags;
    const needed = Math.max(tokens, Math.ceil(input / this.#row));
    if (needed > this.#capacity) {
      // Areas that became too small stay behind: with sizes that double they are no more than those in use.
      this.#capacity = Math.max(FIRST_TOKENS, 2 * needed);
      const area = (): number => this.#arena.reserve(this.#capacity * this.#row);
      this.#areas = { input: area(), emissions: area(), forward: area(), backward: area(), from: area(), scales: this.#arena.reserve(this.#capacity), path: this.#arena.reserve(this.#capacity), rows: this.#arena.reserve(2 * this.#row) };
    }
    const { input: at, emissions } = this.#areas;
    const target = this.#arena.floats(at, tokens * this.#tags);
    for (let t = 0, to = 0; t < tokens; t++) {
      const from = offset + t * stride;
      for (let tag = 0; tag < this.#tags; tag++) target[to++] = scores[from + tag]!;
    }
    this.#wasm.gather(at, this.#tags, tokens, this.#slotTagsAt, this.#tags, this.#row, emissions);
  }

  /** The path of the highest score (Viterbi 1967). A closed tag too far behind the best one for any step to make up is passed over. */
  bestPath(sentence: Emissions): Int32Array {
    this.#load(sentence);
    const { emissions, rows, from, path } = this.#areas;
    this.#wasm.bestPath(emissions, sentence.tokens, this.#row, this.#labels, ...this.#scores, this.#spread, rows, from, path);
    return this.#arena.integers(path, sentence.tokens).map((slot) => this.#slotTags[slot]!);
  }

  /**
   * For each span, the summed probability of the paths that have exactly this mention, in [0, 1].
   * @param spans [start, end, index of the label]
   */
  spanProbabilities(sentence: Emissions, spans: readonly (readonly [start: number, end: number, label: number])[]): number[] {
    this.#load(sentence);
    const { tokens } = sentence;
    const areas = this.#areas;
    const row = this.#row;
    this.#wasm.lattice(areas.emissions, tokens, row, this.#labels, ...this.#factors, this.#coldness, areas.forward, areas.backward, areas.scales, areas.rows);
    const view = (at: number): Float32Array => this.#arena.floats(at, tokens * row);
    const [forward, backward, potentials, scales] = [view(areas.forward), view(areas.backward), view(areas.emissions), this.#arena.floats(areas.scales, tokens)];
    const labels = this.#labels;
    const padded = roundUp(labels);
    const [single, begin, inside] = [labels + 1, 2 * labels + 1, 3 * labels + 1];
    return spans.map(([start, end, label]) => {
      if (end - start === 1) return bounded(forward[start * row + single + label]! * backward[start * row + single + label]!);
      let probability = forward[start * row + begin + label]!;
      for (let t = start + 1; t < end; t++) {
        const isLast = t === end - 1;
        const step = (isLast ? 2 : 0) + (t === start + 1 ? 0 : 1);
        const slot = isLast ? label : inside + label;
        probability *= (this.#within[step * padded + label]! * potentials[t * row + slot]!) / scales[t]!;
      }
      return bounded(probability * backward[(end - 1) * row + label]!);
    });
  }
}

/** Scores so far apart that every path BIOES allows has lost its digits give no probability at all. */
const bounded = (probability: number): number => (probability >= 0 ? Math.min(1, probability) : 0);
