// Which entity an id means that no entity has any more: since its thing was found to be one with another, or is mostly called otherwise now.
import { entityIdOf } from '../pipeline/core/ids.ts';
import type { DocumentId, EntityId } from '../pipeline/core/model.ts';
import { normalizeName } from '../pipeline/core/names/normalize-name.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';
import { anchorAt } from './resolve/name-groups.ts';

/** What an id looks like. */
export const ENTITY_ID = /^e-[0-9a-f]{20}$/;

/** Every name of an entity, and every document that uses it, makes an id that it may have had. Looks at all mentions. */
export function entityOfFormerId(graph: KnowledgeGraph, id: string): EntityId | undefined {
  if (graph.hasEntity(id)) return id;
  const byName = formerIdsByName(graph).get(id);
  if (byName !== undefined) return byName;
  return graph.entities().find(({ type, mentions }) => mentions.some(({ surface, documentId }) => entityIdOf(type, anchorAt(normalizeName(surface, type), documentId)) === id))?.id;
}

/** Ids that names make, for many questions; those that tell things of one name apart by a document are not among them. It does not follow later changes of the graph. */
export function formerIdsByName(graph: KnowledgeGraph): ReadonlyMap<string, EntityId> {
  const found = new Map<EntityId, { readonly id: EntityId; readonly first: DocumentId }>();
  for (const { id, type, mentions } of graph.entities()) {
    const firstOf = new Map<string, DocumentId>();
    for (const { surface, documentId } of mentions) if (!firstOf.has(surface)) firstOf.set(surface, documentId);
    for (const [surface, first] of firstOf) {
      const former = entityIdOf(type, normalizeName(surface, type));
      const known = found.get(former);
      if (!graph.hasEntity(former) && (known === undefined || first < known.first)) found.set(former, { id, first });
    }
  }
  return new Map([...found].map(([former, { id }]) => [former, id]));
}
