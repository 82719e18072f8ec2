// Where the entities of a picture go: discs repel each other, facts pull their ends together, all are drawn to the middle, and the whole cools down until it
// stands (Fruchterman & Reingold 1991). What is far away repels as one (Barnes & Hut 1986). It goes round by round, so that a page can do other things in between.

export interface LayoutGraph {
  /** [nodes, 2], where each begins; what the layout changes. */
  readonly places: Float64Array;
  /** [nodes], in the unit of the places. */
  readonly radii: Float64Array;
  /** [links, 2], the nodes that each joins. */
  readonly links: Uint32Array;
  /** [nodes], what each goes of the way that it is pushed: 1 is all of it, 0 keeps it where it is. */
  readonly mobility: Float64Array;
  /** Width of the whole by its height. */
  readonly aspect: number;
}

/** Where the temperature, 1 at first, is as good as none. */
const COLD = 0.002;
/** What a node keeps of its speed from round to round. */
const INERTIA = 0.6;
const REPULSION = 9;
const GRAVITY = 0.04;
/** Between the rims of two discs that a fact joins. */
const LINK_LENGTH = 34;
/** A cell repels as one where it is no wider than its distance times this. */
const OPENING = 1.1;
const DEEPEST = 24;
/** So that two nodes in one place do not fly apart. */
const LEAST_DISTANCE_SQUARED = 16;
/** A turn that never comes back to where it was: what is placed by it spreads evenly. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
/** It stands when no node goes further in a round. */
const STILL = 0.05;

/** A place around another one, a different one for each number. */
export function placeAround(x: number, y: number, number: number): readonly [x: number, y: number] {
  const [turn, distance] = [number * GOLDEN_ANGLE, LINK_LENGTH * Math.sqrt(0.5 + number)];
  return [x + distance * Math.cos(turn), y + distance * Math.sin(turn)];
}

/**
 * Where nodes may begin: each beside one that it is linked with, the first of every piece around the middle.
 * @param links as of `LayoutGraph`
 */
export function startingPlaces(count: number, links: Uint32Array): Float64Array {
  const { offsets, neighbours } = neighboursOf(count, links);
  const places = new Float64Array(2 * count).fill(Number.NaN);
  let placed = 0;
  for (let root = 0; root < count; root++) {
    if (!Number.isNaN(places[2 * root]!)) continue;
    places.set(placeAround(0, 0, placed), 2 * root);
    placed++;
    for (const queue = [root]; queue.length > 0; ) {
      const from = queue.shift()!;
      for (let at = offsets[from]!, child = 0; at < offsets[from + 1]!; at++) {
        const to = neighbours[at]!;
        if (!Number.isNaN(places[2 * to]!)) continue;
        places.set(placeAround(places[2 * from]!, places[2 * from + 1]!, child), 2 * to);
        child++;
        placed++;
        queue.push(to);
      }
    }
  }
  return places;
}

export class Layout {
  private readonly graph: LayoutGraph;
  private readonly speeds: Float64Array;
  private readonly degrees: Float64Array;
  private readonly tree: Tree;
  private readonly cooling: number;
  private temperature = 1;
  private furthest = Number.POSITIVE_INFINITY;

  /** @param rounds after which it is cold; it may stand before */
  constructor(graph: LayoutGraph, rounds: number) {
    const count = graph.radii.length;
    this.graph = graph;
    this.speeds = new Float64Array(2 * count);
    this.degrees = new Float64Array(count);
    for (const node of graph.links) this.degrees[node]!++;
    this.tree = new Tree(count);
    this.cooling = COLD ** (1 / rounds);
  }

  get isSettled(): boolean {
    return this.temperature < COLD || this.furthest < STILL;
  }

