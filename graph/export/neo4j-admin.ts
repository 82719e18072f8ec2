// The graph as CSV files for `neo4j-admin database import full`: row for row what a sync writes, digests included, so that a sync after the import finds nothing
// to do. The options that the files need are a file too, `import.args`, which the tool reads by `@`.
import type { Entity } from '../../pipeline/core/model.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { labelOfType, relationTypeOf } from '../stores/cypher.ts';
import { checkDelta, refuseMissingEntities } from '../stores/delta.ts';
import { documentProperties, entityProperties, factProperties, graphDigest, linksOf, readableAttributes } from '../stores/neo4j-rows.ts';
import type { ExportFile } from './export-file.ts';

/** A property, or a place of the tool's own such as `:ID`; what it leaves out is no property of the row. */
type Value = string | number | readonly string[] | null | undefined;
type Row = Readonly<Record<string, Value>>;

const ARGUMENTS_FILE = 'import.args';
/** The unit separator, and what takes its place where a name holds it: private characters. */
const FIRST_DELIMITER = 0x1f;
const FIRST_PRIVATE = 0xe000;
/** A value has to fit into the tool's buffer, which is this large unless it is told otherwise. */
const DEFAULT_BUFFER_BYTES = 4 * 1024 * 1024;
const MOST_BYTES_OF_A_CHARACTER = 4;

/** What is to be run in the folder of the files, on the machine of a server that is stopped. */
export const importCommand = (folder: string): string => `cd '${folder.replaceAll("'", "'\\''")}' && neo4j-admin database import full @${ARGUMENTS_FILE} neo4j`;

/**
 * The last file, `import.args`, tells of what the others hold: they are written in this order.
 * @throws EngramError `ENGRAM_STORE_FAILED` for a type or predicate that Neo4j has no place for
 */
export function exportNeo4jAdmin(graph: KnowledgeGraph): readonly ExportFile[] {
  const delta = checkDelta(graph.toDelta(), 'neo4j-admin');
  refuseMissingEntities(delta, new Set(), 'neo4j-admin');
  const entities = [...delta.entities.values()];
  const predicates = [...new Set([...delta.facts.values()].map(({ predicate }) => predicate))].sort();
  const table = createTables(freeCharacter(entities));
  // The sync writes what a CSV file cannot hold.
  const isWhole = entities.every(isHeld);

  const nodes = [
    table('documents.csv', ['id:ID(Document)', 'uri', 'title', 'record', 'digest', ':LABEL'], function* () {
      for (const record of delta.documents.values()) yield { 'id:ID(Document)': record.id, ...documentProperties(record), ':LABEL': 'EngramDocument' };
    }),
    ...entityTables(entities).map(({ name, columns, members }) =>
      table(name, ['id:ID(Entity)', ...[...columns].map(([property, type]) => `${property}:${type}`), ':LABEL'], function* () {
        for (const entity of members) {
          const properties = new Map<string, Value>(Object.entries(entityProperties(entity)));
          if (!isHeld(entity)) properties.delete('digest');
          yield { 'id:ID(Entity)': entity.id, ...Object.fromEntries([...columns].map(([property, type]) => [`${property}:${type}`, properties.get(property)])), ':LABEL': ['EngramEntity', labelOfType(entity.type)] };
        }
      }),
    ),
    table('sync.csv', ['stream:ID(Sync)', 'graph', ':LABEL'], function* () {
      yield { 'stream:ID(Sync)': 'graph', graph: isWhole ? graphDigest(delta) : null, ':LABEL': 'EngramSync' };
    }),
  ];
  const relationships = [
    table('mentions.csv', [':START_ID(Entity)', ':END_ID(Document)', 'count:long', ':TYPE'], function* () {
      for (const entity of entities) {
        for (const { id, document, count } of linksOf(entity)) if (delta.documents.has(document)) yield { ':START_ID(Entity)': id, ':END_ID(Document)': document, 'count:long': count, ':TYPE': 'MENTIONED_IN' };
      }
    }),
    ...predicates.map((predicate) =>
      table(`facts-${relationTypeOf(predicate)}.csv`, [':START_ID(Entity)', ':END_ID(Entity)', 'id', 'predicate', 'probability:double', 'provenance', 'digest', ':TYPE'], function* () {
        for (const fact of delta.facts.values()) {
          if (fact.predicate !== predicate) continue;
          const { probability, ...properties } = factProperties(fact);
          yield { ':START_ID(Entity)': fact.subject, ':END_ID(Entity)': fact.object, id: fact.id, ...properties, 'probability:double': probability, ':TYPE': relationTypeOf(predicate) };
        }
      }),
    ),
  ];
  const lines = function* (): Generator<string> {
    for (const { name } of nodes) yield `--nodes=${name}\n`;
    for (const { name } of relationships) yield `--relationships=${name}\n`;
    for (const option of table.options()) yield `${option}\n`;
  };
  return [...nodes, ...relationships, { name: ARGUMENTS_FILE, pieces: lines }];
}

