// Writes the sentences a teacher learns from and the ones it labels, as JSON lines:
//   tsx .tooling/teacher/export-sentences.ts DATA OUT
// OUT/train.jsonl and one OUT/NAME.jsonl a development set hold labels; OUT/texts.jsonl holds sentences whose labels are not read.
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../../pipeline/core/random.ts';
import { readNerFile, withoutBlankTokens, type LabelledSentence } from '../../extractors/ner/data-formats.ts';
import { mapGmb, readTrainingMix, withoutRepeats } from '../../extractors/ner/training-mix.ts';
import { readJson, readLines } from '../../extractors/text/data-files.ts';
import { segmentText } from '../../extractors/text/segmenter.ts';

const SEED = 17;
const MIN_TOKENS = 4;
const MAX_TOKENS = 110;

const [data, out] = process.argv.slice(2) as [string, string];
mkdirSync(out, { recursive: true });

const fromText = (text: string, source: string): LabelledSentence[] =>
  segmentText(text).map((sentence) => ({ tokens: sentence.tokens.map((token) => token.text), spans: [], annotated: [], source }));

function write(name: string, sentences: readonly LabelledSentence[]): void {
  const file = createWriteStream(join(out, `${name}.jsonl`));
  for (const sentence of sentences) {
    const kept = withoutBlankTokens(sentence.tokens, sentence.spans);
    if (kept.tokens.length > 0) file.write(`${JSON.stringify({ ...sentence, ...kept })}\n`);
  }
  file.end();
  process.stderr.write(`${name}: ${sentences.length} sentences, ${sentences.reduce((n, s) => n + s.tokens.length, 0)} tokens\n`);
}

async function textsOf(data: string): Promise<LabelledSentence[]> {
  const texts: LabelledSentence[] = await readNerFile(join(data, 'gmb', 'ner_dataset.1-44000.csv.gz'), 'gmb', { map: mapGmb, source: 'gmb' });
  for (const name of readdirSync(join(data, 'gum')).filter((name) => name.endsWith('.tsv'))) {
    for await (const { line } of readLines(join(data, 'gum', name))) if (line.startsWith('#Text=')) texts.push(...fromText(line.slice(6), 'gum'));
  }
  const fewRel = (await readJson(join(data, 'fewrel', 'val_wiki.json'))) as Record<string, { tokens: string[] }[]>;
  for (const { tokens } of Object.values(fewRel).flat()) texts.push(...fromText(tokens.join(' '), 'fewrel'));
  const text2kg = join(data, 'text2kgbench-tekgen', 'train');
  for (const name of readdirSync(text2kg)) {
    for await (const { line } of readLines(join(text2kg, name))) texts.push(...fromText((JSON.parse(line) as { sent: string }).sent, 'text2kgbench'));
  }
  for await (const { line } of readLines(join(data, 'semeval2010-task8', 'TRAIN_FILE.TXT'))) {
    const [, sentence] = /^\d+\t"(.*)"$/.exec(line) ?? [];
    if (sentence !== undefined) texts.push(...fromText(sentence.replace(/<\/?e[12]>/g, ''), 'semeval2010'));
  }
  return texts.filter((s) => s.tokens.length >= MIN_TOKENS && s.tokens.length <= MAX_TOKENS).map((s) => ({ ...s, spans: [], annotated: [] }));
}

const random = createRandom(SEED);
const mix = await readTrainingMix(data, random);
write('train', mix.train);
for (const [name, sentences] of Object.entries(mix.development)) write(name, sentences);
write('texts', withoutRepeats(await textsOf(data), [...mix.train, ...Object.values(mix.development).flat()]));
