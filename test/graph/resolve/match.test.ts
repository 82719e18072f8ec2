import test from 'ava';
import { createContextReader, type Lexicon } from '../../../graph/resolve/context.ts';
import { comparePair, companyApart, companyShared, isRuledOut, logOddsOf, probabilityOfLogOdds, yearsApart } from '../../../graph/resolve/match.ts';
import { appearancesOf, mergeProfiles, type Profile } from '../../../graph/resolve/profile.ts';
import { extractionOf, type MarkedRelation } from '../../support/graph-arbitraries.ts';

const FUNCTIONAL = new Set(['dateOfBirth', 'dateOfDeath']);
const WORDS = ['music', 'song', 'album', 'senate', 'vote', 'law', 'red', 'blue', 'green', 'cold'];
/** Two subjects: the first three words point one way, the next three another. */
const lexicon: Lexicon = {
  dimensions: 3,
  rowOf: (word) => (WORDS.includes(word) ? 1000 + WORDS.indexOf(word) : -1),
  write: (row, target, offset) => {
    const word = row - 1000;
    target.set(word < 0 ? [0.01, 0.01, 1] : word < 3 ? [1, 0, 0.1] : word < 6 ? [0, 1, 0.1] : [0.1, 0.1, 1], offset);
  },
};

function profile(name: string, marked: string, relations: readonly MarkedRelation[] = [], reader?: ReturnType<typeof createContextReader>): Profile {
  return appearancesOf(extractionOf(name, marked, relations), FUNCTIONAL, reader)[0]!.profile;
}

const weightOf = (name: string, a: Profile, b: Profile): number | undefined => comparePair('PER', 'equal', a, b).find((comparison) => comparison.name === name)?.weight;

test('two sure dates of birth rule a match out, two unsure ones speak against it, one date twice speaks for it', (t) => {
  const born = (year: string, score: number, name = 'a'): Profile => profile(name, `[PER John Smith], born [TIME ${year}].`, [['John Smith', 'dateOfBirth', year, score]]);
  t.is(weightOf('dateOfBirth', born('1901', 0.9), born('1955', 0.9, 'b')), Number.NEGATIVE_INFINITY);
  const unsure = weightOf('dateOfBirth', born('1901', 0.5), born('1955', 0.6, 'b'))!;
  t.true(Math.abs(unsure - Math.log(1 - 0.3)) < 1e-9);
  t.true(weightOf('dateOfBirth', born('1901', 0.9), born('3 May 1901', 0.9, 'b'))! > 0);
  t.is(weightOf('dateOfBirth', born('1901', 0.9), profile('b', '[PER John Smith].')), undefined);
});

test('one who was born after the other had died is another one', (t) => {
  const a = profile('a', '[PER John Adams] died in [TIME 1826].', [['John Adams', 'dateOfDeath', '1826', 0.9]]);
  const b = profile('b', '[PER John Adams], born [TIME 1947].', [['John Adams', 'dateOfBirth', '1947', 0.9]]);
  t.true(isRuledOut(comparePair('PER', 'equal', a, b)));
  t.true(isRuledOut(comparePair('PER', 'equal', b, a)));
  t.is(logOddsOf(comparePair('PER', 'equal', a, b)), -12);
});

test('company in common speaks for a match, and years apart against it', (t) => {
  const a = profile('a', '[PER John Smith] of [ORG Acme Labs] in [LOC Oslo] in 1950.');
  const b = profile('b', '[PER John Smith] left [ORG Acme Labs] in 1952.');
  const c = profile('c', '[PER John Smith] of [ORG Other Works] and [ORG Third Club], 1790.');
  t.deepEqual(companyShared(a, b).names, ['ORG acme labs']);
  t.is(companyApart(a, b), 0);
  t.true(companyApart(a, c) > 0);
  t.true(weightOf('company', a, b)! > 0);
  t.is(weightOf('company', a, c), undefined, 'without surroundings to compare it is not counted');
  t.is(yearsApart(a, b), 2);
  t.is(yearsApart(a, c), 160);
  t.true(weightOf('years', a, c)! < weightOf('years', a, b)!);
});

test('a document that names both and did not join them speaks against it, and its surroundings say nothing', (t) => {
  const [karl, groucho] = appearancesOf(extractionOf('a', '[PER Karl Marx] met [PER Groucho Marx].'), FUNCTIONAL);
  const comparisons = comparePair('PER', 'fuller', karl!.profile, groucho!.profile);
  t.deepEqual(comparisons.map(({ name }) => name), ['name', 'apart']);
  t.true(comparisons[1]!.weight < 0);
});

test('like surroundings weigh more than unlike ones, without the words of the name itself', (t) => {
  const reader = createContextReader(lexicon);
  const a = profile('a', '[PER Blue Green] music song album.', [], reader);
  const b = profile('b', '[PER Blue Green] album music.', [], reader);
  const c = profile('c', '[PER Blue Green] senate law vote.', [], reader);
  t.true(weightOf('surroundings', a, b)! > weightOf('surroundings', a, c)! + 1);
  t.is(weightOf('surroundings', a, profile('d', '[PER Blue Green].', [], reader)), undefined, 'nothing is known of it');
});

test('several documents together keep the surest of each claim', (t) => {
  const a = profile('a', '[PER John Smith], born [TIME 1901].', [['John Smith', 'dateOfBirth', '1901', 0.6]]);
  const b = profile('b', '[PER John Smith] of [LOC Oslo], born [TIME 1901], 1930.', [['John Smith', 'dateOfBirth', '1901', 0.8]]);
  const both = mergeProfiles([a, b]);
  t.is(both.documents.length, 2);
  t.is(both.values.get('dateOfBirth')!.get('1901'), 0.8);
  t.deepEqual(both.years, [1901, 1930]);
  t.deepEqual(both.company.map(({ name }) => name), ['LOC oslo']);
});

test('no evidence is even odds', (t) => {
  t.is(probabilityOfLogOdds(0), 0.5);
  t.is(logOddsOf([]), 0);
});
