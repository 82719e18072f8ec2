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

/** Directions, each int8 [dimensions] with 127 for its largest part, or all zeros where nothing is known. */
export interface Context {
  readonly sentence: Int8Array;
  readonly passage: Int8Array;
}

export interface ContextReader {
  /** @param mentions indexes into those of the extraction */
  contextOf(extraction: Extraction, mentions: readonly number[]): Context;
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
/** Documents whose sentences are kept: names of one document are asked for one after the other. */
const MOST_KEPT = 64;
const UNKNOWN_RANK = 200_000;
const TELLING_RANK = 100;

interface Sentences {
  /** Rows of the words of each sentence. */
  readonly rows: readonly Int32Array[];
  readonly sums: (Float32Array | undefined)[];
}

export function createContextReader(lexicon: Lexicon): ContextReader {
  const { dimensions } = lexicon;
  const sentencesOf = new Map<Extraction, Sentences>();
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
    let known = sentencesOf.get(extraction);
    if (known === undefined) {
      const rows = extraction.sentences.map(([start, end]) => {
        const words = extraction.text.slice(start, end).toLowerCase().match(WORD) ?? [];
        return Int32Array.from(words.map((word) => lexicon.rowOf(word)).filter((row) => row >= 0));
      });
      if (sentencesOf.size >= MOST_KEPT) sentencesOf.clear();
      sentencesOf.set(extraction, (known = { rows, sums: rows.map(() => undefined) }));
    }
    return known;
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
    contextOf(extraction, mentions) {
      const sentences = read(extraction);
      const own = new Set<number>();
      const [near, around] = [new Set<number>(), new Set<number>()];
      for (const index of mentions.slice(0, MOST_MENTIONS)) {
        const { sentence, surface } = extraction.mentions[index]!;
        for (const word of surface.toLowerCase().match(WORD) ?? []) own.add(lexicon.rowOf(word));
        if (sentence >= sentences.rows.length) continue;
        near.add(sentence);
        for (let at = Math.max(0, sentence - REACH); at <= sentence + REACH && at < sentences.rows.length; at++) around.add(at);
      }
      return { sentence: quantize(directionOf(sentences, near, own)), passage: quantize(directionOf(sentences, around, own)) };
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

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}

export function scaleToOne(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  for (let d = 0; d < vector.length; d++) vector[d]! /= length;
  return vector;
}

/** In a quarter of the memory; a cosine moves by less than 0.01. */
export function quantize(vector: Float32Array): Int8Array {
  const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  return Int8Array.from(vector, (x) => Math.round((127 * x) / largest));
}

/** 0 where one of them is all zeros. */
export function cosineOf(a: Int8Array, b: Int8Array): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    const [x, y] = [a[d]!, b[d]!];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return dot / (Math.sqrt(ofA * ofB) || 1);
}
