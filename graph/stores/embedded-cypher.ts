// The statements that write into the embedded store, in LadybugDB's dialect. Only `MATCH` by a primary key that stands in a row of its own finds a node without
// looking through all of them (`MERGE`, `IN` and a join on two keys do look), so what has changed is taken away and made anew. Values travel as
// parameters only.

const COLUMNS = {
  EngramDocument: ['uri', 'title', 'record', 'digest'],
  EngramEntity: ['type', 'name', 'aliases', 'attributes', 'mentions', 'digest'],
} as const;

export type NodeTable = keyof typeof COLUMNS;

/** What must stand before the first write; every statement may be repeated. */
export const SCHEMA: readonly string[] = [
  ...Object.entries(COLUMNS).map(([table, columns]) => `CREATE NODE TABLE IF NOT EXISTS ${table}(id STRING PRIMARY KEY, ${columns.map((column) => `${column} STRING`).join(', ')})`),
  'CREATE REL TABLE IF NOT EXISTS Fact(FROM EngramEntity TO EngramEntity, id STRING, predicate STRING, probability DOUBLE, provenance STRING, digest STRING)',
  'CREATE REL TABLE IF NOT EXISTS MENTIONED_IN(FROM EngramEntity TO EngramDocument, count INT64)',
];

/** Of `$ids` those that stand. */
export const existing = (table: NodeTable): string => `UNWIND $ids AS id MATCH (n:${table} {id: id}) RETURN n.id AS id`;

/** Rows {id, and a value for each column}, none of which stands yet. */
export const createNodes = (table: NodeTable): string => `UNWIND $rows AS row CREATE (n:${table} {id: row.id, ${COLUMNS[table].map((column) => `${column}: row.${column}`).join(', ')}}) RETURN count(*) AS n`;

/** The same rows of nodes that stand. */
export const setNodes = (table: NodeTable): string => `UNWIND $rows AS row MATCH (n:${table} {id: row.id}) SET ${COLUMNS[table].map((column) => `n.${column} = row.${column}`).join(', ')} RETURN count(*) AS n`;

/** `$ids`, with all that hangs on them. */
export const removeNodes = (table: NodeTable): string => `UNWIND $ids AS id MATCH (n:${table} {id: id}) DETACH DELETE n`;

/** The links of one entity. */
export const unlinkEntity = 'MATCH (e:EngramEntity {id: $id})-[m:MENTIONED_IN]->(:EngramDocument) DELETE m';

/** Rows {id, document, count}; a link to a document that the store does not have is left out. */
export const createLinks = 'UNWIND $rows AS row MATCH (e:EngramEntity {id: row.id}) MATCH (d:EngramDocument {id: row.document}) CREATE (e)-[m:MENTIONED_IN {count: row.count}]->(d)';

/** Of the facts of one subject those of `$ids`. */
export const removeFactsFrom = 'MATCH (s:EngramEntity {id: $subject})-[f:Fact]->(:EngramEntity) WHERE f.id IN $ids DELETE f';
/** Whoever their subjects are: all facts are looked through. */
export const removeFacts = 'MATCH (:EngramEntity)-[f:Fact]->(:EngramEntity) WHERE f.id IN $ids DELETE f';

/**
 * Rows {id, subject, object, predicate, probability, provenance, digest}. A list is typed by its first row, so that 1 would be an integer among doubles: the number
 * travels as text.
 */
export const createFacts = `UNWIND $rows AS row
MATCH (s:EngramEntity {id: row.subject})
MATCH (o:EngramEntity {id: row.object})
CREATE (s)-[f:Fact {id: row.id, predicate: row.predicate, probability: CAST(row.probability AS DOUBLE), provenance: row.provenance, digest: row.digest}]->(o)`;
