// Arcs of a graph as typed arrays (compressed sparse rows), which walks and pulses run over.

export interface Arcs {
  /** uint32 [nodes + 1]: the arcs of node n are at offsets[n] … offsets[n + 1] − 1. */
  readonly offsets: Uint32Array;
  /** uint32 [arcs]: the other end, ascending within a node, each once. */
  readonly targets: Uint32Array;
  /** float64 [arcs] in (0, 1]. */
  readonly weights: Float64Array;
  /** float64 [nodes]: sum of the weights of the node's arcs, its fan. */
  readonly fan: Float64Array;
}

/** Arcs in any order. */
export interface ArcList {
  readonly length: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly weights: Float64Array;
}

/** A list that grows by doubling. */
export class ArcBuffer implements ArcList {
  length = 0;
  from: Uint32Array;
  to: Uint32Array;
  weights: Float64Array;

  constructor(capacity = 1024) {
    this.from = new Uint32Array(capacity);
    this.to = new Uint32Array(capacity);
    this.weights = new Float64Array(capacity);
  }

  add(from: number, to: number, weight: number): void {
    if (this.length === this.from.length) this.grow();
    this.from[this.length] = from;
    this.to[this.length] = to;
    this.weights[this.length++] = weight;
  }

  private grow(): void {
    const capacity = 2 * this.from.length;
    const copy = <T extends Uint32Array | Float64Array>(into: T, old: T): T => (into.set(old as never), into);
    this.from = copy(new Uint32Array(capacity), this.from);
    this.to = copy(new Uint32Array(capacity), this.to);
    this.weights = copy(new Float64Array(capacity), this.weights);
  }
}

/** Less can hardly be told from none, and makes no arc. */
const LEAST_WEIGHT = 1e-9;

/**
 * Rows of `nodes` nodes. Arcs that join the same two nodes in the same direction become one that holds unless all of them fail: 1 − Π (1 − w). The
 * order of the list plays no part.
 * @param list weights in [0, 1]
 */
export function rowsOf(nodes: number, { length, from, to, weights }: ArcList): Arcs {
  // Sorted by the far end and then, keeping that order, by the near one.
  const byTarget = sortBy(nodes, to, length, (place) => place);
  const order = sortBy(nodes, from, length, (place) => byTarget[place]!);
  const offsets = new Uint32Array(nodes + 1);
  const targets = new Uint32Array(length);
  const merged = new Float64Array(length);
  const fan = new Float64Array(nodes);
  let kept = 0;
  for (let at = 0; at < length; ) {
    const source = from[order[at]!]!;
    const target = to[order[at]!]!;
    let end = at + 1;
    while (end < length && from[order[end]!] === source && to[order[end]!] === target) end++;
    const weight = end === at + 1 ? weights[order[at]!]! : anyOf(Array.from(order.subarray(at, end), (arc) => weights[arc]!));
    at = end;
    if (weight < LEAST_WEIGHT) continue;
    targets[kept] = target;
    merged[kept++] = weight;
    fan[source]! += weight;
    offsets[source + 1]!++;
  }
  for (let node = 0; node < nodes; node++) offsets[node + 1]! += offsets[node]!;
  return { offsets, targets: targets.slice(0, kept), weights: merged.slice(0, kept), fan };
}

/** Smallest first, so that rounding is the same in every order. */
function anyOf(weights: number[]): number {
  return 1 - weights.sort((a, b) => a - b).reduce((noneHolds, weight) => noneHolds * (1 - weight), 1);
}

/** Places in order of key, those of one key in the order that `before` has them. */
function sortBy(keys: number, keyOf: Uint32Array, length: number, before: (place: number) => number): Uint32Array {
  const next = new Uint32Array(keys + 1);
  for (let place = 0; place < length; place++) next[keyOf[place]! + 1]!++;
  for (let key = 0; key < keys; key++) next[key + 1]! += next[key]!;
  const order = new Uint32Array(length);
  for (let place = 0; place < length; place++) {
    const arc = before(place);
    order[next[keyOf[arc]!]!++] = arc;
  }
  return order;
}

/** What a node passes along one of its arcs, as a share of what it sends: never more than all of it over all arcs together. */
export function shareOf({ weights, fan }: Arcs, from: number, arc: number, leastFan: number): number {
  return weights[arc]! / Math.max(leastFan, fan[from]!);
}
