import test from 'ava';
import fc from 'fast-check';
import { compareNames, nameKeysOf, namesContradict, skeletonOf, type Name } from '../../../graph/resolve/compare-names.ts';
import { normalizeName } from '../../../pipeline/core/names/normalize-name.ts';

const nameOf = (type: string, surface: string): Name => ({ type, surface, key: normalizeName(surface, type) });

const rows: readonly (readonly [type: string, a: string, b: string, level: ReturnType<typeof compareNames>])[] = [
  ['PER', 'Karel Čapek', 'Karel Capek', 'equal'],
  ['PER', 'Grace Hopper', 'Grace Murray Hopper', 'fuller'],
  ['PER', 'J. R. R. Tolkien', 'John Ronald Reuel Tolkien', 'initials'],
  ['PER', 'Bill Gates', 'William Gates', 'nickname'],
  ['PER', 'Bobby Kennedy', 'Robert F. Kennedy', 'nickname'],
  ['PER', 'Robert Oppenheimer', 'J. Robert Oppenheimer', 'nickname'],
  ['PER', 'Martin Luther King', 'Martin Luther King Jr.', 'generation'],
  ['PER', 'Mao Zedong', 'Zedong Mao', 'reordered'],
  ['PER', 'Muammar Gaddafi', 'Moammar Qaddafi', 'spelling'],
  ['PER', 'Fyodor Dostoevsky', 'Fyodor Dostoyevsky', 'spelling'],
  ['PER', 'Hillary Rodham', 'Hillary Rodham Clinton', 'contained'],
  ['PER', 'William Henry Bragg', 'William Lawrence Bragg', undefined],
  ['PER', 'Marie Curie', 'Pierre Curie', undefined],
  ['ORG', 'IBM', 'International Business Machines Corporation', 'acronym'],
  ['ORG', 'AT&T', 'American Telephone and Telegraph', 'acronym'],
  ['ORG', 'Bell Labs', 'Bell Telephone Laboratories', 'abbreviated'],
  ['ORG', 'Ford', 'Ford Motor Company', 'contained'],
  ['ORG', 'University of Cambridge', 'Cambridge University', 'reordered'],
  ['ORG', 'Manchester United', 'Manchester United F.C.', 'generic'],
  ['ORG', 'Manchester United', 'Manchester City', undefined],
  ['ORG', 'Bank of America', 'Bank of England', undefined],
  ['LOC', 'St. Petersburg', 'Saint Petersburg', 'reordered'],
  ['LOC', 'UK', 'United Kingdom', 'equal'],
  ['LOC', 'North Korea', 'South Korea', undefined],
  ['LOC', 'Virginia', 'West Virginia', undefined],
  ['MISC', 'Second World War', 'World War II', 'reordered'],
  ['MISC', 'Apollo 11', 'Apollo 13', undefined],
  ['MISC', 'Windows', 'Windows 95', undefined],
];

for (const [type, a, b, level] of rows) {
  test(`${a} and ${b} are ${level ?? 'two names'}`, (t) => {
    const [x, y] = [nameOf(type, a), nameOf(type, b)];
    t.is(compareNames(x, y), level);
    t.is(compareNames(y, x), level);
    if (level === undefined) return;
    const keys = new Set(nameKeysOf(x));
    t.true(nameKeysOf(y).some((key) => keys.has(key)), 'they share a key, or they would never be compared');
  });
}

test('names of two types are never one', (t) => t.is(compareNames(nameOf('PER', 'Washington'), nameOf('LOC', 'Washington')), undefined));

test('names contradict that share a part and differ in what tells them apart', (t) => {
  t.true(namesContradict(nameOf('ORG', 'Bank of America'), nameOf('ORG', 'Bank of England')));
  t.true(namesContradict(nameOf('PER', 'Marie Curie'), nameOf('PER', 'Pierre Curie')));
  t.false(namesContradict(nameOf('ORG', 'IBM'), nameOf('ORG', 'Computing-Tabulating-Recording Company')));
  t.false(namesContradict(nameOf('PER', 'Grace Hopper'), nameOf('PER', 'Grace Murray Hopper')));
});

test('spellings of one sound have one skeleton', (t) => {
  for (const [a, b] of [['tchaikovsky', 'chaikovsky'], ['qaddafi', 'gaddafi'], ['dostoevsky', 'dostoyevsky'], ['schroedinger', 'schrodinger']] as const) t.is(skeletonOf(a), skeletonOf(b), `${a} ${b}`);
  t.not(skeletonOf('bohr'), skeletonOf('born'));
});

test('a comparison is the same both ways', (t) => {
  const word = fc.constantFrom('john', 'j', 'jack', 'mary', 'smith', 'smyth', 'bank', 'of', 'america', 'labs', 'laboratories', 'ii', '95', 'jr');
  fc.assert(
    fc.property(fc.constantFrom('PER', 'ORG', 'LOC'), fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(word, { minLength: 1, maxLength: 4 }), (type, a, b) => {
      const [x, y] = [nameOf(type, a.join(' ')), nameOf(type, b.join(' '))];
      t.is(compareNames(x, y), compareNames(y, x));
    }),
    { numRuns: 2000, seed: 3 },
  );
});
