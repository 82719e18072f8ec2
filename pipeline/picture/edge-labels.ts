// Where the words of an arrow go: along it, as near to its middle as nothing else is in the way.
import { exitOf, type LaidOut, type Point } from './layout.ts';

/** A quadratic curve; a straight line where the control point is on it. */
export interface Curve {
  readonly start: Point;
  readonly control: Point;
  readonly end: Point;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place and a turn in degrees that keeps the words upright. */
export type Placed = Point & { readonly angle: number };

/** Shares of the free part of a line, the middle first. */
const TRIED = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9];

/** @param nodes with what is drawn around their centres @returns for each curve where its words are, in the same order */
export function placeLabels(curves: readonly Curve[], sizes: readonly Size[], nodes: readonly LaidOut[]): Placed[] {
  const boxes = nodes.map(({ x, y, side, up, down }) => cornersOf({ x, y: y + (down - up) / 2, angle: 0 }, { width: 2 * side, height: up + down }));
  const taken: (readonly Point[])[] = [];
  const placed: Placed[] = [];
  const spare = curves.map(({ start, end }, at) => Math.hypot(end.x - start.x, end.y - start.y) - sizes[at]!.width);
  // Those with the least choice first.
  for (const at of [...curves.keys()].sort((a, b) => spare[a]! - spare[b]!)) {
    const [curve, size] = [curves[at]!, sizes[at]!];
    const tried = TRIED.map((share) => {
      const place = placeOn(curve, freePart(curve, nodes, share));
      const corners = cornersOf(place, size);
      return { place, corners, inTheWay: [...boxes, ...taken].filter((other) => overlaps(corners, other)).length };
    });
    const best = tried.reduce((a, b) => (b.inTheWay < a.inTheWay ? b : a));
    taken.push(best.corners);
    placed[at] = best.place;
  }
  return placed;
}

/** The share of the whole curve at a share of the part that leads over none of the nodes at its ends. */
function freePart({ start, end }: Curve, nodes: readonly LaidOut[], share: number): number {
  const long = Math.hypot(end.x - start.x, end.y - start.y) || 1;
  const covered = (from: Point, to: Point): number => {
    const node = nodes.reduce((a, b) => (Math.hypot(b.x - from.x, b.y - from.y) < Math.hypot(a.x - from.x, a.y - from.y) ? b : a));
    return Math.max(0, exitOf(node, node, to) - Math.hypot(from.x - node.x, from.y - node.y)) / long;
  };
  const [first, last] = [covered(start, end), 1 - covered(end, start)];
  return first >= last ? share : first + share * (last - first);
}

function placeOn({ start, control, end }: Curve, share: number): Placed {
  const [a, b, c] = [(1 - share) ** 2, 2 * share * (1 - share), share ** 2];
  const [x, y] = [2 * (1 - share) * (control.x - start.x) + 2 * share * (end.x - control.x), 2 * (1 - share) * (control.y - start.y) + 2 * share * (end.y - control.y)];
  const angle = (Math.atan2(y, x) * 180) / Math.PI;
  return { x: a * start.x + b * control.x + c * end.x, y: a * start.y + b * control.y + c * end.y, angle: angle > 90 ? angle - 180 : angle <= -90 ? angle + 180 : angle };
}

export function cornersOf({ x, y, angle }: Placed, { width, height }: Size): Point[] {
  const turn = (angle * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  return [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([across, along]) => {
    const [dx, dy] = [(across! * width) / 2, (along! * height) / 2];
    return { x: x + dx * cos - dy * sin, y: y + dx * sin + dy * cos };
  });
}

/** Whether two rectangles do: none of their sides parts them. */
export function overlaps(a: readonly Point[], b: readonly Point[]): boolean {
  return [a, b].every((corners) =>
    [0, 1].every((at) => {
      const axis = { x: corners[at + 1]!.x - corners[at]!.x, y: corners[at + 1]!.y - corners[at]!.y };
      const along = (points: readonly Point[]): number[] => points.map(({ x, y }) => x * axis.x + y * axis.y);
      const [one, other] = [along(a), along(b)];
      return Math.max(...one) > Math.min(...other) && Math.max(...other) > Math.min(...one);
    }),
  );
}
