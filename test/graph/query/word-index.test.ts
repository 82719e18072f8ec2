import test from 'ava';
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