  round(): void {
    const { places, mobility, aspect } = this.graph;
    const gravity = [GRAVITY / Math.sqrt(aspect), GRAVITY * Math.sqrt(aspect)] as const;
    const { speeds } = this;
    this.temperature *= this.cooling;
    this.pull();
    this.tree.repel(this.graph, speeds, REPULSION * this.temperature);
    let furthest = 0;
    for (let at = 0; at < places.length; at++) {
      speeds[at] = (speeds[at]! - gravity[at & 1]! * this.temperature * places[at]!) * INERTIA;
      const way = speeds[at]! * mobility[at >> 1]!;
      places[at]! += way;
      furthest = Math.max(furthest, Math.abs(way));
    }
    this.furthest = furthest;
  }

  /** Of two ends the one with fewer links goes further, and what has many is pulled by each the less. */
  private pull(): void {
    const { places, radii, links } = this.graph;
    const { speeds, degrees, temperature } = this;
    for (let link = 0; link < links.length; link += 2) {
      const [a, b] = [links[link]!, links[link + 1]!];
      if (a === b) continue;
      const x = places[2 * b]! + speeds[2 * b]! - places[2 * a]! - speeds[2 * a]!;
      const y = places[2 * b + 1]! + speeds[2 * b + 1]! - places[2 * a + 1]! - speeds[2 * a + 1]!;
      const distance = Math.sqrt(x * x + y * y) || 1;
      const [ofA, ofB] = [degrees[a]!, degrees[b]!];
      const force = ((distance - LINK_LENGTH - radii[a]! - radii[b]!) / distance) * (temperature / Math.min(ofA, ofB));
      const shareOfA = ofB / (ofA + ofB);
      speeds[2 * a]! += x * force * shareOfA;
      speeds[2 * a + 1]! += y * force * shareOfA;
      speeds[2 * b]! -= x * force * (1 - shareOfA);
      speeds[2 * b + 1]! -= y * force * (1 - shareOfA);
    }
  }
}

/** The quarters of the plane, and theirs, down to where each holds one node. A disc repels the more the larger it is. */
class Tree {
  /** [cells, 4]: 0 is nothing, a cell its number, a node its number taken from -1. */
  private children: Int32Array;
  /** [cells, 3]: weight, and its middle. */
  private weights: Float64Array;
  /** Nodes in one place are a chain. */
  private readonly next: Int32Array;
  private cells = 0;
  private readonly waiting = new Int32Array(4 * DEEPEST + 4);
  private readonly waitingWidths = new Float64Array(4 * DEEPEST + 4);

  constructor(nodes: number) {
    this.children = new Int32Array(16 * (nodes + 1));
    this.weights = new Float64Array(12 * (nodes + 1));
    this.next = new Int32Array(nodes);
  }

  repel(graph: LayoutGraph, speeds: Float64Array, strength: number): void {
    const width = this.build(graph);
    this.weigh(graph);
    const { places, radii } = graph;
    const { children, weights, next, waiting, waitingWidths } = this;
    for (let node = 0; node < radii.length; node++) {
      // Written without pairs: this is where the time goes.
      const x = places[2 * node]!;
      const y = places[2 * node + 1]!;
      let pushX = 0;
      let pushY = 0;
      let depth = 1;
      waiting[0] = 0;
      waitingWidths[0] = width;
      while (depth > 0) {
        depth--;
        const cell = waiting[depth]!;
        const side = waitingWidths[depth]! / 2;
        const reach = (side * side) / (OPENING * OPENING);
        for (let quarter = 4 * cell; quarter < 4 * cell + 4; quarter++) {
          let child = children[quarter]!;
          if (child > 0) {
            const dx = x - weights[3 * child + 1]!;
            const dy = y - weights[3 * child + 2]!;
            const squared = dx * dx + dy * dy;
            if (reach < squared) {
              const push = weights[3 * child]! / squared;
              pushX += dx * push;
              pushY += dy * push;
            } else {
              waiting[depth] = child;
              waitingWidths[depth++] = side;
            }
          } else if (child < 0) {
            for (child = -1 - child; child >= 0; child = next[child]!) {
              if (child === node) continue;
              let dx = x - places[2 * child]!;
              let dy = y - places[2 * child + 1]!;
              if (dx === 0 && dy === 0) {
                // Two in one place part, each its own way.
                dx = Math.cos(node);
                dy = Math.sin(node);
              }
              const push = radii[child]! / Math.max(LEAST_DISTANCE_SQUARED, dx * dx + dy * dy);
              pushX += dx * push;
              pushY += dy * push;
            }
          }
        }
      }
      speeds[2 * node]! += strength * pushX;
      speeds[2 * node + 1]! += strength * pushY;
    }
  }

