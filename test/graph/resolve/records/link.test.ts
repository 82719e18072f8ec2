import test from 'ava';
import fc from 'fast-check';
import { candidatePairs, soundOf } from '../../../../graph/resolve/records/candidates.ts';
import { learnLinkage, probabilityOf, weightOf, type Comparison } from '../../../../graph/resolve/records/fellegi-sunter.ts';
import { FIELD_KINDS, levelOf, LEVELS, valueOf, type FieldKind } from '../../../../graph/resolve/records/fields.ts';
import { linkRecords } from '../../../../graph/resolve/records/link.ts';
import { scoreClusters } from '../../../../graph/resolve/records/score-clusters.ts';
import { isOneEditApart, jaroWinkler } from '../../../../graph/resolve/records/similarity.ts';
import { createRandom } from '../../../../pipeline/core/random.ts';

// Values of Winkler 1990, table 6.
for (const [a, b, expected] of [['martha', 'marhta', 0.961], ['dwayne', 'duane', 0.84], ['dixon', 'dicksonx', 0.813], ['abc', 'xyz', 0], ['same', 'same', 1]] as const) {
  test(`${a} and ${b} are ${expected} alike`, (t) => {
    t.true(Math.abs(jaroWinkler(a, b) - expected) < 5e-4);
    t.is(jaroWinkler(b, a), jaroWinkler(a, b));
  });
}

for (const [a, b, expected] of [['4011', '4101', true], ['4011', '401', true], ['4011', '4012', true], ['4011', '4011', false], ['4011', '1140', false], ['ab', 'ba', true], ['abc', 'cba', false]] as const) {
  test(`${a} and ${b} are ${expected ? '' : 'not '}one edit apart`, (t) => t.is(isOneEditApart(a, b), expected));
}

const level = (kind: FieldKind, a: string, b: string): number => levelOf(valueOf(a, kind)!, valueOf(b, kind)!, kind, () => 1);
for (const [kind, a, b, expected] of [
  ['identifier', '123-456', '123 456', 2], ['identifier', '1234', '1243', 1], ['identifier', '1234', '9999', 0],
  ['date', '19080712', '19081207', 2], ['date', '19080712', '19080711', 2], ['date', '19080712', '19080101', 1], ['date', '19080712', '19190101', 0],
  ['number', '10.0', '10', 3], ['number', '100', '101', 2], ['number', '100', '115', 1], ['number', '100', '300', 0],
  ['name', 'Müller', 'mueller', 2], ['name', 'Smith', 'smith', 4], ['name', 'Smith', 'Jones', 0],
  ['text', 'the art of computing', 'art of the computing', 6], ['text', 'red apple', 'green pear', 0],
] as const) {
  test(`as ${kind}, "${a}" and "${b}" reach level ${expected}`, (t) => t.is(level(kind, a, b), expected));
}

test('levels grow with likeness and stay within what a kind has', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...FIELD_KINDS), fc.string({ minLength: 1, maxLength: 12 }), fc.string({ minLength: 1, maxLength: 12 }), (kind, a, b) => {
      const [x, y] = [valueOf(a, kind), valueOf(b, kind)];
      if (x === undefined || y === undefined) return;
      const reached = levelOf(x, y, kind, () => 1);
      t.true(reached >= 0 && reached < LEVELS[kind]);
      t.is(levelOf(x, x, kind, () => 1), LEVELS[kind] - 1);
    }),
  );
});

test('a cell that says nothing has no value', (t) => {
  for (const [cell, kind] of [['', 'name'], [' - ', 'text'], ['0.0', 'number'], ['n/a', 'number']] as const) t.is(valueOf(cell, kind), undefined);
});

test('what sounds alike has one sound', (t) => {
  t.is(soundOf('robert'), soundOf('rupert'));
  t.not(soundOf('robert'), soundOf('walter'));
});

test('records that share something rare are candidates; of two sources only those across', (t) => {
  const record = (name: string, phone: string) => ({ values: [valueOf(name, 'name'), valueOf(phone, 'identifier')] });
  const records = [record('Ada Lovelace', '1'), record('Ada Lovelase', '2'), record('Konrad Zuse', '1'), record('Grace Hopper', '3')];
  const kinds = ['name', 'identifier'] as const;
  t.deepEqual(candidatePairs(records, kinds), [[0, 1], [0, 2]]);
  t.deepEqual(candidatePairs(records, kinds, [0, 0, 1, 1]), [[0, 2]]);
});

test('what tells matches apart is learnt without labels', (t) => {
  const random = createRandom(3);
  const match = [0.05, 0.15, 0.8];
  const nonMatch = [0.85, 0.1, 0.05];
  const draw = (shares: readonly number[]): number => {
    const x = random.next();
    return x < shares[0]! ? 0 : x < shares[0]! + shares[1]! ? 1 : 2;
  };
  const truth = Array.from({ length: 8000 }, () => random.next() < 0.2);
  const compared = truth.map((isMatch): Comparison => ({ levels: Int8Array.from({ length: 4 }, () => draw(isMatch ? match : nonMatch)), frequencies: new Float32Array(4).fill(Number.NaN) }));
  const model = learnLinkage(compared, [3, 3, 3, 3]);
  t.true(Math.abs(model.prior - 0.2) < 0.02, `${model.prior}`);
  model.match.forEach((column) => column.forEach((share, at) => t.true(Math.abs(share - match[at]!) < 0.05)));
  const right = compared.filter(({ levels }, i) => probabilityOf(weightOf(levels, model), model.prior) > 0.5 === truth[i]).length;
  t.true(right / truth.length > 0.97);
});

const PEOPLE = [
  ['Ada Lovelace', '1815-12-10', 'London'], ['Ada Lovelase', '1815-12-10', 'London'], ['Grace Hopper', '1906-12-09', 'New York'],
  ['Grace Hoper', '1906-12-09', 'New York'], ['Konrad Zuse', '1910-06-22', 'Berlin'], ['Alan Turing', '1912-06-23', 'London'],
  ['Alan Turing', '1912-06-23', ''], ['John Mauchly', '1907-08-30', 'Cincinnati'], ['Jean Bartik', '1924-12-27', 'Missouri'],
];

test('the order of the records plays no part in which are one', (t) => {
  const kinds = ['name', 'date', 'name'] as const;
  const clustersOf = (order: readonly number[]): string[] => {
    const { clusters } = linkRecords(order.map((at) => PEOPLE[at]!), { kinds });
    const groups = new Map<number, number[]>();
    clusters.forEach((cluster, at) => groups.set(cluster, [...(groups.get(cluster) ?? []), order[at]!]));
    return [...groups.values()].map((group) => group.sort((a, b) => a - b).join(' ')).sort();
  };
  const usual = clustersOf(PEOPLE.map((_, at) => at));
  t.true(usual.includes('0 1') && usual.includes('2 3') && usual.includes('5 6') && usual.includes('4'));
  fc.assert(fc.property(fc.shuffledSubarray(PEOPLE.map((_, at) => at), { minLength: PEOPLE.length }), (order) => void t.deepEqual(clustersOf(order), usual)), { numRuns: 30 });
});

test('pairs and B³ of clusters, worked by hand', (t) => {
  const { pairs, bCubed } = scoreClusters([0, 0, 0, 3], [0, 0, 1, 1]);
  t.like(pairs, { correct: 1, predicted: 3, gold: 2 });
  t.true(Math.abs(bCubed.precision - 100 * ((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)) < 1e-9);
  t.true(Math.abs(bCubed.recall - 100 * ((1 + 1 + 1 / 2 + 1 / 2) / 4)) < 1e-9);
});
