import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createDocumentClassifier, type DocumentClassifierOptions } from '../../../extractors/classify/document-classifier.ts';
import { trainClassifier } from '../../../extractors/classify/train.ts';
import { createEngine } from '../../../extractors/engine/index.ts';
import { segmentText } from '../../../extractors/text/segmenter.ts';
import { documentIdOf } from '../../../pipeline/core/ids.ts';
import type { DocumentSentiment, RelatedDocument } from '../../../pipeline/core/model.ts';
import { isThere, offerSwiftShader } from '../../support/devices.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WORDS = { positive: ['loves', 'praises', 'admires', 'thanks'], negative: ['hates', 'blames', 'attacks', 'mocks'], neutral: ['meets', 'calls', 'visits', 'joins'] } as const;
/** Scores are told to three digits. */
const ROUNDED = 0.0011;
const NAMES = ['Ada', 'Grace', 'Alan', 'Linus', 'Edsger', 'Barbara'];

async function modelOf(t: ExecutionContext, labels: readonly (keyof typeof WORDS)[]): Promise<string> {
  const out = await temporaryFolder(t);
  const data = join(out, 'texts.jsonl');
  const rows = labels.flatMap((label) => WORDS[label].flatMap((verb) => NAMES.map((name, at) => ({ text: `${name} ${verb} ${NAMES[(at + 1) % NAMES.length]}.`, label }))));
  await writeFile(data, rows.map((row) => JSON.stringify(row)).join('\n'));
  await trainClassifier({ data: [data], development: data, out, seed: 2, epochs: 20, settings: { hiddenSizes: [16], learningRate: 0.01 }, report: () => undefined });
  return out;
}

function documentOf(text: string, names: readonly string[]): RelatedDocument {
  const sentences = segmentText(text);
  const mentions = names.map((name) => {
    const sentence = sentences.find(({ tokens }) => tokens.some((token) => token.text === name))!;
    const at = sentence.tokens.findIndex((token) => token.text === name);
    const { start, end } = sentence.tokens[at]!;
    return { label: 'PER', sentence: sentence.index, tokenStart: at, tokenEnd: at + 1, start, end, surface: name, score: 1 };
  });
  return { id: documentIdOf(text), uri: text, text, sentences, mentions, chains: [], relations: [] };
}

test.serial('a document, its sentences and its mentions have a sentiment; documents have topics', async (t) => {
  const [sentiment, topics] = [await modelOf(t, ['positive', 'negative', 'neutral']), await modelOf(t, ['negative', 'neutral'])];
  const stage = (await createDocumentClassifier({ engine: 'auto', precision: 'float32', sentiment, topics }))!;
  t.teardown(() => stage.close?.());
  const document = documentOf('Linus loves Grace. Alan attacks Barbara; Edsger admires Ada.', ['Grace', 'Barbara', 'Ada']);
  const [judged, empty] = await stage.process([document, documentOf('', [])]);
  t.true(judged!.sentiment!.sentences[0]! > 0.5, JSON.stringify(judged!.sentiment));
  const [grace, barbara, ada] = judged!.sentiment!.mentions;
  t.true(grace! > 0.5 && barbara! < -0.3 && ada! > 0.3, JSON.stringify(judged!.sentiment));
  t.deepEqual([empty!.sentiment!.score, empty!.sentiment!.sentences, empty!.topics!.labels], [0, [], []]);
  t.regex(judged!.sentiment!.model, /^sentiment@[0-9a-f]{8}\.\d+$/);
  t.is(stage.versions['topics'], judged!.topics!.model);
  t.is((await stage.process([documentOf('Ada hates Alan.', [])]))[0]!.topics!.labels[0]!.label, 'negative');
});

test.serial('nothing is classified where nothing is configured; what tells no sentiment is no sentiment', async (t) => {
  t.is(await createDocumentClassifier({ engine: 'auto', precision: 'float32' }), undefined);
  await t.throwsAsync(createDocumentClassifier({ engine: 'auto', precision: 'float32', sentiment: await modelOf(t, ['negative', 'neutral']) }), { message: /negative, neutral apart, and no sentiment, which needs positive and negative/ });
  await t.throwsAsync(createDocumentClassifier({ engine: 'auto', precision: 'float32', topics: '/nowhere' }), { code: 'ENGRAM_MODEL_INVALID' });
});

offerSwiftShader();

for (const engine of ['tensorflow-cpu', 'webgpu'] as const) {
  test.serial(`${engine}: documents are judged as on the CPU, whatever its batches hold`, async (t) => {
    const problem = await createEngine(engine).then(() => undefined, (error: unknown) => (error as Error).message);
    if (!isThere(t, problem === undefined, problem!)) return;
    const models = { sentiment: await modelOf(t, ['positive', 'negative', 'neutral']), topics: await modelOf(t, ['negative', 'neutral']) };
    const verbs = Object.values(WORDS).flat();
    const documents = verbs.map((verb, at) => documentOf(`${NAMES[at % 6]} ${verbs[0]} ${NAMES[(at + 1) % 6]}. ${NAMES[(at + 2) % 6]} ${verb} ${NAMES[(at + 3) % 6]}; ${NAMES[(at + 4) % 6]} ${verbs[(at + 5) % verbs.length]} ${NAMES[(at + 5) % 6]}.`, NAMES));
    documents.splice(3, 0, documentOf('', []));
    const judgedBy = async (choice: Pick<DocumentClassifierOptions, 'engine' | 'batchTokens'>) => {
      const stage = (await createDocumentClassifier({ ...choice, precision: 'float32', ...models }))!;
      t.teardown(() => stage.close?.());
      return stage.process(documents);
    };
    const expected = await judgedBy({ engine: 'onnx' });
    for (const batchTokens of [64, 32_768]) {
      const found = await judgedBy({ engine, batchTokens });
      found.forEach(({ sentiment, topics }, at) => {
        const other = expected[at]!;
        const scores = (judged: DocumentSentiment): number[] => [judged.score, ...judged.sentences, ...judged.mentions];
        t.is(scores(sentiment!).length, scores(other.sentiment!).length);
        scores(sentiment!).forEach((score, i) => t.true(Math.abs(score - scores(other.sentiment!)[i]!) <= ROUNDED));
        t.deepEqual(topics!.labels.map(({ label }) => label), other.topics!.labels.map(({ label }) => label));
        topics!.labels.forEach(({ probability }, i) => t.true(Math.abs(probability - other.topics!.labels[i]!.probability) <= ROUNDED));
      });
    }
  });
}
