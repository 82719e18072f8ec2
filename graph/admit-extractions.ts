// What of the extractions may enter the graph: mentions and relations that are sure enough and that the schema has a place for.
import type { Extraction } from '../pipeline/core/model.ts';
import type { RelationSchema } from '../pipeline/core/relation-schema.ts';
import { admitRelations, type RejectedRelation } from './admit-relations.ts';
import { compareText } from './evidence.ts';
import { LIFE_DATES } from './resolve/resolved-entity.ts';

export interface AdmitOptions {
  /** Mentions below this score are left out with their relations, in [0, 1]; default 0. */
  readonly minMentionScore?: number;
  /** What relations may become; left out, their labels are the predicates. */
  readonly schema?: RelationSchema;
}

/** Sorted by document id, each document once. */
export function admitExtractions(extractions: Iterable<Extraction>, options: AdmitOptions): Extraction[] {
  return uniqueById(extractions).map((extraction) => admitExtraction(extraction, options));
}

/** @param onRejected told of every relation that the schema rejects */
export function admitExtraction(extraction: Extraction, { minMentionScore = 0, schema }: AdmitOptions, onRejected: (rejected: RejectedRelation) => void = () => undefined): Extraction {
  const strong = withoutWeakMentions(extraction, minMentionScore);
  // The columns of a record were given their predicates by a person.
  return schema === undefined || extraction.record !== undefined ? strong : admitRelations(strong, schema, onRejected);
}

/** In order of id; a document given twice counts once; of two versions under one id the choice does not depend on the order. */
export function uniqueById(extractions: Iterable<Extraction>): Extraction[] {
  const byId = new Map<string, Extraction>();
  for (const extraction of extractions) {
    const known = byId.get(extraction.id);
    if (known === undefined || compareText(JSON.stringify(known), JSON.stringify(extraction)) < 0) byId.set(extraction.id, extraction);
  }
  return [...byId.values()].sort((a, b) => compareText(a.id, b.id));
}

/** Predicates that have one value. */
export function functionalOf(schema: RelationSchema | undefined): ReadonlySet<string> {
  if (schema === undefined) return LIFE_DATES;
  return new Set([...schema.predicates.values()].flatMap(({ name, functional }) => (functional ? [name] : [])));
}

function withoutWeakMentions(extraction: Extraction, minScore: number): Extraction {
  if (extraction.mentions.every(({ score }) => score >= minScore)) return extraction;
  const kept = extraction.mentions.flatMap((mention, i) => (mention.score >= minScore ? [i] : []));
  const place = new Map(kept.map((before, now) => [before, now]));
  const mentions = kept.map((i) => extraction.mentions[i]);
  const relations = extraction.relations.flatMap((relation) => {
    const [head, tail] = [place.get(relation.head), place.get(relation.tail)];
    return head === undefined || tail === undefined ? [] : [{ ...relation, head, tail }];
  });
  const chains = extraction.chains.flatMap((chain) => {
    const members = chain.mentions.flatMap((index) => place.get(index) ?? []);
    return members.length === 0 ? [] : [{ ...chain, mentions: members }];
  });
  return { ...extraction, mentions, chains, relations };
}
