import test from 'ava';
import fc from 'fast-check';
import { blockRecords, CANDIDATES, createSearch, soundOf } from '../../../../graph/resolve/records/candidates.ts';
import { averageOf, createWeigher, learnLinkage, logOddsOf } from '../../../../graph/resolve/records/fellegi-sunter.ts';
import { Patterns } from '../../../../graph/resolve/records/compare.ts';
import { FIELD_KINDS, levelOf, LEVELS, valueOf, type FieldKind } from '../../../../graph/resolve/records/fields.ts';
import { linkRecords } from '../../../../graph/resolve/records/link.ts';
import { internRecords } from '../../../../graph/resolve/records/record-columns.ts';
import { scoreClusters } from '../../../../graph/resolve/records/score-clusters.ts';
import { isOneEditApart, jaroWinkler } from '../../../../graph/resolve/records/similarity.ts';
import { createRandom } from '../../../../pipeline/core/random.ts';
import { generateRecords, RECORD_COLUMNS } from '../../../support/generate-records.ts';

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

test('what is normalised normalises to itself', (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...FIELD_KINDS), fc.string({ unit: fc.constantFrom(...'aZé .,-05&;#ß一'), maxLength: 14 }), (kind, cell) => {
      const value = valueOf(cell, kind);
      if (value !== undefined) t.deepEqual(valueOf(value.text, kind), value);
    }),
  );
});

test('what sounds alike has one sound', (t) => {
  t.is(soundOf('robert'), soundOf('rupert'));
  t.not(soundOf('robert'), soundOf('walter'));
});

/** Of each row the rows that are its candidates. */
function candidatesOf(rows: readonly (readonly string[])[], kinds: readonly FieldKind[], source?: readonly number[]): number[][] {
  const { records, order } = internRecords(rows, kinds, source);
  const find = createSearch(records, blockRecords(records));
  const found = new Uint32Array(CANDIDATES);
  const candidates: number[][] = [];
  order.forEach((row, place) => (candidates[row] = [...found.subarray(0, find(place, found))].map((other) => order[other]).sort((a, b) => a - b)));
  return candidates;
}

test('records that share something rare are candidates; of two sources only those across', (t) => {
  const rows = [['Ada Lovelace', '1'], ['Ada Lovelase', '2'], ['Konrad Zuse', '1'], ['Grace Hopper', '3']];
  t.deepEqual(candidatesOf(rows, ['name', 'identifier']), [[1, 2], [0], [0], []]);
  t.deepEqual(candidatesOf(rows, ['name', 'identifier'], [0, 0, 1, 1]), [[2], [], [0], []]);
});

test('what very many share is combined with what they share besides', (t) => {
  const rows = Array.from({ length: 2000 }, (_, at) => [['smith', 'jones'][at % 2]!, ['mary', 'john', 'susan', 'peter'][Math.floor(at / 2) % 4]!, `town ${'abcdefghij'[Math.floor(at / 8) % 10]!}`]);
  const candidates = candidatesOf(rows, ['identifier', 'identifier', 'identifier']);
  candidates.forEach((others, at) => t.true(others.length === CANDIDATES && others.every((other) => rows[other]!.join() === rows[at]!.join())));
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
  const compared = truth.map((isMatch) => Int8Array.from({ length: 4 }, () => draw(isMatch ? match : nonMatch)));
  const patterns = new Patterns(4);
  for (const levels of compared) patterns.add(levels);
  const model = learnLinkage(Array.from({ length: patterns.length }, (_, at) => ({ levels: patterns.of(at), count: patterns.counts[at] })), [3, 3, 3, 3]);
  t.true(Math.abs(model.prior - 0.2) < 0.02, `${model.prior}`);
  averageOf(model.matches).forEach((column) => column.forEach((share, at) => t.true(Math.abs(share - match[at]!) < 0.05)));
  const weigh = createWeigher(model);
  const right = compared.filter((levels, i) => logOddsOf(weigh(levels), model.prior) > 0 === truth[i]).length;
  t.true(right / truth.length > 0.97);
});

const PEOPLE = [
  ['Ada Lovelace', '1815-12-10', 'London'], ['Ada Lovelase', '1815-12-10', 'London'], ['Grace Hopper', '1906-12-09', 'New York'],
  ['Grace Hoper', '1906-12-09', 'New York'], ['Konrad Zuse', '1910-06-22', 'Berlin'], ['Alan Turing', '1912-06-23', 'London'],
  ['Alan Turing', '1912-06-23', ''], ['John Mauchly', '1907-08-30', 'Cincinnati'], ['Jean Bartik', '1924-12-27', 'Missouri'],
];

async function clustersOf(rows: readonly (readonly string[])[], kinds: readonly FieldKind[], order: readonly number[], threads: 1 | 2 = 1): Promise<string[]> {
  const { clusters } = await linkRecords(order.map((at) => rows[at]!), { kinds, threads });
  const groups = new Map<number, number[]>();
  clusters.forEach((cluster, at) => groups.set(cluster, [...(groups.get(cluster) ?? []), order[at]!]));
  return [...groups.values()].map((group) => group.sort((a, b) => a - b).join(' ')).sort();
}

