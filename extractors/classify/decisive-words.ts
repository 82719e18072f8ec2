// Which words moved a classifier's decision. What a word says is known from the model itself, its score times its attention; whether that is so is seen by
// hiding words (occlusion: Zeiler & Fergus 2014, arXiv:1311.2901).
import { createRandom } from '../../pipeline/core/random.ts';
import { HIDDEN_WORD } from '../text/word-shape.ts';
import { probabilitiesOf, scoreTokens, type Classifier, type TokenScores } from './classifier-model.ts';
import type { LabelledText } from './labelled-texts.ts';

/** By token what it adds to the score of a label beside what it adds to the others in the mean. */
export function wordShares(scores: TokenScores, label: number): Float32Array {
  const { labels, values } = scores;
  const attention = scores.attention();
  return Float32Array.from({ length: scores.tokens }, (_, token) => {
    const said = (at: number): number => attention[token * labels + at]! * values[token * 2 * labels + at]!;
    let others = 0;
    for (let at = 0; at < labels; at++) if (at !== label) others += said(at) / (labels - 1);
    return said(label) - others;
  });
}

/** @param valueOf what is looked at, of the probabilities; @returns by token how much of it goes when the token is hidden */
export async function wordEffects(tokens: readonly string[], classifier: Classifier, valueOf: (probabilities: Float32Array) => number): Promise<number[]> {
  const value = async (read: readonly string[]): Promise<number> => valueOf(probabilitiesOf((await scoreTokens([read], classifier)).pooled(), classifier));
  const whole = await value(tokens);
  return Promise.all(tokens.map(async (_, hidden) => whole - (await value(withHidden(tokens, new Set([hidden]))))));
}

export interface Faithfulness {
  /** Mean of what the probability of the label loses when the words that say most for it are hidden, in [−1, 1]. */
  readonly named: number;
  /** The same of as many words drawn by chance. */
  readonly random: number;
  readonly texts: number;
}

const HIDDEN_SHARE = 0.2;
const SEED = 11;
const MOST_TEXTS = 300;

/** Whether hiding the words that the model names changes its decision more than hiding others (comprehensiveness: DeYoung et al. 2020, ACL). */
export async function faithfulnessOf(texts: readonly LabelledText[], classifier: Classifier): Promise<Faithfulness> {
  const random = createRandom(SEED);
  const judged = texts.map(({ sentences }) => sentences.flat()).filter(({ length }) => length > 1).slice(0, MOST_TEXTS);
  let [named, chance] = [0, 0];
  for (const tokens of judged) {
    const scores = await scoreTokens([tokens], classifier);
    const probabilities = probabilitiesOf(scores.pooled(), classifier);
    const label = probabilities.indexOf(Math.max(...probabilities));
    const count = Math.ceil(HIDDEN_SHARE * tokens.length);
    const shares = wordShares(scores, label);
    const places = tokens.map((_, at) => at);
    const most = [...places].sort((a, b) => shares[b]! - shares[a]!).slice(0, count);
    const left = async (hidden: readonly number[]): Promise<number> => probabilitiesOf((await scoreTokens([withHidden(tokens, new Set(hidden))], classifier)).pooled(), classifier)[label]!;
    named += probabilities[label]! - (await left(most));
    chance += probabilities[label]! - (await left(random.shuffle(places).slice(0, count)));
  }
  return { named: named / judged.length, random: chance / judged.length, texts: judged.length };
}

const withHidden = (tokens: readonly string[], hidden: ReadonlySet<number>): string[] => tokens.map((word, at) => (hidden.has(at) ? HIDDEN_WORD : word));
