// `npm run bench:classify -- --data DIR --out DIR [--sets SST-2,TREC,AG] [--seeds 17,18,19] [--silver FILE]`: classifiers of the sets that the papers report,
// trained on their official training part and scored on their test part; the mean of the seeds. No model of it ships.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { classifyAll } from '../../extractors/classify/score-texts.ts';
import { createClassifierOf } from '../../extractors/classify/classifier-model.ts';
import { scoreLabels } from '../../extractors/classify/label-scores.ts';
import { readLabelledTexts, readTaughtTexts, type LabelledText } from '../../extractors/classify/labelled-texts.ts';
import { fitClassifier, type ClassifierSettings } from '../../extractors/classify/fit.ts';
import { createEngine } from '../../extractors/engine/index.ts';
import { note, print, table } from '../../pipeline/cli/output.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, out: { type: 'string' }, sets: { type: 'string', default: 'SST-2,TREC,AG' }, seeds: { type: 'string', default: '17,18,19' }, silver: { type: 'string' } } });
if (flags.data === undefined || flags.out === undefined) throw new Error('Name the folder of the data sets and one to work in: npm run bench:classify -- --data DIR --out DIR');
const { data, out } = { data: flags.data, out: flags.out };

interface Text {
  readonly text: string;
  readonly label: string;
}

interface Benchmark {
  readonly parts: { readonly train: readonly Text[]; readonly dev?: readonly Text[]; readonly test: readonly Text[] };
  /** What is reported for a BiLSTM. */
  readonly published: string;
  readonly settings: Partial<ClassifierSettings>;
  readonly epochs: number;
  /** Words with spaces between them. */
  readonly isTokenised: boolean;
  readonly silver?: string;
}

/** Of the 7,600 public test documents of AG News, of which the first 5,700 in shuffled order are trained on. */
const AG_SEED = 17;
const AG_TRAINED = 5700;

/** These sets are in small letters already, or in letters as they are. */
const PLAIN = { lowercased: 0, uppercased: 0, noisy: 0 };

const lines = (...path: string[]): string[] => readFileSync(join(data, ...path), 'latin1').split('\n').filter((line) => line.trim() !== '');
const labelled = (label: RegExp, ...path: string[]): Text[] => lines(...path).map((line) => ({ label: label.exec(line)![1]!, text: line.slice(line.indexOf(' ') + 1) }));

const sst = (part: string): Text[] => labelled(/^(\d)/, 'sst', `stsa.binary.${part}`).map(({ text, label }) => ({ text, label: label === '1' ? 'positive' : 'negative' }));

const BENCHMARKS: Readonly<Record<string, () => Benchmark>> = {
  'SST-2': () => ({
    parts: { train: sst('train'), dev: sst('dev'), test: sst('test') },
    published: '87.5',
    isTokenised: true,
    settings: { hiddenSizes: [96], variants: PLAIN },
    // What a teacher thinks says enough: less has to be kept from being learnt by heart.
    ...(flags.silver === undefined ? { epochs: 12 } : { epochs: 7, silver: flags.silver, settings: { hiddenSizes: [96], variants: PLAIN, inputDropout: 0.3, stateDropout: 0.3, labelSmoothing: 0 } }),
  }),
  TREC: () => ({
    parts: { train: labelled(/^(\w+):/, 'trec', 'TREC.train'), test: labelled(/^(\w+):/, 'trec', 'TREC.test') },
    published: '94 to 95',
    isTokenised: true,
    settings: { hiddenSizes: [128], variants: PLAIN },
    epochs: 14,
  }),
  AG: () => {
    const all = createRandom(AG_SEED).shuffle((parse(readFileSync(join(data, 'ag-news', 'test.csv')), { relax_quotes: true }) as string[][]).map(([label, title, body]) => ({ label: label!, text: `${title!}. ${body!}` })));
    return { parts: { train: all.slice(0, AG_TRAINED), test: all.slice(AG_TRAINED) }, published: '91 to 92, trained on 120,000', isTokenised: false, settings: { hiddenSizes: [64] }, epochs: 8 };
  },
};

/** Reads the texts of one part as the product reads a file. */
async function partOf(texts: readonly Text[], path: string, keepTokens: boolean): Promise<readonly LabelledText[]> {
  writeFileSync(path, texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
  return (await readLabelledTexts([path], { keepTokens })).texts;
}

const engine = await createEngine('auto');
const rows: string[][] = [];
for (const name of flags.sets.split(',')) {
  const benchmark = BENCHMARKS[name];
  if (benchmark === undefined) throw new Error(`No set is called '${name}'; --sets takes ${Object.keys(BENCHMARKS).join(', ')}.`);
  const { parts, published, settings, epochs, silver, isTokenised } = benchmark();
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  const [train, test] = [await partOf(parts.train, join(folder, 'train.jsonl'), isTokenised), await partOf(parts.test, join(folder, 'test.jsonl'), isTokenised)];
  // Without a development part all epochs are made, and the last is kept.
  const development: Record<string, readonly LabelledText[]> = parts.dev === undefined ? {} : { dev: await partOf(parts.dev, join(folder, 'dev.jsonl'), isTokenised) };
  const taught = silver === undefined ? [] : await readTaughtTexts(silver, isTokenised);
  const labels = [...new Set(parts.train.map(({ label }) => label))].sort();
  const scores: number[] = [];
  const began = performance.now();
  for (const seed of flags.seeds.split(',').map(Number)) {
    const { network, best } = await fitClassifier({ train: [...train, ...taught], development, labels, isMultiLabel: false, out: join(folder, String(seed)), seed, epochs, settings, report: note });
    const encoder = await engine.createEncoder(network.encoder, 'float32');
    const { accuracy, macroF1 } = scoreLabels(test, await classifyAll(test, createClassifierOf(network, encoder)), labels, false);
    await encoder.dispose();
    scores.push(accuracy);
    print(`${name}, seed ${seed}: test accuracy ${accuracy.toFixed(2)}, macro F1 ${macroF1.toFixed(2)}, epoch ${best.epoch}`);
  }
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / Math.max(1, scores.length - 1));
  rows.push([name, String(parts.train.length), String(parts.test.length), `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`, published, `${((performance.now() - began) / 60_000 / scores.length).toFixed(1)} min`]);
}
const right = { align: 'right' } as const;
print(table([['set', 'trained on', 'test', 'accuracy', 'published', 'a training'], ...rows], [{}, right, right, right, {}, right]));
process.exit();
