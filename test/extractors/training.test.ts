// Training from end to end on sentences made up here: it learns, it repeats from its seed, and what it saves can be loaded.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createEngine } from '../../extractors/engine/index.ts';
import type { LabelledSentence } from '../../extractors/ner/data-formats.ts';
import { scoreSentences } from '../../extractors/ner/span-scores.ts';
import { createTaggerOf } from '../../extractors/ner/tagger-model.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { fitTagger } from '../../extractors/ner/fit.ts';
import { trainTagger } from '../../extractors/ner/train.ts';
import { saveNetwork } from '../../extractors/network/model-file.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { hasTensorflow } from '../support/devices.ts';

const PEOPLE = ['Ada', 'Grace', 'Alan', 'Konrad', 'Edsger', 'Barbara', 'Donald', 'Frances'];
const CITIES = ['London', 'Berlin', 'Paris', 'Rome', 'Boston', 'Vienna'];
const SEED = 4;

const facts = PEOPLE.flatMap((person) => CITIES.map((city) => ({ person, city })));
const mentions = [{ start: 0, end: 1, label: 'PER' }, { start: 4, end: 5, label: 'LOC' }];
const sentences = ['was born in', 'never flew to'].flatMap((words) =>
  facts.map(({ person, city }): LabelledSentence => ({ tokens: [person, ...words.split(' '), city, '.'], spans: mentions, annotated: ['PER', 'LOC'], source: 'here' })),
);

