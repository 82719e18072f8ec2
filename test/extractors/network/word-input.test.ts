import test from 'ava';
import { createParameter, updateWithAdam } from '../../../extractors/network/parameters.ts';
import { learningRateAt, trainingInputs } from '../../../extractors/network/training.ts';
import { WordInput } from '../../../extractors/network/word-input.ts';
import { createWordVectors, valueOfLevel } from '../../../extractors/network/word-vectors.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

const vectors = createWordVectors(['the', 'bank', 'opened'], Uint8Array.from({ length: 6 }, (_, i) => i * 40 + 3), Float32Array.of(0.5, 0.5, 1));
const input = (): WordInput => new WordInput({ ownWords: ['bank', '#shape:dddd'], characters: [...'abcdefghijklmnopqrstuvwxyzB'] }, vectors, createRandom(5));

test('a word has its own vector, else the shared one, else that of unknown words', (t) => {
  const words = input();
  t.is(words.formOf('Bank').own, 1);
  t.is(words.formOf('1984').own, 2);
  t.deepEqual([words.formOf('the').own, words.formOf('the').shared], [-1, 0]);
  t.deepEqual([words.formOf('qwzx').own, words.formOf('qwzx').shared], [0, -1]);
  t.is(words.formOf('opened.').shared, 2);
});

test('a shared vector is two levels a byte, the lower four bits first, times the scale of its word', (t) => {
  const row = new Float32Array(5);
  vectors.write(1, row, 1);
  t.deepEqual([...row], [0, ...[83 & 15, 83 >> 4, 123 & 15, 123 >> 4].map((level) => Math.fround(Math.fround(valueOfLevel(level)) * 0.5))]);
  t.true(Array.from({ length: 15 }, (_, level) => valueOfLevel(level) < valueOfLevel(level + 1)).every(Boolean));
});

test('cached features equal fresh ones, until the cache is told to forget', (t) => {
  const words = input();
  const fresh = new Float32Array(words.size);
  const cached = new Float32Array(words.size);
  words.write(words.formOf('Bank'), fresh, 0);
  words.writeCached('Bank', cached, 0);
  t.deepEqual(cached, fresh);
  words.own.value[words.own.rowSize!]! += 1;
  words.writeCached('Bank', cached, 0);
  t.deepEqual(cached, fresh);
  words.forgetCache();
  words.writeCached('Bank', cached, 0);
  t.notDeepEqual(cached, fresh);
});

test('the gradient of every table meets finite differences', (t) => {
  const words = input();
  const random = createRandom(9);
  const side = createParameter(Float32Array.from({ length: 6 }, () => random.normal()), 3);
  const rows = [['the', 'Bank', 'opened'], ['bank', 'zyx']].map((row) => row.map((word) => words.formOf(word)));
  const sides = [{ table: side, ids: Int32Array.from([0, 1, 1, 0, 1, 0]) }];
  const probe = Float32Array.from({ length: 3 * 2 * (words.size + 3) }, () => random.normal());
  const loss = (): number => trainingInputs(words, rows, sides, 0, random).inputs.reduce((sum, v, i) => sum + v * probe[i]!, 0);
  trainingInputs(words, rows, sides, 0, random).accumulate(probe);
  for (const parameter of [...words.parameters, side]) {
    let checked = 0;
    for (let i = 0; i < parameter.value.length && checked < 40; i++) {
      if (parameter.gradient[i] === 0) continue;
      checked++;
      const kept = parameter.value[i]!;
      const by = 1 / 512;
      parameter.value[i] = kept + by;
      const up = loss();
      parameter.value[i] = kept - by;
      const down = loss();
      parameter.value[i] = kept;
      t.true(Math.abs((up - down) / (2 * by) - parameter.gradient[i]!) < 0.02, `${i}: ${(up - down) / (2 * by)} ${parameter.gradient[i]}`);
    }
    t.true(checked > 0);
  }
});

test('dropout leaves out the same features at every step of a row, and scales the rest', (t) => {
  const words = input();
  const rows = [['the', 'the', 'the'].map((word) => words.formOf(word))];
  const { inputs } = trainingInputs(words, rows, [], 0.5, createRandom(1));
  const step = (i: number): number[] => [...inputs.slice(i * words.size, (i + 1) * words.size)];
  t.deepEqual(step(0), step(1));
  t.true(step(0).includes(0));
});

test('Adam moves the touched rows of a table only, and clears the gradients', (t) => {
  const table = createParameter(new Float32Array(6), 2);
  table.gradient.set([1, 1, 0, 0, 1, 1]);
  table.touched!.add(0);
  updateWithAdam([table], { learningRate: 0.1, maxNorm: 5, step: 1 });
  t.deepEqual([...table.value].map((v) => Math.round(v * 1000) / 1000), [-0.1, -0.1, 0, 0, 0, 0]);
  t.deepEqual([...table.gradient.slice(0, 2)], [0, 0]);
  t.is(table.touched!.size, 0);
});

test('the learning rate rises, then falls', (t) => {
  const rates = [1, 20, 500, 1000].map((step) => learningRateAt(step, 1000, 1));
  t.true(rates[0]! < rates[1]! && rates[1]! > rates[2]! && rates[2]! > rates[3]!);
});
