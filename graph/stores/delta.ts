// What every store asks of a delta before it writes: one record an id, names it can hold, and no fact without its entities.
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { isEntityType } from '../../pipeline/core/model.ts';
import type { DocumentId, DocumentRecord, Entity, EntityId, Fact, FactId, GraphDelta, GraphRows } from '../../pipeline/core/model.ts';
import type { Difference, StoreCounts, SyncReport } from '../../pipeline/core/stage.ts';
import { TextSet } from '../compact/text-table.ts';
import { isPredicateName } from './cypher.ts';

/** A delta with no id twice and nothing both removed and written: removals come first, so what is written stays. */
export interface CheckedDelta {
  readonly documents: ReadonlyMap<DocumentId, DocumentRecord>;
  readonly entities: ReadonlyMap<EntityId, Entity>;
  readonly facts: ReadonlyMap<FactId, Fact>;
  readonly removedDocuments: ReadonlySet<DocumentId>;
  readonly removedEntities: ReadonlySet<EntityId>;
  readonly removedFacts: ReadonlySet<FactId>;
}

/** @throws EngramError `ENGRAM_STORE_FAILED` for a type or predicate no store has a place for */
export function checkDelta(delta: GraphDelta, store: string): CheckedDelta {
  const checked = {
    documents: new Map(delta.documents.map((document) => [document.id, document])),
    entities: new Map(delta.entities.map((entity) => [entity.id, entity])),
    facts: new Map(delta.facts.map((fact) => [fact.id, fact])),
    removedDocuments: new Set(delta.removedDocuments),
    removedEntities: new Set(delta.removedEntities),
    removedFacts: new Set(delta.removedFacts),
  };
  for (const entity of delta.entities) {
    checked.removedEntities.delete(entity.id);
    checkType(entity, store);
  }
  for (const fact of delta.facts) {
    checked.removedFacts.delete(fact.id);
    checkPredicate(fact, store);
  }
  for (const document of delta.documents) checked.removedDocuments.delete(document.id);
  return checked;
}

/** @throws EngramError `ENGRAM_STORE_FAILED` */
export function checkType({ id, type }: Pick<Entity, 'id' | 'type'>, store: string): void {
  if (!isEntityType(type)) throw new EngramError('ENGRAM_STORE_FAILED', { store, problem: `entity '${id}' has the type '${type}', which is no name of a type` });
}

/** @throws EngramError `ENGRAM_STORE_FAILED` */
export function checkPredicate({ predicate }: Pick<Fact, 'predicate'>, store: string): void {
  if (!isPredicateName(predicate)) throw new EngramError('ENGRAM_STORE_FAILED', { store, problem: `'${predicate}' is no predicate name (a lower-case letter, then up to 62 letters and digits)` });
}

/** What tells a row that stands from one that has changed. */
export const rowDigest = (record: DocumentRecord | Entity | Fact): string => digestOf(JSON.stringify(record));

/** What stands in a store. */
export interface StandingRow {
  readonly id: string;
  readonly digest: string | null;
}

/** Changes with what they change. */
export interface Changes extends CheckedDelta {
  /** Of new entities nothing old has to be cleared away. */
  readonly isNew: (id: string) => boolean;
  /** Relation types that removed facts stand under, in a store that has such; a fact that is not there has to be looked for under each. */
  readonly standsUnder?: ReadonlyMap<string, readonly string[]>;
}

/** What has to be written so that a store holds this graph and no more, by digest. */
export function changesFrom(delta: CheckedDelta, standing: Readonly<Record<'documents' | 'entities' | 'facts', Iterable<StandingRow>>>): Changes {
  const known = new Set<string>();
  const changed = <Id extends string, T extends DocumentRecord | Entity | Fact>(records: ReadonlyMap<Id, T>, rows: Iterable<StandingRow>): [Map<Id, T>, Set<Id>] => {
    const [differing, removed] = [new Map(records), new Set<Id>()];
    for (const { id, digest } of rows) {
      known.add(id);
      const record = records.get(id as Id);
      if (record === undefined) removed.add(id as Id);
      else if (digest === rowDigest(record)) differing.delete(id as Id);
    }
    return [differing, removed];
  };
  const [documents, removedDocuments] = changed(delta.documents, standing.documents);
  const [entities, removedEntities] = changed(delta.entities, standing.entities);
  const [facts, removedFacts] = changed(delta.facts, standing.facts);
  return { documents, entities, facts, removedDocuments, removedEntities, removedFacts, isNew: (id) => !known.has(id) };
}

