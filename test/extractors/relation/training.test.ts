// Training on passages made up here: it learns, it repeats from its seed, what it saves can be loaded, used and explained.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { wordEffects } from '../../../extractors/relation/decisive-words.ts';
import { evaluateRelations } from '../../../extractors/relation/evaluate.ts';
import { createRelationExtractor } from '../../../extractors/relation/extractor.ts';
import type { FitOptions, RelationTrainingReport } from '../../../extractors/relation/fit.ts';
import { fitPairs } from '../../../extractors/relation/fit-pairs.ts';
import { fitPassages } from '../../../extractors/relation/fit-passages.ts';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { createRelationReader } from '../../../extractors/relation/relation-reader.ts';
import { trainRelations } from '../../../extractors/relation/train.ts';

const PEOPLE = ['Ada', 'Grace', 'Alan', 'Konrad', 'Edsger', 'Barbara', 'Donald', 'Frances'];
const CITIES = ['London', 'Berlin', 'Paris', 'Rome', 'Boston', 'Vienna'];
const SEED = 4;

const facts = PEOPLE.flatMap((person) => CITIES.map((city) => ({ person, city })));
const bornIn = facts.map(({ person, city }): LabelledPassage => {
  const tokens = [person, 'was', 'born', 'in', city, '.'];
  return {
    tokens, mentions: [{ start: 0, end: 1, label: 'PER' }, { start: 4, end: 5, label: 'LOC' }], sentences: [[0, tokens.length]], clusters: [[0], [1]],
    relations: [{ head: 0, tail: 1, label: 'P19' }], annotated: new Set(['P19']), completeness: 1, negatives: [], unknown: [], document: person, source: 'here', weight: 1,
  };
});
const flewTo = bornIn.map((s): LabelledPassage => ({ ...s, tokens: [s.tokens[0]!, 'never', 'flew', 'to', s.tokens[4]!, '.'], relations: [] }));
const train = [...bornIn, ...flewTo];

