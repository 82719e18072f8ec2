// What of the relations that a model found may enter the graph: the schema says which predicate a label means, which way it
// runs and which types it joins. What it rejects is told with the reason.
import type { Extraction, Relation } from '../pipeline/core/model.ts';
import type { RelationSchema } from '../pipeline/core/relation-schema.ts';

/** `unlisted`: no predicate names the label; `functional`: a likelier value of the same subject took its place. */
export type RejectionReason = 'unlisted' | 'domain' | 'range' | 'functional';

export interface RejectedRelation {
  readonly reason: RejectionReason;
  /** The predicate, or the label of the model where the schema has none for it. */
  readonly predicate: string;
  readonly subject: string;
  readonly subjectType: string;
  readonly object: string;
  readonly objectType: string;
  readonly probability: number;
  /** Where one document said it. */
  readonly uri: string;
  /** Characters of the document from the one name to the other, half-open. */
  readonly start: number;
  readonly end: number;
}

/** The extraction with predicates for labels, head and tail the way the predicate runs, and without what the schema rejects. */
export function admitRelations(extraction: Extraction, schema: RelationSchema, onRejected: (rejected: RejectedRelation) => void): Extraction {
  const relations: Relation[] = [];
  for (const relation of extraction.relations) {
    const meant = schema.ofLabel.get(relation.label);
    const { head, tail } = meant?.reversed ? { head: relation.tail, tail: relation.head } : relation;
    const [subject, object] = [extraction.mentions[head], extraction.mentions[tail]];
    const reason = meant === undefined ? 'unlisted' : !meant.predicate.domain.includes(subject.label) ? 'domain' : !meant.predicate.range.includes(object.label) ? 'range' : undefined;
    const predicate = meant?.predicate.name ?? relation.label;
    if (reason === undefined) {
      relations.push({ head, tail, label: predicate, score: relation.score });
      if (meant?.predicate.symmetric) relations.push({ head: tail, tail: head, label: predicate, score: relation.score });
      continue;
    }
    onRejected({
      reason,
      predicate,
      subject: subject.surface,
      subjectType: subject.label,
      object: object.surface,
      objectType: object.label,
      probability: relation.score,
      uri: extraction.uri,
      start: Math.min(subject.start, object.start),
      end: Math.max(subject.end, object.end),
    });
  }
  return { ...extraction, relations };
}
