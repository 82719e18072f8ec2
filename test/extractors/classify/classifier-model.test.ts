import test from 'ava';
import { MAX_TOKENS, piecesOf, probabilitiesOf, TokenScores } from '../../../extractors/classify/classifier-model.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const random = createRandom(5);
const [TOKENS, LABELS] = [7, 3];
const values = Float32Array.from({ length: TOKENS * 2 * LABELS }, () => random.normal());

test('attention is a share of each label, and scores are means by it', (t) => {
  const scores = new TokenScores(values, LABELS);
  const shares = scores.attention(2, 6);
  for (let label = 0; label < LABELS; label++) {
    let [sum, mean] = [0, 0];
    for (let token = 0; token < 4; token++) {
      sum += shares[token * LABELS + label]!;
      mean += shares[token * LABELS + label]! * values[(token + 2) * 2 * LABELS + label]!;
    }
    t.true(Math.abs(sum - 1) < 1e-6);
    t.true(Math.abs(mean - scores.pooled(2, 6)[label]!) < 1e-6);
  }
  t.deepEqual([...new TokenScores(new Float32Array(0), LABELS).pooled()], [0, 0, 0]);
});

test('the gradient is that of a small change', (t) => {
  const up = Float32Array.of(0.7, -1.2, 0.4);
  const loss = (at: Float32Array): number => new TokenScores(at, LABELS).pooled().reduce((sum, score, label) => sum + up[label]! * score, 0);
  const scores = new TokenScores(values, LABELS);
  const gradient = scores.backward(scores.pooled(), up);
  for (let at = 0; at < values.length; at++) {
    const [more, less] = [values.slice(), values.slice()];
    more[at]! += 1e-2;
    less[at]! -= 1e-2;
    t.true(Math.abs((loss(more) - loss(less)) / 2e-2 - gradient[at]!) < 1e-3, `${at}`);
  }
});

test('probabilities of one label add up to 1, of several each stands for itself', (t) => {
  const one = probabilitiesOf(Float32Array.of(2, 0, -1), { isMultiLabel: false, temperature: 2 });
  t.true(Math.abs(one.reduce((a, b) => a + b, 0) - 1) < 1e-6);
  t.deepEqual([...probabilitiesOf(Float32Array.of(0, 1000, -1000), { isMultiLabel: true, temperature: 1 })], [0.5, 1, 0]);
});

test('long sentences are read in even pieces, empty ones not at all', (t) => {
  const long = Array.from({ length: 2 * MAX_TOKENS + 1 }, (_, at) => `w${at}`);
  const pieces = piecesOf([['a'], [], long]);
  t.deepEqual(pieces.map(({ length }) => length), [1, 74, 74, 73]);
  t.deepEqual(pieces.slice(1).flat(), long);
});
