// `npm run bench:compression -- --data DIR`: what a smaller tagger costs: float32, int8, pruned weights, the small model. F1 on
// Re-DocRED test[0:250] and UNER English EWT test, words a second from tokens to mentions, bytes of the tagger (gzip), without
// the word vectors that all share.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createEngine } from '../../extractors/engine/index.ts';
import type { EncoderSpec, Precision } from '../../extractors/engine/engine.ts';
import { weightsOf } from '../../extractors/engine/tape-encoder.ts';
import { readNerFile, type LabelledSentence } from '../../extractors/ner/data-formats.ts';
import { scoreSentences } from '../../extractors/ner/span-scores.ts';
import { createTaggerOf, tagSentences } from '../../extractors/ner/tagger-model.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { saveNetwork } from '../../extractors/network/model-file.ts';
import { formatCount, print, table } from '../../pipeline/cli/output.ts';

const { values: flags } = parseArgs({ options: { data: { type: 'string' } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:compression -- --data DIR');
const sets: readonly LabelledSentence[][] = [
  await readNerFile(join(flags.data, 'redocred', 'test_revised.first250.json')),
  await readNerFile(join(flags.data, 'uner-ewt', 'en_ewt-ud-test.iob2')),
];
const texts = sets.flat().map((s) => s.tokens);
const words = texts.reduce((n, tokens) => n + tokens.length, 0);
const ROUNDS = 5;

/** Zeroes the smallest weights of each matrix (Han et al. 2015, arXiv:1506.02626), without training after it. */
function prune(spec: EncoderSpec, share: number): void {
  for (const { values, shape } of weightsOf(spec)) {
    if (shape.length < 2) continue;
    const sorted = values.map(Math.abs).sort();
    const least = sorted[Math.floor(share * sorted.length)]!;
    values.forEach((value, index) => void (Math.abs(value) < least && (values[index] = 0)));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'engram-compression-'));
const engine = await createEngine('auto');
const rows: string[][] = [];
for (const [name, model, precision, pruned] of [
  ['float32', 'shipped', 'float32', 0],
  ['int8 (default)', 'shipped', 'int8', 0],
  ['int8, 30 % of the weights pruned', 'shipped', 'int8', 0.3],
  ['int8, 50 % of the weights pruned', 'shipped', 'int8', 0.5],
  ['small, int8 (--model small)', 'small', 'int8', 0],
] as const satisfies readonly (readonly [string, string, Precision, number])[]) {
  const network = loadTagger(model);
  if (pruned > 0) prune(network.encoder, pruned);
  const encoder = await engine.createEncoder(network.encoder, precision);
  const tagger = createTaggerOf(network, encoder);
  const f1 = [];
  for (const set of sets) f1.push((await scoreSentences(set, tagger)).total().f1);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await tagSentences(texts, tagger);
    times.push(performance.now() - started);
  }
  await encoder.dispose();
  const path = join(folder, 'tagger.safetensors');
  saveNetwork(path, network);
  rows.push([name, ...f1.map((value) => value.toFixed(2)), formatCount((1000 * words) / times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!), formatCount(gzipSync(readFileSync(path)).length)]);
}
const right = { align: 'right' } as const;
print(table([['', 'Re-DocRED F1', 'UNER EWT F1', 'words/s', 'bytes, gzip'], ...rows], [{}, right, right, right, right]));
rmSync(folder, { recursive: true });
process.exit();
