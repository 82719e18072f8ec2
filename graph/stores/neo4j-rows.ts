// What Engram writes into Neo4j for documents, entities and facts: the rows of each batch with their statements, and what has to stand there afterwards.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Attribute, DocumentRecord, Entity, Fact } from '../../pipeline/core/model.ts';
import * as cypher from './cypher.ts';
import { mentionCounts, rowDigest, type Changes, type CheckedDelta } from './delta.ts';
import type { CypherRow, Run } from './neo4j-connection.ts';

export type RowKind = 'document' | 'entity' | 'fact';

/** Rows of one kind and how a batch of them is written. */
export interface Step {
  readonly kind: RowKind;
  readonly rows: readonly unknown[];
  /** Nodes that a row touches, one or two, but for the documents of an entity: where writers meet at one, Neo4j may see a deadlock, and one of them is tried again. Left out where one writer writes all. */
  readonly nodesOf?: (row: never) => readonly string[];
  readonly idOf: (row: never) => string;
  run(transaction: Run, rows: readonly unknown[]): Promise<void>;
}

/** Adds up the digests of rows, in any order, to what tells that the database holds a graph whole. */
export class GraphDigest {
  private rows = 0;
  private readonly halves = [0, 0];

  /** @param digest of a row */
  add(digest: string): void {
    this.rows++;
    for (const half of [0, 1]) this.halves[half] = (this.halves[half]! + Number.parseInt(digest.slice(HALF_DIGITS * half, HALF_DIGITS * (half + 1)), 16)) % 16 ** HALF_DIGITS;
  }

  value(): string {
    return `${this.rows}-${this.halves.map((half) => half.toString(16).padStart(HALF_DIGITS, '0')).join('')}`;
  }
}

/** 40 of the 80 bits: sums of them are exact. */
const HALF_DIGITS = 10;

export function graphDigest({ documents, entities, facts }: CheckedDelta): string {
  const digest = new GraphDigest();
  for (const records of [documents, entities, facts]) for (const record of records.values()) digest.add(rowDigest(record));
  return digest.value();
}

/** Removals first (facts, then entities, then documents), then what the rest hangs on. */
export function stepsOf(changes: Changes, factTypes: readonly string[], store: string): Step[] {
  const byIds = (kind: RowKind, ids: Iterable<string>, statements: readonly string[]): Step => ({
    kind,
    rows: [...ids],
    idOf: (id: string) => id,
    async run(transaction, slice) {
      await Promise.all(statements.map((statement) => transaction.run(statement, { ids: slice })));
    },
  });
  const entities = [...changes.entities.values()];
  return [
    removedFactStep([...changes.removedFacts], (id) => changes.standsUnder?.get(id) ?? factTypes),
    byIds('entity', changes.removedEntities, [...(factTypes.length === 0 ? [] : [cypher.removeFactsOf(factTypes)]), cypher.unlinkEntities, ...cypher.removeNodes('EngramEntity')]),
    byIds('document', changes.removedDocuments, [cypher.unlinkDocuments, ...cypher.removeNodes('EngramDocument')]),
    documentStep([...changes.documents.values()]),
    ...[...new Set(entities.map(({ type }) => type))].sort().map((type) => entityStep(type, entities.filter((entity) => entity.type === type), changes.isNew)),
    factStep([...changes.facts.values()], store),
  ].filter((step) => step.rows.length > 0);
}

/** @param typesOf relation types under which a fact is looked for: each look takes a lock */
function removedFactStep(ids: readonly string[], typesOf: (id: string) => readonly string[]): Step {
  return {
    kind: 'fact',
    rows: sortedBy(ids, (id) => typesOf(id)[0] ?? ''),
    idOf: (id: string) => id,
    async run(transaction, slice) {
      const byType = groupedBy(slice as readonly string[], typesOf);
      await all([...byType].map(([type, own]) => transaction.run(cypher.removeFacts(type), { ids: own })));
    },
  };
}

function documentStep(documents: readonly DocumentRecord[]): Step {
  return {
    kind: 'document',
    rows: documents,
    nodesOf: ({ id }: DocumentRecord) => [id],
    idOf: ({ id }: DocumentRecord) => id,
    async run(transaction, slice) {
      await transaction.run(cypher.upsertDocuments, { rows: (slice as readonly DocumentRecord[]).map((record) => ({ id: record.id, properties: documentProperties(record) })) });
    },
  };
}

/** An entity and its links to documents are one: its digest tells of both. */
function entityStep(type: Entity['type'], entities: readonly Entity[], isNew: (id: string) => boolean): Step {
  return {
    kind: 'entity',
    rows: entities,
    nodesOf: ({ id }: Entity) => [id],
    idOf: ({ id }: Entity) => id,
    async run(transaction, slice) {
      const batch = slice as readonly Entity[];
      const ids = batch.map((entity) => entity.id).filter((id) => !isNew(id));
      const before = ids.length === 0 ? [] : (await transaction.run(cypher.attributeNamesOf, { ids })).records;
      const outdated = new Map(before.map((record) => [record.get('id') as string, record.get('names') as string[]]));
      const rows = batch.map((entity) => ({ id: entity.id, properties: { ...Object.fromEntries((outdated.get(entity.id) ?? []).map((name) => [name, null])), ...entityProperties(entity) } }));
      const links = batch.flatMap(linksOf).sort((a, b) => (a.document < b.document ? -1 : a.document > b.document ? 1 : 0));
      const sent = [transaction.run(cypher.upsertEntities(type), { rows })];
      if (ids.length > 0) sent.push(transaction.run(cypher.unlinkEntities, { ids }));
      if (links.length > 0) sent.push(transaction.run(cypher.linkEntities, { rows: links }));
      await all(sent);
    },
  };
}