/** An array of one empty string: alone it would be read as none. */
const isHeld = ({ aliases }: Entity): boolean => aliases.length !== 1 || aliases[0] !== '';

interface EntityTable {
  readonly name: string;
  /** Properties and their types. */
  readonly columns: Map<string, string>;
  readonly members: Entity[];
}

/** One for each type, and one more where an attribute is a number of one entity and a text of another: a column has one type. */
function entityTables(entities: readonly Entity[]): readonly EntityTable[] {
  const tables: EntityTable[] = [];
  const ofType = new Map<string, EntityTable[]>();
  for (const entity of entities) {
    const columns = [...readableAttributes(entity)].map(([name, value]) => [name, typeof value === 'number' ? 'double' : 'string'] as const);
    // Names of files that differ in case only are one on some disks.
    const known = ofType.get(entity.type.toLowerCase()) ?? [];
    ofType.set(entity.type.toLowerCase(), known);
    let table = known.find((each) => columns.every(([name, type]) => (each.columns.get(name) ?? type) === type));
    if (table === undefined) {
      const own = ['type', 'name', 'aliases', 'attributes', 'attributeNames', 'mentions', 'digest'].map((name) => [name, name === 'aliases' || name === 'attributeNames' ? 'string[]' : 'string'] as const);
      table = { name: `entities-${entity.type}${known.length === 0 ? '' : `-${known.length + 1}`}.csv`, columns: new Map(own), members: [] };
      known.push(table);
      tables.push(table);
    }
    for (const [name, type] of columns) table.columns.set(name, type);
    table.members.push(entity);
  }
  return tables;
}

/** A character that no item of an array holds. */
function freeCharacter(entities: readonly Entity[]): string {
  const isTaken = (character: string): boolean => entities.some(({ aliases }) => aliases.some((alias) => alias.includes(character)));
  let code = FIRST_DELIMITER;
  while (isTaken(String.fromCharCode(code))) code = Math.max(code + 1, FIRST_PRIVATE);
  return String.fromCharCode(code);
}

/** Makes tables of CSV, and knows which options all that was read of them asks for. */
function createTables(delimiter: string) {
  let [longest, isMultiline] = [0, false];
  const cellOf = (value: Value): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const text = typeof value === 'string' ? value : value.join(delimiter);
    longest = Math.max(longest, text.length);
    isMultiline ||= /[\n\r]/.test(text);
    return `"${text.replaceAll('"', '""')}"`;
  };
  const table = (name: string, columns: readonly string[], rows: () => Iterable<Row>): ExportFile => ({
    name,
    *pieces() {
      yield `${columns.join(',')}\n`;
      for (const row of rows()) yield `${columns.map((column) => cellOf(row[column])).join(',')}\n`;
    },
  });
  const options = (): string[] => [
    `--array-delimiter=U+${delimiter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
    ...(isMultiline ? ['--multiline-fields=true'] : []),
    ...(longest * MOST_BYTES_OF_A_CHARACTER > DEFAULT_BUFFER_BYTES ? [`--read-buffer-size=${longest * MOST_BYTES_OF_A_CHARACTER}`] : []),
  ];
  return Object.assign(table, { options });
}