/** The ends of the delta's facts that the delta itself does not hold. */
export function endsOutside(delta: CheckedDelta): readonly EntityId[] {
  const ends = new Set<EntityId>();
  for (const { subject, object } of delta.facts.values()) {
    if (!delta.entities.has(subject)) ends.add(subject);
    if (!delta.entities.has(object)) ends.add(object);
  }
  return [...ends];
}

/**
 * @param stored entities the store holds, at least those of `endsOutside`
 * @throws EngramError `ENGRAM_STORE_MISSING_ENTITY`
 */
export function refuseMissingEntities(delta: CheckedDelta, stored: ReadonlySet<string>, store: string): void {
  const has = (id: EntityId): boolean => delta.entities.has(id) || (stored.has(id) && !delta.removedEntities.has(id));
  const without = [...delta.facts.values()].filter((fact) => !has(fact.subject) || !has(fact.object));
  const [first] = without;
  if (first === undefined) return;
  const example = has(first.subject) ? first.object : first.subject;
  throw new EngramError('ENGRAM_STORE_MISSING_ENTITY', { store, count: without.length, example });
}

/**
 * The same rows, looked at as they go by; entities have to be gone through before facts.
 * @throws EngramError `ENGRAM_STORE_FAILED` for a type or predicate no store has a place for; `ENGRAM_STORE_MISSING_ENTITY` at the end of facts whose ends are no entities
 */
export function checkedRows(rows: GraphRows, store: string): GraphRows {
  let known = new TextSet();
  return {
    documents: () => rows.documents(),
    async *entities() {
      known = new TextSet();
      for await (const entity of rows.entities()) {
        checkType(entity, store);
        known.add(entity.id);
        yield entity;
      }
    },
    async *facts() {
      let count = 0;
      let example: EntityId | undefined;
      for await (const fact of rows.facts()) {
        checkPredicate(fact, store);
        const end = [fact.subject, fact.object].find((id) => known.find(id) < 0);
        if (end !== undefined) count++;
        example ??= end;
        yield fact;
      }
      if (example !== undefined) throw new EngramError('ENGRAM_STORE_MISSING_ENTITY', { store, count, example });
    },
  };
}

/** How often an entity is mentioned in each document. */
export function mentionCounts(entity: Entity): ReadonlyMap<DocumentId, number> {
  const counts = new Map<DocumentId, number>();
  for (const { documentId } of entity.mentions) counts.set(documentId, (counts.get(documentId) ?? 0) + 1);
  return counts;
}

/** Sorted by id, by code unit: the order `readAll` promises. */
export function sortedById<T extends { readonly id: string }>(records: Iterable<T>): T[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/** What a store that keeps records as they are has otherwise. */
export function differencesBetween(expected: GraphDelta, found: GraphDelta): Difference[] {
  const compare = <T extends { readonly id: string }>(kind: Difference['kind'], records: readonly T[], stored: readonly T[]): Difference[] => {
    const left = new Map(stored.map((record) => [record.id, record]));
    const differing = records.flatMap((record): Difference[] => {
      const other = left.get(record.id);
      left.delete(record.id);
      if (other === undefined) return [{ kind, id: record.id, problem: 'missing' }];
      return JSON.stringify(record) === JSON.stringify(other) ? [] : [{ kind, id: record.id, problem: 'changed' }];
    });
    return [...differing, ...[...left.keys()].map((id) => ({ kind, id, problem: 'extra' as const }))];
  };
  return sortedById([...compare('document', expected.documents, found.documents), ...compare('entity', expected.entities, found.entities), ...compare('fact', expected.facts, found.facts)]);
}

/** Of a store that writes all or nothing. */
export function reportOf(delta: CheckedDelta): SyncReport {
  return {
    ...wholeReport({ documents: delta.documents.size, entities: delta.entities.size, facts: delta.facts.size }),
    removed: { documents: delta.removedDocuments.size, entities: delta.removedEntities.size, facts: delta.removedFacts.size },
  };
}

/** Of one that wrote a graph anew. */
export const wholeReport = (written: StoreCounts): SyncReport => ({ written, removed: { documents: 0, entities: 0, facts: 0 }, refused: [], batches: 1, retries: 0, deadlocks: 0 });

export const rowsOfDelta = ({ documents, entities, facts }: Pick<CheckedDelta, 'documents' | 'entities' | 'facts'>): GraphRows => ({ documents: () => documents.values(), entities: () => entities.values(), facts: () => facts.values() });

/** Slices of at most `size`, in order. */
export function* slicesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
