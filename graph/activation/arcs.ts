// Arcs of a graph as typed arrays (compressed sparse rows), which walks and pulses run over.
import { Buckets, floatsOf, MemoryBudget, wordOf } from '../compact/buckets.ts';

export interface Arcs {
  /** uint32 [nodes + 1]: the arcs of node n are at offsets[n] … offsets[n + 1] − 1. */
  readonly offsets: Uint32Array;
  /** uint32 [arcs]: the other end, ascending within a node, each once. */
  readonly targets: Uint32Array;
  /** float32 [arcs] in (0, 1]. */
  readonly weights: Float32Array;
  /** float64 [nodes]: sum of the weights of the node's arcs, its fan. */
  readonly fan: Float64Array;
}

/** Lists arcs one by one, in any order; weights in [0, 1]. */
export type ArcSource = (visit: (from: number, to: number, weight: number) => void) => void;

/** Can hardly be told from none, and makes no arc. */
const LEAST_WEIGHT = 1e-9;

/**
 * Rows of `nodes` nodes. Arcs that join the same two nodes in the same direction become one that holds unless all of them fail: 1 − Π (1 − w). The
 * order of the source plays no part.
 * @param budget for what is listed; the rows themselves, 8 bytes an arc and 12 a node, are memory beside it
 */
export function rowsOf(nodes: number, source: ArcSource, budget = new MemoryBudget()): Arcs {
  const blocks = new Buckets(budget);
  let listed = 0;
  source((from, to, weight) => {
    if (weight < LEAST_WEIGHT) return;
    blocks.add(Math.floor(from / BLOCK), from, to, wordOf(weight));
    listed++;
  });
  const offsets = uint32(nodes + 1);
  const targets = uint32(listed);
  const weights = float32(listed);
  const fan = new Float64Array(memory(8 * nodes));
  let kept = 0;
  for (let block = 0; block * BLOCK < nodes; block++) {
    const words = blocks.take(block);
    const floats = floatsOf(words);
    const first = block * BLOCK;
    const length = words.length / 3;
    // Where the arcs of the node at `first + n` end, once all are in their places.
    const ends = uint32(BLOCK + 1);
    for (let arc = 0; arc < length; arc++) ends[words[3 * arc]! - first + 1]!++;
    for (let node = 0; node < BLOCK; node++) ends[node + 1]! += ends[node]!;
    const rowTargets = uint32(length);
    const rowWeights = float32(length);
    for (let arc = 0; arc < length; arc++) {
      const place = ends[words[3 * arc]! - first]!++;
      rowTargets[place] = words[3 * arc + 1]!;
      rowWeights[place] = floats[3 * arc + 2]!;
    }
    for (let node = first, at = 0; node < Math.min(nodes, first + BLOCK); node++) {
      const end = ends[node - first]!;
      sortRow(rowTargets, rowWeights, at, end);
      while (at < end) {
        const target = rowTargets[at]!;
        let last = at + 1;
        while (last < end && rowTargets[last] === target) last++;
        // Smallest first, so that rounding is the same in every order.
        if (last > at + 1) rowWeights.subarray(at, last).sort();
        let together = rowWeights[at]!;
        while (++at < last) together += rowWeights[at]! * (1 - together);
        targets[kept] = target;
        weights[kept] = together;
        fan[node]! += weights[kept++]!;
      }
      offsets[node + 1] = kept;
    }
  }
  blocks.close();
  return { offsets, targets: targets.subarray(0, kept), weights: weights.subarray(0, kept), fan };
}

/** Nodes whose arcs are put in order together: they and their arcs fit the cache of a core, where a million nodes at once would not. */
const BLOCK = 4096;

/** Shared memory, where there is any: it does not count towards garbage collection, and a large copy would set off one of the whole heap. Pages have none. */
const memory = (bytes: number): SharedArrayBuffer | ArrayBuffer => new (globalThis.SharedArrayBuffer ?? ArrayBuffer)(bytes);
const uint32 = (length: number): Uint32Array => new Uint32Array(memory(4 * length));
const float32 = (length: number): Float32Array => new Float32Array(memory(4 * length));

/** Up to so many are sorted by insertion. */
const SHORT = 24;
/** More than a row has; times the most nodes still a whole number. */
const PLACES = 2 ** 21;

/** By target. */
function sortRow(targets: Uint32Array, weights: Float32Array, start: number, end: number): void {
  if (end - start > SHORT) {
    // Target and place in one number, which typed arrays sort at once.
    const keys = Float64Array.from({ length: end - start }, (_, place) => targets[start + place]! * PLACES + place).sort();
    const before = weights.slice(start, end);
    for (const [place, key] of keys.entries()) {
      targets[start + place] = Math.floor(key / PLACES);
      weights[start + place] = before[key % PLACES]!;
    }
    return;
  }
  for (let at = start + 1; at < end; at++) {
    const target = targets[at]!;
    const weight = weights[at]!;
    let to = at;
    for (; to > start && target < targets[to - 1]!; to--) {
      targets[to] = targets[to - 1]!;
      weights[to] = weights[to - 1]!;
    }
    targets[to] = target;
    weights[to] = weight;
  }
}

/** What a node passes along one of its arcs, as a share of what it sends: never more than all of it over all arcs together. */
export function shareOf({ weights, fan }: Arcs, from: number, arc: number, leastFan: number): number {
  return weights[arc]! / Math.max(leastFan, fan[from]!);
}
