import test from 'ava';
import { isRenaming } from '../../../graph/resolve/renaming.ts';

for (const between of [
  ' was renamed ', ', renamed ', ', later renamed ', ' in 1924 was renamed ', ' changed its name to ', ' (formerly ', ', formerly known as ',
  ', previously known as ', ', now known as ', ' later became known as ', ', now called ', ', which was originally called the ', ', known since 1924 as ',
]) {
  test(`"X${between}Y" is one thing under two names`, (t) => t.true(isRenaming(between)));
}

for (const between of [' and ', ' bought ', ', formerly of ', ' sold the renamed ', ', later part of ', ' (', '. ', ' called on ', ' renamed its rival ']) {
  test(`"X${between}Y" is two things`, (t) => t.false(isRenaming(between)));
}
