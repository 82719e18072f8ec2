// How an entity is spoken of: what the sentences that name it think of it, taken together over documents and time.
import type { DocumentId, EntityId, EntityMention } from '../pipeline/core/model.ts';
import { compareText } from './evidence.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';

/** From here on a sentence speaks well of something, from its negative on badly. */
export const CLEAR_SENTIMENT = 0.35;

export interface SpokenOf {
  /** Mean over the mentions, in [−1, 1]. */
  readonly score: number;
  /** Mentions with a sentiment. */
  readonly mentions: number;
  readonly positive: number;
  readonly negative: number;
}

export interface SpokenOfPeriod extends SpokenOf {
  /** Year and month, or the year alone where no document tells the month; `undated` where no date is known. */
  readonly period: string;
}

export interface SpokenIn {
  readonly documentId: DocumentId;
  readonly start: number;
  readonly end: number;
  readonly sentence: number;
  readonly surface: string;
  readonly sentiment: number;
  readonly date?: string;
}

export interface EntitySentiment extends SpokenOf {
  readonly id: EntityId;
  /** In order of time; what is undated last. */
  readonly periods: readonly SpokenOfPeriod[];
  /** The clearest mentions, the clearest first. */
  readonly evidence: readonly SpokenIn[];
}

type Judged = EntityMention & { readonly sentiment: number };

const judgedOf = (mentions: readonly EntityMention[]): Judged[] => mentions.filter((mention): mention is Judged => mention.sentiment !== undefined);

/** @returns undefined where no mention has a sentiment */
export function spokenOf(mentions: readonly EntityMention[]): SpokenOf | undefined {
  const judged = judgedOf(mentions);
  if (judged.length === 0) return undefined;
  const sum = judged.reduce((total, { sentiment }) => total + sentiment, 0);
  return {
    score: Math.round((1000 * sum) / judged.length) / 1000,
    mentions: judged.length,
    positive: judged.filter(({ sentiment }) => sentiment >= CLEAR_SENTIMENT).length,
    negative: judged.filter(({ sentiment }) => sentiment <= -CLEAR_SENTIMENT).length,
  };
}

/** @param most mentions that are told as evidence @returns undefined where the entity is not known, or no mention of it has a sentiment */
export function sentimentOfEntity(graph: KnowledgeGraph, id: EntityId, most = 5): EntitySentiment | undefined {
  const judged = judgedOf(graph.entity(id)?.mentions ?? []);
  const all = spokenOf(judged);
  if (all === undefined) return undefined;
  const byPeriod = new Map<string, Judged[]>();
  for (const mention of judged) {
    const period = periodOf(graph.document(mention.documentId)?.date);
    byPeriod.set(period, [...(byPeriod.get(period) ?? []), mention]);
  }
  const periods = [...byPeriod].sort(([a], [b]) => Number(a === UNDATED) - Number(b === UNDATED) || compareText(a, b)).map(([period, mentions]) => ({ period, ...spokenOf(mentions)! }));
  const clearest = judged.filter(({ sentiment }) => Math.abs(sentiment) >= CLEAR_SENTIMENT).sort((a, b) => Math.abs(b.sentiment) - Math.abs(a.sentiment) || compareText(a.documentId, b.documentId) || a.start - b.start);
  const evidence = clearest.slice(0, most).map(({ documentId, start, end, sentence, surface, sentiment }): SpokenIn => {
    const date = graph.document(documentId)?.date;
    return { documentId, start, end, sentence, surface, sentiment, ...(date === undefined ? {} : { date }) };
  });
  return { id, ...all, periods, evidence };
}

/** Entities that are spoken of clearly, those of whom the most sentences speak so first. */
export function mostSpokenOf(graph: KnowledgeGraph): (SpokenOf & { readonly id: EntityId })[] {
  const clear = ({ positive, negative }: SpokenOf): number => Math.abs(positive - negative);
  return graph
    .entities()
    .flatMap(({ id, mentions }) => {
      const spoken = spokenOf(mentions);
      return spoken === undefined || spoken.positive + spoken.negative === 0 ? [] : [{ id, ...spoken }];
    })
    .sort((a, b) => clear(b) - clear(a) || Math.abs(b.score) - Math.abs(a.score) || compareText(a.id, b.id));
}

const UNDATED = 'undated';
const periodOf = (date: string | undefined): string => /^\d{4}(-\d{2})?/.exec(date ?? '')?.[0] ?? UNDATED;
