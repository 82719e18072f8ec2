// Writes the texts that the teacher of sentiment learns from and those that it labels, as JSON lines:
//   tsx .tooling/teacher/export-texts.ts DATA OUT [--benchmark]
// OUT/train.jsonl, OUT/validation.jsonl and OUT/development.jsonl hold {"text", "label"}, OUT/texts.jsonl {"text"}. No sentence of the development and test parts of SST is among
// the others, in whole or in part: SST is made of the same reviews. With --benchmark the reviews are the training part of SST-2, positive and negative only,
// as that set has its words.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNerFile } from '../../extractors/ner/data-formats.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { opinionSentences } from './opinion-sentences.ts';

const SEED = 17;
const HELD_BACK_EVERY = 13;
/** Of the teacher's training texts. */
const NEUTRAL = 3000;
const TEXTS = 62_000;
const [data, out, ...flags] = process.argv.slice(2) as [string, string];
const isBenchmark = flags.includes('--benchmark');
mkdirSync(out, { recursive: true });
const random = createRandom(SEED);

const lines = (...path: string[]): string[] => readFileSync(join(data, ...path), 'latin1').split('\n').map((line) => line.trim()).filter((line) => line !== '');
/** As a text has it: these sets leave spaces before punctuation and no capitals. */
const asWritten = (line: string): string => {
  if (isBenchmark) return line;
  const text = line.replace(/ (n't|'\w+)/g, '$1').replace(/ ([.,;:!?)])/g, '$1').replace(/\( /g, '(').replace(/\bi\b/g, 'I').trim();
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
};

/** Letters of the beginning and the end that tell a sentence. */
const TELLING = 25;
const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const heldOut = new Set<string>();
for (const file of ['stsa.binary.dev', 'stsa.binary.test', 'stsa.fine.dev', 'stsa.fine.test']) {
  for (const line of lines('sst', file)) {
    const text = letters(line.slice(2));
    for (const part of [text, text.slice(0, TELLING), text.slice(-TELLING)]) heldOut.add(part);
  }
}
const isFree = (line: string): boolean => {
  const text = letters(line);
  return !heldOut.has(text) && !heldOut.has(text.slice(0, TELLING)) && !heldOut.has(text.slice(-TELLING));
};

const labelled = (file: string, set: string) => lines('sst', file).map((line) => ({ text: asWritten(line.slice(2)), label: line.startsWith('1') ? 'positive' : 'negative', set }));
const reviews = isBenchmark ? labelled('stsa.binary.train', 'SST-2 train') : [['positive', 'rt-polarity.pos'], ['negative', 'rt-polarity.neg']].flatMap(([label, file]) => lines('mr-sentence-polarity', file!).filter(isFree).map((line) => ({ text: asWritten(line), label: label! })));
const quotes = lines('subjectivity', 'quote.tok.gt9.5000').filter(isFree).map(asWritten);
const plots = random.shuffle(lines('subjectivity', 'plot.tok.gt9.5000')).map(asWritten);
const opinionWords = new Map(['positive', 'negative'].flatMap((label) => lines('opinion-lexicon', `${label}-words.txt`).filter((line) => !line.startsWith(';')).map((word) => [word, label] as const)));
const news = random.shuffle((await readNerFile(join(data, 'gmb', 'ner_dataset.1-44000.csv.gz'), 'gmb')).filter(({ tokens }) => tokens.length >= 6 && tokens.length <= 45)).map(({ tokens }) => tokens);
const isPlain = (tokens: readonly string[]): boolean => tokens.every((token) => !opinionWords.has(token.toLowerCase()));
const plainNews = news.filter(isPlain).slice(0, 3000).map((tokens) => asWritten(tokens.join(' ')));
const otherNews = news.filter((tokens) => !isPlain(tokens)).slice(0, 6000).map((tokens) => asWritten(tokens.join(' ')));

/** Pieces of a text, and the text with words missing: what phrases mean (after Tang et al. 2019, arXiv:1903.12136). */
function variantsOf(text: string, count: number, own: Random): string[] {
  const words = text.split(' ');
  return Array.from({ length: count }, () => {
    if (words.length < 3 || own.next() < 0.4) return words.filter(() => own.next() > 0.15).join(' ');
    const length = 1 + own.integer(Math.min(words.length - 1, 14));
    const start = own.integer(words.length - length + 1);
    return words.slice(start, start + length).join(' ');
  }).filter((variant) => variant !== '');
}

const made = isBenchmark ? [] : opinionSentences(2000, random);
const neutral = isBenchmark ? [] : [...[...plots.slice(0, 2500), ...plainNews.slice(0, 1500)].map((text) => ({ text, label: 'neutral' })), ...made.filter(({ label }) => label === 'neutral')];
/** Decide which epoch is kept: nothing is trained on them. */
const isHeldBack = (at: number): boolean => at % HELD_BACK_EVERY === 0;
const trained = isBenchmark ? reviews : reviews.filter((_, at) => !isHeldBack(at));
const train = [...trained, ...random.shuffle(neutral).slice(0, NEUTRAL), ...made.filter(({ label }) => label !== 'neutral')];
const validation = [...reviews.filter((_, at) => isHeldBack(at)), ...plots.slice(3600, 3900).map((text) => ({ text, label: 'neutral' }))];
const development = [...labelled('stsa.binary.dev', 'SST-2 dev'), ...(isBenchmark ? [] : labelled('stsa.binary.test', 'SST-2 test')), ...(isBenchmark ? [] : plots.slice(-300).map((text) => ({ text, label: 'neutral', set: 'plots' })))];
const texts = [
  ...trained.flatMap(({ text }) => [text, ...variantsOf(text, 7, random)]),
  ...quotes.flatMap((text) => [text, ...variantsOf(text, 3, random)]),
  ...(isBenchmark ? [] : [...plots.slice(0, 3500), ...plainNews, ...otherNews]),
  ...opinionWords.keys(),
  ...made.map(({ text }) => text),
];
const write = (name: string, rows: readonly object[]): void => {
  writeFileSync(join(out, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  process.stderr.write(`${name}: ${rows.length} texts\n`);
};
write('train', random.shuffle(train));
write('development', development);
if (!isBenchmark) write('validation', validation);
write('texts', random.shuffle([...new Set(texts)]).slice(0, TEXTS).map((text) => ({ text })));
