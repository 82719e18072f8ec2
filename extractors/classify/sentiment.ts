// What a text thinks, and of whom: the sentiment of a document, of each sentence, and towards each mention. Towards a mention its own sentence counts,
// near words more than far ones, and those of other clauses less.
import { join } from 'node:path';
import type { DocumentSentiment, Mention, Sentence, Token } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { probabilitiesOf, scoreTokens, type Classifier, type TokenScores } from './classifier-model.ts';
import { openClassifier, type ClassifierOptions } from './classifier.ts';

export const SHIPPED_SENTIMENT = join(SHIPPED_MODELS, 'sentiment');

/** Tokens after which attention towards a mention has fallen to 1/e. */
const REACH = 8;
/** What attention keeps beyond the border of a clause. */
const ACROSS_CLAUSES = 0.15;
const BORDERS: ReadonlySet<string> = new Set(['but', 'while', 'whereas', 'although', 'though', 'however', 'yet', 'despite', ';', ':', '--', '—', '–']);

/** Probability of positive less that of negative, in [−1, 1]. */
export function scoreOf(pooled: Float32Array, classifier: Classifier): number {
  const p = probabilitiesOf(pooled, classifier);
  return p[classifier.labels.indexOf('positive')]! - p[classifier.labels.indexOf('negative')]!;
}

const rounded = (score: number): number => Math.round(1000 * score) / 1000;

/** @param document sentences with their tokens; mentions in any order */
export async function sentimentOf({ sentences, mentions }: { readonly sentences: readonly Sentence[]; readonly mentions: readonly Mention[] }, classifier: Classifier & { readonly version: string }): Promise<DocumentSentiment> {
  const scores = await scoreTokens(sentences.map(({ tokens }) => tokens.map(({ text }) => text)), classifier);
  const starts = [0];
  for (const { tokens } of sentences) starts.push(starts.at(-1)! + tokens.length);
  return {
    model: `sentiment@${classifier.version}`,
    score: rounded(scores.tokens === 0 ? 0 : scoreOf(scores.pooled(), classifier)),
    sentences: sentences.map((_, at) => rounded(scoreOf(scores.pooled(starts[at], starts[at + 1]), classifier))),
    mentions: mentions.map(({ sentence, tokenStart, tokenEnd }) => rounded(scoreOf(pooledTowards(scores, sentences[sentence]!.tokens, starts[sentence]!, tokenStart, tokenEnd), classifier))),
  };
}

/** @param tokenStart, tokenEnd of the mention in its sentence */
function pooledTowards(scores: TokenScores, tokens: readonly Token[], start: number, tokenStart: number, tokenEnd: number): Float32Array {
  const clauses = clausesOf(tokens);
  return scores.pooled(start, start + tokens.length, (token) => {
    const at = token - start;
    const distance = at < tokenStart ? tokenStart - at : Math.max(0, at - tokenEnd + 1);
    return Math.exp(-distance / REACH) * (clauses[at] === clauses[tokenStart] ? 1 : ACROSS_CLAUSES);
  });
}

/** The number of the clause of each token: one begins with each word or sign that sets it apart. */
function clausesOf(tokens: readonly Token[]): number[] {
  let clause = 0;
  return tokens.map(({ text }, at) => {
    if (at > 0 && BORDERS.has(text.toLowerCase())) clause++;
    return clause;
  });
}

/** @param model 'shipped', or a folder @throws EngramError `ENGRAM_MODEL_INVALID` for a model that does not tell positive from negative */
export async function openSentiment({ model, ...rest }: ClassifierOptions): Promise<Classifier & { readonly version: string }> {
  const path = model === 'shipped' ? SHIPPED_SENTIMENT : model;
  const classifier = await openClassifier({ ...rest, model: path });
  for (const label of ['positive', 'negative']) {
    if (classifier.isMultiLabel || !classifier.labels.includes(label)) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `it tells ${classifier.labels.join(', ')} apart, and no sentiment, which needs positive and negative` });
  }
  return classifier;
}
