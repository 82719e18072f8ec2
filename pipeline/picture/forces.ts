// Where the entities of a picture go: discs repel each other, facts pull their ends together, all are drawn to the middle, and the whole cools down until it
// stands. The forces are those of d3-force (what is far away repels as one: Barnes & Hut 1986); here they go round by round, so that a page can do other
// things in between, and what stood before holds its place.
import { forceLink, forceManyBody, forceSimulation, forceX, forceY, type Simulation, type SimulationLinkDatum, type SimulationNodeDatum } from 'd3-force';

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
const REPULSION = 9;
const GRAVITY = 0.04;
/** Between the rims of two discs that a fact joins. */
const LINK_LENGTH = 34;
/** A cell repels as one where it is no wider than its distance times this. */
const OPENING = 1.1;
/** So that two nodes in one place do not fly apart. */
const LEAST_DISTANCE = 4;
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

interface Body extends SimulationNodeDatum {
  readonly radius: number;
}

export class Layout {
  private readonly graph: LayoutGraph;
  private readonly bodies: readonly Body[];
  private readonly simulation: Simulation<Body, undefined>;
  private furthest = Number.POSITIVE_INFINITY;

  /** @param rounds after which it is cold; it may stand before */
  constructor(graph: LayoutGraph, rounds: number) {
    const { places, radii, links, aspect } = graph;
    this.graph = graph;
    this.bodies = Array.from(radii, (radius, node): Body => ({ radius, x: places[2 * node]!, y: places[2 * node + 1]! }));
    const pulls: SimulationLinkDatum<Body>[] = [];
    for (let link = 0; link < links.length; link += 2) if (links[link] !== links[link + 1]) pulls.push({ source: this.bodies[links[link]!]!, target: this.bodies[links[link + 1]!]! });
    this.simulation = forceSimulation([...this.bodies])
      .stop()
      .alphaMin(COLD)
      .alphaDecay(1 - COLD ** (1 / rounds))
      .force('links', forceLink<Body, SimulationLinkDatum<Body>>(pulls).distance(({ source, target }) => LINK_LENGTH + (source as Body).radius + (target as Body).radius))
      .force('repulsion', forceManyBody<Body>().strength(({ radius }) => -REPULSION * radius).theta(OPENING).distanceMin(LEAST_DISTANCE))
      .force('x', forceX<Body>(0).strength(GRAVITY / Math.sqrt(aspect)))
      .force('y', forceY<Body>(0).strength(GRAVITY * Math.sqrt(aspect)));
  }

  get isSettled(): boolean {
    return this.bodies.length === 0 || this.simulation.alpha() < COLD || this.furthest < STILL;
  }

  round(): void {
    const { places, mobility } = this.graph;
    this.simulation.tick();
    this.furthest = 0;
    this.bodies.forEach((body, node) => {
      const [x, y] = [places[2 * node]!, places[2 * node + 1]!];
      body.x = places[2 * node] = x + mobility[node]! * (body.x! - x);
      body.y = places[2 * node + 1] = y + mobility[node]! * (body.y! - y);
      this.furthest = Math.max(this.furthest, Math.abs(body.x - x), Math.abs(body.y - y));
    });
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
