// Training on passages made up here: it learns, it repeats from its seed, what it saves can be loaded, used and explained.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { wordEffects } from '../../../extractors/relation/decisive-words.ts';
import { evaluateRelations } from '../../../extractors/relation/evaluate.ts';
import { createRelationExtractor } from '../../../extractors/relation/extractor.ts';
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
const model = join(folder, 'model');
const lines = train.map(({ tokens, mentions, sentences, clusters, relations }, i) => JSON.stringify({ tokens, mentions, sentences, clusters, relations, document: String(i) }));
const reading = { engine: 'onnx', precision: 'float32', model } as const;
const bornInLondon = bornIn[0]!;

test.serial('own files train both models, which tell a relation from none by the words between; the same seed gives the same weights', async (t) => {
  const path = join(folder, 'own.jsonl');
  writeFileSync(path, lines.join('\n'));
  const options = { data: [path], seed: SEED, epochs: 12, hidden: 16, report };
  const { pairs, passages, together } = await trainRelations({ ...options, out: model });
  t.deepEqual([pairs.labels, passages.labels], [1, 1]);
  for (const f1 of [pairs.f1['validation']!, passages.f1['validation']!, together.f1]) t.true(f1 > 95, `${f1}`);
  for (const { expectedCalibrationError } of [pairs, passages, together]) t.true(expectedCalibrationError < 0.1);
  await trainRelations({ ...options, out: join(folder, 'again') });
  const [reader, again] = [await createRelationReader({ ...reading, acrossSentences: true }), await createRelationReader({ ...reading, model: join(folder, 'again'), acrossSentences: true })];
  t.is(again.version, reader.version);
  t.deepEqual(reader.labels, ['P19']);
  await reader.close();
  await again.close();
});

test.serial('files with too little in them, and choices that go with files only, are refused with what to do', async (t) => {
  const few = join(folder, 'few.jsonl');
  writeFileSync(few, lines.slice(-2).join('\n'));
  const options = { out: join(folder, 'refused'), seed: SEED, epochs: 1, report };
  await t.throwsAsync(trainRelations({ ...options, data: [few] }), { code: 'ENGRAM_DATA_INVALID', message: /no relation among those to train on/ });
  await t.throwsAsync(trainRelations({ ...options, data: [folder], test: few }), { code: 'ENGRAM_USAGE', message: /--test goes with labelled files/ });
});

for (const acrossSentences of [false, true]) {
  const how = acrossSentences ? 'passages as wholes too' : 'pairs alone';

  test.serial(`${how}: it is scored on a file`, async (t) => {
    const data = join(folder, 'all.jsonl');
    writeFileSync(data, lines.join('\n'));
    const { f1, gold, reversed, expectedCalibrationError } = await evaluateRelations({ ...reading, acrossSentences, data });
    t.true(f1 > 95, `${f1}`);
    t.deepEqual([gold, reversed], [bornIn.length, 0]);
    t.true(expectedCalibrationError < 0.1);
  });

  test.serial(`${how}: the stage of relations takes it by its folder, and every relation names mentions that carry it`, async (t) => {
    const stage = await createRelationExtractor({ ...reading, acrossSentences, threshold: 0.5 });
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

  test.serial(`${how}: the verb decides, the names themselves are not hidden`, async (t) => {
    const reader = await createRelationReader({ ...reading, acrossSentences });
    const effects = await wordEffects(bornInLondon, { head: 0, tail: 1, label: 'P19' }, [0, 6], reader);
    await reader.close();
    t.true(['was', 'born', 'in'].includes(bornInLondon.tokens[effects.indexOf(Math.max(...effects))]!));
    t.deepEqual([effects[0], effects[4]], [0, 0]);
  });
}

test.serial('what stands across sentences is asked about only where that is wanted', async (t) => {
  const apart = { ...bornInLondon, tokens: [...bornInLondon.tokens, 'Rome', '.'], sentences: [[0, 6], [6, 8]] as const, mentions: [...bornInLondon.mentions, { start: 6, end: 7, label: 'LOC' }], clusters: [[0], [1], [2]] };
  const within = async (acrossSentences: boolean): Promise<boolean[]> => {
    const reader = await createRelationReader({ ...reading, acrossSentences });
    const [found] = await reader.read([apart], 1e-4);
    await reader.close();
    return found!.map(({ withinSentence }) => withinSentence);
  };
  t.false((await within(false)).includes(false));
  t.deepEqual(new Set(await within(true)), new Set([true, false]));
});

test.serial('a file whose labels the model does not know is refused', async (t) => {
  const data = join(folder, 'other.jsonl');
  writeFileSync(data, lines[0]!.replace('P19', 'likes'));
  await t.throwsAsync(evaluateRelations({ ...reading, data }), { code: 'ENGRAM_DATA_INVALID', message: /likes.*not those of this model \(P19/ });
});

test.serial('a folder without the models, and a model of another task, are refused', async (t) => {
  await t.throwsAsync(createRelationReader({ ...reading, model: 'fixtures' }), { code: 'ENGRAM_MODEL_INVALID', message: /pairs\.safetensors/ });
  const other = join(folder, 'other');
  mkdirSync(other);
  copyFileSync('extractors/models/tagger.safetensors', join(other, 'pairs.safetensors'));
  await t.throwsAsync(createRelationReader({ ...reading, model: other }), { code: 'ENGRAM_MODEL_INVALID', message: /not a pairs model/ });
});
