// What a word looks like to a network: its vector, a convolution over its characters, its case class.
// Character CNN as in arXiv:1603.01354 (Ma & Hovy 2016), window 3, max over positions; characters enter one-hot, so the
// convolution is a sum of table rows and a word form costs microseconds. Everything depends on the form alone.
import type { Random } from '../../pipeline/core/random.ts';
import { CASE_CLASSES, caseClassOf, vectorKeyOf } from '../text/word-shape.ts';
import { createParameter, type Parameter } from './parameters.ts';
import { loadWordVectors, type WordVectors } from './word-vectors.ts';

export const CHARACTER_FILTERS = 50;
const CASE_SIZE = 10;
const WINDOW = 3;
/** Longer words are seen by their first and last characters. */
const MAX_CHARACTERS = 24;
/** Cached forms and features; beyond it the cache starts anew. */
const MAX_CACHED = 60_000;
/** Ids before the first listed character: padding, start of word, end of word, any other character. */
const RESERVED_CHARACTERS = 4;
const NEW_WORD_DEVIATION = 0.1;

export interface WordInputSpec {
  /** Words whose vectors are the model's own; row 0 is every word that has none. */
  readonly ownWords: readonly string[];
  readonly characters: readonly string[];
}

/** A word form, looked up once. */
export interface Form {
  /** Row of the model's own vectors, or −1. */
  readonly own: number;
  /** Row of the shared vectors when `own` is −1. */
  readonly shared: number;
  readonly caseClass: number;
  /** Character ids with start and end, padded by one on both sides. */
  readonly characters: Int32Array;
}

export class WordInput {
  readonly spec: WordInputSpec;
  /** Features of a word. */
  readonly size: number;
  readonly own: Parameter;
  readonly characterTable: Parameter;
  readonly characterBias: Parameter;
  readonly caseTable: Parameter;
  readonly #vectors: WordVectors;
  readonly #ownRow: ReadonlyMap<string, number>;
  readonly #characterId: ReadonlyMap<string, number>;
  readonly #forms = new Map<string, Form>();
  readonly #cachedRow = new Map<string, number>();
  #cached = new Float32Array(0);

  /** @param weights as `weights()` gave them; without them the tables start from the shared vectors and `random` */
  constructor(spec: WordInputSpec, vectors: WordVectors, start: Random | WordInputWeights) {
    this.spec = spec;
    this.#vectors = vectors;
    this.size = vectors.dimensions + CHARACTER_FILTERS + CASE_SIZE;
    this.#ownRow = new Map(spec.ownWords.map((word, row) => [word, row + 1]));
    this.#characterId = new Map(spec.characters.map((c, id) => [c, id + RESERVED_CHARACTERS]));
    const weights = 'own' in start ? start : this.#initial(start);
    this.own = createParameter(weights.own, vectors.dimensions);
    this.characterTable = createParameter(weights.characterTable, CHARACTER_FILTERS);
    this.characterBias = createParameter(weights.characterBias);
    this.caseTable = createParameter(weights.caseTable, CASE_SIZE);
  }

