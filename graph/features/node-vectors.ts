// A vector for each node from where its walks lead: fast random projection (Chen et al. 2019). A node's own vector is drawn from its id, so that it
// is the same in every graph; what its neighbours have is averaged in, as often as there are hops.
import { createHash } from 'node:crypto';
import { createRandom } from '../../pipeline/core/random.ts';
import type { Snapshot } from '../activation/snapshot.ts';

export interface NodeVectorOptions {
  readonly dimensions?: number;
  readonly seed?: number;
  /** What the mean over walks of 0, 1, 2 … steps counts. */
  readonly hops?: readonly number[];
}

export const VECTOR_DIMENSIONS = 64;
/** One in so many numbers of a drawn vector is not 0 (Achlioptas 2003). */
const SPARSITY = 3;

/** @returns float32 [nodes, dimensions], rows of length 1, or zeros where a node has no links and hop 0 does not count */
export function nodeVectors({ ids, offsets, targets, weights, fan }: Snapshot, { dimensions = VECTOR_DIMENSIONS, seed = 17, hops = [0.2, 1, 1, 0.5] }: NodeVectorOptions = {}): Float32Array {
  const nodes = ids.length;
  let walk = new Float32Array(nodes * dimensions);
  ids.forEach((id, node) => {
    const random = createRandom(createHash('sha256').update(`${seed} ${id}`).digest().readUInt32LE(0));
    for (let d = 0; d < dimensions; d++) {
      const draw = random.integer(2 * SPARSITY);
      walk[node * dimensions + d] = draw === 0 ? 1 : draw === 1 ? -1 : 0;
    }
  });
  const vectors = new Float32Array(nodes * dimensions);
  let next = new Float32Array(nodes * dimensions);
  for (const [hop, weight] of hops.entries()) {
    if (hop > 0) {
      next.fill(0);
      for (let node = 0; node < nodes; node++) {
        for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) {
          // A hub says little about those that it links.
          const share = weights[arc]! / Math.max(1, fan[node]!) / Math.sqrt(Math.max(1, fan[targets[arc]!]!));
          const from = targets[arc]! * dimensions;
          for (let d = 0; d < dimensions; d++) next[node * dimensions + d]! += share * walk[from + d]!;
        }
      }
      [walk, next] = [next, walk];
    }
    if (weight !== 0) for (let node = 0; node < nodes; node++) addScaled(vectors, walk, node * dimensions, dimensions, weight);
  }
  for (let node = 0; node < nodes; node++) {
    const row = vectors.subarray(node * dimensions, (node + 1) * dimensions);
    const length = lengthOf(row) || 1;
    for (let d = 0; d < dimensions; d++) row[d]! /= length;
  }
  return vectors;
}

/** `weight` × the direction of a row of `from`. */
function addScaled(into: Float32Array, from: Float32Array, start: number, dimensions: number, weight: number): void {
  const length = lengthOf(from.subarray(start, start + dimensions));
  if (length > 0) for (let at = start; at < start + dimensions; at++) into[at]! += (weight / length) * from[at]!;
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const x of vector) sum += x * x;
  return Math.sqrt(sum);
}

/** Nodes with the likest vectors, best first, and the cosines. */
export function likestNodes(vectors: Float32Array, node: number, limit: number, isWanted: (other: number) => boolean): { readonly node: number; readonly cosine: number }[] {
  const nodes = vectors.length / VECTOR_DIMENSIONS;
  const found: { node: number; cosine: number }[] = [];
  for (let other = 0; other < nodes; other++) {
    if (other === node || !isWanted(other)) continue;
    let cosine = 0;
    for (let d = 0; d < VECTOR_DIMENSIONS; d++) cosine += vectors[node * VECTOR_DIMENSIONS + d]! * vectors[other * VECTOR_DIMENSIONS + d]!;
    if (cosine > 0) found.push({ node: other, cosine });
  }
  return found.sort((a, b) => b.cosine - a.cosine || a.node - b.node).slice(0, limit);
}
