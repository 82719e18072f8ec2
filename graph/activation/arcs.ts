// Arcs of a graph as typed arrays (compressed sparse rows), which walks and pulses run over.

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

/** Lists arcs one by one, in any order and the same each time it is asked; weights in [0, 1]. */
export type ArcSource = (visit: (from: number, to: number, weight: number) => void) => void;

/** Can hardly be told from none, and makes no arc. */
const LEAST_WEIGHT = 1e-9;

/**
 * Rows of `nodes` nodes. Arcs that join the same two nodes in the same direction become one that holds unless all of them fail: 1 − Π (1 − w). The
 * order of the source plays no part.
 */
export function rowsOf(nodes: number, source: ArcSource): Arcs {
  const offsets = uint32(nodes + 1);
  source((from, _, weight) => {
    if (weight >= LEAST_WEIGHT) offsets[from + 1]!++;
  });
  for (let node = 0; node < nodes; node++) offsets[node + 1]! += offsets[node]!;
  const length = offsets[nodes]!;
  const targets = uint32(length);
  const weights = new Float32Array(new SharedArrayBuffer(4 * length));
  const next = uint32(nodes);
  next.set(offsets.subarray(0, nodes));
  source((from, to, weight) => {
    if (weight < LEAST_WEIGHT) return;
    const place = next[from]!++;
    targets[place] = to;
    weights[place] = weight;
  });
  const fan = new Float64Array(new SharedArrayBuffer(8 * nodes));
  let kept = 0;
  for (let node = 0; node < nodes; node++) {
    const start = offsets[node]!;
    const end = offsets[node + 1]!;
    sortRow(targets, weights, start, end);
    offsets[node] = kept;
    for (let at = start; at < end; ) {
      const target = targets[at]!;
      let last = at + 1;
      while (last < end && targets[last] === target) last++;
      // Smallest first, so that rounding is the same in every order.
      if (last > at + 1) weights.subarray(at, last).sort();
      let weight = weights[at]!;
      while (++at < last) weight += weights[at]! * (1 - weight);
      targets[kept] = target;
      weights[kept] = weight;
      fan[node]! += weights[kept++]!;
    }
  }
  offsets[nodes] = kept;
  return { offsets, targets: targets.subarray(0, kept), weights: weights.subarray(0, kept), fan };
}

/** In shared memory, which does not count towards garbage collection: a large copy would set off one of the whole heap. */
const uint32 = (length: number): Uint32Array => new Uint32Array(new SharedArrayBuffer(4 * length));

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
