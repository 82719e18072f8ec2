import test from 'ava';
import { cornersOf, overlaps, placeLabels } from '../../../pipeline/picture/edge-labels.ts';
import { exitOf, layOut, type Link, type Reach } from '../../../pipeline/picture/layout.ts';
import { shortened, twoLines, widthOf } from '../../../pipeline/picture/text.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const reach: Reach = { side: 40, up: 10, down: 30 };

test('nothing that is drawn of two nodes overlaps: stars, chains, islands, random graphs', (t) => {
  const random = createRandom(8);
  const link = (a: number, b: number): Link => ({ a, b, length: 60 });
  const cases: Readonly<Record<string, readonly [count: number, links: readonly Link[]]>> = {
    none: [0, []],
    one: [1, []],
    islands: [30, []],
    star: [61, Array.from({ length: 60 }, (_, at) => link(0, at + 1))],
    chain: [50, Array.from({ length: 49 }, (_, at) => link(at, at + 1))],
    random: [120, Array.from({ length: 200 }, () => link(random.integer(120), random.integer(120)))],
  };
  for (const [name, [count, links]] of Object.entries(cases)) {
    const places = layOut(Array.from({ length: count }, () => reach), links);
    t.is(places.length, count, name);
    const boxes = places.map(({ x, y, side, up, down }) => cornersOf({ x, y: y + (down - up) / 2, angle: 0 }, { width: 2 * side, height: up + down }));
    boxes.forEach((box, at) => boxes.slice(at + 1).forEach((other) => t.false(overlaps(box, other), name)));
    t.deepEqual(layOut(Array.from({ length: count }, () => reach), links), places, name);
  }
});

test('lines have room for their words, in a star', (t) => {
  const links = Array.from({ length: 12 }, (_, at): Link => ({ a: 0, b: at + 1, length: 90 }));
  const places = layOut(Array.from({ length: 13 }, () => reach), links);
  for (const { a, b } of links) {
    const [from, to] = [places[a]!, places[b]!];
    t.true(Math.hypot(to.x - from.x, to.y - from.y) - exitOf(from, from, to) - exitOf(to, to, from) >= 75, `${a} ${b}`);
  }
});

test('where a line leaves a box, by hand', (t) => {
  t.is(exitOf(reach, { x: 0, y: 0 }, { x: 100, y: 0 }), 40);
  t.is(exitOf(reach, { x: 0, y: 0 }, { x: 0, y: 100 }), 30);
  t.is(exitOf(reach, { x: 0, y: 0 }, { x: 0, y: -100 }), 10);
  t.is(exitOf(reach, { x: 0, y: 0 }, { x: 30, y: 40 }), 37.5);
  t.is(exitOf(reach, { x: 5, y: 5 }, { x: 5, y: 5 }), 0);
});

test('rectangles overlap or do not, turned ones too', (t) => {
  const size = { width: 10, height: 2 };
  const at = (x: number, y: number, angle = 0) => cornersOf({ x, y, angle }, size);
  t.true(overlaps(at(0, 0), at(9, 0)));
  t.false(overlaps(at(0, 0), at(11, 0)));
  t.false(overlaps(at(0, 0), at(0, 3)));
  t.true(overlaps(at(0, 0), at(0, 3, 90)));
  t.false(overlaps(at(0, 0), at(7, 0, 90)));
});

test('words of two crossing lines give way to each other, and stay upright', (t) => {
  const far = { side: 5, up: 5, down: 5, isTurnedOver: false };
  const nodes = [[0, 0], [200, 200], [200, 0], [0, 200]].map(([x, y]) => ({ x: x!, y: y!, ...far }));
  const curve = (a: number, b: number) => ({ start: nodes[a]!, control: { x: 100, y: 100 }, end: nodes[b]! });
  const size = { width: 60, height: 10 };
  const placed = placeLabels([curve(0, 1), curve(2, 3)], [size, size], nodes);
  t.false(overlaps(cornersOf(placed[0]!, size), cornersOf(placed[1]!, size)));
  t.deepEqual(placed.map(({ angle }) => Math.round(angle)), [45, -45]);
});

test('texts are shortened to a width, and parted between words', (t) => {
  t.is(widthOf('aé漢', 100), 56 + 66 + 100);
  t.is(widthOf('e\u0301', 10), widthOf('e', 10));
  t.is(shortened('short', 10, 100), 'short');
  t.true(widthOf(shortened('a'.repeat(100), 10, 50), 10) <= 50);
  t.deepEqual(twoLines('Eckert-Mauchly Computer Corporation', 12, 130), ['Eckert-Mauchly', 'Computer Corporation']);
  t.deepEqual(twoLines('  one\n two ', 12, 130), ['one two']);
  t.is(twoLines('word '.repeat(50), 12, 130).length, 2);
  t.is(twoLines('w'.repeat(50), 12, 130).length, 1);
});
