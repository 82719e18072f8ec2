// The Cypher that Engram writes into Neo4j 5, and what it reads there and in the embedded store alike.
// Values travel as parameters only. Labels and relation types cannot, so they come from closed lists here.
import { isEntityType, type EntityType } from '../../pipeline/core/model.ts';

/** The labels of the shipped types in Neo4j. */
const SHIPPED_LABELS: Readonly<Record<string, string>> = {
  PER: 'Person',
  ORG: 'Organization',
  LOC: 'Location',
  MISC: 'Miscellaneous',
};

/** The label an entity carries in Neo4j beside `EngramEntity`; a type of a user's own is its label. Only for names `isEntityType` admits. */
export function labelOfType(type: EntityType): string {
  if (!isEntityType(type)) throw new RangeError('not an entity type');
  return Object.hasOwn(SHIPPED_LABELS, type) ? SHIPPED_LABELS[type]! : type;
}

/** Whether a label is that of another type than the entity's, which Engram would have taken away. */
export const isOtherLabel = (label: string, type: EntityType): boolean => label !== labelOfType(type) && Object.values(SHIPPED_LABELS).includes(label);

const predicatePattern = /^[a-z][A-Za-z0-9]{0,62}$/;

export function isPredicateName(name: string): boolean {
  return predicatePattern.test(name);
}

/** `placeOfBirth` → `PLACE_OF_BIRTH`; two predicates never share a type. Only for names `isPredicateName` admits. */
export function relationTypeOf(predicate: string): string {
  if (!isPredicateName(predicate)) throw new RangeError('not a predicate name');
  return predicate.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

const factConstraintPrefix = 'engram_fact_';

/** What must stand before the first write; every statement may be repeated. */
export const SCHEMA: readonly string[] = [
  'CREATE CONSTRAINT engram_entity_id IF NOT EXISTS FOR (e:EngramEntity) REQUIRE e.id IS UNIQUE',
  'CREATE CONSTRAINT engram_document_id IF NOT EXISTS FOR (d:EngramDocument) REQUIRE d.id IS UNIQUE',
  'CREATE CONSTRAINT engram_sync_stream IF NOT EXISTS FOR (s:EngramSync) REQUIRE s.stream IS UNIQUE',
  'CREATE INDEX engram_entity_name IF NOT EXISTS FOR (e:EngramEntity) ON (e.name)',
  'CREATE FULLTEXT INDEX engram_entity_text IF NOT EXISTS FOR (e:EngramEntity) ON EACH [e.name, e.aliases, e.attributes]',
];

/** The uniqueness of fact ids of one relation type, which is also how the types Engram owns are found again. */
export function factConstraint(relationType: string): string {
  return `CREATE CONSTRAINT ${factConstraintPrefix}${relationType} IF NOT EXISTS FOR ()-[f:\`${relationType}\`]-() REQUIRE f.id IS UNIQUE`;
}

/** Rows of `type`, one for each relation type that Engram has written. */
export const factTypes = `SHOW CONSTRAINTS YIELD name, labelsOrTypes WHERE name STARTS WITH '${factConstraintPrefix}' RETURN labelsOrTypes[0] AS type ORDER BY type`;

const mentionType = 'MENTIONED_IN';

/** Rows of `type`, of all relations but those to documents. */
export const relationTypes = `CALL db.relationshipTypes() YIELD relationshipType AS type WHERE type <> '${mentionType}' RETURN type`;

/** A row where a relation type, which has no constraint, has facts all the same. */
export const hasFacts = (relationType: string): string => `MATCH (:EngramEntity)-[f:\`${relationType}\`]->(:EngramEntity) WHERE f.id STARTS WITH 'f-' AND f.digest IS NOT NULL RETURN true AS found LIMIT 1`;

/** A relation type read from the server, or nothing when it is not one that Engram could have made. */
export function isRelationType(name: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,125}$/.test(name);
}

/** Waits until the indexes that were asked for can be used, at most so many seconds. */
export const awaitIndexes = 'CALL db.awaitIndexes(300)';

/** The ledger. The batch a writer commits, and how many it has; asked while the node is locked, so that a commit in flight has ended. */
export const noteCommit = 'MERGE (s:EngramSync {stream: $stream}) SET s.batch = $batch, s.batches = coalesce(s.batches, 0) + 1';
export const isCommitted = 'MERGE (s:EngramSync {stream: $stream}) SET s.asked = $batch WITH s RETURN coalesce(s.batch = $batch, false) AS committed';
/** The digest of the graph that the database holds whole; null while it is being written. */
export const setGraph = "MERGE (s:EngramSync {stream: 'graph'}) SET s.graph = $graph";
export const readGraph = "MATCH (s:EngramSync {stream: 'graph'}) RETURN s.graph AS graph";

/** Rows {id, properties}. */
export const upsertDocuments = 'UNWIND $rows AS row MERGE (d:EngramDocument {id: row.id}) SET d += row.properties';

/** Rows {id, properties}, all of one type. */
export function upsertEntities(type: EntityType): string {
  const own = labelOfType(type);
  const others = Object.values(SHIPPED_LABELS).filter((label) => label !== own);
  return `UNWIND $rows AS row
MERGE (e:EngramEntity {id: row.id})
SET e += row.properties
SET e:\`${own}\`
REMOVE e:${others.join(':')}
RETURN count(*) AS n`;
}

/** Rows {id, subject, object, properties}, all of one relation type. A row with a missing end is not counted. */
export function upsertFacts(relationType: string): string {
  return `UNWIND $rows AS row
MATCH (s:EngramEntity {id: row.subject})
MATCH (o:EngramEntity {id: row.object})
MERGE (s)-[f:\`${relationType}\` {id: row.id}]->(o)
SET f += row.properties
RETURN count(*) AS n`;
}