const folder = mkdtempSync(join(tmpdir(), 'engram-passages-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const report = (): void => undefined;
const lines = train.map(({ tokens, mentions, sentences, clusters, relations }, i) => JSON.stringify({ tokens, mentions, sentences, clusters, relations, document: String(i) }));
const readerOf = (model: string): ReturnType<typeof createRelationReader> => createRelationReader({ engine: 'onnx', precision: 'float32', model });

const ways: readonly (readonly [reads: 'pairs' | 'passages', fit: (options: FitOptions) => Promise<RelationTrainingReport>])[] = [['pairs', fitPairs], ['passages', fitPassages]];
for (const [reads, fitModel] of ways) {
  const model = join(folder, reads);

  test.serial(`${reads}: a model tells a relation from none by the words between, and the same seed gives the same weights`, async (t) => {
    const fit = (out: string): Promise<RelationTrainingReport> => fitModel({ train, validation: train, development: {}, out, seed: SEED, epochs: 12, hidden: 16, report });
    const result = await fit(model);
    t.true(result.f1['validation']! > 95, `${result.f1['validation']}`);
    t.true(result.expectedCalibrationError < 0.05);
    const reader = await readerOf(model);
    t.deepEqual(reader.labels, ['P19']);
    await reader.close();
    await fit(join(folder, `${reads} again`));
    const again = await readerOf(join(folder, `${reads} again`));
    t.is(again.version, reader.version);
    await again.close();
  });

  test.serial(`${reads}: it is scored on a file`, async (t) => {
    const data = join(folder, 'all.jsonl');
    writeFileSync(data, lines.join('\n'));
    const { f1, gold, reversed, expectedCalibrationError } = await evaluateRelations({ engine: 'onnx', precision: 'float32', model, data });
    t.true(f1 > 95, `${f1}`);
    t.deepEqual([gold, reversed], [bornIn.length, 0]);
    t.true(expectedCalibrationError < 0.1);
  });

  test.serial(`${reads}: the stage of relations takes it by its folder, and every relation names mentions that carry it`, async (t) => {
    const stage = await createRelationExtractor({ engine: 'onnx', precision: 'float32', model });
    const text = 'Ada was born in Paris .';
    const tokens = text.split(' ').map((word, i, all) => {
      const start = all.slice(0, i).join(' ').length + (i > 0 ? 1 : 0);
      return { text: word, start, end: start + word.length };
    });
    const mention = (label: string, at: number) => ({ label, sentence: 0, tokenStart: at, tokenEnd: at + 1, start: tokens[at]!.start, end: tokens[at]!.end, surface: tokens[at]!.text, score: 1 });
    const document = { id: 'd', uri: 'd', text, sentences: [{ index: 0, start: 0, end: text.length, tokens }], mentions: [mention('PER', 0), mention('LOC', 4)], chains: [{ label: 'PER', mentions: [0] }, { label: 'LOC', mentions: [1] }] } as never;
    const [related] = await stage.process([document]);
    await stage.close?.();
    t.like(related!.relations, { length: 1 });
    t.like(related!.relations[0], { head: 0, tail: 1, label: 'P19' });
  });

  test.serial(`${reads}: the verb decides, the names themselves are not hidden`, async (t) => {
    const reader = await readerOf(model);
    const [passage] = bornIn;
    const effects = await wordEffects(passage!, { head: 0, tail: 1, label: 'P19' }, [0, 6], reader);
    await reader.close();
    t.true(['was', 'born', 'in'].includes(passage!.tokens[effects.indexOf(Math.max(...effects))]!));
    t.deepEqual([effects[0], effects[4]], [0, 0]);
  });

  test.serial(`${reads}: own files train a model; too few are refused with what to do`, async (t) => {
    const path = join(folder, 'own.jsonl');
    writeFileSync(path, lines.join('\n'));
    const options = { data: [path], reads, out: join(folder, `${reads} own`), seed: SEED, epochs: 1, hidden: 8, report };
    t.is((await trainRelations(options)).labels, 1);
    const few = join(folder, 'few.jsonl');
    writeFileSync(few, lines.slice(-2).join('\n'));
    await t.throwsAsync(trainRelations({ ...options, data: [few] }), { code: 'ENGRAM_DATA_INVALID', message: /no relation among those to train on/ });
    await t.throwsAsync(trainRelations({ ...options, data: [folder], test: path }), { code: 'ENGRAM_USAGE', message: /--test goes with labelled files/ });
  });
}

test.serial('where both models are there, pairs that share a sentence are judged by the first, the others by the second', async (t) => {
  const both = join(folder, 'both');
  mkdirSync(both);
  for (const reads of ['pairs', 'passages']) copyFileSync(join(folder, reads, `${reads}.safetensors`), join(both, `${reads}.safetensors`));
  const [passage] = bornIn;
  const [apart] = [{ ...passage!, tokens: [...passage!.tokens, 'Rome', '.'], sentences: [[0, 6], [6, 8]] as const, mentions: [...passage!.mentions, { start: 6, end: 7, label: 'LOC' }], clusters: [[0], [1], [2]] }];
  const [reader, first, second] = [await readerOf(both), await readerOf(join(folder, 'pairs')), await readerOf(join(folder, 'passages'))];
  const [found, within, all] = await Promise.all([reader, first, second].map(async (one) => (await one.read([apart], 1e-4))[0]!));
  t.deepEqual(found!.filter((r) => r.withinSentence), within);
  t.deepEqual(found!.filter((r) => !r.withinSentence), all!.filter((r) => !r.withinSentence));
  t.true(found!.some((r) => r.withinSentence) && found!.some((r) => !r.withinSentence));
  for (const one of [reader, first, second]) await one.close();
});

test.serial('a folder without a model of relations, and a model of another task, are refused', async (t) => {
  await t.throwsAsync(readerOf('fixtures'), { code: 'ENGRAM_MODEL_INVALID', message: /neither pairs\.safetensors nor passages\.safetensors/ });
  const other = join(folder, 'other');
  mkdirSync(other);
  copyFileSync('extractors/models/tagger.safetensors', join(other, 'pairs.safetensors'));
  await t.throwsAsync(readerOf(other), { code: 'ENGRAM_MODEL_INVALID', message: /not a pairs model/ });
});
