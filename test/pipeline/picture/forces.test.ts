import test from 'ava';
import { Layout, startingPlaces, type LayoutGraph } from '../../../pipeline/picture/forces.ts';

const MOST_ROUNDS = 200;

function laidOut(graph: LayoutGraph): { readonly places: Float64Array; readonly rounds: number } {
  const layout = new Layout(graph, MOST_ROUNDS);
  let rounds = 0;
  for (; !layout.isSettled; rounds++) layout.round();
  return { places: graph.places, rounds };
}

function graphOf(count: number, pairs: readonly (readonly [number, number])[], options: Partial<LayoutGraph> = {}): LayoutGraph {
  const links = Uint32Array.from(pairs.flat());
  return { places: startingPlaces(count, links), radii: new Float64Array(count).fill(5), links, mobility: new Float64Array(count).fill(1), aspect: 1, ...options };
}

const distance = (places: Float64Array, a: number, b: number): number => Math.hypot(places[2 * a]! - places[2 * b]!, places[2 * a + 1]! - places[2 * b + 1]!);

/** Two stars of ten, joined by one link. */
const stars = (): (readonly [number, number])[] => [...Array.from({ length: 10 }, (_, at) => [0, 2 + at] as const), ...Array.from({ length: 10 }, (_, at) => [1, 12 + at] as const), [0, 1]];

test('what is linked stands near, what is not stands apart, and no disc on another', (t) => {
  const { places, rounds } = laidOut(graphOf(22, stars()));
  t.true(rounds <= MOST_ROUNDS + 1);
  for (let leaf = 2; leaf < 12; leaf++) t.true(distance(places, 0, leaf) < distance(places, 1, leaf));
  for (let a = 0; a < 22; a++) for (let b = 0; b < a; b++) t.true(distance(places, a, b) > 10, `${a} and ${b}`);
});

test('the same graph is laid out the same', (t) => {
  t.deepEqual(laidOut(graphOf(22, stars())).places, laidOut(graphOf(22, stars())).places);
});

test('what holds its place keeps it while another is added', (t) => {
  const { places } = laidOut(graphOf(22, stars()));
  const more = Float64Array.of(...places, places[0]! + 1, places[1]! + 1);
  const before = more.slice();
  const after = laidOut(graphOf(23, [...stars(), [0, 22]], { places: more, mobility: Float64Array.from({ length: 23 }, (_, node) => (node === 22 ? 1 : 0)) })).places;
  t.deepEqual(after.slice(0, 44), before.slice(0, 44));
  t.true(distance(after, 0, 22) > 10);
});

test('nodes that begin in one place part, and a lone one rests', (t) => {
  const { places } = laidOut(graphOf(3, [], { places: new Float64Array(6) }));
  t.true(distance(places, 0, 1) > 10 && distance(places, 1, 2) > 10);
  t.deepEqual([...laidOut(graphOf(1, [], { places: Float64Array.of(0, 0) })).places], [0, 0]);
  t.deepEqual([...laidOut(graphOf(0, [])).places], []);
});

test('a wide picture is wider than high', (t) => {
  const { places } = laidOut(graphOf(60, [], { aspect: 2 }));
  const span = (axis: number): number => {
    const values = [...places].filter((_, at) => (at & 1) === axis);
    return Math.max(...values) - Math.min(...values);
  };
  t.true(span(0) > 1.4 * span(1));
});
