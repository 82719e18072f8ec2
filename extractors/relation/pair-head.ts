// From the states of a passage to scores of its pairs of clusters, forward and gradient. A cluster is the log-sum-exp of its mentions
// (Verga et al. 2018, arXiv:1802.10569), a mention the maximum over its tokens; a pair adds what each cluster says as head or tail,
// their product, their labels and distance, and the maximum over the text around and between their mentions, each token with its
// distances to both (after C14-1220); then pairs that share a cluster speak to each other (the triangle update of Jumper et al. 2021,
// doi:10.1038/s41586-021-03819-2, in a bounded form). The last score of a pair is its own threshold (arXiv:2010.11304).
import { multiply, multiplyTransposedLeft, multiplyTransposedRight } from '../engine/matrix.ts';
import { maximaOfWindows, WINNER_BASE, type Window as Stretch } from '../engine/window-kernel.ts';
import { createParameter, type Parameter } from '../network/parameters.ts';
import type { Random } from '../../pipeline/core/random.ts';
import { DISTANCES, distanceBucket, LABELS, SENTENCE_DISTANCES, TOKEN_DISTANCES, type PassageStructure } from './passage.ts';

/** Features of a cluster, of a token of a window and of a pair. */
export const PAIR_SIZE = 256;
const TRIANGLE_SIZE = 32;
/** What the head reads of a token: its features as part of a mention, then as part of a window. */
export const TOKEN_OUTPUTS = 2 * PAIR_SIZE;

const SHAPES = {
  clusterKernel: [PAIR_SIZE, 4 * PAIR_SIZE],
  clusterBias: [4 * PAIR_SIZE],
  headDistance: [DISTANCES, PAIR_SIZE],
  tailDistance: [DISTANCES, PAIR_SIZE],
  headLabel: [LABELS, PAIR_SIZE],
  tailLabel: [LABELS, PAIR_SIZE],
  tokenDistance: [TOKEN_DISTANCES, PAIR_SIZE],
  sentenceDistance: [SENTENCE_DISTANCES, PAIR_SIZE],
  triangleKernel: [PAIR_SIZE, 2 * TRIANGLE_SIZE],
  triangleBias: [2 * TRIANGLE_SIZE],
  triangleOutput: [TRIANGLE_SIZE, PAIR_SIZE],
} as const;
type Name = keyof typeof SHAPES | 'outputKernel' | 'outputBias';

/** float32 arrays by name; `outputKernel` is [pair, labels + 1]. */
export type PairHeadWeights = Readonly<Record<Name, Float32Array>>;
export const PAIR_HEAD_NAMES = [...Object.keys(SHAPES), 'outputKernel', 'outputBias'] as readonly Name[];

/** Floats of each array, for a model with so many labels. */
export function pairHeadLengths(labels: number): Readonly<Record<Name, number>> {
  const lengths = Object.entries(SHAPES).map(([name, shape]) => [name, shape.reduce((product, size) => product * size, 1)]);
  return { ...(Object.fromEntries(lengths) as Record<keyof typeof SHAPES, number>), outputKernel: PAIR_SIZE * (labels + 1), outputBias: labels + 1 };
}

const TABLE_DEVIATION = 0.2;

export function createPairHead(labels: number, random: Random): Readonly<Record<Name, Parameter>> {
  const lengths = pairHeadLengths(labels);
  const columnsOf = (name: Name): number => (name === 'outputKernel' ? labels + 1 : SHAPES[name as keyof typeof SHAPES].at(-1)!);
  const parameters = PAIR_HEAD_NAMES.map((name) => {
    const rows = lengths[name] / (name.endsWith('Bias') ? 1 : columnsOf(name));
    const limit = Math.sqrt(6 / (rows + lengths[name] / rows));
    const isKernel = /Kernel$|Output$/.test(name);
    const value = name.endsWith('Bias') ? () => 0 : isKernel ? () => (random.next() * 2 - 1) * limit : () => random.normal() * TABLE_DEVIATION;
    return [name, createParameter(Float32Array.from({ length: lengths[name] }, value))] as const;
  });
  return Object.fromEntries(parameters) as Record<Name, Parameter>;
}

export interface PairScores {
  /** float32 [pairs of all passages, labels + 1] */
  readonly scores: Float32Array;
  /**
   * Gradients of a scalar from its gradient with respect to the scores.
   * @returns those of the token outputs, shaped as given, and of the weights
   */
  backward(gradient: Float32Array): { readonly outputs: Float32Array; readonly weights: PairHeadWeights };
}

