// A vector for each node from where its walks lead: fast random projection (Chen et al. 2019). A node's own vector is drawn from its id, so that it
// is the same in every graph; what its neighbours have is averaged in, as often as there are hops.
import { createHash } from 'node:crypto';
import { createRandom } from '../../pipeline/core/random.ts';
import type { Arcs } from '../activation/arcs.ts';
import type { Snapshot } from '../activation/snapshot.ts';
import { Buckets, floatsOf, MemoryBudget, wordsOf } from '../compact/buckets.ts';

export interface NodeVectorOptions {
  readonly dimensions?: number;
  readonly seed?: number;
  /** What the mean over walks of 0, 1, 2 … steps counts. */
  readonly hops?: readonly number[];
}

export const VECTOR_DIMENSIONS = 64;
/** One in so many numbers of a drawn vector is not 0 (Achlioptas 2003). */
const SPARSITY = 3;

/** Dimensions that walk together: what is read of a neighbour is one line of a processor's cache, and what is held is a quarter. */
const SLICE = 16;
/** Nodes whose vectors are put together at a time. */
const BLOCK = 1024;

/** @returns float32 [nodes, dimensions], rows of length 1, or zeros where a node has no links and hop 0 does not count */
export function nodeVectors(snapshot: Snapshot, options: NodeVectorOptions = {}): Float32Array {
  const dimensions = options.dimensions ?? VECTOR_DIMENSIONS;
  const { blocks, blockOf } = createNodeVectors(snapshot, options);
  const vectors = new Float32Array(snapshot.fan.length * dimensions);
  for (let block = 0; block < blocks; block++) vectors.set(blockOf(block), block * BLOCK * dimensions);
  return vectors;
}

/**
 * The same a row at a time, best in order of nodes, for graphs whose vectors are not to be held at once.
 * @param budget for what the walks lead to; 2 · 64 bytes a node, and 40 more, are memory beside it
 */
export function createVectorReader(snapshot: Snapshot, budget: MemoryBudget): (node: number) => Float32Array {
  const { blockOf } = createNodeVectors(snapshot, {}, budget);
  let [held, vectors]: [number, Float32Array] = [-1, new Float32Array(0)];
  return (node) => {
    const block = Math.floor(node / BLOCK);
    if (block !== held) [held, vectors] = [block, blockOf(block)];
    return vectors.subarray((node % BLOCK) * VECTOR_DIMENSIONS, ((node % BLOCK) + 1) * VECTOR_DIMENSIONS);
  };
}

/** Walks slice by slice; the vectors of a block of nodes are put together from all of them when they are asked for. */
function createNodeVectors(snapshot: Snapshot, { dimensions = VECTOR_DIMENSIONS, seed = 17, hops = [0.2, 1, 1, 0.5] }: NodeVectorOptions, budget = new MemoryBudget()) {
  const { ids, fan } = snapshot;
  const nodes = fan.length;
  const blocks = Math.ceil(nodes / BLOCK);
  const slices = Array.from({ length: Math.ceil(dimensions / SLICE) }, (_, at) => Math.min(SLICE, dimensions - at * SLICE));
  const root = Float64Array.from(fan, (each) => Math.sqrt(Math.max(1, each)));
  // Where the drawing of each node's own vector goes on.
  const states = new Uint32Array(nodes);
  let at = 0;
  for (const id of ids) states[at++] = createHash('sha256').update(`${seed} ${id}`).digest().readUInt32LE(0);
  const squares = hops.map(() => new Float64Array(nodes));
  const walks = new Buckets(budget);
  const placeOf = (slice: number, hop: number, block: number): number => (slice * hops.length + hop) * blocks + block;
  let [walk, next] = [new Float32Array(nodes * SLICE), new Float32Array(nodes * SLICE)];
  for (const [slice, width] of slices.entries()) {
    draw(states, walk, width);
    for (const [hop, weight] of hops.entries()) {
      if (hop > 0) {
        step(snapshot, root, walk, next, width);
        [walk, next] = [next, walk];
      }
      if (weight === 0) continue;
      addSquares(squares[hop]!, walk, width);
      for (let block = 0; block < blocks; block++) walks.addAll(placeOf(slice, hop, block), wordsOf(walk.subarray(block * BLOCK * width, Math.min(nodes, (block + 1) * BLOCK) * width)));
    }
  }
  const blockOf = (block: number): Float32Array => {
    const [first, last] = [block * BLOCK, Math.min(nodes, (block + 1) * BLOCK)];
    const vectors = new Float32Array((last - first) * dimensions);
    for (const [hop, weight] of hops.entries()) {
      if (weight === 0) continue;
      for (const [slice, width] of slices.entries()) {
        const rows = floatsOf(walks.read(placeOf(slice, hop, block)));
        for (let node = first; node < last; node++) {
          const length = Math.sqrt(squares[hop]![node]!);
          if (length === 0) continue;
          const [from, into] = [(node - first) * width, (node - first) * dimensions + slice * SLICE];
          for (let d = 0; d < width; d++) vectors[into + d]! += (weight / length) * rows[from + d]!;
        }
      }
    }
    for (let start = 0; start < vectors.length; start += dimensions) {
      const row = vectors.subarray(start, start + dimensions);
      const length = lengthOf(row) || 1;
      for (let d = 0; d < dimensions; d++) row[d]! /= length;
    }
    return vectors;
  };
  return { blocks, blockOf };
}

/** Where nothing was walked yet: what a node draws. @param states of its generator, which goes on */
function draw(states: Uint32Array, walk: Float32Array, width: number): void {
  for (let node = 0; node < states.length; node++) {
    const random = createRandom(states[node]!);
    for (let at = node * width; at < (node + 1) * width; at++) {
      const drawn = random.integer(2 * SPARSITY);
      walk[at] = drawn === 0 ? 1 : drawn === 1 ? -1 : 0;
    }
    states[node] = random.state;
  }
}

/** The mean of what the neighbours have, by weight. A hub says little about those that it links. @param root √ of each fan, at least 1 */
function step({ offsets, targets, weights, fan }: Arcs, root: Float64Array, walk: Float32Array, next: Float32Array, width: number): void {
  next.fill(0);
  for (let node = 0; node < fan.length; node++) {
    const into = node * width;
    const sum = Math.max(1, fan[node]!);
    for (let arc = offsets[node]!, end = offsets[node + 1]!; arc < end; arc++) {
      const target = targets[arc]!;
      const share = weights[arc]! / sum / root[target]!;
      for (let d = 0, from = target * width; d < width; d++) next[into + d]! += share * walk[from + d]!;
    }
  }
}

function addSquares(squares: Float64Array, walk: Float32Array, width: number): void {
  for (let node = 0, at = 0; node < squares.length; node++) {
    let sum = squares[node]!;
    for (const end = at + width; at < end; at++) sum += walk[at]! * walk[at]!;
    squares[node] = sum;
  }
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
