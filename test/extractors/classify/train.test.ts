import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { evaluateClassifier } from '../../../extractors/classify/evaluate.ts';
import { trainClassifier, type ClassifierTrainingReport } from '../../../extractors/classify/train.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SUBJECTS = ['The storm', 'A late goal', 'The bank', 'My dog', 'The minister', 'Our team', 'The market', 'A cold front'];
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  sport: ['won the match', 'scored in the second half', 'lost the cup final', 'signed a new player'],
  weather: ['brought heavy rain', 'covered the hills with snow', 'will bring sun and wind', 'caused a flood'],
};

async function written(t: ExecutionContext, rows: readonly (readonly [text: string, label: string])[]): Promise<string> {
  const path = join(await temporaryFolder(t), 'texts.jsonl');
  await writeFile(path, rows.map(([text, label]) => JSON.stringify({ text, label })).join('\n'));
  return path;
}

const rows = Object.entries(TOPICS).flatMap(([label, ends]) => SUBJECTS.flatMap((subject) => ends.map((end) => [`${subject} ${end}.`, label] as const)));
const trained = async (t: ExecutionContext, data: string, more: object = {}): Promise<ClassifierTrainingReport & { out: string }> => {
  const out = await temporaryFolder(t);
  return { out, ...(await trainClassifier({ data: [data], out, seed: 3, epochs: 10, settings: { hiddenSizes: [16], learningRate: 0.01 }, report: () => undefined, ...more })) };
};

test.serial('a classifier learns what its texts are about, and the same seed gives the same weights', async (t) => {
  const data = await written(t, rows);
  const [a, b] = [await trained(t, data), await trained(t, data)];
  t.true(a.development.macroF1 > 95, `${a.development.macroF1}`);
  t.deepEqual(a.curve, b.curve);
  const [one, two] = [await evaluateClassifier({ engine: 'wasm', precision: 'int8', model: a.out, data }), await evaluateClassifier({ engine: 'auto', precision: 'float32', model: b.out, data })];
  t.is(one.model, two.model);
  t.true(one.macroF1 > 95 && two.macroF1 > 95);
  t.is(one.confusion['sport']!['sport'], one.byLabel['sport']!.correct);
});

test.serial('a label that is a hundred times as rare is still found', async (t) => {
  const many = Array.from({ length: 700 }, (_, at) => [`${SUBJECTS[at % 8]} ${TOPICS['sport']![at % 4]}, ${at}.`, 'sport'] as const);
  const few = Array.from({ length: 7 }, (_, at) => [`${SUBJECTS[at]} ${TOPICS['weather']![at % 4]}.`, 'weather'] as const);
  const dev = await written(t, [...rows]);
  const { development, texts } = await trained(t, await written(t, [...many, ...few]), { development: dev });
  t.deepEqual(texts, { sport: 700, weather: 7 });
  t.true(development.byLabel['weather']!.f1 > 80, JSON.stringify(development.byLabel));
});

test.serial('several labels', async (t) => {
  const both = rows.map(([text, label], at) => [`${text} ${rows[(at * 7 + 3) % rows.length]![0]}`, `${label}|${rows[(at * 7 + 3) % rows.length]![1]}`] as const);
  const out = await temporaryFolder(t);
  const path = join(out, 'both.csv');
  await writeFile(path, `text,label\n${[...rows, ...both, ['The dog sleeps at home.', ''] as const].map(([text, label]) => `"${text}",${label}`).join('\n')}\n`);
  const { development } = await trained(t, path, { multiLabel: true, development: path });
  t.true(development.accuracy > 90, `${development.accuracy}`);
});

test.serial('what cannot be learnt from is refused before anything is trained', async (t) => {
  const refused = async (data: string, message: RegExp, more: object = {}): Promise<void> => void (await t.throwsAsync(trained(t, data, more), { message }));
  await refused(await written(t, rows.filter(([, label]) => label === 'sport')), /every text has the label 'sport'; at least two/);
  await refused(await written(t, [['', 'a'], ['', 'b']]), /no text with a label/);
  await refused(await written(t, [['x', 'a'], ['y', 'b']]), /too few .* give --dev/);
  await refused(await written(t, rows), /'other' is not among .* sport, weather/, { development: await written(t, [['x', 'other']]) });
});