  /** @returns the side of the square that holds all */
  private build({ places, radii }: LayoutGraph): number {
    let [left, right, low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = 0; at < places.length; at += 2) {
      left = Math.min(left, places[at]!);
      right = Math.max(right, places[at]!);
      low = Math.min(low, places[at + 1]!);
      high = Math.max(high, places[at + 1]!);
    }
    const width = Math.max(right - left, high - low, 1);
    this.children.fill(0, 0, 4 * this.cells);
    this.cells = 1;
    for (let node = 0; node < radii.length; node++) this.insert(places, node, (left + right) / 2, (low + high) / 2, width / 4);
    return width;
  }

  /** @param x middle of all, as `y`; @param step from the middle of a cell to that of its quarter */
  private insert(places: Float64Array, node: number, x: number, y: number, step: number): void {
    const [ownX, ownY] = [places[2 * node]!, places[2 * node + 1]!];
    this.next[node] = -1;
    for (let cell = 0, depth = 0; ; depth++) {
      const quarter = 4 * cell + (ownX >= x ? 1 : 0) + (ownY >= y ? 2 : 0);
      const child = this.children[quarter]!;
      if (child === 0) {
        this.children[quarter] = -1 - node;
        return;
      }
      x += ownX >= x ? step : -step;
      y += ownY >= y ? step : -step;
      step /= 2;
      if (child > 0) {
        cell = child;
        continue;
      }
      const other = -1 - child;
      if (depth >= DEEPEST - 2 || (places[2 * other] === ownX && places[2 * other + 1] === ownY)) {
        this.next[node] = other;
        this.children[quarter] = -1 - node;
        return;
      }
      const made = this.addCell();
      this.children[quarter] = made;
      this.children[4 * made + (places[2 * other]! >= x ? 1 : 0) + (places[2 * other + 1]! >= y ? 2 : 0)] = child;
      cell = made;
    }
  }

  private addCell(): number {
    if (4 * (this.cells + 1) > this.children.length) {
      const [children, weights] = [this.children, this.weights];
      this.children = new Int32Array(2 * children.length);
      this.children.set(children);
      this.weights = new Float64Array(2 * weights.length);
    }
    return this.cells++;
  }

  /** Cells come after those that hold them. */
  private weigh({ places, radii }: LayoutGraph): void {
    const { children, weights, next } = this;
    for (let cell = this.cells - 1; cell >= 0; cell--) {
      let [weight, x, y] = [0, 0, 0];
      for (let quarter = 4 * cell; quarter < 4 * cell + 4; quarter++) {
        const child = children[quarter]!;
        if (child > 0) {
          weight += weights[3 * child]!;
          x += weights[3 * child]! * weights[3 * child + 1]!;
          y += weights[3 * child]! * weights[3 * child + 2]!;
        } else if (child < 0) {
          for (let node = -1 - child; node >= 0; node = next[node]!) {
            weight += radii[node]!;
            x += radii[node]! * places[2 * node]!;
            y += radii[node]! * places[2 * node + 1]!;
          }
        }
      }
      weights[3 * cell] = weight;
      weights[3 * cell + 1] = x / weight;
      weights[3 * cell + 2] = y / weight;
    }
  }
}

function neighboursOf(count: number, links: Uint32Array): { readonly offsets: Uint32Array; readonly neighbours: Uint32Array } {
  const offsets = new Uint32Array(count + 1);
  for (const node of links) offsets[node + 1]!++;
  for (let node = 0; node < count; node++) offsets[node + 1]! += offsets[node]!;
  const next = offsets.slice(0, count);
  const neighbours = new Uint32Array(links.length);
  for (let at = 0; at < links.length; at++) neighbours[next[links[at]!]!++] = links[at ^ 1]!;
  return { offsets, neighbours };
}