/** Ids of entities whose links to documents are about to be written anew. */
export const unlinkEntities = 'MATCH (e:EngramEntity)-[m:MENTIONED_IN]->(:EngramDocument) WHERE e.id IN $ids DELETE m';

/** Rows {id, document, count}; a link to a document that the store does not have is left out. */
export const linkEntities = `UNWIND $rows AS row
MATCH (e:EngramEntity {id: row.id})
MATCH (d:EngramDocument {id: row.document})
MERGE (e)-[m:MENTIONED_IN]->(d)
SET m.count = toInteger(row.count)`;

export function removeFacts(relationType: string): string {
  return `UNWIND $ids AS id MATCH (:EngramEntity)-[f:\`${relationType}\` {id: id}]->(:EngramEntity) DELETE f`;
}

/** The facts of entities that go; somebody else's relations of the same types carry no id and stay. */
export function removeFactsOf(relationTypes: readonly string[]): string {
  return `MATCH (e:EngramEntity)-[f:${anyOf(relationTypes)}]-(:EngramEntity) WHERE e.id IN $ids AND f.id IS NOT NULL DELETE f`;
}

export const unlinkDocuments = 'MATCH (:EngramEntity)-[m:MENTIONED_IN]->(d:EngramDocument) WHERE d.id IN $ids DELETE m';

/** Statements that remove nodes by `$ids`, after their facts and links. A node that somebody else hung something on stays, without what Engram had written on it. */
export function removeNodes(label: 'EngramEntity' | 'EngramDocument'): readonly string[] {
  const labels = label === 'EngramEntity' ? ['EngramEntity', ...Object.values(SHIPPED_LABELS)] : [label];
  const owned = label === 'EngramEntity' ? ['type', 'name', 'aliases', 'attributes', 'attributeNames', 'mentions', 'digest'] : ['uri', 'title', 'record', 'digest'];
  return [
    `MATCH (n:${label}) WHERE n.id IN $ids AND NOT (n)--() DELETE n`,
    `MATCH (n:${label}) WHERE n.id IN $ids REMOVE n.id, ${owned.map((key) => `n.${key}`).join(', ')}, n:${labels.join(':')}`,
  ];
}

/** Ids and digests of all nodes, and of all facts of one relation type, that Engram owns. */
export function nodeDigests(label: 'EngramEntity' | 'EngramDocument'): string {
  return `MATCH (n:${label}) WHERE n.id IS NOT NULL RETURN n.id AS id, n.digest AS digest`;
}

export function factDigests(relationType: string): string {
  return `${matchFacts(relationType)} RETURN f.id AS id, f.digest AS digest`;
}

/** Those whose ids are behind `$after` and not behind `$to`. */
export const nodeDigestsBetween = (label: 'EngramEntity' | 'EngramDocument'): string => `MATCH (n:${label}) WHERE n.id > $after AND n.id <= $to RETURN n.id AS id, n.digest AS digest`;
export const factDigestsBetween = (relationType: string): string => `${matchFacts(relationType)} AND f.id > $after AND f.id <= $to RETURN f.id AS id, f.digest AS digest`;

/** All there is of what Engram owns, for a comparison. */
export const wholeDocuments = 'MATCH (d:EngramDocument) WHERE d.id IS NOT NULL RETURN d.id AS id, properties(d) AS properties';
export const wholeEntities = 'MATCH (e:EngramEntity) WHERE e.id IS NOT NULL RETURN e.id AS id, properties(e) AS properties, labels(e) AS labels, [(e)-[m:MENTIONED_IN]->(d:EngramDocument) | [d.id, m.count]] AS links';
export const wholeFacts = (relationType: string): string => `${matchFacts(relationType)} RETURN f.id AS id, s.id AS subject, o.id AS object, type(f) AS type, properties(f) AS properties`;

export const existingEntities = 'MATCH (e:EngramEntity) WHERE e.id IN $ids RETURN e.id AS id';
/** Which readable attribute properties these entities carry, so that outdated ones can be cleared. */
export const attributeNamesOf = 'MATCH (e:EngramEntity) WHERE e.id IN $ids AND e.attributeNames IS NOT NULL RETURN e.id AS id, e.attributeNames AS names';

/** In `$from` … `$to`, half-open. */
export const readEntities =
  'MATCH (e:EngramEntity) WHERE e.id >= $from AND e.id < $to RETURN e.id AS id, e.type AS type, e.name AS name, e.aliases AS aliases, e.attributes AS attributes, e.mentions AS mentions';
export const readDocuments = 'MATCH (d:EngramDocument) WHERE d.id >= $from AND d.id < $to RETURN d.id AS id, d.record AS record';
export const countEntities = 'MATCH (e:EngramEntity) RETURN count(e) AS n';
export const countDocuments = 'MATCH (d:EngramDocument) RETURN count(d) AS n';

/** Whose subjects are in `$from` … `$to`. */
export function readFacts(relationTypes: readonly string[]): string {
  return `${matchFacts(...relationTypes)} AND s.id >= $from AND s.id < $to RETURN f.id AS id, s.id AS subject, f.predicate AS predicate, o.id AS object, f.probability AS probability, f.provenance AS provenance`;
}

export function countFacts(relationType: string): string {
  return `${matchFacts(relationType)} RETURN count(f) AS n`;
}

function matchFacts(...relationTypes: readonly string[]): string {
  return `MATCH (s:EngramEntity)-[f:${anyOf(relationTypes)}]->(o:EngramEntity) WHERE f.id IS NOT NULL`;
}

const anyOf = (relationTypes: readonly string[]): string => relationTypes.map((type) => `\`${type}\``).join('|');
