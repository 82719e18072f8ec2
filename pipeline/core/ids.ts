// Stable ids derived from content, so that a re-run meets the same ids.
import { createHash } from 'node:crypto';
import type { DocumentId, EntityId, EntityType, FactId, Triple } from './model.ts';

/** First 80 bits of SHA-256 over the parts, in lower-case hex; parts are separated so that ['ab','c'] ≠ ['a','bc']. */
export function digestOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.map((part) => `${part.length}:${part}`).join('')).digest('hex').slice(0, 20);
}

/** @param key the document's uri, or its file's with the id that its record gave it */
export function documentIdOf(key: string): DocumentId {
  return `d-${digestOf(key)}` as DocumentId;
}

/** @param key what tells the entity from all others of its type: its normalised name, and a discriminator for homographs */
export function entityIdOf(type: EntityType, key: string): EntityId {
  return `e-${digestOf(type, key)}` as EntityId;
}

export function factIdOf(triple: Triple): FactId {
  return `f-${digestOf(triple.subject, triple.predicate, triple.object)}` as FactId;
}
