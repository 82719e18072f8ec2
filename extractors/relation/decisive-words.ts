// Which words of a sentence moved the decision on a relation most: each is hidden in turn, and the probability that is then left
// is compared (occlusion: Zeiler & Fergus 2014, arXiv:1311.2901; erasure of words: arXiv:1612.08220).
import type { Encoder } from '../engine/engine.ts';
import type { LoadedNetwork } from '../network/model-file.ts';
import { classifySentences, type PairSentence } from './relation-model.ts';

/** A word that no vector, case or form tells anything of. */
const HIDDEN_WORD = '\u25a1';

export interface AskedRelation {
  /** Indexes into the mentions of the sentence. */
  readonly head: number;
  readonly tail: number;
  readonly predicate: string;
}

/** @returns by token how much of the probability goes with it, in [−1, 1]; 0 for the words of the two mentions themselves */
export async function wordEffects(sentence: PairSentence, asked: AskedRelation, network: LoadedNetwork, encoder: Encoder): Promise<number[]> {
  const { tokens, mentions } = sentence;
  const isArgument = (token: number): boolean => [asked.head, asked.tail].some((index) => token >= mentions[index]!.start && token < mentions[index]!.end);
  const hidden = tokens.flatMap((_, token) => (isArgument(token) ? [] : [token]));
  const variants = hidden.map((token) => ({ mentions, tokens: tokens.map((word, at) => (at === token ? HIDDEN_WORD : word)) }));
  const found = await classifySentences([sentence, ...variants], network, encoder, 0);
  const probabilities = found.map((relations) => relations.find((r) => r.head === asked.head && r.tail === asked.tail && r.predicate === asked.predicate)?.probability ?? 0);
  const effects = new Array<number>(tokens.length).fill(0);
  hidden.forEach((token, at) => (effects[token] = probabilities[0]! - probabilities[at + 1]!));
  return effects;
}