/**
 * @param outputs float32 [time, batch, 2 · pair] of the encoder: mention features, then window features
 * @param batch passages, one a row of the batch
 * @param dropout float32 [pairs, pair] factors on the features of a pair
 * @param place which row of a batch of so many rows each passage is, when several share one
 */
export function scorePairs(
  weights: PairHeadWeights,
  outputs: Float32Array,
  batch: readonly PassageStructure[],
  dropout?: Float32Array,
  place?: { readonly rows: readonly number[]; readonly batch: number },
): PairScores {
  const P = PAIR_SIZE;
  const columns = weights.outputBias.length;
  const rowOf = (b: number, t: number): number => (place ? t * place.batch + place.rows[b]! : t * batch.length + b) * TOKEN_OUTPUTS;
  const clusterOffset = offsetsOf(batch.map(({ labels }) => labels.length));
  const pairOffset = offsetsOf(batch.map(({ heads }) => heads.length));
  const [clusters, pairs] = [clusterOffset.at(-1)!, pairOffset.at(-1)!];

  // Mentions and clusters.
  const mentionParts = batch.map(({ passage }, b) => maximaOf(passage.mentions, outputs, (t) => rowOf(b, t)));
  const features = new Float32Array(clusters * P);
  const shares = batch.map(({ passage }, b) => poolClusters(passage.clusters, mentionParts[b]!.values, features, clusterOffset[b]! * P));
  const projected = addBias(multiply(features, weights.clusterKernel, clusters, P, 4 * P), weights.clusterBias);

  // Windows of text.
  const stretches = batch.flatMap(({ passage, windows }, b) =>
    windows.map(({ pair, head, tail, from, to }): Stretch => {
      const at = (mention: number, t: number): number => distanceBucket(t, passage.mentions[mention]!) * P;
      const each = (of: (t: number) => number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => of(from + i));
      return { target: pairOffset[b]! + pair, rows: each((t) => rowOf(b, t) + P), headRows: each((t) => at(head, t)), tailRows: each((t) => at(tail, t)) };
    }),
  );
  const { maxima: context, winners } = maximaOfWindows(outputs, weights.headDistance, weights.tailDistance, stretches, pairs, P);
  for (let i = 0; i < context.length; i++) context[i] = winners[i]! < 0 ? 0 : Math.tanh(context[i]!);

  // Pairs.
  const pairFeatures = new Float32Array(pairs * P);
  const eachPair = (visit: (at: number, rows: { head: number; tail: number; headLabel: number; tailLabel: number; token: number; sentence: number }) => void): void => {
    batch.forEach((s, b) => {
      for (let i = 0; i < s.heads.length; i++) {
        const [h, t] = [s.heads[i]!, s.tails[i]!];
        visit((pairOffset[b]! + i) * P, {
          head: (clusterOffset[b]! + h) * 4 * P,
          tail: (clusterOffset[b]! + t) * 4 * P,
          headLabel: s.labels[h]! * P,
          tailLabel: s.labels[t]! * P,
          token: s.tokenDistances[i]! * P,
          sentence: s.sentenceDistances[i]! * P,
        });
      }
    });
  };
  const { headLabel, tailLabel, tokenDistance, sentenceDistance } = weights;
  eachPair((at, rows) => {
    for (let d = 0; d < P; d++) {
      const sum =
        projected[rows.head + d]! + projected[rows.tail + P + d]! + projected[rows.head + 2 * P + d]! * projected[rows.tail + 3 * P + d]! +
        headLabel[rows.headLabel + d]! + tailLabel[rows.tailLabel + d]! + tokenDistance[rows.token + d]! + sentenceDistance[rows.sentence + d]! + context[at + d]!;
      pairFeatures[at + d] = sum > 0 ? sum * (dropout ? dropout[at + d]! : 1) : 0;
    }
  });

  // Triangles.
  const G = TRIANGLE_SIZE;
  const sides = addBias(multiply(pairFeatures, weights.triangleKernel, pairs, P, 2 * G), weights.triangleBias);
  for (let i = 0; i < sides.length; i++) sides[i] = Math.tanh(sides[i]!);
  const sums = new Float32Array(pairs * G);
  batch.forEach((structure, b) => closeTriangles(structure, sides, sums, pairOffset[b]!));
  const closed = multiply(sums, weights.triangleOutput, pairs, G, P);
  for (let i = 0; i < closed.length; i++) closed[i]! += pairFeatures[i]!;
  const scores = addBias(multiply(closed, weights.outputKernel, pairs, P, columns), weights.outputBias);

  return {
    scores,
    backward(gradient) {
      const g = Object.fromEntries(PAIR_HEAD_NAMES.map((name) => [name, new Float32Array(0)])) as Record<Name, Float32Array>;
      for (const name of ['headDistance', 'tailDistance', 'headLabel', 'tailLabel', 'tokenDistance', 'sentenceDistance'] as const) g[name] = new Float32Array(weights[name].length);
      g.outputKernel = multiplyTransposedLeft(closed, gradient, P, pairs, columns);
      g.outputBias = columnSums(gradient, columns);
      const dFeatures = multiplyTransposedRight(gradient, weights.outputKernel, pairs, columns, P);
      g.triangleOutput = multiplyTransposedLeft(sums, dFeatures, G, pairs, P);
      const dSums = multiplyTransposedRight(dFeatures, weights.triangleOutput, pairs, P, G);
      const dSides = new Float32Array(sides.length);
      batch.forEach((structure, b) => openTriangles(structure, sides, dSums, dSides, pairOffset[b]!));
      for (let i = 0; i < dSides.length; i++) dSides[i]! *= 1 - sides[i]! * sides[i]!;
      g.triangleKernel = multiplyTransposedLeft(pairFeatures, dSides, P, pairs, 2 * G);
      g.triangleBias = columnSums(dSides, 2 * G);
      const fromSides = multiplyTransposedRight(dSides, weights.triangleKernel, pairs, 2 * G, P);
      for (let i = 0; i < dFeatures.length; i++) {
        const factor = dropout ? dropout[i]! : 1;
        dFeatures[i] = pairFeatures[i]! > 0 ? (dFeatures[i]! + fromSides[i]!) * factor : 0;
      }

      const dProjected = new Float32Array(projected.length);
      eachPair((at, rows) => {
        for (let d = 0; d < P; d++) {
          const up = dFeatures[at + d]!;
          if (up === 0) continue;
          dProjected[rows.head + d]! += up;
          dProjected[rows.tail + P + d]! += up;
          dProjected[rows.head + 2 * P + d]! += up * projected[rows.tail + 3 * P + d]!;
          dProjected[rows.tail + 3 * P + d]! += up * projected[rows.head + 2 * P + d]!;
          g.headLabel[rows.headLabel + d]! += up;
          g.tailLabel[rows.tailLabel + d]! += up;
          g.tokenDistance[rows.token + d]! += up;
          g.sentenceDistance[rows.sentence + d]! += up;
        }
      });
      const dOutputs = new Float32Array(outputs.length);
      for (let i = 0; i < winners.length; i++) {
        if (winners[i]! < 0 || dFeatures[i] === 0) continue;
        const up = dFeatures[i]! * (1 - context[i]! * context[i]!);
        const { rows, headRows, tailRows } = stretches[Math.floor(winners[i]! / WINNER_BASE)]!;
        const [token, d] = [winners[i]! % WINNER_BASE, i % P];
        dOutputs[rows[token]! + d]! += up;
        g.headDistance[headRows[token]! + d]! += up;
        g.tailDistance[tailRows[token]! + d]! += up;
      }

      g.clusterKernel = multiplyTransposedLeft(features, dProjected, P, clusters, 4 * P);
      g.clusterBias = columnSums(dProjected, 4 * P);
      const dClusters = multiplyTransposedRight(dProjected, weights.clusterKernel, clusters, 4 * P, P);
      for (let i = 0; i < dClusters.length; i++) dClusters[i]! *= 1 - features[i]! * features[i]!;
      batch.forEach(({ passage }, b) => {
        const { tokens } = mentionParts[b]!;
        passage.clusters.forEach((cluster, c) => {
          const from = (clusterOffset[b]! + c) * P;
          for (const m of cluster) {
            for (let d = 0; d < P; d++) dOutputs[rowOf(b, tokens[m * P + d]!) + d]! += dClusters[from + d]! * shares[b]![m * P + d]!;
          }
        });
      });
      return { outputs: dOutputs, weights: g };
    },
  };
}

