import test from 'ava';
import fc from 'fast-check';
import type { Appearance, Profile } from '../../../graph/resolve/profile.ts';
import { SameName, type LogOdds } from '../../../graph/resolve/same-name.ts';
import { documentIdOf } from '../../../pipeline/core/ids.ts';

/** Things are told apart by the letter that a document's name begins with. */
const letterOf = new Map<string, string>();
function appearanceOf(name: string): Appearance {
  const documentId = documentIdOf(name);
  letterOf.set(documentId, name[0]!);
  return { documentId, profile: profile([documentId]) } as unknown as Appearance;
}
const profile = (documents: readonly string[]): Profile => ({ documents, values: new Map(), facts: new Map(), company: [], within: new Set(), years: undefined, context: undefined }) as unknown as Profile;
const lettersOf = ({ documents }: Profile): string => [...new Set(documents.map((id) => letterOf.get(id)))].sort().join('');

const byLetter: LogOdds = (a, b) => (lettersOf(a) === lettersOf(b) ? 2 : -2);

/** Odds that look drawn by lot, so that whatever else they hang on shows. */
const fitful: LogOdds = (a, b) => {
  const [first, second] = [a, b].map(({ documents }) => [...documents].sort().join(' ')).sort();
  return parseInt(documentIdOf(`${first}|${second}`).slice(-4), 16) / 0x4000 - 2;
};

const shown = (name: SameName): string[] => name.senses().map(({ appearances }) => appearances.map(({ documentId }) => documentId).sort().join(' ')).sort();

test('many documents of two things are two, also those beyond the sample', (t) => {
  const name = new SameName(byLetter);
  for (let i = 0; i < 200; i++) name.add(appearanceOf(`${i % 3 === 0 ? 'a' : 'b'}${i}`));
  const senses = name.senses();
  t.deepEqual(senses.map(({ size }) => size).sort((x, y) => x - y), [67, 133]);
  t.is(name.size, 200);
});

test('a thing so rare that the sample has none of it is found all the same', (t) => {
  const name = new SameName(byLetter);
  for (let i = 0; i < 300; i++) name.add(appearanceOf(`a${i}`));
  for (let i = 0; i < 3; i++) name.add(appearanceOf(`r${i}`));
  t.deepEqual(name.senses().map(({ size }) => size).sort((x, y) => x - y), [3, 300]);
});

test('order and looking in between play no part, nor do documents that came and went', (t) => {
  const names = fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(500)).map(([letter, number]) => `${letter}${number}`), { minLength: 1, maxLength: 60, size: 'max' });
  const decisions = fc.array(fc.tuple(fc.nat(59), fc.nat(59), fc.boolean()), { maxLength: 3 });
  fc.assert(
    fc.property(names, fc.nat(10), fc.func(fc.boolean()), decisions, (all, gone, looks, decided) => {
      const pairs = decided.flatMap(([a, b, same]) => (a < b && b < all.length ? [{ pair: [documentIdOf(all[a]!), documentIdOf(all[b]!)] as const, same }] : []));
      const decidedPairs = { same: pairs.filter(({ same }) => same).map(({ pair }) => pair), different: pairs.filter(({ same }) => !same).map(({ pair }) => pair) };
      const whole = new SameName(fitful, decidedPairs);
      for (const each of all.slice(gone)) whole.add(appearanceOf(each));
      const other = new SameName(fitful, decidedPairs);
      for (const each of [...all].reverse()) {
        other.add(appearanceOf(each));
        if (looks(each)) other.senses();
      }
      for (const each of all.slice(0, gone)) other.remove(documentIdOf(each));
      t.deepEqual(shown(other), shown(whole));
    }),
    { numRuns: 200, seed: 5 },
  );
});

test('what people said of two documents holds against what is found', (t) => {
  const ids = (['a1', 'a2', 'b1'] as const).map((each) => documentIdOf(each));
  const name = new SameName(byLetter, { same: [[ids[0]!, ids[2]!]], different: [[ids[0]!, ids[1]!]] });
  for (const each of ['a1', 'a2', 'b1']) name.add(appearanceOf(each));
  t.deepEqual(shown(name), [[ids[0]!, ids[2]!].sort().join(' '), ids[1]!].sort());
});

test('the version tells when the things changed', (t) => {
  const name = new SameName(byLetter);
  for (let i = 0; i < 40; i++) name.add(appearanceOf(`a${i}`));
  name.senses();
  const { version } = name;
  name.add({ documentId: 'd-ffffffffffffffffffff', profile: profile(['d-ffffffffffffffffffff']) } as unknown as Appearance);
  letterOf.set('d-ffffffffffffffffffff', 'a');
  name.senses();
  t.is(name.version, version, 'one more document of the only thing');
  name.remove(name.senses()[0]!.members[0]!.documentId);
  name.senses();
  t.true(name.version > version);
});
