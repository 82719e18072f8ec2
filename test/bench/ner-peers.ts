// `npm run bench:ner -- --data DIR [--python PYTHON]`: the shipped tagger beside spaCy's small English model and a plain
// PyTorch BiLSTM, in turns on the same text and shapes, so that what disturbs one disturbs the other.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { withPairThread } from '../../extractors/engine/lstm-pair.ts';
import { encoderGradients } from '../../extractors/engine/tape-encoder.ts';
import { createTapeEngine } from '../../extractors/engine/tape-engine.ts';
import { readNerFile } from '../../extractors/ner/data-formats.ts';
import { evaluateTagger } from '../../extractors/ner/evaluate.ts';
import { createEncoderSpec, parametersOf } from '../../extractors/network/encoder-parameters.ts';
import { updateWithAdam } from '../../extractors/network/parameters.ts';
import { formatCount, note, print, table } from '../../pipeline/cli/output.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import type { Measured } from './parts.ts';

const ROUNDS = 3;
const SHAPE = { input: 160, hidden: 200, outputs: 25, rows: 32, tokens: 25 } as const;
const run = promisify(execFile);

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, python: { type: 'string', default: 'python3' } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:ner -- --data DIR');
const text = join(flags.data, 'text-state-union', '*.txt');
const sentencesPath = join(flags.data, 'uner-ewt', 'en_ewt-ud-test.iob2');

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function python<T>(...parameters: readonly (string | number)[]): Promise<T> {
  const script = join(import.meta.dirname, 'ner-peers.py');
  const { stdout } = await run(flags.python, [script, ...parameters.map(String)], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

async function engram(): Promise<Measured> {
  const { stdout } = await run(process.execPath, ['--import=tsx', join(import.meta.dirname, 'parts.ts'), 'ner', text]);
  return JSON.parse(stdout) as Measured;
}

/** Words per second of a training step: forward, backward, Adam. */
async function trainingRate(): Promise<number> {
  await createTapeEngine('wasm');
  const { input, hidden, outputs, rows, tokens } = SHAPE;
  const random = createRandom(1);
  const spec = createEncoderSpec({ inputSize: input, hiddenSizes: [hidden], head: { kind: 'tokens' }, outputs }, random);
  const parameters = parametersOf(spec);
  const inputs = Float32Array.from({ length: tokens * rows * input }, () => random.normal());
  const lengths = new Int32Array(rows).fill(tokens);
  const times: number[] = [];
  for (let step = 1; step <= 25; step++) {
    const started = performance.now();
    const { weights } = encoderGradients(spec, { inputs, time: tokens, batch: rows, lengths }, (scores) => ({ loss: 1, gradient: scores.map((value) => value / rows) }));
    parameters.forEach((parameter, index) => parameter.gradient.set(weights[index]!));
    updateWithAdam(parameters, { learningRate: 1e-3, maxNorm: 5, step });
    if (step > 5) times.push(performance.now() - started);
  }
  return (1000 * rows * tokens) / median(times);
}

const rounds: { words: number; engram: number; spacy: number }[] = [];
for (let round = 1; round <= ROUNDS; round++) {
  note(`round ${round} of ${ROUNDS}: Engram, then spaCy, on State of the Union addresses …`);
  const ours = await engram();
  const theirs = await python<{ seconds: number }>('spacy-speed', text);
  rounds.push({ words: ours.count, engram: ours.perSecond, spacy: ours.count / theirs.seconds });
}
const folder = mkdtempSync(join(tmpdir(), 'engram-peers-'));
try {
  note('scores on UNER English EWT test …');
  const sentences = await readNerFile(sentencesPath, 'iob2');
  const path = join(folder, 'sentences.jsonl');
  writeFileSync(path, sentences.map(({ tokens, spans }) => JSON.stringify({ tokens, spans })).join('\n'));
  const theirs = await python<{ precision: number; recall: number; f1: number }>('spacy-f1', path);
  const ours = await evaluateTagger({ engine: 'auto', precision: 'int8', data: sentencesPath });
  note('a plain PyTorch BiLSTM of the same shape …');
  const torch = await python<{ inference: number; training: number }>('pytorch', ...Object.values(SHAPE));
  const training = await trainingRate();
  const withHelper = await withPairThread(trainingRate);
  const [fast, slow] = [median(rounds.map((r) => r.engram)), median(rounds.map((r) => r.spacy))];
  const right = { align: 'right' } as const;
  print(`\nText to mentions, ${formatCount(rounds[0]!.words)} words, medians of ${ROUNDS} rounds in turns; a word is a token of Engram`);
  print(table([['', 'words/s', 'PER ORG LOC F1, UNER EWT test'], ['Engram, int8', formatCount(fast), ours.f1.toFixed(1)], ['spaCy small English model, entities only', formatCount(slow), theirs.f1.toFixed(1)]], [{}, right, right]));
  print(`  ratio ${(fast / slow).toFixed(1)} (by round: ${rounds.map((r) => (r.engram / r.spacy).toFixed(1)).join(', ')})`);
  print(`\nBiLSTM ${SHAPE.input} → 2 × ${SHAPE.hidden} → ${SHAPE.outputs}, ${SHAPE.rows} sentences of ${SHAPE.tokens} words, one thread`);
  print(table([['', 'words/s'], ['PyTorch, inference, float32', formatCount(torch.inference)], ['PyTorch, training step', formatCount(torch.training)], ['Engram, training step (WASM)', formatCount(training)], ['Engram, training step, a thread for each direction', formatCount(withHelper)]], [{}, right]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
