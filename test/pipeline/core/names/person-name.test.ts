import test from 'ava';
import fc from 'fast-check';
import { parsePersonName, personsAgree } from '../../../../pipeline/core/names/person-name.ts';

for (const [a, b, sameText, expected] of [
  ['grace hopper', 'grace murray hopper', false, true],
  ['j presper eckert', 'john presper eckert', false, true],
  ['g m hopper', 'grace murray hopper', false, true],
  ['presper eckert', 'john presper eckert', false, false],
  ['presper eckert', 'john presper eckert', true, true],
  ['hopper', 'grace hopper', true, true],
  ['von neumann', 'john von neumann', true, true],
  ['john a smith', 'john b smith', true, false],
  ['john smith', 'jane smith', true, false],
  ['thomas watson jr', 'thomas watson', false, false],
  ['thomas watson jr', 'thomas watson sr', true, false],
  ['grace hopper', 'grace harper', true, false],
] as const) {
  test(`'${a}' ${expected ? 'may be' : 'is not'} '${b}'${sameText ? ' in one text' : ''}`, (t) => {
    t.is(personsAgree(parsePersonName(a), parsePersonName(b), sameText), expected);
  });
}

test('agreement is symmetric', (t) => {
  const name = fc.array(fc.constantFrom('a', 'ann', 'b', 'bob', 'smith', 'jr', 'von'), { minLength: 1, maxLength: 4 }).map((words) => parsePersonName(words.join(' ')));
  fc.assert(fc.property(name, name, fc.boolean(), (a, b, same) => personsAgree(a, b, same) === personsAgree(b, a, same)), { seed: 1912, numRuns: 500 });
  t.pass();
});
