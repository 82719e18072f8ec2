// Rate and time left.
import test from 'ava';
import { paceOf } from '../../pipeline/report.ts';

const progress = { phase: 'extract', read: 10, extracted: 10, unchanged: 0, deadLetters: 0 } as const;

test('a quarter done in ten seconds leaves thirty', (t) => {
  const pace = paceOf({ ...progress, words: 5000, seconds: 12, bytesRead: 250, bytesTotal: 1000 }, 2);
  t.like(pace, { share: 0.25, wordsPerSecond: 500, secondsLeft: 30 });
});

test('inputs without a size give a rate and no guess', (t) => {
  const pace = paceOf({ ...progress, words: 100, seconds: 1, bytesRead: 0, bytesTotal: 0 }, 0);
  t.is(pace.secondsLeft, undefined);
  t.is(pace.wordsPerSecond, 100);
});
