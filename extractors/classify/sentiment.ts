// What a text thinks, and of whom: the sentiment of a document, of each sentence, and towards each mention, for which its clause is read as if it stood alone:
// in a whole sentence a BiLSTM carries what is thought of one into what is said of another.
import { join } from 'node:path';
import type { DocumentSentiment, Mention, Sentence } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { probabilitiesOf, scoreTokens, type Classifier } from './classifier-model.ts';
import { openClassifier, type ClassifierOptions } from './classifier.ts';

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

/** @param document sentences with their tokens; mentions in any order */
export async function sentimentOf({ sentences, mentions }: { readonly sentences: readonly Sentence[]; readonly mentions: readonly Mention[] }, classifier: Classifier & { readonly version: string }): Promise<DocumentSentiment> {
  const tokens = sentences.map((sentence) => sentence.tokens.map(({ text }) => text));
  const whole = await scoresOf(tokens, classifier);
  const clauses = new Map<string, readonly string[]>();
  const towards = mentions.map((mention) => {
    const own = tokens[mention.sentence]!;
    const [start, end] = clauseAround(own, mention.tokenStart, mention.tokenEnd);
    if (start === 0 && end === own.length) return mention.sentence;
    const key = `${mention.sentence} ${start} ${end}`;
    const clause = own.slice(start, end);
    clauses.set(key, ENDS.test(clause.at(-1)!) ? clause : [...clause, '.']);
    return key;
  });
  const apart = await scoresOf([...clauses.values()], classifier);
  const scoreOfClause = new Map([...clauses.keys()].map((key, at) => [key, apart.each[at]!]));
  return {
    model: `sentiment@${classifier.version}`,
    score: rounded(whole.all),
    sentences: whole.each.map(rounded),
    mentions: towards.map((place) => rounded(typeof place === 'number' ? whole.each[place]! : scoreOfClause.get(place)!)),
  };
}

/** Of each text by itself, and of all as one. */
async function scoresOf(texts: readonly (readonly string[])[], classifier: Classifier): Promise<{ readonly all: number; readonly each: readonly number[] }> {
  const scores = await scoreTokens(texts, classifier);
  let start = 0;
  const each = texts.map(({ length }) => scoreOf(scores.pooled(start, (start += length)), classifier));
  return { all: scores.tokens === 0 ? 0 : scoreOf(scores.pooled(), classifier), each };
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
