import test from 'ava';
import fc from 'fast-check';
import { ChainCounter, type Chains } from '../../../extractors/coreference/chain-scores.ts';

const scoresOf = (gold: Chains, predicted: Chains): ReturnType<ChainCounter['total']> => {
  const counter = new ChainCounter();
  counter.add(gold, predicted);
  return counter.total();
};
const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 0.005;

test('a chain cut in two, worked by hand', (t) => {
  // Gold {a b c} {d e f g}; found {a b} {c d} {f g h i}.
  const { muc, bCubed, ceafPhi4, pairs } = scoresOf(['abc', 'defg'].map((s) => [...s]), ['ab', 'cd', 'fghi'].map((s) => [...s]));
  // MUC: recall (3 − 2 + 4 − 3) / (2 + 3), precision (2 − 1 + 2 − 2 + 4 − 3) / (1 + 1 + 3).
  t.true(near(muc.recall, 40));
  t.true(near(muc.precision, 40));
  // B³: recall (4/3 + 1/3 + 1/4 + 4/4) / 7, precision (4/2 + 1/2 + 1/2 + 4/4) / 8.
  t.true(near(bCubed.recall, (100 * (5 / 3 + 5 / 4)) / 7));
  t.true(near(bCubed.precision, 50));
  // CEAF-φ4: {a b c} with {a b} 4/5, {d e f g} with {f g h i} 4/8.
  t.true(near(ceafPhi4.recall, (100 * 1.3) / 2));
  t.true(near(ceafPhi4.precision, (100 * 1.3) / 3));
  // Pairs: 9 gold, 8 found, ab and fg right.
  t.deepEqual([pairs.gold, pairs.predicted, pairs.correct], [9, 8, 2]);
});

test('the alignment is the best one, not the first that offers itself', (t) => {
  // Taking {a b c} with {a b c d} (6/7) leaves {d e} nothing; {a b c} with {a b} (4/5) leaves {d e} with {c d e} 4/5.
  const { ceafPhi4 } = scoresOf(['abc', 'de'].map((s) => [...s]), ['ab', 'cde'].map((s) => [...s]));
  t.true(near(ceafPhi4.f1, 80));
});

const chains = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 9 }).map((places): string[][] => {
  const groups = new Map<number, string[]>();
  places.forEach((place, i) => groups.set(place, [...(groups.get(place) ?? []), `m${i}`]));
  return [...groups.values()];
});

test('the same chains in any order score full marks', (t) => {
  fc.assert(
    fc.property(chains, (gold) => {
      fc.pre(gold.some((chain) => chain.length > 1));
      const { mean, pairs } = scoresOf(gold, gold.toReversed().map((chain) => chain.toReversed()));
      return near(mean, 100) && near(pairs.f1, 100);
    }),
  );
  t.pass();
});

test('precision one way is recall the other', (t) => {
  fc.assert(
    fc.property(chains, chains, (a, b) => {
      const [x, y] = [scoresOf(a, b), scoresOf(b, a)];
      return (['muc', 'bCubed', 'ceafPhi4', 'pairs'] as const).every((name) => near(x[name].precision, y[name].recall) && near(x[name].recall, y[name].precision));
    }),
  );
  t.pass();
});