/** The largest value of each feature over the tokens of each mention, and the token that has it. */
function maximaOf(mentions: readonly { readonly start: number; readonly end: number }[], outputs: Float32Array, rowOf: (t: number) => number): { values: Float32Array; tokens: Int32Array } {
  const P = PAIR_SIZE;
  const values = new Float32Array(mentions.length * P).fill(-Infinity);
  const tokens = new Int32Array(mentions.length * P);
  mentions.forEach(({ start, end }, m) => {
    for (let t = start; t < end; t++) {
      const row = rowOf(t);
      for (let d = 0; d < P; d++) {
        if (outputs[row + d]! <= values[m * P + d]!) continue;
        values[m * P + d] = outputs[row + d]!;
        tokens[m * P + d] = t;
      }
    }
  });
  return { values, tokens };
}

/** Writes tanh of the log-sum-exp over the mentions of each cluster. @returns the share of each mention in it, shaped as `mentions` */
function poolClusters(clusters: readonly (readonly number[])[], mentions: Float32Array, target: Float32Array, offset: number): Float32Array {
  const P = PAIR_SIZE;
  const shares = new Float32Array(mentions.length);
  clusters.forEach((cluster, c) => {
    for (let d = 0; d < P; d++) {
      let most = -Infinity;
      for (const m of cluster) most = Math.max(most, mentions[m * P + d]!);
      let sum = 0;
      for (const m of cluster) sum += shares[m * P + d] = Math.exp(mentions[m * P + d]! - most);
      for (const m of cluster) shares[m * P + d]! /= sum;
      target[offset + c * P + d] = Math.tanh(most + Math.log(sum));
    }
  });
  return shares;
}

