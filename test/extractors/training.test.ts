// Training from end to end on sentences made up here: it learns, it repeats from its seed, and what it saves can be loaded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type { LabelledSentence } from '../../extractors/ner/data-formats.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { fitTagger, trainTagger } from '../../extractors/ner/train.ts';
import { loadRelationModel } from '../../extractors/relation/extractor.ts';
import type { LabelledPairSentence } from '../../extractors/relation/labelled-pairs.ts';
import { fitRelations } from '../../extractors/relation/train.ts';
import { EngramError } from '../../pipeline/core/errors.ts';

const PEOPLE = ['Ada', 'Grace', 'Alan', 'Konrad', 'Edsger', 'Barbara', 'Donald', 'Frances'];
const CITIES = ['London', 'Berlin', 'Paris', 'Rome', 'Boston', 'Vienna'];
const SEED = 4;

const facts = PEOPLE.flatMap((person) => CITIES.map((city) => ({ person, city })));
const bornIn = facts.map(({ person, city }): LabelledPairSentence => {
  const tokens = [person, 'was', 'born', 'in', city, '.'];
  const mentions = [{ start: 0, end: 1, label: 'PER' as const }, { start: 4, end: 5, label: 'LOC' as const }];
  return { tokens, mentions, relations: [{ head: 0, tail: 1, predicate: 'placeOfBirth' }], complete: true, negatives: [], document: person, source: 'here', weight: 1 };
});
const flewTo = bornIn.map((s): LabelledPairSentence => ({ ...s, tokens: [s.tokens[0]!, 'never', 'flew', 'to', s.tokens[4]!, '.'], relations: [] }));
const sentences = [...bornIn, ...flewTo].map(({ tokens, mentions, source }): LabelledSentence => ({ tokens, spans: mentions, annotated: ['PER', 'LOC'], source }));

const folder = mkdtempSync(join(tmpdir(), 'engram-training-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const report = (): void => undefined;

test.serial('a tagger learns its training sentences, and the same seed gives the same weights', async (t) => {
  const fit = (out: string): ReturnType<typeof fitTagger> =>
    fitTagger({ train: sentences, development: { itself: sentences }, out: join(folder, out), seed: SEED, epochs: 25, settings: { hiddenSizes: [16], learningRate: 0.01 }, report });
  const first = await fit('one');
  t.true(first.f1['itself']! > 95, `${first.f1['itself']}`);
  t.deepEqual((await fit('two')).f1, first.f1);
  t.is(loadTagger(join(folder, 'two')).version, loadTagger(join(folder, 'one')).version);
});

test.serial('own files train a tagger, a tenth of them held out when no file decides', async (t) => {
  const path = join(folder, 'own.jsonl');
  writeFileSync(path, sentences.map(({ tokens, spans }) => JSON.stringify({ tokens, spans })).join('\n'));
  const lines: string[] = [];
  const result = await trainTagger({ data: [path], out: join(folder, 'own'), seed: SEED, epochs: 2, report: (line) => void lines.push(line) });
  t.is(result.sentences, sentences.length - Math.floor(sentences.length / 10));
  t.deepEqual(Object.keys(result.f1), ['development']);
  t.is(loadTagger(join(folder, 'own')).task, 'ner');
});

test.serial('too few sentences to hold any out are refused', async (t) => {
  const path = join(folder, 'few.jsonl');
  writeFileSync(path, '{"tokens": ["Ada"], "spans": [{"start": 0, "end": 1, "label": "PER"}]}\n');
  await t.throwsAsync(trainTagger({ data: [path], out: join(folder, 'few'), seed: SEED, report }), { instanceOf: EngramError, message: /1 sentences found; expected at least 10/ });
});

test.serial('a relation classifier tells a relation from none by the words between', async (t) => {
  const train = [...bornIn, ...flewTo];
  const result = await fitRelations({ train, validation: train, development: {}, out: join(folder, 'relation'), seed: SEED, epochs: 12, report });
  t.true(result.f1['validation']! > 95, `${result.f1['validation']}`);
  const model = loadRelationModel(join(folder, 'relation'));
  t.is(model.labels[2], 'placeOfBirth');
  t.true(Math.abs(model.tables['threshold']![0]! - result.threshold) < 1e-3);
});

test.serial('a model of another task or no model is refused with what to do', (t) => {
  for (const load of [() => loadRelationModel(join(folder, 'one')), () => loadTagger('fixtures')]) {
    const error = t.throws(load, { instanceOf: EngramError });
    t.is(error.code, 'ENGRAM_MODEL_INVALID');
    t.regex(error.hint, /engram train/);
  }
});
