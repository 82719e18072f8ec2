// What a text thinks, and of whom: the sentiment of a document, of each sentence, and towards each mention, for which its clause is read as if it stood alone:
// in a whole sentence a BiLSTM carries what is thought of one into what is said of another.
import { join } from 'node:path';
import type { DocumentSentiment, Mention, Sentence } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { probabilitiesOf, type Classifier } from './classifier-model.ts';
import { openClassifier, type ClassifierOptions } from './classifier.ts';
import { scoreTexts, type Words } from './score-texts.ts';

/** Raised when the same weights come to judge otherwise. */
const SENTIMENT_VERSION = 2;

export const SHIPPED_SENTIMENT = join(SHIPPED_MODELS, 'sentiment');

/** Begin a clause. */
const BORDERS: ReadonlySet<string> = new Set(['but', 'while', 'whereas', 'although', 'though', 'however', 'yet', 'despite', 'and', 'or', 'who', 'which', ',', ';', ':', '--', '—', '–']);
/** A clause says something of a mention in so many words beside it. */
const LEAST_WORDS = 2;
const ENDS = /^[.!?…]+$/;

/** Probability of positive less that of negative, in [−1, 1]. */
export function scoreOf(pooled: Float32Array, classifier: Classifier): number {
  const p = probabilitiesOf(pooled, classifier);
  return p[classifier.labels.indexOf('positive')]! - p[classifier.labels.indexOf('negative')]!;
}

const rounded = (score: number): number => Math.round(1000 * score) / 1000;

interface Spoken {
  readonly sentences: readonly Sentence[];
  /** In any order. */
  readonly mentions: readonly Mention[];
}

/** @returns of each document, in order */
export async function sentimentsOf(documents: readonly Spoken[], classifier: Classifier & { readonly version: string }): Promise<DocumentSentiment[]> {
  const readings = documents.map(readingOf);
  const judged = await scoreTexts(readings.flatMap(({ sentences, clauses }) => [sentences, clauses]), classifier, (scores, at) => {
    const { sentences, clauses } = readings[at >> 1]!;
    let start = 0;
    const each = (at % 2 === 0 ? sentences : clauses).map(({ length }) => scoreOf(scores.pooled(start, (start += length)), classifier));
    return { all: scoreOf(scores.pooled(), classifier), each };
  });
  return readings.map(({ sentences, towards }, at) => {
    const [whole, apart] = [judged[2 * at]!, judged[2 * at + 1]!];
    const each = [...whole.each, ...apart.each].map(rounded);
    return { model: `sentiment@${classifier.version}`, score: rounded(whole.all), sentences: each.slice(0, sentences.length), mentions: towards.map((place) => each[place]!) };
  });
}

interface Reading {
  /** As tokens. */
  readonly sentences: Words;
  /** Those that are no whole sentence, each once. */
  readonly clauses: Words;
  /** What each mention is judged by: an index into the sentences, followed by the clauses. */
  readonly towards: readonly number[];
}

function readingOf({ sentences, mentions }: Spoken): Reading {
  const tokens = sentences.map((sentence) => sentence.tokens.map(({ text }) => text));
  const clauses: (readonly string[])[] = [];
  const places = new Map<string, number>();
  const towards = mentions.map((mention) => {
    const own = tokens[mention.sentence]!;
    const [start, end] = clauseAround(own, mention.tokenStart, mention.tokenEnd);
    if (start === 0 && end === own.length) return mention.sentence;
    const key = `${mention.sentence} ${start} ${end}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const clause = own.slice(start, end);
    const place = tokens.length + clauses.push(ENDS.test(clause.at(-1)!) ? clause : [...clause, '.']) - 1;
    places.set(key, place);
    return place;
  });
  return { sentences: tokens, clauses, towards };
}

/**
 * The clause that a mention is in: up to the borders on both sides, and beyond them while it has hardly a word but the mention's, so that what is said of a list is
 * said of each name in it.
 * @param from, to token offsets of the mention, half-open
 * @returns token offsets, half-open
 */
function clauseAround(tokens: readonly string[], from: number, to: number): readonly [start: number, end: number] {
  const isBorder = (at: number): boolean => BORDERS.has(tokens[at]!.toLowerCase());
  const isWord = (token: string): boolean => /\p{L}/u.test(token);
  let [start, end] = [from, to];
  const left = (): void => { while (start > 0 && !isBorder(start - 1)) start--; };
  const right = (): void => { while (end < tokens.length && !isBorder(end)) end++; };
  const isBare = (): boolean => tokens.slice(start, from).filter(isWord).length + tokens.slice(to, end).filter(isWord).length < LEAST_WORDS;
  left();
  right();
  while (isBare() && end < tokens.length) {
    end++;
    right();
  }
  while (isBare() && start > 0) {
    start--;
    left();
  }
  return [start, end];
}

/** @param model 'shipped', or a folder @throws EngramError `ENGRAM_MODEL_INVALID` for a model that does not tell positive from negative */
export async function openSentiment({ model, ...rest }: ClassifierOptions): Promise<Classifier & { readonly version: string }> {
  const path = model === 'shipped' ? SHIPPED_SENTIMENT : model;
  const classifier = await openClassifier({ ...rest, model: path });
  for (const label of ['positive', 'negative']) {
    if (classifier.isMultiLabel || !classifier.labels.includes(label)) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `it tells ${classifier.labels.join(', ')} apart, and no sentiment, which needs positive and negative` });
  }
  return { ...classifier, version: `${classifier.version}.${SENTIMENT_VERSION}` };
}
