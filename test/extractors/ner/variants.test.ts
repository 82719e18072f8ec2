import test from 'ava';
import { lowercased, uppercased, variantOf, withNoise } from '../../../extractors/ner/variants.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const TOKENS = ['Ada', 'Lovelace', 'wrote', 'in', '1843', '.'];

test('noise changes about the share of characters asked for, and keeps every token', (t) => {
  const random = createRandom(5);
  const long = Array.from({ length: 2000 }, () => 'character');
  const noisy = withNoise(long, 0.05, random);
  t.is(noisy.length, long.length);
  t.true(noisy.every((token) => token.length > 0));
  const changed = noisy.filter((token) => token !== 'character').length / long.length;
  const expected = 1 - 0.95 ** 9;
  t.true(Math.abs(changed - expected) < 0.05, `${changed} of the words changed; expected about ${expected}`);
});

test('a token of one character is never lost to noise', (t) => {
  t.true(withNoise(Array.from({ length: 500 }, () => 'a'), 1, createRandom(1)).every((token) => token.length > 0));
});

test('the variants come in their shares', (t) => {
  const random = createRandom(7);
  const seen = { lower: 0, upper: 0, same: 0 };
  for (let i = 0; i < 4000; i++) {
    const variant = variantOf(TOKENS, { lowercased: 0.2, uppercased: 0.1, noisy: 0 }, random).join(' ');
    if (variant === lowercased(TOKENS).join(' ')) seen.lower++;
    else if (variant === uppercased(TOKENS).join(' ')) seen.upper++;
    else if (variant === TOKENS.join(' ')) seen.same++;
  }
  t.is(seen.lower + seen.upper + seen.same, 4000);
  t.true(Math.abs(seen.lower / 4000 - 0.2) < 0.03);
  t.true(Math.abs(seen.upper / 4000 - 0.1) < 0.03);
});
