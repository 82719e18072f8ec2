// Which words of a passage moved the decision on a relation most: each is hidden in turn, and the probability that is then left
// is compared (occlusion: Zeiler & Fergus 2014, arXiv:1311.2901; erasure of words: arXiv:1612.08220).
import { HIDDEN_WORD } from '../text/word-shape.ts';
import type { Passage } from './passage.ts';
import type { AskedRelation } from './passage-model.ts';
import type { RelationReader } from './relation-reader.ts';

/**
 * @param from, to tokens that are hidden one after the other, half-open
 * @returns by token how much of the probability goes with it, in [−1, 1]; 0 for the words of mentions of the two and outside the range
 */
export async function wordEffects(passage: Passage, asked: AskedRelation, [from, to]: readonly [number, number], reader: RelationReader): Promise<number[]> {
  const { tokens, mentions, clusters } = passage;
  const named = [asked.head, asked.tail].flatMap((cluster) => clusters[cluster]!.map((index) => mentions[index]!));
  const isArgument = (token: number): boolean => named.some(({ start, end }) => token >= start && token < end);
  const hidden = tokens.flatMap((_, token) => (token < from || token >= to || isArgument(token) ? [] : [token]));
  const variants = hidden.map((token) => ({ ...passage, tokens: tokens.map((word, at) => (at === token ? HIDDEN_WORD : word)) }));
  const probabilities = await reader.probabilities([passage, ...variants], asked);
  const effects = new Array<number>(tokens.length).fill(0);
  hidden.forEach((token, at) => (effects[token] = probabilities[0]! - probabilities[at + 1]!));
  return effects;
}
