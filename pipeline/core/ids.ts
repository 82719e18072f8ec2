// Stable ids derived from content, so that a re-run meets the same ids.
import { createHash } from 'node:crypto';
import type { DocumentId, EntityId, EntityType, FactId, Triple } from './model.ts';

/** The first bytes of SHA-256 in lower-case hex: a string of its own, for a slice of the whole would keep the whole in memory. */
export function sha256Of(content: string | Uint8Array, bytes = 32): string {
  return createHash('sha256').update(content).digest().toString('hex', 0, bytes);
}

/** 80 bits over the parts, which are separated so that ['ab','c'] ≠ ['a','bc']. */
export function digestOf(...parts: readonly string[]): string {
  return sha256Of(parts.map((part) => `${part.length}:${part}`).join(''), 10);
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
