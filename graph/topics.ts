// What documents are about: the likeliest label that a classifier gave each, or, where none did, the community it is in: documents that name the same
// entities (Louvain on the graph of documents and the entities that they share), named by the entities that tell them from the others.
import { EngramError } from '../pipeline/core/errors.ts';
import type { DocumentId, EntityId } from '../pipeline/core/model.ts';
import { rowsOf } from './activation/arcs.ts';
import { compareText } from './evidence.ts';
import { communitiesOf } from './features/communities.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';

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

/** Names in the name of a community. */
const NAMES = 3;
const MOST_TELLING = 10;
/** Fewer documents have nothing in common with others. */
const LEAST_DOCUMENTS = 2;

export function documentTopics(graph: KnowledgeGraph): DocumentTopics {
  const labels = new Map(graph.documents().flatMap(({ id, topics }) => (topics?.[0] === undefined ? [] : [[id, topics[0].label] as const])));
  const naming = documentsByEntity(graph);
  const origin = labels.size > 0 ? 'classifier' : 'communities';
  const groups = origin === 'classifier' ? byLabel(labels) : communities(graph, naming).map((documents) => ({ documents }));
  const tellingOf = tellingEntities(naming, graph.counts.documents, groups);
  const taken = new Set<string>();
  const topics = groups.map((group: { readonly label?: string; readonly documents: readonly DocumentId[] }, at): Topic => {
    const entities = tellingOf[at]!;
    return { label: group.label ?? nameOf(graph, entities, taken), documents: group.documents, entities: entities.slice(0, MOST_TELLING) };
  });
  if (origin === 'communities') for (const { label, documents } of topics) for (const id of documents) labels.set(id, label);
  return { origin, topics, labelOf: (document) => labels.get(document) };
}

/** Topics of some documents, by how many have each: the share in which they are about it. */
export function topicsOf({ labelOf }: DocumentTopics, documents: Iterable<DocumentId>): { readonly label: string; readonly documents: number }[] {
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

const documentsByEntity = (graph: KnowledgeGraph): ReadonlyMap<EntityId, readonly DocumentId[]> => new Map(graph.entities().map(({ id, mentions }) => [id, [...new Set(mentions.map(({ documentId }) => documentId))]]));

function byLabel(labels: ReadonlyMap<DocumentId, string>): { readonly label: string; readonly documents: readonly DocumentId[] }[] {
  const documents = new Map<string, DocumentId[]>();
  for (const [id, label] of labels) {
    const own = documents.get(label);
    if (own === undefined) documents.set(label, [id]);
    else own.push(id);
  }
  return [...documents].sort(([a, m], [b, n]) => n.length - m.length || compareText(a, b)).map(([label, ids]) => ({ label, documents: ids }));
}

/** Those with most documents first. An entity counts by how few documents name it (inverse document frequency: Spärck Jones 1972). */
function communities(graph: KnowledgeGraph, naming: ReadonlyMap<EntityId, readonly DocumentId[]>): (readonly DocumentId[])[] {
  const ids = graph.documents().map(({ id }) => id);
  const nodeOf = new Map(ids.map((id, node) => [id, node]));
  const shared = [...naming.values()].filter(({ length }) => length >= 2 && length < ids.length);
  const arcs = rowsOf(ids.length + shared.length, (visit) => {
    for (const [at, documents] of shared.entries()) {
      const weight = Math.log(ids.length / documents.length) / Math.log(ids.length);
      for (const document of documents) {
        const node = nodeOf.get(document);
        if (node === undefined) continue;
        visit(node, ids.length + at, weight);
        visit(ids.length + at, node, weight);
      }
    }
  });
  const found: DocumentId[][] = [];
  communitiesOf(arcs).subarray(0, ids.length).forEach((community, node) => (found[community] ??= []).push(ids[node]!));
  return found.filter((documents) => documents !== undefined && documents.length >= LEAST_DOCUMENTS).sort((a, b) => b.length - a.length || compareText(a[0]!, b[0]!));
}

/** By documents of the group that name it, times the log of how much more often those do than all: what it adds to how the group differs. */
function tellingEntities(naming: ReadonlyMap<EntityId, readonly DocumentId[]>, all: number, groups: readonly { readonly documents: readonly DocumentId[] }[]): TellingEntity[][] {
  const groupOf = new Map(groups.flatMap(({ documents }, at) => documents.map((id) => [id, at] as const)));
  const found: { readonly id: EntityId; readonly documents: number; readonly weight: number }[][] = groups.map(() => []);
  for (const [id, documents] of naming) {
    const counts = new Map<number, number>();
    for (const document of documents) {
      const group = groupOf.get(document);
      if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    for (const [group, count] of counts) {
      const weight = count * Math.log((count * all) / (groups[group]!.documents.length * documents.length));
      if (weight > 0) found[group]!.push({ id, documents: count, weight });
    }
  }
  return found.map((entities) => entities.sort((a, b) => b.weight - a.weight || compareText(a.id, b.id)).map(({ id, documents }) => ({ id, documents })));
}

/** The names of its most telling entities; one more where another group has these already. */
function nameOf(graph: KnowledgeGraph, entities: readonly TellingEntity[], taken: Set<string>): string {
  const names = [...new Set(entities.map(({ id }) => graph.entity(id)!.name))];
  for (let count = NAMES; ; count++) {
    const name = names.slice(0, count).join(', ');
    if (count < names.length && taken.has(name)) continue;
    const free = taken.has(name) || name === '' ? `${name} ${taken.size + 1}`.trim() : name;
    taken.add(free);
    return free;
  }
}
