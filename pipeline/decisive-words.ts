// The words behind a claim of the graph: its sentence is put to the relation model again, with one word hidden at a time.
import { createEngine } from '../extractors/engine/index.ts';
import { wordEffects } from '../extractors/relation/decisive-words.ts';
import { loadRelationModel, readsPassages } from '../extractors/relation/extractor.ts';
import { segmentText } from '../extractors/text/segmenter.ts';
import type { Claim } from '../graph/query/explain.ts';
import type { Config } from './core/config.ts';
import type { Extraction, Token } from './core/model.ts';

export interface DecisiveWord {
  readonly text: string;
  /** Characters of the claim's text, half-open. */
  readonly start: number;
  readonly end: number;
  /** What the probability loses without it, in (0, 1]. */
  readonly effect: number;
}

export interface WordExplainer {
  /** Strongest first; none where another model made the claim, or the word cannot be told. */
  wordsOf(claim: Claim, predicate: string): Promise<DecisiveWord[]>;
  close(): Promise<void>;
}

const MOST_WORDS = 5;
const LEAST_EFFECT = 0.01;

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createWordExplainer(config: Config, extractions: readonly Extraction[]): Promise<WordExplainer> {
  const { relation } = config.extract;
  if (readsPassages(relation)) return (await import('./decisive-words-of-passages.ts')).createPassageWordExplainer(relation, config, extractions);
  const network = loadRelationModel(relation === 'shipped' ? undefined : relation);
  const encoder = await (await createEngine(config.engine.kind)).createEncoder(network.encoder, config.engine.precision);
  const byId = new Map(extractions.map((extraction) => [extraction.id, extraction]));
  return {
    async wordsOf(claim, predicate) {
      const extraction = byId.get(claim.documentId);
      if (extraction === undefined || claim.extractor !== `relation@${network.version}`) return [];
      const sentence = segmentText(extraction.text)[claim.sentence];
      if (sentence === undefined) return [];
      const inside = extraction.mentions.filter((mention) => mention.sentence === claim.sentence);
      const placeOf = ({ start, end }: { readonly start: number; readonly end: number }): number =>
        inside.findIndex((mention) => mention.start === claim.start + start && mention.end === claim.start + end);
      const [head, tail] = [placeOf(claim.head), placeOf(claim.tail)];
      if (head < 0 || tail < 0) return [];
      const mentions = inside.map(({ tokenStart, tokenEnd, label }) => ({ start: tokenStart, end: tokenEnd, label }));
      const effects = await wordEffects({ tokens: sentence.tokens.map((token) => token.text), mentions }, { head, tail, predicate }, network, encoder);
      return strongestWords(effects, sentence.tokens, claim.start);
    },
    close: () => encoder.dispose(),
  };
}

/** @param start characters of the document before the claim's text */
export function strongestWords(effects: readonly number[], tokens: readonly Token[], start: number): DecisiveWord[] {
  return effects
    .map((effect, at) => ({ effect, token: tokens[at]! }))
    .filter(({ effect }) => effect >= LEAST_EFFECT)
    .sort((a, b) => b.effect - a.effect)
    .slice(0, MOST_WORDS)
    .map(({ effect, token }) => ({ text: token.text, start: token.start - start, end: token.end - start, effect }));
}
