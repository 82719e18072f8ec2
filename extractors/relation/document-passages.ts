// A document as the passages that the relation model reads: runs of whole sentences, short enough that the pairs of things in them
// stay few, so that the work grows with the length of the document and not with its square.
import type { Chain, Mention } from '../../pipeline/core/model.ts';
import type { Passage } from './passage.ts';

/** Tokens of a passage, and mentions; a sentence that is longer is a passage of its own. */
const MAX_TOKENS = 256;
const MAX_MENTIONS = 64;

export interface DocumentPassage extends Passage {
  /** Of each mention of the passage its index in the document. */
  readonly origin: readonly number[];
  /** Sentences of the document that it is made of. */
  readonly members: readonly number[];
}

export interface ChainedSentences {
  readonly sentences: readonly { readonly tokens: readonly { readonly text: string }[] }[];
  readonly mentions: readonly Pick<Mention, 'sentence' | 'tokenStart' | 'tokenEnd' | 'label'>[];
  readonly chains: readonly Pick<Chain, 'mentions'>[];
}

/** Only passages with at least two things in them. */
export function documentPassages({ sentences, mentions, chains }: ChainedSentences): DocumentPassage[] {
  const inSentence = sentences.map((): number[] => []);
  mentions.forEach(({ sentence }, index) => inSentence[sentence]!.push(index));
  const chainOf = new Map(chains.flatMap((chain, index) => chain.mentions.map((mention) => [mention, index] as const)));
  const passages: DocumentPassage[] = [];
  let [run, tokens, named]: [number[], number, number] = [[], 0, 0];
  const finish = (): void => {
    const all = run.flatMap((sentence) => inSentence[sentence]!);
    // A list of hundreds of names asks about those that stand together.
    for (let from = 0; from < all.length; from += MAX_MENTIONS) {
      const passage = passageOf(run, all.slice(from, from + MAX_MENTIONS));
      if (passage.clusters.length > 1) passages.push(passage);
    }
    [run, tokens, named] = [[], 0, 0];
  };
  const passageOf = (members: readonly number[], origin: readonly number[]): DocumentPassage => {
    const offsets = new Map<number, number>();
    const words: string[] = [];
    const ranges = members.map((sentence): [number, number] => {
      offsets.set(sentence, words.length);
      for (const token of sentences[sentence]!.tokens) words.push(token.text);
      return [offsets.get(sentence)!, words.length];
    });
    const clusters = new Map<number, number[]>();
    origin.forEach((mention, index) => {
      const chain = chainOf.get(mention)!;
      clusters.set(chain, [...(clusters.get(chain) ?? []), index]);
    });
    const own = origin.map((index) => {
      const { sentence, tokenStart, tokenEnd, label } = mentions[index]!;
      return { start: offsets.get(sentence)! + tokenStart, end: offsets.get(sentence)! + tokenEnd, label };
    });
    return { tokens: words, sentences: ranges, mentions: own, clusters: [...clusters.values()], origin, members };
  };
  sentences.forEach(({ tokens: { length } }, sentence) => {
    const more = inSentence[sentence]!.length;
    if (run.length > 0 && (tokens + length > MAX_TOKENS || named + more > MAX_MENTIONS)) finish();
    if (length === 0) return;
    run.push(sentence);
    tokens += length;
    named += more;
  });
  finish();
  return passages;
}
