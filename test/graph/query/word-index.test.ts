import test from 'ava';
import fc from 'fast-check';
import MiniSearch from 'minisearch';
import { WordIndex } from '../../../graph/query/word-index.ts';

interface Named {
  readonly id: number;
  readonly name: string;
}

const tokenize = (text: string): string[] => text.toLowerCase().split(' ').filter((word) => word !== '');
const indexOf = (records: readonly Named[]): WordIndex<number, Named> => new WordIndex<number, Named>({ fields: { name: 1 }, tokenize, typingErrors: (word) => (word.length >= 4 ? 0.2 : false) }, records);

/** More Roberts than are looked through. */
const roberts: Named[] = Array.from({ length: 3000 }, (_, id) => ({ id, name: `Robert Surname${id % 1500}` }));

test('a rare word finds, a common one beside it decides', (t) => {
  const index = indexOf([...roberts, { id: 9000, name: 'Julia Surname7' }, { id: 9001, name: 'Unique' }]);
  const [first, second, third] = index.search('robert surname7');
  t.deepEqual([first!.id, second!.id].sort((a, b) => a - b), [7, 1507]);
  t.deepEqual([...first!.words].sort(), ['robert', 'surname7']);
  t.is(third!.id, 9000);
  t.true(first!.score > third!.score);
  t.deepEqual(index.search('unique').map(({ id }) => id), [9001]);
});

test('a common word alone finds some, and the same again', (t) => {
  const index = indexOf(roberts);
  const found = index.search('robert');
  t.true(found.length > 0 && found.length <= roberts.length);
  t.deepEqual(index.search('robert'), found);
  t.deepEqual(index.search('robert robert'), found);
});

test('what is added is found and what is removed is not, whatever was kept of common words', (t) => {
  const index = indexOf(roberts);
  const [first] = index.search('robert');
  index.remove(first!.id);
  t.false(index.search('robert').some(({ id }) => id === first!.id));
  index.add({ id: 5000, name: 'Robert Newcomer' });
  t.is(index.search('robert newcomer')[0]!.id, 5000);
  index.remove(5000);
  t.false(index.search('robert newcomer').some(({ id }) => id === 5000));
  index.remove(123_456);
});

test('a word that nobody has is taken for a typing error, one that somebody has is not', (t) => {
  const index = indexOf([{ id: 1, name: 'Hopper' }, { id: 2, name: 'Hooper' }]);
  t.deepEqual(index.search('hoppr').map(({ id }) => id), [1]);
  t.deepEqual(index.search('hopper').map(({ id }) => id), [1]);
});

interface Work {
  readonly id: number;
  readonly title: string;
  readonly text: string;
  readonly times: number;
}

const LETTERS = ['a', 'b', 'ab', 'ba', 'abba', 'abab', 'bbaab', 'ababa', 'aabbab'];
const textArbitrary = fc.array(fc.constantFrom(...LETTERS), { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));

test('finds and weighs as MiniSearch does, whatever came and went', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(12), textArbitrary, textArbitrary, fc.nat(9)), { minLength: 1, maxLength: 40 }), fc.array(fc.nat(12), { maxLength: 6 }), fc.uniqueArray(fc.constantFrom(...LETTERS, 'aba', 'bbab', 'abaabb'), { minLength: 1, maxLength: 3 }), (given, gone, asked) => {
      const records = given.map(([id, title, text, times]): Work => ({ id, title, text, times }));
      const isUnfinished = (_word: string, at: number, words: readonly string[]): boolean => at === words.length - 1;
      const index = new WordIndex<number, Work>({ fields: { title: 3, text: 1 }, tokenize, weightOf: ({ times }) => 1 + times, isUnfinished, typingErrors: (word) => (word.length >= 4 ? 0.25 : false) }, records);
      for (const id of gone) index.remove(id);
      const left = new Map(records.map((record) => [record.id, record]));
      for (const id of gone) left.delete(id);
      const words = new Set([...left.values()].flatMap(({ title, text }) => tokenize(`${title} ${text}`)));
      const peer = new MiniSearch<Work>({ fields: ['title', 'text'], storeFields: ['times'], tokenize, processTerm: (term) => term });
      peer.addAll([...left.values()]);
      const wanted = peer.search(asked.join(' '), { boost: { title: 3 }, prefix: isUnfinished, fuzzy: (word) => (!words.has(word) && word.length >= 4 ? 0.25 : false), boostDocument: (_id, _term, stored) => 1 + Number(stored!['times']) });
      const scoreOf = new Map(wanted.map(({ id, score, queryTerms }) => [id as number, { score, words: queryTerms }]));
      const found = index.search(asked.join(' '));
      t.is(found.length, wanted.length);
      for (const { id, score, words: own } of found) {
        const { score: peerScore, words: peerWords } = scoreOf.get(id)!;
        t.true(Math.abs(score - peerScore) <= 1e-9 * peerScore);
        t.deepEqual([...own].sort(), [...peerWords].sort());
      }
      t.deepEqual(found.map(({ score }) => score), found.map(({ score }) => score).sort((a, b) => b - a));
    }),
  );
});

test('what was added in another order, or removed meanwhile, changes no score', (t) => {
  const records = roberts.slice(0, 50);
  const index = indexOf([...records].reverse());
  index.add({ id: 7, name: 'Julia' });
  index.add(records[7]!);
  index.add({ id: 9000, name: 'Robert Newcomer' });
  index.remove(9000);
  t.deepEqual(index.search('robert surname7'), indexOf(records).search('robert surname7'));
});
