// What one document says of its things: the record of the document, its mentions of a thing, and each relation as a claim, of a fact or of an attribute.
import { isValueLabel } from '../pipeline/core/model.ts';
import type { DocumentRecord, EntityMention, Extraction, Provenance, Relation } from '../pipeline/core/model.ts';
import type { AttributeClaim } from './knowledge-graph.ts';
import { attributeValueOf } from './resolve/attribute-value.ts';

/** Of a thing, by how its entity is called. */
export type Claim<E> = { readonly attribute: AttributeClaim } | { readonly predicate: string; readonly object: E; readonly provenance: readonly Provenance[] };

/**
 * @param subject what the head of the relation is about
 * @param entityOf what a mention is about; undefined for dates and numbers
 * @returns undefined for a relation that claims nothing
 */
export function claimOf<E>(extraction: Extraction, relation: Relation, subject: E, entityOf: (mention: number) => E | undefined): Claim<E> | undefined {
  const tail = extraction.mentions[relation.tail];
  if (tail === undefined) return undefined;
  const provenance = [provenanceOf(extraction, relation)];
  if (isValueLabel(tail.label)) return { attribute: { name: relation.label, ...attributeValueOf(tail), surface: tail.surface, provenance } };
  const object = entityOf(relation.tail);
  // Two names of one thing, such as "X was renamed Y", make no fact about it.
  return object === undefined || object === subject ? undefined : { predicate: relation.label, object, provenance };
}

/** Relations by the mention that is their head. */
export function byHead(relations: readonly Relation[]): Map<number, Relation[]> {
  const groups = new Map<number, Relation[]>();
  for (const relation of relations) {
    const group = groups.get(relation.head);
    if (group === undefined) groups.set(relation.head, [relation]);
    else group.push(relation);
  }
  return groups;
}

/** Of the mentions of one thing those that name it. */
export function namingMentions({ id: documentId, mentions, sentiment: judged }: Extraction, indexes: readonly number[]): EntityMention[] {
  return indexes.flatMap((index) => {
    const { sentence, start, end, surface, score, reference } = mentions[index]!;
    const sentiment = judged?.mentions[index];
    return reference === undefined ? [{ documentId, sentence, start, end, surface, score, ...(sentiment === undefined ? {} : { sentiment }) }] : [];
  });
}

export function documentRecordOf({ id, uri, title, date, metadata, sentiment, topics }: Extraction): DocumentRecord {
  return { id, uri, title, date, metadata, sentiment: sentiment?.score, topics: topics?.labels };
}

function provenanceOf({ id, mentions, sentences, extractor }: Extraction, { head, tail, score }: Relation): Provenance {
  const [a, b] = [mentions[head], mentions[tail]];
  const spanOf = (sentence: number): readonly [number, number] | undefined => sentences[sentence];
  return {
    documentId: id,
    sentence: a.sentence,
    start: Math.min(spanOf(a.sentence)?.[0] ?? a.start, spanOf(b.sentence)?.[0] ?? b.start),
    end: Math.max(spanOf(a.sentence)?.[1] ?? a.end, spanOf(b.sentence)?.[1] ?? b.end),
    head: [a.start, a.end],
    tail: [b.start, b.end],
    extractor,
    score,
  };
}
