// The knowledge graph of a set of extractions: a pure function of the set, whatever order it comes in. Mentions become
// entities through resolution, relations between entities become facts, relations to dates and numbers attributes.
import { isValueLabel } from '../pipeline/core/model.ts';
import type { Decision, DocumentRecord, EntityId, Extraction, Provenance, Relation } from '../pipeline/core/model.ts';
import type { RelationSchema } from '../pipeline/core/relation-schema.ts';
import { admitRelations, type RejectedRelation } from './admit-relations.ts';
import { compareText } from './evidence.ts';
import { keepOneValue } from './functional.ts';
import { KnowledgeGraph } from './knowledge-graph.ts';
import { attributeValueOf } from './resolve/attribute-value.ts';
import type { ContextReader } from './resolve/context.ts';
import { LIFE_DATES, resolveEntities } from './resolve/resolver.ts';

export interface BuildGraphOptions {
  /** Relations below this score are left out, in [0, 1]; default 0. */
  readonly minRelationScore?: number;
  /** Mentions below this score are left out with their relations, in [0, 1]; default 0. */
  readonly minMentionScore?: number;
  /** What relations may become; left out, their labels are the predicates. */
  readonly schema?: RelationSchema;
  /** Reads the surroundings of names, which tell things of one name apart; left out, they play no part. */
  readonly reader?: ContextReader;
  /** What people said of what is one and what is not. */
  readonly decisions?: readonly Decision[];
  /** Told of every relation that the schema rejects, in order of the documents. */
  readonly onRejected?: (rejected: RejectedRelation) => void;
}

export function buildGraph(extractions: Iterable<Extraction>, options: BuildGraphOptions = {}): KnowledgeGraph {
  const { minRelationScore = 0, minMentionScore, schema } = options;
  const onRejected = (rejected: RejectedRelation): void => {
    if (rejected.probability >= minRelationScore) options.onRejected?.(rejected);
  };
  const sorted = admitExtractions(extractions, { minMentionScore, schema, onRejected });
  const graph = new KnowledgeGraph();
  const entityOf: (EntityId | undefined)[][] = sorted.map(({ mentions }) => new Array<EntityId | undefined>(mentions.length));
  for (const extraction of sorted) graph.upsertDocument(documentRecordOf(extraction));
  for (const { id, type, name, aliases, mentions } of resolveEntities(sorted, { functional: functionalOf(schema), reader: options.reader, decisions: options.decisions })) {
    for (const [document, mention] of mentions) entityOf[document][mention] = id;
    graph.upsertEntity({
      id,
      type,
      name,
      aliases,
      mentions: mentions.flatMap(([document, mention]) => {
        const { sentence, start, end, surface, score, reference } = sorted[document].mentions[mention];
        return reference === undefined ? [{ documentId: sorted[document].id, sentence, start, end, surface, score }] : [];
      }),
    });
  }
  sorted.forEach((extraction, document) => {
    for (const relation of extraction.relations) {
      if (relation.score >= minRelationScore) addRelation(graph, extraction, relation, entityOf[document]);
    }
  });
  if (schema !== undefined) keepOneValue(graph, schema, onRejected);
  return graph;
}

/** What of the extractions may enter the graph, sorted by document id, each document once. */
export function admitExtractions(extractions: Iterable<Extraction>, { minMentionScore = 0, schema, onRejected = () => undefined }: Pick<BuildGraphOptions, 'minMentionScore' | 'schema' | 'onRejected'>): Extraction[] {
  return sortedById(extractions).map((extraction) => {
    const strong = withoutWeakMentions(extraction, minMentionScore);
    // The columns of a record were given their predicates by a person.
    return schema === undefined || extraction.record !== undefined ? strong : admitRelations(strong, schema, onRejected);
  });
}

/** Predicates that have one value. */
export function functionalOf(schema: RelationSchema | undefined): ReadonlySet<string> {
  if (schema === undefined) return LIFE_DATES;
  return new Set([...schema.predicates.values()].flatMap(({ name, functional }) => (functional ? [name] : [])));
}

function addRelation(graph: KnowledgeGraph, extraction: Extraction, relation: Relation, entityOf: readonly (EntityId | undefined)[]): void {
  const subject = entityOf[relation.head];
  const tail = extraction.mentions[relation.tail];
  if (subject === undefined || tail === undefined) return;
  const provenance = [provenanceOf(extraction, relation)];
  if (isValueLabel(tail.label)) {
    graph.addAttribute(subject, { name: relation.label, ...attributeValueOf(tail), surface: tail.surface, provenance });
    return;
  }
  const object = entityOf[relation.tail];
  // Two names of one thing, such as "X was renamed Y", make no fact about it.
  if (object === undefined || object === subject) return;
  graph.upsertFact({ subject, predicate: relation.label, object, provenance });
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

/** A document given twice counts once; of two versions under one id the choice does not depend on the order. */
function sortedById(extractions: Iterable<Extraction>): Extraction[] {
  const byId = new Map<string, Extraction>();
  for (const extraction of extractions) {
    const known = byId.get(extraction.id);
    if (known === undefined || compareText(JSON.stringify(known), JSON.stringify(extraction)) < 0) byId.set(extraction.id, extraction);
  }
  return [...byId.values()].sort((a, b) => compareText(a.id, b.id));
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

function documentRecordOf({ id, uri, title, date, metadata }: Extraction): DocumentRecord {
  return { id, uri, title, date, metadata };
}
