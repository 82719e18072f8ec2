// Training on passages made up here: it learns, it repeats from its seed, what it saves can be loaded, used and explained.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createEngine } from '../../../extractors/engine/index.ts';
import { wordEffects } from '../../../extractors/passages/decisive-words.ts';
import { evaluatePassages } from '../../../extractors/passages/evaluate.ts';
import { loadPassageModel } from '../../../extractors/passages/extractor.ts';
import type { LabelledPassage } from '../../../extractors/passages/labelled-passages.ts';
import { fitPassages, trainPassages } from '../../../extractors/passages/train.ts';
import { createRelationExtractor, readsPassages } from '../../../extractors/relation/extractor.ts';

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
const model = join(folder, 'one');

test.serial('a model tells a relation from none by the words between, and the same seed gives the same weights', async (t) => {
  const fit = (out: string): ReturnType<typeof fitPassages> => fitPassages({ train, validation: train, development: {}, out, seed: SEED, epochs: 12, hidden: 16, report });
  const result = await fit(model);
  t.true(result.f1['validation']! > 95, `${result.f1['validation']}`);
  const loaded = loadPassageModel(model);
  t.deepEqual(loaded.labels, ['P19']);
  t.true(Math.abs(loaded.tables['threshold']![0]! - result.threshold) < 1e-3);
  t.true(result.expectedCalibrationError < 0.05);
  await fit(join(folder, 'two'));
  t.is(loadPassageModel(join(folder, 'two')).version, loaded.version);
});

test.serial('it is scored on a file, and every relation names the mentions that carry it', async (t) => {
  const data = join(folder, 'all.jsonl');
  writeFileSync(data, lines.join('\n'));
  const { f1, gold, reversed, expectedCalibrationError } = await evaluatePassages({ engine: 'onnx', precision: 'float32', model, data });
  t.true(f1 > 95, `${f1}`);
  t.deepEqual([gold, reversed], [bornIn.length, 0]);
  t.true(expectedCalibrationError < 0.1);
});

test.serial('the stage of relations takes it by its folder', async (t) => {
  t.true(readsPassages(model));
  t.false(readsPassages('extractors/models'));
  t.false(readsPassages('nowhere'));
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

test.serial('the verb decides, the names themselves are not hidden', async (t) => {
  const network = loadPassageModel(model);
  const encoder = await (await createEngine('onnx')).createEncoder(network.encoder, 'float32');
  const [passage] = bornIn;
  const effects = await wordEffects(passage!, { head: 0, tail: 1, label: 'P19' }, [0, 6], network, encoder);
  await encoder.dispose();
  t.true(['was', 'born', 'in'].includes(passage!.tokens[effects.indexOf(Math.max(...effects))]!));
  t.deepEqual([effects[0], effects[4]], [0, 0]);
});

test.serial('own files train a model; too few, or a teacher beside files, are refused with what to do', async (t) => {
  const path = join(folder, 'own.jsonl');
  writeFileSync(path, lines.join('\n'));
  const options = { data: [path], out: join(folder, 'own'), seed: SEED, epochs: 1, hidden: 8, report };
  const result = await trainPassages(options);
  t.true(result.passages > 60 && result.passages < lines.length);
  const few = join(folder, 'few.jsonl');
  writeFileSync(few, lines.slice(-2).join('\n'));
  await t.throwsAsync(trainPassages({ ...options, data: [few] }), { code: 'ENGRAM_DATA_INVALID', message: /no relation among those to train on/ });
  await t.throwsAsync(trainPassages({ ...options, silver: path }), { code: 'ENGRAM_USAGE', message: /one folder/ });
});

test.serial('a model of another task is refused', (t) => {
  t.throws(() => loadPassageModel('extractors/models'), { code: 'ENGRAM_MODEL_INVALID' });
});
