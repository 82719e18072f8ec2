// Where things go in a picture: entities by forces, then apart until no name covers another, each arrow has room for
// its words, and none leads over what it has nothing to do with, as far as that can be. The same graph is always laid out the same.
import { Layout, startingPlaces } from './forces.ts';

/** How far what is drawn of a node reaches from its centre; its name is beneath, or, turned over, above. */
export interface Reach {
  readonly side: number;
  readonly up: number;
  readonly down: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Two nodes by their places in the list, and how long the line between them shall be seen. */
export interface Link {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

const FORCE_ROUNDS = 600;
/** Of pushing apart; in the last ones nothing is stretched any more, so that nothing is pushed over something else. */
const ROUNDS = 500;
const LAST_ROUNDS = 300;
const GAP = 5;

/** Where the centre of a node is, and how far it reaches from there. */
export type LaidOut = Point & Reach & { readonly isTurnedOver: boolean };

/** @param given reaches of the nodes, the most important first, with the names beneath */
export function layOut(given: readonly Reach[], links: readonly Link[]): LaidOut[] {
  const places = byForces(given.length, links);
  stretch(places, given, links);
  const turned = turnedOver(places, links);
  const reaches = given.map(({ side, up, down }, at) => (turned[at] ? { side, up: down, down: up } : { side, up, down }));
  for (let round = 0; round < ROUNDS; round++) {
    const isLast = round >= ROUNDS - LAST_ROUNDS;
    if (!isLast) for (const link of links) {
      lengthen(places, reaches, link);
      clear(places, reaches, link);
    }
    if (!pushApart(places, reaches) && isLast) break;
  }
  return places.map(({ x, y }, at) => ({ x, y, ...reaches[at]!, isTurnedOver: turned[at]! }));
}

function byForces(count: number, links: readonly Link[]): { x: number; y: number }[] {
  const pairs = Uint32Array.from(links.flatMap(({ a, b }) => [a, b]));
  const graph = { places: startingPlaces(count, pairs), radii: new Float64Array(count).fill(1), links: pairs, mobility: new Float64Array(count).fill(1), aspect: 1 };
  const layout = new Layout(graph, FORCE_ROUNDS);
  while (!layout.isSettled) layout.round();
  return Array.from({ length: count }, (_, at) => ({ x: graph.places[2 * at]!, y: graph.places[2 * at + 1]! }));
}

/** To the size at which half of the lines are long enough. */
function stretch(places: { x: number; y: number }[], reaches: readonly Reach[], links: readonly Link[]): void {
  const ratios = links.filter(({ a, b }) => a !== b).map((link) => wantedLength(places, reaches, link) / (distanceOf(places[link.a]!, places[link.b]!) || 1)).sort((one, other) => one - other);
  const scale = ratios[ratios.length >> 1] ?? 40;
  for (const place of places) {
    place.x *= scale;
    place.y *= scale;
  }
}

/** A name is where fewer lines come from. */
function turnedOver(places: readonly Point[], links: readonly Link[]): boolean[] {
  const below = places.map(() => 0);
  for (const { a, b } of links) {
    const slope = (places[b]!.y - places[a]!.y) / (distanceOf(places[a]!, places[b]!) || 1);
    below[a]! += slope;
    below[b]! -= slope;
  }
  return below.map((sum) => sum > 0.3);
}

const distanceOf = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

/** From centre to centre. */
function wantedLength(places: readonly Point[], reaches: readonly Reach[], { a, b, length }: Link): number {
  const [from, to] = [places[a]!, places[b]!];
  return exitOf(reaches[a]!, from, to) + length + exitOf(reaches[b]!, to, from);
}

/** How far from the centre a line to another place leaves what is drawn of a node. */
export function exitOf({ side, up, down }: Reach, from: Point, to: Point): number {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const long = Math.hypot(x, y);
  if (long === 0) return 0;
  const across = x === 0 ? Infinity : (side * long) / Math.abs(x);
  const along = y === 0 ? Infinity : ((y < 0 ? up : down) * long) / Math.abs(y);
  return Math.min(across, along);
}

/** A line that is too short pushes its ends apart, the less important one most. */
function lengthen(places: { x: number; y: number }[], reaches: readonly Reach[], link: Link): void {
  const [from, to] = [places[link.a]!, places[link.b]!];
  const [distance, wanted] = [distanceOf(from, to), wantedLength(places, reaches, link)];
  if (link.a === link.b || distance === 0 || distance >= wanted) return;
  const share = (0.2 * (wanted - distance)) / distance;
  const [x, y] = [(to.x - from.x) * share, (to.y - from.y) * share];
  from.x -= x / 2;
  from.y -= y / 2;
  to.x += x / 2;
  to.y += y / 2;
}

/** What a line leads over goes aside, and the line a little to the other. */
function clear(places: { x: number; y: number }[], reaches: readonly Reach[], { a, b }: Link): void {
  const [from, to] = [places[a]!, places[b]!];
  const long = distanceOf(from, to);
  if (long === 0) return;
  const normal = { x: -(to.y - from.y) / long, y: (to.x - from.x) / long };
  for (const [at, place] of places.entries()) {
    if (at === a || at === b) continue;
    const { side, up, down } = reaches[at]!;
    const [x, y] = [place.x - from.x, place.y + (down - up) / 2 - from.y];
    const along = (x * normal.y - y * normal.x) / long;
    const apart = x * normal.x + y * normal.y;
    const missing = Math.abs(normal.x) * side + (Math.abs(normal.y) * (up + down)) / 2 + GAP - Math.abs(apart);
    if (missing <= 0 || along <= 0 || along >= 1) continue;
    const push = (apart < 0 ? -0.2 : 0.2) * missing;
    place.x += normal.x * push;
    place.y += normal.y * push;
    for (const end of [from, to]) {
      end.x -= (normal.x * push) / 4;
      end.y -= (normal.y * push) / 4;
    }
  }
}

/** What overlaps goes apart the shorter way. @returns whether anything did */
function pushApart(places: { x: number; y: number }[], reaches: readonly Reach[]): boolean {
  let isMoved = false;
  for (let i = 0; i < places.length; i++) {
    for (let j = i + 1; j < places.length; j++) {
      const [a, b, one, other] = [places[i]!, places[j]!, reaches[i]!, reaches[j]!];
      const across = one.side + other.side + GAP - Math.abs(b.x - a.x);
      const along = (a.y <= b.y ? one.down + other.up : one.up + other.down) + GAP - Math.abs(b.y - a.y);
      if (across <= 0 || along <= 0) continue;
      isMoved = true;
      if (across < along) {
        const half = (a.x <= b.x ? across : -across) / 2;
        a.x -= half;
        b.x += half;
      } else {
        const half = (a.y <= b.y ? along : -along) / 2;
        a.y -= half;
        b.y += half;
      }
    }
  }
  return isMoved;
}
