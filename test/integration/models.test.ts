// The shipped models: the same answers from every engine, and their marks on data they were never trained on.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { EngineKind, Precision } from '../../extractors/engine/engine.ts';
import { createCoreference } from '../../extractors/coreference/coreference.ts';
import { evaluateCoreference } from '../../extractors/coreference/evaluate.ts';
import { evaluateTagger } from '../../extractors/ner/evaluate.ts';
import { createTagger } from '../../extractors/ner/tagger.ts';
import { evaluateEndToEnd } from '../../extractors/relation/end-to-end.ts';
import { evaluateRelations } from '../../extractors/relation/evaluate.ts';
import { createRelationExtractor } from '../../extractors/relation/extractor.ts';
import { createSegmenter } from '../../extractors/text/segmenter.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { RelatedDocument } from '../../pipeline/core/model.ts';
import { hasTensorflow } from '../support/devices.ts';

/** Folder of the data sets; the marks are checked where it is given. */
const DATA = process.env['ENGRAM_DATA'];

const texts = readdirSync('fixtures/documents').filter((name) => name.endsWith('.txt'));
const documents = texts.map((name) => ({ id: documentIdOf(name), uri: name, text: readFileSync(join('fixtures/documents', name), 'utf8') }));

async function extract(engine: EngineKind, precision: Precision, batchTokens?: number): Promise<readonly RelatedDocument[]> {
  const choice = { engine, precision, batchTokens };
  const [tagger, extractor] = [await createTagger(choice), await createRelationExtractor(choice)];
  const tagged = await tagger.process(await createSegmenter().process(documents));
  const related = await extractor.process(await createCoreference().process(tagged));
  await tagger.close?.();
  await extractor.close?.();
  return related;
}

const mentionsOf = (found: readonly RelatedDocument[]): string[] => found.flatMap((d) => d.mentions.map((m) => `${d.uri} ${m.start} ${m.end} ${m.label}`));
const relationsOf = (found: readonly RelatedDocument[]): string[] => found.flatMap((d) => d.relations.map((r) => `${d.uri} ${r.head} ${r.label} ${r.tail}`));

/** Share of the union that both have. */
function agreement(a: readonly string[], b: readonly string[]): number {
  const other = new Set(b);
  const shared = a.filter((item) => other.has(item)).length;
  return shared / new Set([...a, ...b]).size;
}

test.serial('ONNX Runtime and WASM give the same mentions and relations, int8 nearly the same', async (t) => {
  t.timeout(180_000);
  const onnx = await extract('onnx', 'float32');
  const wasm = await extract('wasm', 'float32');
  const int8 = await extract('onnx', 'int8');
  const sentences = onnx.reduce((n, d) => n + d.sentences.length, 0);
  t.true(sentences >= 500, `${sentences} sentences`);
  t.deepEqual(mentionsOf(wasm), mentionsOf(onnx));
  t.deepEqual(relationsOf(wasm), relationsOf(onnx));
  const worst = Math.max(...onnx.flatMap((d, i) => d.mentions.map((m, j) => Math.abs(m.score - wasm[i]!.mentions[j]!.score))));
  t.true(worst < 1e-3, `mention scores differ by ${worst}`);
  const shared = agreement(mentionsOf(int8), mentionsOf(onnx));
  t.log(`int8 and float32 share ${(100 * shared).toFixed(1)} % of the mentions`);
  t.true(shared > 0.97);
});

test.serial('a device finds the same mentions and relations in the same order, whatever its batches hold', async (t) => {
  if (!hasTensorflow(t)) return;
  t.timeout(180_000);
  const onnx = await extract('onnx', 'float32');
  const [small, large] = [await extract('tensorflow-cpu', 'float32', 300), await extract('tensorflow-cpu', 'float32', 30_000)];
  for (const found of [small, large]) {
    t.deepEqual(mentionsOf(found), mentionsOf(onnx));
    t.deepEqual(relationsOf(found), relationsOf(onnx));
  }
  const worst = Math.max(...large.flatMap((d, i) => d.mentions.map((m, j) => Math.abs(m.score - small[i]!.mentions[j]!.score))));
  t.log(`mention scores differ by ${worst.toExponential(1)} at most`);
  t.true(worst < 1e-4);
});

test.serial('the stages leave what they were given untouched and answer an empty batch with an empty one', async (t) => {
  const [tagger, extractor] = [await createTagger({ engine: 'onnx', precision: 'int8' }), await createRelationExtractor({ engine: 'onnx', precision: 'int8' })];
  const segmented = await createSegmenter().process(documents.slice(0, 1));
  const before = JSON.stringify(segmented);
  const [tagged] = await tagger.process(segmented);
  t.is(JSON.stringify(segmented), before);
  for (const mention of tagged!.mentions) t.is(tagged!.text.slice(mention.start, mention.end), mention.surface);
  t.deepEqual(await tagger.process([]), []);
  t.deepEqual(await extractor.process([]), []);
  await tagger.close?.();
  await extractor.close?.();
});

const marks = [
  { name: 'mentions reach micro F1 84 on Re-DocRED test[0:250]', file: 'redocred/test_revised.first250.json', least: 84, score: evaluateTagger, format: 'docred' },
  { name: 'relations between gold mentions reach micro F1 83 on the held-out tenth of KnowledgeNet', file: 'knowledgenet/rows.folds1-3.html.gz', least: 83, score: evaluateRelations, format: 'knowledgenet' },
  { name: 'facts from raw text reach micro F1 62 on the held-out tenth of KnowledgeNet', file: 'knowledgenet/rows.folds1-3.html.gz', least: 62, score: evaluateEndToEnd, format: 'knowledgenet' },
  { name: 'chains of gold names reach B³ 95 on Re-DocRED test[0:250]', file: 'redocred/test_revised.first250.json', least: 95, score: async (options: Parameters<typeof evaluateCoreference>[0]) => (await evaluateCoreference(options)).bCubed, format: 'docred' },
] as const;

for (const { name, file, least, score, format } of marks) {
  test.serial(name, async (t) => {
    t.timeout(180_000);
    const data = DATA && join(DATA, file);
    if (!data || !existsSync(data)) {
      t.log(`NOT RUN: ${file} is not here; set ENGRAM_DATA to the folder of the data sets.`);
      t.pass();
      return;
    }
    const { precision, recall, f1 } = await score({ engine: 'auto', precision: 'int8', data, format: format as never });
    t.log(`precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}, F1 ${f1.toFixed(2)}`);
    t.true(f1 >= least);
  });
}
