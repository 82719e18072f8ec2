// In what surroundings a document speaks of a thing: the mean of the vectors of the words around its mentions, frequent words counting less
// (after Arora et al. 2017), once of the sentences it stands in and once of the sentences around them.
import type { Extraction } from '../../pipeline/core/model.ts';

/** Vectors of words, the more frequent words in the earlier rows. */
export interface Lexicon {
  readonly dimensions: number;
  /** Row of a lower-case word, or −1. */
  rowOf(word: string): number;
  /** Writes a row as float32; zeros for row −1. */
  write(row: number, target: Float32Array, offset: number): void;
}

/** int8 [2, dimensions], of the sentences and of the passages: directions with 127 for the largest part, or all zeros where nothing is known. */
export type Context = Int8Array;

export interface ContextReader {
  /** @param things of each the indexes of its mentions */
  contextsOf(extraction: Extraction, things: readonly (readonly number[])[]): Context[];
  /** How much a name in common tells: the natural log of the rank of its rarest word over 100, at least 0. */
  rarityOf(name: string): number;
}

/** Sentences before and after one with a mention that belong to its passage. */
export const REACH = 4;
/** Further mentions add nothing new. */
export const MOST_MENTIONS = 16;
const WORD = /[a-z][a-z'-]*/g;
/** Share of a text that a word has by Zipf's law: the row as its rank, moved so that the first ones do not stand out. */
const shareOf = (row: number): number => 0.1 / (row + 31);
const SMOOTHING = 1e-3;
/** Rows whose mean, by how often they occur, is what every text has in common. */
const COMMON_ROWS = 20_000;
const UNKNOWN_RANK = 200_000;
const TELLING_RANK = 100;

interface Sentences {
  /** Rows of the words of each sentence. */
  readonly rows: readonly (readonly number[])[];
  readonly sums: (Float32Array | undefined)[];
}

export function createContextReader(lexicon: Lexicon): ContextReader {
  const { dimensions } = lexicon;
  const buffer = new Float32Array(dimensions);
  const add = (target: Float32Array, row: number, times: number): void => {
    lexicon.write(row, buffer, 0);
    const weight = (times * SMOOTHING) / (SMOOTHING + shareOf(row)) / (lengthOf(buffer) || 1);
    for (let d = 0; d < dimensions; d++) target[d]! += weight * buffer[d]!;
  };
  const common = new Float32Array(dimensions);
  for (let row = 0; row < COMMON_ROWS; row++) add(common, row, shareOf(row));
  scaleToOne(common);

  const read = (extraction: Extraction): Sentences => {
    const rows = extraction.sentences.map(([start, end]) => {
      const words = extraction.text.slice(start, end).toLowerCase().match(WORD) ?? [];
      return words.map((word) => lexicon.rowOf(word)).filter((row) => row >= 0);
    });
    return { rows, sums: rows.map(() => undefined) };
  };
  const sumOf = ({ rows, sums }: Sentences, sentence: number): Float32Array => {
    let sum = sums[sentence];
    if (sum === undefined) {
      sum = new Float32Array(dimensions);
      for (const row of rows[sentence]!) add(sum, row, 1);
      sums[sentence] = sum;
    }
    return sum;
  };
  /** Without the words of the name itself, which homographs share. */
  const directionOf = (sentences: Sentences, indexes: Iterable<number>, own: ReadonlySet<number>): Float32Array => {
    const direction = new Float32Array(dimensions);
    for (const index of indexes) {
      const sum = sumOf(sentences, index);
      for (let d = 0; d < dimensions; d++) direction[d]! += sum[d]!;
      for (const row of sentences.rows[index]!) if (own.has(row)) add(direction, row, -1);
    }
    const length = lengthOf(direction);
    if (length < 1e-6) return direction.fill(0);
    for (let d = 0; d < dimensions; d++) direction[d] = direction[d]! / length - common[d]!;
    return scaleToOne(direction);
  };
  return {
    contextsOf(extraction, things) {
      const sentences = read(extraction);
      // One piece of memory for all of a document.
      const contexts = new Int8Array(2 * dimensions * things.length);
      return things.map((mentions, at) => {
        const own = new Set<number>();
        const [near, around] = [new Set<number>(), new Set<number>()];
        for (const index of mentions.slice(0, MOST_MENTIONS)) {
          const { sentence, surface } = extraction.mentions[index]!;
          for (const word of surface.toLowerCase().match(WORD) ?? []) own.add(lexicon.rowOf(word));
          if (sentence >= sentences.rows.length) continue;
          near.add(sentence);
          for (let at = Math.max(0, sentence - REACH); at <= sentence + REACH && at < sentences.rows.length; at++) around.add(at);
        }
        return packContext(directionOf(sentences, near, own), directionOf(sentences, around, own), contexts.subarray(2 * dimensions * at, 2 * dimensions * (at + 1)));
      });
    },
    rarityOf(name) {
      let rarest = 0;
      for (const word of name.split(' ')) {
        const row = lexicon.rowOf(word);
        rarest = Math.max(rarest, row < 0 ? UNKNOWN_RANK : row + 1);
      }
      return Math.max(0, Math.log(rarest / TELLING_RANK));
    },
  };
}

function lengthOf(vector: Float32Array | Int8Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}

function scaleToOne(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  for (let d = 0; d < vector.length; d++) vector[d]! /= length;
  return vector;
}

/** In a quarter of the memory; a cosine moves by less than 0.01. */
function packContext(sentence: Float32Array, passage: Float32Array, context: Context = new Int8Array(sentence.length + passage.length)): Context {
  for (const [vector, offset] of [[sentence, 0], [passage, sentence.length]] as const) {
    let largest = 0;
    for (const x of vector) largest = Math.max(largest, Math.abs(x));
    for (let d = 0; d < vector.length; d++) context[offset + d] = Math.round((127 * vector[d]!) / (largest || 1));
  }
  return context;
}

/** Mean direction of several, which count by their weights. */
export function meanContext(contexts: readonly Context[], weights: readonly number[]): Context {
  const half = contexts[0]!.length / 2;
  const [sentence, passage] = [0, half].map((offset) => {
    const sum = new Float32Array(half);
    contexts.forEach((context, index) => {
      const part = context.subarray(offset, offset + half);
      const weight = weights[index]! / (lengthOf(part) || 1);
      for (let d = 0; d < half; d++) sum[d]! += weight * part[d]!;
    });
    return sum;
  });
  return packContext(sentence!, passage!);
}

/** Of the sentences, and of the passages; undefined where nothing is known of one of the four. */
export function cosinesOf(a: Context, b: Context): readonly [sentence: number, passage: number] | undefined {
  const half = a.length / 2;
  const [sentence, passage] = [cosineOf(a, b, 0, half), cosineOf(a, b, half, a.length)];
  return Number.isNaN(sentence) || Number.isNaN(passage) ? undefined : [sentence, passage];
}

function cosineOf(a: Context, b: Context, start: number, end: number): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let d = start; d < end; d++) {
    const x = a[d]!;
    const y = b[d]!;
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return dot / Math.sqrt(ofA * ofB);
}
