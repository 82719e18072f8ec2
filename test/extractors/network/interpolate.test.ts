import test from 'ava';
import { interpolateNetworks } from '../../../extractors/network/interpolate.ts';
import type { LoadedNetwork } from '../../../extractors/network/model-file.ts';
import { WordInput } from '../../../extractors/network/word-input.ts';
import { createWordVectors } from '../../../extractors/network/word-vectors.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { randomSpec } from '../../support/reference-bilstm.ts';

const vectors = createWordVectors(['the'], new Uint8Array(2), Float32Array.of(1));

function networkOf(words: readonly string[], fill: number): LoadedNetwork {
  const input = new WordInput({ ownWords: words, characters: ['a'] }, vectors, createRandom(1));
  input.own.value.fill(fill);
  const encoder = randomSpec({ input: input.size, hidden: [8], outputs: 5 }, createRandom(2));
  encoder.outputBias.fill(fill);
  return { task: 'ner', input, encoder, tables: { transitions: new Float32Array(36).fill(fill), temperature: Float32Array.of(1) }, labels: ['PER'], version: 'none' };
}

test('weights lie between those of before and after, and words that were added keep theirs', (t) => {
  const between = interpolateNetworks(networkOf(['ada'], 0), networkOf(['ada', 'acme'], 8), 0.25);
  t.deepEqual([...between.encoder.outputBias], [2, 2, 2, 2, 2]);
  t.true(between.tables['transitions']!.every((value) => value === 2));
  t.deepEqual([...between.input.own.value], [...Array<number>(8).fill(2), ...Array<number>(4).fill(8)]);
  t.is(between.tables['temperature']![0], 1);
});
