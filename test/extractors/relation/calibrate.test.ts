import test from 'ava';
import { fitCalibration } from '../../../extractors/relation/calibrate.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

for (const [slope, offset, spread] of [[1, 0, 2], [0.5, -1, 3], [3, 2, 8], [0.2, -4, 20]] as const) {
  test(`scores whose log odds are ${slope} times the score plus ${offset} are read so`, (t) => {
    const random = createRandom(11);
    const judged = Array.from({ length: 20_000 }, () => {
      const score = random.normal() * spread;
      return { score, isRight: random.next() < 1 / (1 + Math.exp(-(slope * score + offset))) };
    });
    const [a, b] = fitCalibration(judged);
    t.true(Math.abs(a - slope) < 0.1 * slope + 0.02 && Math.abs(b - offset) < 0.25, `${a}, ${b}`);
  });
}

test('scores that are all right, all wrong or none stay as they are', (t) => {
  for (const judged of [[], [{ score: 3, isRight: true }], [{ score: 3, isRight: false }]]) t.deepEqual(fitCalibration(judged), [1, 0]);
});

test('scores that tell right from wrong without fail give a finite answer', (t) => {
  const [a, b] = fitCalibration([-3, -2, -1, 1, 2, 3].map((score) => ({ score, isRight: score > 0 })));
  t.true(Number.isFinite(a) && Number.isFinite(b) && a > 1);
});
