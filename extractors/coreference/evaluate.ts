// Scores coreference on documents whose chains people marked. DocRED: the chains of the gold names and values, all of them.
// GUM: end to end from the text, chains of two mentions and more, as CoNLL-2012 counts.
import type { Mention, TaggedDocument } from '../../pipeline/core/model.ts';
import type { EngineKind, Precision } from '../engine/engine.ts';
import { scoresOf, type Scores } from '../ner/span-scores.ts';
import { createTagger } from '../ner/tagger.ts';
import { ChainCounter, type ChainScores } from './chain-scores.ts';
import { COREFERENCE_VERSION, createCoreference } from './coreference.ts';
import { chainFormatOf, mentionFrom, readGoldChains, type ChainFormat, type GoldDocument, type GoldMention } from './gold-chains.ts';
import { chainNames } from './name-chains.ts';

export interface CoreferenceEvaluationOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
  /** Tagger, as `taggerFolder` takes it. */
  readonly model?: string;
  readonly data: string;
  readonly format?: ChainFormat;
  readonly limit?: number;
}

export interface CoreferenceEvaluation extends ChainScores {
  readonly task: 'coreference';
  readonly model: string;
  readonly mentions: 'gold' | 'found';
  readonly documents: number;
  /** By kind of mention: of those chained to a name, how many to one of their own gold chain; of the gold ones, how many so. */
  readonly references: Readonly<Record<string, Scores>>;
}

const PERSONAL = /^(?:he|him|his|himself|she|her|hers|herself|it|its|itself|they|them|their|theirs|themselves)$/i;

/** GUM does not mark them. */
const UNMARKED = /^(?:who|whose|whom)$/i;

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not what the format says */
export async function evaluateCoreference(options: CoreferenceEvaluationOptions): Promise<CoreferenceEvaluation> {
  const documents = (await readGoldChains(options.data, options.format)).slice(0, options.limit);
  const isDocred = (await chainFormatOf(options.data, options.format)) === 'docred';
  const counter = new ChainCounter();
  const references = new ReferenceCounter();
  if (isDocred) {
    for (const gold of documents) {
      const mentions = gold.mentions.map((mention) => mentionFrom(gold, mention));
      const chains = chainNames(mentions, gold.document.text);
      counter.add(goldChains(gold, 1), chains.map((chain) => chain.mentions.map((index) => keyOf(gold.mentions[index]!))));
    }
  } else {
    const tagger = await createTagger({ engine: options.engine, precision: options.precision, model: options.model });
    const coreference = createCoreference();
    const tagged = await tagger.process(documents.map(({ document }) => document));
    const chained = await coreference.process(tagged as readonly TaggedDocument[]);
    await tagger.close?.();
    documents.forEach((gold, at) => {
      const { mentions, chains } = chained[at]!;
      const align = alignment(gold);
      const keys = mentions.map((mention) => align(mention));
      const goldOf = new Map(gold.mentions.map((mention) => [keyOf(mention), mention.chain]));
      counter.add(goldChains(gold, 2), chains.map((chain) => [...new Set(chain.mentions.map((index) => keys[index]!))]).filter((chain) => chain.length > 1));
      for (const chain of chains) {
        const names = chain.mentions.filter((index) => mentions[index]!.reference === undefined).map((index) => goldOf.get(keys[index]!));
        for (const index of chain.mentions) {
          const { reference, surface } = mentions[index]!;
          if (reference === undefined || UNMARKED.test(surface)) continue;
          if (names.length === 0) continue;
          const own = goldOf.get(keys[index]!);
          references.found(kindOf(reference, surface), own !== undefined && names.includes(own));
        }
      }
      const namedChains = new Set(chains.flatMap((chain) => chain.mentions.flatMap((index) => (mentions[index]!.reference === undefined ? (goldOf.get(keys[index]!) ?? []) : []))));
      for (const mention of gold.mentions) {
        const surface = surfaceOf(gold, mention);
        if (PERSONAL.test(surface) && namedChains.has(mention.chain)) references.expected(kindOf('pronoun', surface));
      }
    });
  }
  return {
    task: 'coreference',
    model: `coreference@${COREFERENCE_VERSION}`,
    mentions: isDocred ? 'gold' : 'found',
    documents: documents.length,
    ...counter.total(),
    references: references.scores(),
  };
}

/** Pronouns by form; descriptions together: what share of those in the text should be chained is not known, so they have no recall. */
function kindOf(reference: 'pronoun' | 'noun', surface: string): string {
  if (reference === 'noun') return 'descriptions';
  const word = surface.toLowerCase();
  return word.startsWith('it') ? word : word.startsWith('th') ? 'they' : word.startsWith('h') && !word.startsWith('her') ? 'he, his' : 'she, her';
}

class ReferenceCounter {
  readonly #counts = new Map<string, { gold: number; predicted: number; correct: number }>();

  found(kind: string, right: boolean): void {
    const counts = this.#of(kind);
    counts.predicted++;
    if (right) counts.correct++;
  }

  expected(kind: string): void {
    this.#of(kind).gold++;
  }

  #of(kind: string): { gold: number; predicted: number; correct: number } {
    const counts = this.#counts.get(kind) ?? { gold: 0, predicted: 0, correct: 0 };
    this.#counts.set(kind, counts);
    return counts;
  }

  scores(): Record<string, Scores> {
    return Object.fromEntries([...this.#counts].map(([kind, c]) => [kind, scoresOf(c.gold, c.predicted, c.correct)]));
  }
}

const keyOf = ({ sentence, start, end }: { sentence: number; start: number; end: number }): string => `${sentence}:${start}:${end}`;

function goldChains({ mentions }: GoldDocument, least: number): string[][] {
  const chains = new Map<number, string[]>();
  for (const mention of mentions) chains.set(mention.chain, [...(chains.get(mention.chain) ?? []), keyOf(mention)]);
  return [...chains.values()].filter((chain) => chain.length >= least);
}

function surfaceOf({ document }: GoldDocument, { sentence, start, end }: GoldMention): string {
  const { tokens } = document.sentences[sentence]!;
  return document.text.slice(tokens[start]!.start, tokens[end - 1]!.end);
}

/** The gold mention that a found one stands for: the same words, else the shortest one that opens or ends with them; its own words otherwise. */
function alignment(gold: GoldDocument): (mention: Mention) => string {
  const bySentence = new Map<number, GoldMention[]>();
  for (const mention of gold.mentions) bySentence.set(mention.sentence, [...(bySentence.get(mention.sentence) ?? []), mention]);
  return ({ sentence, tokenStart: start, tokenEnd: end }) => {
    const holding = (bySentence.get(sentence) ?? []).filter((g) => g.start <= start && g.end >= end && (g.start === start || g.end === end));
    holding.sort((a, b) => a.end - a.start - (b.end - b.start));
    return keyOf(holding[0] ?? { sentence, start, end });
  };
}
