// What the documents of a graph are about, by their ids.
import { EngramError } from '../pipeline/core/errors.ts';
import type { DocumentId, EntityId } from '../pipeline/core/model.ts';
import { compareText } from './evidence.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';
import { topicGroups, type TopicSource } from './topic-groups.ts';

export interface Topic {
  readonly label: string;
  /** In order of id. */
  readonly documents: readonly DocumentId[];
  /** Entities that its documents name more often than others do, the most telling first. */
  readonly entities: readonly TellingEntity[];
}

export interface TellingEntity {
  readonly id: EntityId;
  /** Documents of the topic that name it. */
  readonly documents: number;
}

export interface DocumentTopics {
  /** Who says so. */
  readonly origin: 'classifier' | 'communities';
  /** Those with most documents first. */
  readonly topics: readonly Topic[];
  labelOf(document: DocumentId): string | undefined;
}

export function documentTopics(graph: KnowledgeGraph): DocumentTopics {
  const [documents, entities] = [graph.documents().map(({ id }) => id), graph.entityIds()];
  const numbers = new Map(documents.map((id, number) => [id, number]));
  const source: TopicSource = {
    documents: documents.length,
    documentIds: documents,
    numberOf: (id) => numbers.get(id) ?? -1,
    labelOf: (document) => graph.document(documents[document]!)!.topics?.[0]?.label,
    nameOf: (entity) => graph.entity(entities[entity]!)!.name,
    forEachNaming(visit) {
      entities.forEach((id, entity) => {
        const named = new Set(graph.entity(id)!.mentions.map(({ documentId }) => documentId));
        // Of a document that the graph does not have it is only told that there is one.
        if (named.size > 0) visit(entity, [...named].map((document) => numbers.get(document) ?? documents.length));
      });
    },
  };
  const { origin, groups, labelOf } = topicGroups(source);
  const topics = groups.map(({ label, documents: own, entities: telling }): Topic => ({ label, documents: own.map((document) => documents[document]!), entities: telling.map((each) => ({ id: entities[each.entity]!, documents: each.documents })) }));
  return { origin, topics, labelOf: (id) => labelOf(source.numberOf(id)) };
}

/** Topics of some documents, by how many have each: the share in which they are about it. */
export function topicsOf({ labelOf }: Pick<DocumentTopics, 'labelOf'>, documents: Iterable<DocumentId>): { readonly label: string; readonly documents: number }[] {
  const counts = new Map<string, number>();
  for (const id of documents) {
    const label = labelOf(id);
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || compareText(a, b)).map(([label, count]) => ({ label, documents: count }));
}

/** @throws EngramError `ENGRAM_GRAPH_UNKNOWN_TOPIC` */
export function documentsAbout({ topics }: DocumentTopics, label: string): ReadonlySet<DocumentId> {
  const topic = topics.find((each) => each.label === label);
  if (topic === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_TOPIC', { label });
  return new Set(topic.documents);
}