test('the order of the records plays no part in which are one', async (t) => {
  const kinds = ['name', 'date', 'name'] as const;
  const usual = await clustersOf(PEOPLE, kinds, PEOPLE.map((_, at) => at));
  t.true(usual.includes('0 1') && usual.includes('2 3') && usual.includes('5 6') && usual.includes('4'));
  await fc.assert(fc.asyncProperty(fc.shuffledSubarray(PEOPLE.map((_, at) => at), { minLength: PEOPLE.length }), async (order) => void t.deepEqual(await clustersOf(PEOPLE, kinds, order), usual)), { numRuns: 30 });
});

const KINDS: Readonly<Record<(typeof RECORD_COLUMNS)[number], FieldKind>> = {
  given_name: 'name', surname: 'name', street_number: 'identifier', street: 'text', town: 'name', postcode: 'identifier', state: 'identifier', date_of_birth: 'date', phone: 'identifier', person_number: 'identifier',
};

test('matches that changed in much at once are matches', async (t) => {
  const random = createRandom(9);
  const { own, place } = createPersons(random);
  const rows = Array.from({ length: 600 }, () => ({ person: own(), home: place() })).flatMap(({ person, home }, at) => [[...person, ...home], [...person, ...(at % 12 === 0 ? place() : home)]]);
  const { clusters } = await linkRecords(rows, { kinds: ['name', 'date', 'identifier', 'identifier', 'identifier', 'identifier'] });
  t.true(clusters.every((cluster, at) => cluster === at - (at % 2)));
});

test('persons of one household are a sort of their own, not matches', async (t) => {
  const random = createRandom(9);
  const { own, place } = createPersons(random);
  // Of each household three persons, of each person two records, in one of which something is missing.
  const people = Array.from({ length: 200 }, place).flatMap((home) => [own(), own(), own()].map((person) => [...person, ...home]));
  const rows = people.flatMap((cells, at) => [cells, cells.map((cell, column) => (column === at % cells.length ? '' : cell))]);
  const { clusters, model } = await linkRecords(rows, { kinds: ['name', 'date', 'identifier', 'identifier', 'identifier', 'identifier'] });
  t.true(clusters.filter((cluster, at) => cluster === at - (at % 2)).length > 0.99 * rows.length);
  const household = model.others.find(({ levels }) => [3, 4, 5].every((column) => levels[column]!.at(-1)! > 0.9));
  t.truthy(household);
  t.true([1, 2].every((column) => household!.levels[column]![0]! > 0.9));
});

/** Three columns that are a person's, and three of a place. */
function createPersons(random: ReturnType<typeof createRandom>): { own(): string[]; place(): string[] } {
  const digits = (length: number): string => Array.from({ length }, () => random.integer(10)).join('');
  return {
    own: () => [`${digits(2)} name`, `19${digits(2)}0${1 + random.integer(9)}1${random.integer(10)}`, digits(9)],
    place: () => [digits(4), digits(4), digits(4)],
  };
}

test('the order of the columns plays no part in which are one', async (t) => {
  const kinds = [...RECORD_COLUMNS.map((column) => KINDS[column])];
  const rows = generateRecords(1500, 3).map(({ cells }) => cells);
  const all = rows.map((_, at) => at);
  const usual = await clustersOf(rows, kinds, all);
  const random = createRandom(4);
  for (let turn = 0; turn < 3; turn++) {
    const columns = random.shuffle(kinds.map((_, at) => at));
    t.deepEqual(await clustersOf(rows.map((cells) => columns.map((column) => cells[column]!)), columns.map((column) => kinds[column]!), all), usual);
  }
});

test('neither their order nor a second thread changes how many records are linked', async (t) => {
  const kinds = RECORD_COLUMNS.map((column) => KINDS[column]);
  const records = generateRecords(3000, 5);
  const [rows, people] = [records.map(({ cells }) => cells), records.map(({ person }) => person)];
  const one = await linkRecords(rows, { kinds, threads: 1 });
  t.deepEqual(await linkRecords(rows, { kinds, threads: 2 }), one);
  const order = createRandom(6).shuffle(rows.map((_, at) => at));
  t.deepEqual(await clustersOf(rows, kinds, order), await clustersOf(rows, kinds, rows.map((_, at) => at)));
  const { pairs } = scoreClusters(one.clusters, people);
  t.true(pairs.f1 > 90, `${pairs.f1}`);
});

test('no records, and records that say nothing, are linked to nothing', async (t) => {
  t.deepEqual([...(await linkRecords([], { kinds: ['name'] })).clusters], []);
  t.deepEqual([...(await linkRecords([[''], ['']], { kinds: ['name'] })).clusters], [0, 1]);
});

test('pairs and B³ of clusters, worked by hand', (t) => {
  const { pairs, bCubed } = scoreClusters([0, 0, 0, 3], [0, 0, 1, 1]);
  t.like(pairs, { correct: 1, predicted: 3, gold: 2 });
  t.true(Math.abs(bCubed.precision - 100 * ((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)) < 1e-9);
  t.true(Math.abs(bCubed.recall - 100 * ((1 + 1 + 1 / 2 + 1 / 2) / 4)) < 1e-9);
});
