// What a tagger is trained on: labelled files of one's own, or the folder of the data sets of the shipped model.
import { readFileSync, statSync } from 'node:fs';
import { EngramError } from '../../pipeline/core/errors.ts';
import { MENTION_LABELS } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { segmentText } from '../text/segmenter.ts';
import { tokenize } from '../text/tokenize.ts';
import { mapperOf, readNerFile, type LabelledSentence, type NerFormat } from './data-formats.ts';
import { readTrainingMix, withoutRepeats } from './training-mix.ts';

export interface TrainingSources {
  /** Labelled files, or one folder with a subfolder for each data set of the shipped model (`readTrainingMix`). */
  readonly data: readonly string[];
  /** Labelled file that decides which epoch is kept; every tenth sentence of the data when left out. */
  readonly development?: string;
  /** Labelled file scored after each epoch, for the report only. */
  readonly test?: string;
  readonly format?: NerFormat;
  /** Names of types, as `mapperOf` takes them. */
  readonly map?: string;
  /** JSON lines that a teacher labelled (`.tooling/teacher`), beside a folder; a sentence of both counts with the teacher's labels. */
  readonly silver?: string;
  /** Keeps the tokens of the data sets; else they are cut as `tokenize` cuts a text. */
  readonly keepTokens?: boolean;
  readonly seed: number;
}

export interface TrainingData {
  readonly train: readonly LabelledSentence[];
  /** By name; the first one decides which epoch is kept. */
  readonly development: Readonly<Record<string, readonly LabelledSentence[]>>;
  /** Every label of the training, the shipped ones first. */
  readonly labels: readonly string[];
}

const HELD_OUT_EVERY = 10;

/** @throws EngramError `ENGRAM_DATA_INVALID` when a file is not what its format says */
export async function readTrainingData(sources: TrainingSources): Promise<TrainingData> {
  const isFolder = sources.data.length === 1 && statSync(sources.data[0]!).isDirectory();
  const { train, development } = isFolder ? await readMix(sources) : await readFiles(sources);
  const occurring = new Set(train.flatMap((sentence) => sentence.spans.map((span) => span.label)));
  const shipped = MENTION_LABELS.filter((label) => occurring.delete(label));
  return {
    train: sources.keepTokens ? train : train.map(recutTokens),
    development,
    labels: [...shipped, ...[...occurring].sort()],
  };
}

/** Sentences without labels. @param paths `.txt`, or any labelled file */
export async function readTexts(paths: readonly string[], keepTokens: boolean): Promise<LabelledSentence[]> {
  const read = async (path: string): Promise<LabelledSentence[]> => {
    if (!path.endsWith('.txt')) return (await readNerFile(path, undefined, { map: ({ start, end, type }) => ({ start, end, label: type }) })).map(unlabelled);
    return segmentText(readFileSync(path, 'utf8')).map(({ tokens }) => unlabelled({ tokens: tokens.map((token) => token.text), spans: [], annotated: [], source: path }));
  };
  const sentences = withoutRepeats((await Promise.all(paths.map(read))).flat(), []);
  return keepTokens ? sentences : sentences.map(recutTokens);
}

const unlabelled = (sentence: LabelledSentence): LabelledSentence => ({ ...sentence, spans: [], annotated: [] });

type Sets = Pick<TrainingData, 'train' | 'development'>;

async function readMix({ data, silver, seed }: TrainingSources): Promise<Sets> {
  const mix = await readTrainingMix(data[0]!, createRandom(seed));
  const labelled = silver === undefined ? [] : await readNerFile(silver, 'jsonl', { annotated: MENTION_LABELS, source: 'silver' });
  return { train: withoutRepeats([...labelled, ...mix.train], Object.values(mix.development).flat()), development: mix.development };
}

async function readFiles({ data, development, test, format, map }: TrainingSources): Promise<Sets> {
  const read = (path: string): Promise<LabelledSentence[]> => readNerFile(path, format, { map: map === undefined ? undefined : mapperOf(map) });
  const all = (await Promise.all(data.map(read))).flat();
  const isHeldOut = (index: number): boolean => index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
  const held = development === undefined ? all.filter((_, index) => isHeldOut(index)) : await read(development);
  if (held.length === 0) {
    const problem = `${all.length} sentences found; expected at least ${HELD_OUT_EVERY}, or a file given with --dev`;
    throw new EngramError('ENGRAM_DATA_INVALID', { path: data[0]!, problem });
  }
  return {
    train: development === undefined ? all.filter((_, index) => !isHeldOut(index)) : all,
    development: { development: held, ...(test === undefined ? {} : { test: await read(test) }) },
  };
}

/** The sentence in the tokens that `tokenize` makes: data sets differ in what they do with hyphens. */
export function recutTokens(sentence: LabelledSentence): LabelledSentence {
  const pieces = sentence.tokens.map((token) => tokenize(token).map((piece) => piece.text));
  const starts: number[] = [0];
  for (const piece of pieces) starts.push(starts.at(-1)! + piece.length);
  const spans = sentence.spans.map(({ start, end, label }) => ({ start: starts[start]!, end: starts[end]!, label })).filter((s) => s.end > s.start);
  return { ...sentence, tokens: pieces.flat(), spans };
}
