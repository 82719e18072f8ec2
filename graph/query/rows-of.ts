// What is looked for in a graph that is not held: entities by their names, and a part of it with all that is said there.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { DocumentId, EntityId, GraphRows } from '../../pipeline/core/model.ts';
import { nameKey } from '../../pipeline/core/names/normalize-name.ts';
import { KnowledgeGraph } from '../knowledge-graph.ts';

/** How well a name fits: an alias, the shown name, an id. */
const [ALIAS, NAME, ID] = [1, 2, 3];

/**
 * The entity of each text: that of the id, or one of exactly that name, capitals and punctuation aside; of several the one that is mentioned most.
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` where a text fits none
 */
export async function entitiesNamed(rows: GraphRows, texts: readonly string[]): Promise<EntityId[]> {
  const keys = new Set(texts.map(nameKey));
  const ids = new Set(texts.map((text) => text.trim()));
  const best = new Map<string, { readonly id: EntityId; readonly fit: number; readonly mentions: number }>();
  for await (const { id, name, aliases, mentions } of rows.entities()) {
    const note = (key: string, fit: number): void => {
      const known = best.get(key);
      if (known === undefined || fit > known.fit || (fit === known.fit && mentions.length > known.mentions)) best.set(key, { id, fit, mentions: mentions.length });
    };
    if (ids.has(id)) note(id, ID);
    for (const [text, fit] of [[name, NAME], ...aliases.map((alias) => [alias, ALIAS])] as [string, number][]) if (keys.has(nameKey(text))) note(nameKey(text), fit);
  }
  return texts.map((text) => {
    const found = best.get(text.trim()) ?? best.get(nameKey(text));
    if (found === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text });
    return found.id;
  });
}

/** Some entities, the facts between them, and the documents that either stands in. */
export async function partOfRows(rows: GraphRows, ids: ReadonlySet<EntityId>): Promise<KnowledgeGraph> {
  const part = new KnowledgeGraph();
  const documents = new Set<DocumentId>();
  for await (const entity of rows.entities()) {
    if (!ids.has(entity.id)) continue;
    part.upsertEntity(entity);
    for (const { documentId } of entity.mentions) documents.add(documentId);
  }
  for await (const fact of rows.facts()) {
    if (!ids.has(fact.subject) || !ids.has(fact.object)) continue;
    part.upsertFact(fact);
    for (const { documentId } of fact.provenance) documents.add(documentId);
  }
  for await (const document of rows.documents()) if (documents.has(document.id)) part.upsertDocument(document);
  return part;
}