const folder = mkdtempSync(join(tmpdir(), 'engram-training-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const report = (): void => undefined;

test.serial('a tagger learns its training sentences, and the same seed gives the same weights', async (t) => {
  const fit = (out: string): ReturnType<typeof fitTagger> =>
    fitTagger({ train: sentences, development: { itself: sentences }, labels: ['PER', 'LOC'], out: join(folder, out), seed: SEED, epochs: 25, settings: { hiddenSizes: [16], learningRate: 0.01 }, report });
  const first = await fit('one');
  t.true(first.best.scores['itself']! > 95, `${first.best.scores['itself']}`);
  t.deepEqual((await fit('two')).best, first.best);
  t.is(loadTagger(join(folder, 'two')).version, loadTagger(join(folder, 'one')).version);
});

test.serial('TensorFlow learns them as well, and its model is one for every engine', async (t) => {
  if (!hasTensorflow(t)) return;
  const out = join(folder, 'tensorflow');
  const { best } = await fitTagger({ train: sentences, development: { itself: sentences }, labels: ['PER', 'LOC'], out, seed: SEED, epochs: 25, settings: { hiddenSizes: [16], learningRate: 0.01 }, engine: 'tensorflow-cpu', report });
  t.true(best.scores['itself']! > 95, `${best.scores['itself']}`);
  const network = loadTagger(out);
  const encoder = await (await createEngine('onnx')).createEncoder(network.encoder, 'float32');
  t.is((await scoreSentences(sentences, createTaggerOf(network, encoder))).total().f1, best.scores['itself']);
  await encoder.dispose();
});

test.serial('a training that was stopped goes on from its last epoch to the same weights', async (t) => {
  const options = { train: sentences, development: { itself: sentences }, labels: ['PER', 'LOC'], seed: SEED, epochs: 4, settings: { hiddenSizes: [16] } };
  await fitTagger({ ...options, out: join(folder, 'whole'), report });
  const stopAfter = (epochs: number) => (line: string): void => {
    if (line.startsWith(`epoch ${epochs + 1}:`)) throw new Error('stopped');
  };
  const out = join(folder, 'stopped');
  await t.throwsAsync(fitTagger({ ...options, out, report: stopAfter(2) }), { message: 'stopped' });
  const lines: string[] = [];
  await fitTagger({ ...options, out, report: (line) => void lines.push(line) });
  t.true(lines.includes('going on after epoch 2 of an earlier run'), lines.join('\n'));
  t.is(loadTagger(out).version, loadTagger(join(folder, 'whole')).version);
  t.false(existsSync(join(out, 'checkpoint.safetensors')));
});

test.serial('a trained tagger learns a new label from sentences that have only that one, and keeps the old ones', async (t) => {
  const path = join(folder, 'drinks.jsonl');
  const drinks = PEOPLE.flatMap((person) => ['coffee', 'tea', 'cocoa'].map((drink) => [person, 'was', 'born', 'in', CITIES[person.length % CITIES.length]!, 'with', drink, '.']));
  writeFileSync(path, drinks.map((tokens) => JSON.stringify({ tokens, spans: [{ start: 6, end: 7, label: 'Drink' }] })).join('\n'));
  const out = join(folder, 'drinks');
  const result = await trainTagger({ data: [path], development: path, from: join(folder, 'one'), out, seed: SEED, epochs: 60, settings: { learningRate: 0.004, patience: 60 }, report });
  t.deepEqual(loadTagger(out).labels, ['PER', 'LOC', 'Drink']);
  t.true(result.f1['development']! > 95, `${result.f1['development']}`);
  const network = loadTagger(out);
  const encoder = await (await createEngine('wasm')).createEncoder(network.encoder, 'float32');
  const kept = (await scoreSentences(sentences, createTaggerOf(network, encoder))).total();
  t.true(kept.f1 > 80, `${kept.f1}`);
});

test.serial('teachers label a text, and a student learns from it what its own sentences do not show', async (t) => {
  const [few, texts] = [join(folder, 'few-cities.jsonl'), join(folder, 'texts.jsonl')];
  const write = (path: string, list: readonly LabelledSentence[]): void => writeFileSync(path, list.map(({ tokens, spans }) => JSON.stringify({ tokens, spans })).join('\n'));
  write(few, sentences.slice(0, 24));
  write(texts, sentences.map((s) => ({ ...s, spans: [] })));
  const lines: string[] = [];
  const options = { data: [few], development: few, out: join(folder, 'student'), seed: SEED, epochs: 2, settings: { hiddenSizes: [16] } };
  await trainTagger({ ...options, teachers: [join(folder, 'one'), join(folder, 'two')], texts: [texts], report: (line) => void lines.push(line) });
  t.true(lines.includes(`${sentences.length} sentences labelled by 2 teachers`), lines.join('\n'));
});

test.serial('own files train a tagger, a tenth of them held out when no file decides', async (t) => {
  const path = join(folder, 'own.jsonl');
  writeFileSync(path, sentences.map(({ tokens, spans }) => JSON.stringify({ tokens, spans })).join('\n'));
  const lines: string[] = [];
  const result = await trainTagger({ data: [path], out: join(folder, 'own'), seed: SEED, epochs: 2, report: (line) => void lines.push(line) });
  t.is(result.sentences, sentences.length - Math.floor(sentences.length / 10));
  t.deepEqual(Object.keys(result.f1), ['development']);
  t.is(loadTagger(join(folder, 'own')).task, 'ner');
  t.regex(readFileSync(join(folder, 'own', 'tagger.learning-curve.svg'), 'utf8'), /^<svg [^]*<polyline/);
  t.true(result.errors.worst.length <= 20 && result.calibration.expectedCalibrationError <= 1);
});

test.serial('too few sentences to hold any out are refused', async (t) => {
  const path = join(folder, 'few.jsonl');
  writeFileSync(path, '{"tokens": ["Ada"], "spans": [{"start": 0, "end": 1, "label": "PER"}]}\n');
  await t.throwsAsync(trainTagger({ data: [path], out: join(folder, 'few'), seed: SEED, report }), { instanceOf: EngramError, message: /1 sentences found; expected at least 10/ });
});

test.serial('choices that need another one or shut it out are refused with what to do', async (t) => {
  const path = join(folder, 'own.jsonl');
  const out = join(folder, 'refused');
  for (const [choice, message] of [
    [{ silver: path }, /--silver goes with one folder/],
    [{ teachers: [join(folder, 'one')] }, /give both or neither/],
    [{ from: join(folder, 'one'), settings: { hiddenSizes: [16] } }, /keeps its size/],
    [{ teachers: [join(folder, 'one'), join(folder, 'drinks')], texts: [path] }, /models of the same labels/],
  ] as const) {
    await t.throwsAsync(trainTagger({ data: [path], out, seed: SEED, epochs: 1, report, ...choice }), { instanceOf: EngramError, message });
  }
});

test.serial('a model goes on with the word vectors of the one it came from', async (t) => {
  const [start, out] = [join(folder, 'vectors'), join(folder, 'vectors-on')];
  mkdirSync(start);
  copyFileSync('extractors/models/word-vectors.safetensors', join(start, 'word-vectors.safetensors'));
  const path = join(folder, 'own.jsonl');
  await trainTagger({ data: [path], out: start, seed: SEED, epochs: 1, settings: { hiddenSizes: [8] }, report });
  await trainTagger({ data: [path], from: start, out, seed: SEED, epochs: 1, report });
  t.true(existsSync(join(out, 'word-vectors.safetensors')));
});

test.serial('a tagger whose tables do not fit its labels is refused', (t) => {
  const out = join(folder, 'misfit');
  const network = loadTagger(join(folder, 'one'));
  saveNetwork(join(out, 'tagger.safetensors'), { ...network, labels: ['PER'] });
  t.throws(() => loadTagger(out), { instanceOf: EngramError, message: /do not fit its 1 labels/ });
});
