import test from 'ava';
import { givesOtherName } from '../../../extractors/coreference/other-names.ts';

for (const between of [
  ' was renamed ', ', renamed ', ', later renamed ', ' in 1924 was renamed ', ' changed its name to ', ' (formerly ', ', formerly known as ',
  ', previously known as ', ', now known as ', ' later became known as ', ', now called ', ', which was originally called the ', ', known since 1924 as ',
]) {
  test(`"X${between}Y" is one thing under two names`, (t) => t.true(givesOtherName('ORG', between, '.')));
}

for (const between of [' and ', ' bought ', ', formerly of ', ' sold the renamed ', ', later part of ', ' (', '. ', ' called on ', ' renamed its rival ']) {
  test(`"X${between}Y" is two things`, (t) => t.false(givesOtherName('ORG', between, '.')));
}

test('a name alone in brackets is another name, unless it says where a place lies', (t) => {
  t.true(givesOtherName('ORG', ' (', ')'));
  t.false(givesOtherName('ORG', ' (', ','));
  t.false(givesOtherName('LOC', ' (', ')'));
});
