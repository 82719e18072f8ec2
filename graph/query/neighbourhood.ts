// What lies around some entities: those that facts lead to, nearest first, and no more of them than can be looked at.
import type { DocumentId, EntityId, GraphDelta } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';

export interface NeighbourhoodOptions {
  /** Most facts to go along. */
  readonly hops: number;
  /** Most entities, those asked for among them; these are never left out. */
  readonly limit: number;
}

export interface Neighbourhood {
  /** Those asked for, then the nearest. */
  readonly ids: readonly EntityId[];
  /** Whether none within the hops had to be left out. */
  readonly isWhole: boolean;
}

/** Of those equally far, the ones go first that have facts with more of what is nearer, then those of the likelier fact. */
export function neighbourhoodOf(graph: KnowledgeGraph, around: readonly EntityId[], { hops, limit }: NeighbourhoodOptions): Neighbourhood {
  const chosen = new Set(around);
  let last: readonly EntityId[] = [...chosen];
  for (let hop = 0; hop < hops; hop++) {
    const found = new Map<EntityId, { readonly from: Set<EntityId>; probability: number }>();
    for (const id of last) {
      for (const { subject, object, probability } of graph.factsOf(id)) {
        const other = subject === id ? object : subject;
        if (chosen.has(other)) continue;
        const link = found.get(other) ?? { from: new Set(), probability: 0 };
        found.set(other, link);
        link.from.add(id);
        link.probability = Math.max(link.probability, probability);
      }
    }
    const ranked = [...found].sort(([a, one], [b, other]) => other.from.size - one.from.size || other.probability - one.probability || compareText(a, b)).map(([id]) => id);
    last = ranked.slice(0, Math.max(0, limit - chosen.size));
    for (const id of last) chosen.add(id);
    if (last.length < ranked.length) return { ids: [...chosen], isWhole: false };
  }
  return { ids: [...chosen], isWhole: true };
}

/** Some entities with the facts among them, and the documents that name them. */
export function partOf(graph: KnowledgeGraph, ids: readonly EntityId[]): GraphDelta {
  const chosen = new Set(ids);
  const entities = ids.map((id) => graph.entity(id)!);
  const facts = ids.flatMap((id) => graph.factsFrom(id)).filter(({ object }) => chosen.has(object));
  const named = new Set<DocumentId>();
  for (const { mentions, attributes } of entities) {
    for (const { documentId } of mentions) named.add(documentId);
    for (const { provenance } of attributes) for (const { documentId } of provenance) named.add(documentId);
  }
  for (const { provenance } of facts) for (const { documentId } of provenance) named.add(documentId);
  return { documents: graph.documents().filter(({ id }) => named.has(id)), entities, facts };
}