/** Index of the pair (h, t) among the pairs of a passage, −1 where it is not asked about. */
function pairTable({ heads, tails, labels }: PassageStructure): Int32Array {
  const table = new Int32Array(labels.length * labels.length).fill(-1);
  heads.forEach((h, i) => (table[h * labels.length + tails[i]!] = i));
  return table;
}

/** For each pair (i, j) the sum over k of left(i, k) · right(k, j), over the square root of the clusters. */
function eachTriangle(structure: PassageStructure, offset: number, visit: (pair: number, left: number, right: number, scale: number) => void): void {
  const { heads, tails, labels } = structure;
  const clusters = labels.length;
  const table = pairTable(structure);
  const scale = 1 / Math.sqrt(clusters);
  for (let pair = 0; pair < heads.length; pair++) {
    const [i, j] = [heads[pair]!, tails[pair]!];
    for (let k = 0; k < clusters; k++) {
      const left = table[i * clusters + k]!;
      const right = table[k * clusters + j]!;
      if (left >= 0 && right >= 0) visit(offset + pair, (offset + left) * 2 * TRIANGLE_SIZE, (offset + right) * 2 * TRIANGLE_SIZE + TRIANGLE_SIZE, scale);
    }
  }
}

function closeTriangles(structure: PassageStructure, sides: Float32Array, sums: Float32Array, offset: number): void {
  eachTriangle(structure, offset, (pair, left, right, scale) => {
    const at = pair * TRIANGLE_SIZE;
    for (let d = 0; d < TRIANGLE_SIZE; d++) sums[at + d]! += scale * sides[left + d]! * sides[right + d]!;
  });
}

function openTriangles(structure: PassageStructure, sides: Float32Array, gradient: Float32Array, target: Float32Array, offset: number): void {
  eachTriangle(structure, offset, (pair, left, right, scale) => {
    const at = pair * TRIANGLE_SIZE;
    for (let d = 0; d < TRIANGLE_SIZE; d++) {
      const up = scale * gradient[at + d]!;
      target[left + d]! += up * sides[right + d]!;
      target[right + d]! += up * sides[left + d]!;
    }
  });
}

function offsetsOf(lengths: readonly number[]): number[] {
  const offsets = [0];
  for (const length of lengths) offsets.push(offsets.at(-1)! + length);
  return offsets;
}

function addBias(values: Float32Array, bias: Float32Array): Float32Array {
  const columns = bias.length;
  for (let row = 0; row < values.length; row += columns) for (let c = 0; c < columns; c++) values[row + c]! += bias[c]!;
  return values;
}

function columnSums(values: Float32Array, columns: number): Float32Array {
  const sums = new Float32Array(columns);
  for (let row = 0; row < values.length; row += columns) for (let c = 0; c < columns; c++) sums[c]! += values[row + c]!;
  return sums;
}