function factStep(facts: readonly Fact[], store: string): Step {
  return {
    kind: 'fact',
    rows: sortedBy(facts, ({ predicate }) => cypher.relationTypeOf(predicate)),
    nodesOf: ({ subject, object }: Fact) => [subject, object],
    idOf: ({ id }: Fact) => id,
    async run(transaction, slice) {
      const byType = groupedBy(slice as readonly Fact[], ({ predicate }) => [cypher.relationTypeOf(predicate)]);
      const sent = [...byType].map(async ([type, own]) => {
        const rows = own.map((fact) => ({ id: fact.id, subject: fact.subject, object: fact.object, properties: factProperties(fact) }));
        return (await transaction.run(cypher.upsertFacts(type), { rows })).records[0]?.get('n') as number;
      });
      await all(sent);
      const written = (await Promise.all(sent)).reduce((sum, count) => sum + count, 0);
      // Somebody else removed an entity, or it was refused: the transaction goes back.
      if (written < slice.length) throw new EngramError('ENGRAM_STORE_MISSING_ENTITY', { store, count: slice.length - written, example: (slice as readonly Fact[])[0]?.subject });
    },
  };
}

/** Under each of its keys, in order. */
function groupedBy<T>(rows: readonly T[], keysOf: (row: T) => readonly string[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    for (const key of keysOf(row)) {
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [row]);
      else known.push(row);
    }
  }
  return groups;
}

function sortedBy<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  return rows.map((row) => ({ row, key: keyOf(row) })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ row }) => row);
}

/** Waits for all, so that none fails unheard; throws the first failure. */
async function all(sent: readonly PromiseLike<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(sent)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** An entity in each document that it is mentioned in. */
export const linksOf = (entity: Entity) => [...mentionCounts(entity)].map(([document, count]) => ({ id: entity.id, document, count }));

export const documentProperties = (record: DocumentRecord) => ({ uri: record.uri, title: record.title ?? null, record: JSON.stringify(record), digest: rowDigest(record) });

export const factProperties = (fact: Fact) => ({ predicate: fact.predicate, probability: fact.probability, provenance: JSON.stringify(fact.provenance), digest: rowDigest(fact) });

const OWN_PROPERTIES: ReadonlySet<string> = new Set(['id', 'type', 'name', 'aliases', 'attributes', 'attributeNames', 'mentions', 'digest']);

/** The strongest value of each attribute, which is also a property of its own for people's queries; `attributes` holds them all. */
export function readableAttributes(entity: Entity): ReadonlyMap<string, string | number> {
  const readable = new Map<string, string | number>();
  for (const attribute of entity.attributes) {
    if (readable.has(attribute.name) || OWN_PROPERTIES.has(attribute.name) || !cypher.isPredicateName(attribute.name)) continue;
    readable.set(attribute.name, readableValue(attribute));
  }
  return readable;
}

export function entityProperties(entity: Entity): Readonly<Record<string, string | number | readonly string[]>> {
  const readable = readableAttributes(entity);
  return {
    ...Object.fromEntries(readable),
    type: entity.type,
    name: entity.name,
    aliases: entity.aliases,
    attributes: JSON.stringify(entity.attributes),
    attributeNames: [...readable.keys()],
    mentions: JSON.stringify(entity.mentions),
    digest: rowDigest(entity),
  };
}

/** A number where a double holds it exactly, else as it is written. */
function readableValue({ kind, value }: Attribute): string | number {
  const number = Number(value);
  return kind === 'number' && value.trim() !== '' && Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number)) ? number : value;
}

/** Whether a document, entity or fact stands as it was written, with all that Engram keeps of it; what others added is no matter. */
export const isDocumentAsWritten = (record: DocumentRecord, row: CypherRow): boolean => hasProperties(row['properties'] as CypherRow, documentProperties(record));

export function isEntityAsWritten(entity: Entity, row: CypherRow, documents: ReadonlySet<string>): boolean {
  const labels = row['labels'] as readonly string[];
  const links = (row['links'] as readonly (readonly [string, number])[]).map(([document, count]) => `${document} ${count}`).sort();
  const expected = linksOf(entity).filter(({ document }) => documents.has(document)).map(({ document, count }) => `${document} ${count}`).sort();
  return hasProperties(row['properties'] as CypherRow, entityProperties(entity)) && isSame(links, expected) && labels.includes(cypher.labelOfType(entity.type)) && !labels.some((label) => cypher.isOtherLabel(label, entity.type));
}

export const isFactAsWritten = (fact: Fact, row: CypherRow): boolean =>
  row['subject'] === fact.subject && row['object'] === fact.object && row['type'] === cypher.relationTypeOf(fact.predicate) && hasProperties(row['properties'] as CypherRow, factProperties(fact));

const hasProperties = (found: CypherRow, expected: object): boolean => Object.entries(expected).every(([key, value]) => (found[key] === undefined ? value === null || isEmptyList(value) : isSame(found[key], value)));

/** Neo4j's import has no place for one: what it left out is as good. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const isSame = (a: unknown, b: unknown): boolean => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);
