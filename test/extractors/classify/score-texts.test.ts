// Many texts at once, with the shipped classifier: on a device, which is small and real here, and on the CPU.
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { loadClassifier } from '../../../extractors/classify/classifier.ts';
import { createClassifierOf, scoreTokens, type Classifier } from '../../../extractors/classify/classifier-model.ts';
import { classifyAll, scoreTexts, type Words } from '../../../extractors/classify/score-texts.ts';
import { sentimentsOf, SHIPPED_SENTIMENT } from '../../../extractors/classify/sentiment.ts';
import { withinMemory } from '../../../extractors/engine/device-memory.ts';
import type { Precision } from '../../../extractors/engine/engine.ts';
import { createOnnxEngine } from '../../../extractors/engine/onnx.ts';
import { createTagger } from '../../../extractors/ner/tagger.ts';
import { createSegmenter, segmentText } from '../../../extractors/text/segmenter.ts';
import type { DocumentSentiment } from '../../../pipeline/core/model.ts';
import { readDocuments } from '../../support/documents.ts';
import { smallDevice } from '../../support/small-device.ts';

const network = loadClassifier(SHIPPED_SENTIMENT);
const challenges = readFileSync('fixtures/sentiment/challenge.jsonl', 'utf8').split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { readonly text: string }).text);
/** Of one sentence to five, with one that has none in the middle and one too long for a row. */
const texts: readonly Words[] = [...challenges.slice(0, 60), '', 'so good '.repeat(90), ...[1, 2, 3, 4, 5].map((n) => challenges.slice(60, 60 + n).join(' '))].map((text) => segmentText(text).map(({ tokens }) => tokens.map((token) => token.text)));
const OUT_OF_MEMORY = 'CUDA failure 2: out of memory ; GPU=0 ; hostname=a';

async function onCpu(t: ExecutionContext, precision: Precision): Promise<Classifier> {
  const encoder = await (await createOnnxEngine({ threads: 0 })).createEncoder(network.encoder, precision);
  t.teardown(() => encoder.dispose());
  return createClassifierOf(network, encoder);
}

async function onDevice(t: ExecutionContext, memory: number, batchTokens: number): Promise<{ readonly classifier: Classifier; readonly asked: number[] }> {
  const { encoder, asked } = await smallDevice(network.encoder, memory, OUT_OF_MEMORY);
  t.teardown(() => encoder.dispose());
  return { classifier: createClassifierOf(network, withinMemory(encoder, network.encoder, batchTokens)), asked };
}

/** Of each text by itself. */
async function alone(classifier: Classifier): Promise<Float32Array[]> {
  const scores: Float32Array[] = [];
  for (const text of texts) scores.push((await scoreTokens(text, classifier)).values);
  return scores;
}

const together = (classifier: Classifier): Promise<Float32Array[]> => scoreTexts(texts, classifier, ({ values }) => values.slice());

function worstDifference(t: ExecutionContext, found: readonly Float32Array[], expected: readonly Float32Array[]): number {
  t.deepEqual(found.map(({ length }) => length), expected.map(({ length }) => length));
  return Math.max(...found.flatMap((values, text) => Array.from(values, (value, at) => Math.abs(value - expected[text]![at]!))));
}

for (const batchTokens of [64, 1000, 32_768]) {
  test(`a device gets sentences of all texts in batches of ${batchTokens} words, and each text scores as it does alone`, async (t) => {
    const expected = await alone(await onCpu(t, 'float32'));
    const { classifier, asked } = await onDevice(t, Infinity, batchTokens);
    const worst = worstDifference(t, await together(classifier), expected);
    t.true(worst < 1e-5, `${worst}`);
    const longest = Math.max(...texts.flat().map(({ length }) => length));
    t.true(asked.every((tokens) => tokens <= Math.max(batchTokens, longest)), asked.join(' '));
    // One after the other there would be a batch for each text at least.
    if (batchTokens >= 1000) t.true(asked.length <= 6, asked.join(' '));
    if (batchTokens === 32_768) t.is(asked.length, 1);
  });
}

test('where the memory of a device runs out the batch is halved, later ones are no larger, and the scores are the same', async (t) => {
  const expected = await alone(await onCpu(t, 'float32'));
  const { classifier, asked } = await onDevice(t, 600, 32_768);
  t.true(worstDifference(t, await together(classifier), expected) < 1e-5);
  t.true(asked[0]! > 600 && asked.some((tokens) => tokens <= 600), asked.join(' '));
  t.true(classifier.encoder.batchTokens! <= 600);
  asked.length = 0;
  t.true(worstDifference(t, await together(classifier), expected) < 1e-5);
  t.true(asked.every((tokens) => tokens <= 600), asked.join(' '));
});

test('on a CPU texts share no batch: in int8 each scores to the last bit as it does alone', async (t) => {
  const classifier = await onCpu(t, 'int8');
  t.deepEqual(await together(classifier), await alone(classifier));
});

test('sentiment: clauses of all documents share batches too, and each document is judged as it is alone', async (t) => {
  const tagger = await createTagger({ engine: 'onnx', precision: 'int8', model: 'small' });
  t.teardown(() => tagger.close?.());
  const documents = await tagger.process(await createSegmenter().process(await readDocuments('fixtures/documents')));
  const cpu = { ...(await onCpu(t, 'float32')), version: 'v' };
  const expected: DocumentSentiment[] = [];
  for (const document of documents) expected.push(...(await sentimentsOf([document], cpu)));
  const { classifier, asked } = await onDevice(t, Infinity, 32_768);
  const found = await sentimentsOf(documents, { ...classifier, version: 'v' });
  t.true(found.some(({ mentions, sentences }) => mentions.some((score) => !sentences.includes(score))));
  for (const part of ['sentences', 'mentions'] as const) {
    t.deepEqual(found.map((each) => each[part].length), expected.map((each) => each[part].length));
    found.forEach((each, at) => each[part].forEach((score, i) => t.true(Math.abs(score - expected[at]![part][i]!) <= 0.0011)));
  }
  found.forEach(({ score }, at) => t.true(Math.abs(score - expected[at]!.score) <= 0.0011));
  t.true(asked.length < documents.length / 4, `${asked.length} batches of ${documents.length} documents`);
});

test('probabilities come in the order of the texts', async (t) => {
  const { classifier } = await onDevice(t, Infinity, 64);
  const [good, none, bad] = await classifyAll(['A wonderful, brilliant success.', '', 'A terrible, dreadful failure.'].map((text) => ({ sentences: segmentText(text).map(({ tokens }) => tokens.map((token) => token.text)) })), classifier);
  const positive = classifier.labels.indexOf('positive');
  t.true(good![positive]! > 0.5 && bad![positive]! < 0.3, `${good} ${bad}`);
  t.true(none!.every((probability) => Math.abs(probability - 1 / classifier.labels.length) < 1e-6));
});
