// `npm run bench:quality -- --data DIR [--model MODEL]`: a tagger's scores on every set it is judged by, its robustness and its
// calibration, as the tables of the model card. CrossNER's types become the six labels as in training.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../../extractors/engine/index.ts';
import { calibrationOf, claimsOf, type Claim } from '../../extractors/ner/calibration.ts';
import { readNerFile, type LabelledSentence } from '../../extractors/ner/data-formats.ts';
import { scoreVariants } from '../../extractors/ner/evaluate.ts';
import { scoreSentences, type Scores } from '../../extractors/ner/span-scores.ts';
import { createTaggerOf } from '../../extractors/ner/tagger-model.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { recutTokens } from '../../extractors/ner/training-data.ts';
import { CROSSNER_DOMAINS, mapCrossner, readTrainingMix } from '../../extractors/ner/training-mix.ts';
import { note, print, table } from '../../pipeline/cli/output.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, model: { type: 'string' }, precision: { type: 'string', default: 'int8' } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:quality -- --data DIR');
const network = loadTagger(flags.model);
const encoder = await (await createEngine('auto')).createEncoder(network.encoder, flags.precision as 'int8' | 'float32');
const tagger = createTaggerOf(network, encoder);

const sets: Record<string, readonly LabelledSentence[]> = { ...(await readTrainingMix(flags.data, createRandom(1))).development };
for (const domain of CROSSNER_DOMAINS) {
  const path = join(flags.data, 'crossner', domain, 'test.txt');
  if (!existsSync(path)) {
    note(`SKIPPED CrossNER ${domain}: ${path} does not exist`);
    continue;
  }
  sets[`CrossNER ${domain} test`] = await readNerFile(path, 'conll', { map: mapCrossner, annotated: ['PER', 'ORG', 'LOC', 'MISC'] });
}
const right = { align: 'right' } as const;
const rows: string[][] = [];
const claims: Claim[] = [];
const percent = (score: number | undefined): string => (score === undefined ? '' : score.toFixed(1));
for (const [name, sentences] of Object.entries(sets)) {
  const counter = await scoreSentences(sentences, tagger);
  const { precision, recall, f1 }: Scores = counter.total();
  const asText = (await scoreSentences(sentences.map(recutTokens), tagger)).total().f1;
  const variants = Object.values(await scoreVariants(sentences, tagger)).slice(1);
  const made = await claimsOf(sentences, tagger);
  claims.push(...made);
  const byLabel = Object.entries(counter.byLabel()).map(([label, score]) => `${label} ${percent(score.f1)}`).join(', ');
  rows.push([name, percent(precision), percent(recall), percent(f1), percent(asText), ...variants.map(percent), calibrationOf(made).expectedCalibrationError.toFixed(3), byLabel]);
}
print(`tagger@${network.version}, ${flags.precision}`);
print(table([['set', 'P', 'R', 'F1', 'tokens as in a text', 'lower', 'upper', 'noise 5 %', 'ECE', 'by label'], ...rows], [{}, ...Array.from({ length: 8 }, () => right)]));
const { expectedCalibrationError, reliability } = calibrationOf(claims);
print(`\nAll sets together: expected calibration error ${expectedCalibrationError.toFixed(3)}`);
print(table([['probability', 'mentions', 'mean', 'share right'], ...reliability.map((bin) => [`${bin.from} to ${bin.to}`, String(bin.count), bin.meanProbability.toFixed(3), bin.shareRight.toFixed(3)])], [{}, right, right, right]));
await encoder.dispose();
process.exit();
