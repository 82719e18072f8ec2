// The words behind the claims of a served fact, with the shipped models.
import { join } from 'node:path';
import test from 'ava';
import { runBuild } from '../../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../../pipeline/core/config.ts';
import { openGraph } from '../../../pipeline/open-graph.ts';
import { createFactWords } from '../../../pipeline/service/fact-words.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

test('each claim of a fact has its words, page by page; a model that is missing is an error, and asked for again', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(join(folder, 'docs'), { 'a.txt': 'Grace Hopper was born in New York City.', 'b.txt': 'In 1906 Grace Hopper was born in New York City.' });
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
  const out = join(folder, 'out');
  await runBuild({ inputs: [join(folder, 'docs')], out, config });
  const { graph, documents } = await openGraph(out, config);
  const born = graph.entities().flatMap(({ id }) => graph.factsFrom(id)).find(({ predicate }) => predicate === 'placeOfBirth')!;

  const words = createFactWords(graph, documents, config);
  t.teardown(() => words.close());
  const first = await words.wordsOf({ id: born.id, limit: 1, cursor: undefined });
  const second = await words.wordsOf({ id: born.id, limit: 1, cursor: first.next });
  t.is(second.next, undefined);
  for (const { documentId, start, end, words: [strongest] } of [...first.items, ...second.items]) {
    const sentence = documents.get(documentId as never)!.text.slice(start, end);
    t.is(strongest!.text, 'born');
    t.is(sentence.slice(strongest!.start, strongest!.end), 'born');
    t.true(strongest!.effect > 0.05 && strongest!.effect <= 1);
  }
  t.deepEqual(new Set([...first.items, ...second.items].map(({ documentId }) => documentId)).size, 2);
  await t.throwsAsync(words.wordsOf({ id: 'f-none', limit: 1, cursor: undefined }), { code: 'ENGRAM_GRAPH_UNKNOWN_FACT' });

  const missing = createFactWords(graph, documents, { ...config, extract: { ...config.extract, relation: join(folder, 'nothing.safetensors') } });
  for (let time = 0; time < 2; time++) await t.throwsAsync(missing.wordsOf({ id: born.id, limit: 1, cursor: undefined }), { code: 'ENGRAM_MODEL_INVALID' });
  await missing.close();
});