  #initial(random: Random): WordInputWeights {
    const { dimensions } = this.#vectors;
    const own = new Float32Array((this.spec.ownWords.length + 1) * dimensions);
    this.spec.ownWords.forEach((word, index) => {
      const offset = (index + 1) * dimensions;
      const row = this.#vectors.rowOf(word);
      if (row >= 0) this.#vectors.write(row, own, offset);
      else for (let d = 0; d < dimensions; d++) own[offset + d] = random.normal() * NEW_WORD_DEVIATION;
    });
    const gaussian = (n: number, scale: number): Float32Array => Float32Array.from({ length: n }, () => random.normal() * scale);
    const characters = this.spec.characters.length + RESERVED_CHARACTERS;
    return {
      own,
      characterTable: gaussian(characters * WINDOW * CHARACTER_FILTERS, 0.25),
      characterBias: new Float32Array(CHARACTER_FILTERS),
      caseTable: gaussian(CASE_CLASSES * CASE_SIZE, 0.3),
    };
  }

  get parameters(): readonly Parameter[] {
    return [this.own, this.characterTable, this.characterBias, this.caseTable];
  }

  formOf(word: string): Form {
    let form = this.#forms.get(word);
    if (!form) {
      form = this.#lookUp(word);
      if (this.#forms.size >= MAX_CACHED) this.#forms.clear();
      this.#forms.set(word, form);
    }
    return form;
  }

  /** The same input with trained vectors for further words, which start where new words start. */
  withWords(words: readonly string[], random: Random): WordInput {
    const { dimensions } = this.#vectors;
    const own = new Float32Array(this.own.value.length + words.length * dimensions);
    own.set(this.own.value);
    for (let at = this.own.value.length; at < own.length; at++) own[at] = random.normal() * NEW_WORD_DEVIATION;
    const spec = { ...this.spec, ownWords: [...this.spec.ownWords, ...words] };
    return new WordInput(spec, this.#vectors, { ...this.weights(), own });
  }

  /** Whether the key has a vector, trained or shared. */
  hasVector(key: string): boolean {
    return this.#ownRow.has(key) || this.#vectors.rowOf(key) >= 0;
  }

  /** The form without its word vector: what the network sees of a word it has never met. */
  withoutVector(form: Form): Form {
    return { ...form, own: 0, shared: -1 };
  }

  #lookUp(word: string): Form {
    const key = vectorKeyOf(word);
    const candidates = key.length > 1 && key.endsWith('.') ? [key, key.slice(0, -1)] : [key];
    let [own, shared] = [0, -1];
    for (const candidate of candidates) {
      own = this.#ownRow.get(candidate) ?? 0;
      shared = own ? -1 : this.#vectors.rowOf(candidate);
      if (own || shared >= 0) break;
    }
    const letters = [...word];
    const seen = letters.length <= MAX_CHARACTERS ? letters : [...letters.slice(0, MAX_CHARACTERS / 2), ...letters.slice(-MAX_CHARACTERS / 2)];
    const ids = seen.map((letter) => this.#characterId.get(letter) ?? 3);
    return { own: shared >= 0 ? -1 : own, shared, caseClass: caseClassOf(word), characters: Int32Array.from([0, 1, ...ids, 2, 0]) };
  }

  /**
   * Writes the features of a form to `target` from `offset` on: vector, character filters, case.
   * @param winners when given, int32 [filters], filled with the position whose response was the largest
   */
  write(form: Form, target: Float32Array, offset: number, winners?: Int32Array): void {
    const { dimensions } = this.#vectors;
    if (form.own >= 0) target.set(this.own.value.subarray(form.own * dimensions, (form.own + 1) * dimensions), offset);
    else this.#vectors.write(form.shared, target, offset);
    const filters = offset + dimensions;
    target.fill(-Infinity, filters, filters + CHARACTER_FILTERS);
    const table = this.characterTable.value;
    const ids = form.characters;
    for (let p = 0; p + WINDOW <= ids.length; p++) {
      const first = ids[p]! * WINDOW * CHARACTER_FILTERS;
      const second = (ids[p + 1]! * WINDOW + 1) * CHARACTER_FILTERS;
      const third = (ids[p + 2]! * WINDOW + 2) * CHARACTER_FILTERS;
      for (let k = 0; k < CHARACTER_FILTERS; k++) {
        const response = table[first + k]! + table[second + k]! + table[third + k]!;
        if (response > target[filters + k]!) {
          target[filters + k] = response;
          if (winners) winners[k] = p;
        }
      }
    }
    for (let k = 0; k < CHARACTER_FILTERS; k++) target[filters + k] = Math.tanh(target[filters + k]! + this.characterBias.value[k]!);
    target.set(this.caseTable.value.subarray(form.caseClass * CASE_SIZE, (form.caseClass + 1) * CASE_SIZE), filters + CHARACTER_FILTERS);
  }

  /** Writes the features of a word from a cache of its own: for inference, where the tables stand still. */
  writeCached(word: string, target: Float32Array, offset: number): void {
    let row = this.#cachedRow.get(word);
    if (row === undefined) {
      if (this.#cachedRow.size >= MAX_CACHED) this.#cachedRow.clear();
      row = this.#cachedRow.size;
      this.#cachedRow.set(word, row);
      if ((row + 1) * this.size > this.#cached.length) {
        const larger = new Float32Array(Math.min(MAX_CACHED, Math.max(1024, row * 2)) * this.size);
        larger.set(this.#cached);
        this.#cached = larger;
      }
      this.write(this.#lookUp(word), this.#cached, row * this.size);
    }
    target.set(this.#cached.subarray(row * this.size, (row + 1) * this.size), offset);
  }

  /** To be called when the tables have changed since `writeCached`. */
  forgetCache(): void {
    this.#cachedRow.clear();
  }

  /** Adds to the gradients of the tables, given the gradient of a form's features and what `write` gave for it. */
  accumulate(form: Form, features: Float32Array, gradient: Float32Array, offset: number, winners: Int32Array): void {
    const { dimensions } = this.#vectors;
    if (form.own >= 0) {
      const row = form.own * dimensions;
      for (let d = 0; d < dimensions; d++) this.own.gradient[row + d]! += gradient[offset + d]!;
      this.own.touched!.add(form.own);
    }
    const filters = offset + dimensions;
    for (let k = 0; k < CHARACTER_FILTERS; k++) {
      const y = features[filters + k]!;
      const g = gradient[filters + k]! * (1 - y * y);
      this.characterBias.gradient[k]! += g;
      for (let w = 0; w < WINDOW; w++) {
        const row = form.characters[winners[k]! + w]! * WINDOW + w;
        this.characterTable.gradient[row * CHARACTER_FILTERS + k]! += g;
        this.characterTable.touched!.add(row);
      }
    }
    const row = form.caseClass * CASE_SIZE;
    for (let d = 0; d < CASE_SIZE; d++) this.caseTable.gradient[row + d]! += gradient[filters + CHARACTER_FILTERS + d]!;
    this.caseTable.touched!.add(form.caseClass);
  }

  weights(): WordInputWeights {
    return {
      own: this.own.value,
      characterTable: this.characterTable.value,
      characterBias: this.characterBias.value,
      caseTable: this.caseTable.value,
    };
  }
}

export interface WordInputWeights {
  /** float32 [own words + 1, dimensions] */
  readonly own: Float32Array;
  /** float32 [characters, window, filters] */
  readonly characterTable: Float32Array;
  readonly characterBias: Float32Array;
  /** float32 [case classes, 10] */
  readonly caseTable: Float32Array;
}

/** Words met at least this often in training get a vector of their own. */
const MIN_OWN_COUNT = 3;
const MIN_CHARACTER_COUNT = 20;

export interface WordInputOptions {
  /** Words of the shared vectors get a vector of their own, tuned in training, from this count on; words missing there from 3 on. */
  readonly minTunedCount?: number;
  readonly vectors?: WordVectors;
}

/** A fresh word input for training on these sentences. @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function createWordInput(sentences: readonly (readonly string[])[], random: Random, options: WordInputOptions = {}): WordInput {
  const { minTunedCount = MIN_OWN_COUNT, vectors = loadWordVectors() } = options;
  const characters = countsOf(sentences, (token) => token);
  const keys = countsOf(sentences, (token) => [vectorKeyOf(token)]);
  const own = frequent(keys, MIN_OWN_COUNT).filter((key) => keys.get(key)! >= minTunedCount || vectors.rowOf(key) < 0);
  return new WordInput({ ownWords: own, characters: frequent(characters, MIN_CHARACTER_COUNT) }, vectors, random);
}

/** The frequent words that have no vector in the input, sorted. */
export function missingWordsOf(sentences: readonly (readonly string[])[], input: WordInput): string[] {
  return frequent(countsOf(sentences, (token) => [vectorKeyOf(token)]), MIN_OWN_COUNT).filter((key) => !input.hasVector(key));
}

function countsOf(sentences: readonly (readonly string[])[], itemsOf: (token: string) => Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const tokens of sentences) for (const token of tokens) for (const item of itemsOf(token)) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function frequent(counts: ReadonlyMap<string, number>, least: number): string[] {
  return [...counts].filter(([, n]) => n >= least).map(([key]) => key).sort();
}
