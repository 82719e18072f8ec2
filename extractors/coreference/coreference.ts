// The stage that chains mentions: names of one thing first, then the pronouns and descriptions that stand for it.
import type { Chain, ChainedDocument, Mention, TaggedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import { loadWordVectors } from '../network/word-vectors.ts';
import { createGenderGuess, type Gender } from './gender.ts';
import { chainNames } from './name-chains.ts';
import { findReferences } from './references.ts';

/** Goes with every change of the rules, since the journal keeps what they said. */
export const COREFERENCE_VERSION = '1';

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export function createCoreference(): Stage<TaggedDocument, ChainedDocument> {
  const genderOf = createGenderGuess(loadWordVectors());
  return {
    name: 'coreference',
    process: (batch) => Promise.resolve(batch.map((document) => chainMentions(document, genderOf))),
  };
}

/** The document with its references among the mentions, all in order of position, and every mention in one chain. */
export function chainMentions(document: TaggedDocument, genderOf: (surface: string) => Gender | undefined): ChainedDocument {
  const names = chainNames(document.mentions, document.text);
  const references = findReferences(document, names, genderOf);
  if (references.length === 0) return { ...document, chains: names };
  const added = references.map(({ chain, kind, sentence, tokenStart, tokenEnd }): Mention => {
    const { tokens } = document.sentences[sentence]!;
    const [start, end] = [tokens[tokenStart]!.start, tokens[tokenEnd - 1]!.end];
    const { label, mentions } = chain === undefined ? { label: 'PER', mentions: [] } : names[chain]!;
    const score = mentions.reduce((most, index) => Math.max(most, document.mentions[index]!.score), chain === undefined ? 1 : 0);
    return { label, reference: kind, sentence, tokenStart, tokenEnd, start, end, surface: document.text.slice(start, end), score };
  });
  const all = [...document.mentions, ...added];
  const order = all.map((_, index) => index).sort((a, b) => all[a]!.start - all[b]!.start || all[a]!.end - all[b]!.end || a - b);
  const place = new Map(order.map((before, now) => [before, now]));
  const members = names.map(({ mentions }) => mentions.map((index) => place.get(index)!));
  const alone: Chain[] = [];
  references.forEach(({ chain }, i) => {
    const index = place.get(document.mentions.length + i)!;
    if (chain === undefined) alone.push({ label: 'PER', mentions: [index] });
    else members[chain]!.push(index);
  });
  const chains = [...names.map(({ label }, chain): Chain => ({ label, mentions: members[chain]!.sort((a, b) => a - b) })), ...alone];
  return { ...document, mentions: order.map((index) => all[index]!), chains };
}
