// The graph as CSV files for `neo4j-admin database import full`: row for row what a sync writes, digests included, so that a sync after the import finds nothing
// to do. The options that the files need are a file too, `import.args`, which the tool reads by `@`. Of the graph only the ids of documents and entities are held.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Entity, GraphRows } from '../../pipeline/core/model.ts';
import { TextSet } from '../compact/text-table.ts';
import { labelOfType, relationTypeOf } from '../stores/cypher.ts';
import { checkPredicate, checkType } from '../stores/delta.ts';
import { documentProperties, entityProperties, factProperties, GraphDigest, linksOf, readableAttributes } from '../stores/neo4j-rows.ts';
import type { Exporter, Piece } from './exporter.ts';

/** A property, or a place of the tool's own such as `:ID`; what it leaves out is no property of the row. */
type Value = string | number | readonly string[] | null | undefined;
type Row = Readonly<Record<string, Value>>;

const ARGUMENTS_FILE = 'import.args';
/** The unit separator, and what takes its place where a name holds it: private characters. */
const FIRST_DELIMITER = 0x1f;
const FIRST_PRIVATE = 0xe000;
const DELIMITERS = /[\u001f\ue000-\uffff]/g;
/** A value has to fit into the tool's buffer, which is this large unless it is told otherwise. */
const DEFAULT_BUFFER_BYTES = 4 * 1024 * 1024;
const MOST_BYTES_OF_A_CHARACTER = 4;

/** What is to be run in the folder of the files, on the machine of a server that is stopped. */
export const importCommand = (folder: string): string => `cd '${folder.replaceAll("'", "'\\''")}' && neo4j-admin database import full @${ARGUMENTS_FILE} neo4j`;

/**
 * The last file, `import.args`, tells of what the others hold. Entities are gone through twice: which columns and options they need comes first.
 * @throws EngramError `ENGRAM_STORE_FAILED` for a type or predicate that Neo4j has no place for; `ENGRAM_STORE_MISSING_ENTITY` for a fact without its ends
 */
export const neo4jAdmin: Exporter = {
  isFolder: true,
  async *write(graph) {
    const digest = new GraphDigest();
    const [documentIds, entityIds] = [new TextSet(), new TextSet()];
    const { layout, delimiter, isWhole } = await lookThrough(graph);
    const tables = createTables(delimiter);

    const documents = tables.open('documents.csv', ['id:ID(Document)', 'uri', 'title', 'record', 'digest', ':LABEL'], 'nodes');
    yield documents.header;
    for await (const record of graph.documents()) {
      documentIds.add(record.id);
      const properties = documentProperties(record);
      digest.add(properties.digest);
      yield documents.row({ 'id:ID(Document)': record.id, ...properties, ':LABEL': 'EngramDocument' });
    }

    const entities = new Map(layout.tables().map(({ name, columns }) => [name, tables.open(name, ['id:ID(Entity)', ...[...columns].map(([property, type]) => `${property}:${type}`), ':LABEL'], 'nodes')]));
    const sync = tables.open('sync.csv', ['stream:ID(Sync)', 'graph', ':LABEL'], 'nodes');
    const mentions = tables.open('mentions.csv', [':START_ID(Entity)', ':END_ID(Document)', 'count:long', ':TYPE'], 'relationships');
    for (const { header } of [...entities.values(), sync, mentions]) yield header;
    for await (const entity of graph.entities()) {
      entityIds.add(entity.id);
      const { name, columns } = layout.tableOf(entity);
      const properties = new Map<string, Value>(Object.entries(entityProperties(entity)));
      digest.add(properties.get('digest') as string);
      if (!isHeld(entity)) properties.delete('digest');
      yield entities.get(name)!.row({ 'id:ID(Entity)': entity.id, ...Object.fromEntries([...columns].map(([property, type]) => [`${property}:${type}`, properties.get(property)])), ':LABEL': ['EngramEntity', labelOfType(entity.type)] });
      for (const { id, document, count } of linksOf(entity)) if (documentIds.find(document) >= 0) yield mentions.row({ ':START_ID(Entity)': id, ':END_ID(Document)': document, 'count:long': count, ':TYPE': 'MENTIONED_IN' });
    }

    const facts = new Map<string, Table>();
    for await (const fact of graph.facts()) {
      checkPredicate(fact, STORE);
      for (const end of [fact.subject, fact.object]) if (entityIds.find(end) < 0) throw new EngramError('ENGRAM_STORE_MISSING_ENTITY', { store: STORE, count: 1, example: end });
      const type = relationTypeOf(fact.predicate);
      let table = facts.get(type);
      if (table === undefined) {
        table = tables.open(`facts-${type}.csv`, [':START_ID(Entity)', ':END_ID(Entity)', 'id', 'predicate', 'probability:double', 'provenance', 'digest', ':TYPE'], 'relationships');
        facts.set(type, table);
        yield table.header;
      }
      const { probability, ...properties } = factProperties(fact);
      digest.add(properties.digest);
      yield table.row({ ':START_ID(Entity)': fact.subject, ':END_ID(Entity)': fact.object, id: fact.id, ...properties, 'probability:double': probability, ':TYPE': type });
    }
    // The sync writes what a CSV file cannot hold.
    yield sync.row({ 'stream:ID(Sync)': 'graph', graph: isWhole ? digest.value() : null, ':LABEL': 'EngramSync' });
    yield { file: ARGUMENTS_FILE, content: tables.options().map((option) => `${option}\n`).join('') };
  },
};

const STORE = 'neo4j-admin';

/** An array of one empty string: alone it would be read as none. */
const isHeld = ({ aliases }: Entity): boolean => aliases.length !== 1 || aliases[0] !== '';

/** What has to be known of entities before the first is written. */
async function lookThrough(graph: GraphRows): Promise<{ readonly layout: Layout; readonly delimiter: string; readonly isWhole: boolean }> {
  const layout = new Layout();
  const taken = new Set<number>();
  let isWhole = true;
  for await (const entity of graph.entities()) {
    checkType(entity, STORE);
    layout.add(entity);
    isWhole &&= isHeld(entity);
    for (const alias of entity.aliases) for (const [character] of alias.matchAll(DELIMITERS)) taken.add(character.charCodeAt(0));
  }
  let code = FIRST_DELIMITER;
  while (taken.has(code)) code = Math.max(code + 1, FIRST_PRIVATE);
  return { layout, delimiter: String.fromCharCode(code), isWhole };
}

interface EntityTable {
  readonly name: string;
  /** Properties and their types. */
  readonly columns: Map<string, string>;
}

/** Tables of entities: one for each type, and one more where an attribute is a number of one entity and a text of another: a column has one type. */
class Layout {
  private readonly ofType = new Map<string, EntityTable[]>();

  add(entity: Entity): void {
    // Names of files that differ in case only are one on some disks.
    const known = this.ofType.get(entity.type.toLowerCase()) ?? [];
    this.ofType.set(entity.type.toLowerCase(), known);
    let table = known.find((each) => isFitting(each, entity));
    if (table === undefined) {
      const own = ['type', 'name', 'aliases', 'attributes', 'attributeNames', 'mentions', 'digest'].map((name) => [name, name === 'aliases' || name === 'attributeNames' ? 'string[]' : 'string'] as const);
      table = { name: `entities-${entity.type}${known.length === 0 ? '' : `-${known.length + 1}`}.csv`, columns: new Map(own) };
      known.push(table);
    }
    for (const [name, type] of columnsOf(entity)) table.columns.set(name, type);
  }

  /** Of an entity that was added: a table that did not fit it then never does. */
  tableOf(entity: Entity): EntityTable {
    return this.ofType.get(entity.type.toLowerCase())!.find((each) => isFitting(each, entity))!;
  }

  tables(): readonly EntityTable[] {
    return [...this.ofType.values()].flat();
  }
}

const columnsOf = (entity: Entity) => [...readableAttributes(entity)].map(([name, value]) => [name, typeof value === 'number' ? 'double' : 'string'] as const);
const isFitting = ({ columns }: EntityTable, entity: Entity): boolean => columnsOf(entity).every(([name, type]) => (columns.get(name) ?? type) === type);

interface Table {
  readonly header: Piece;
  row(row: Row): Piece;
}

/** Makes tables of CSV, and knows which options all that was written to them asks for. */
function createTables(delimiter: string) {
  let [longest, isMultiline] = [0, false];
  const opened: { readonly name: string; readonly kind: 'nodes' | 'relationships' }[] = [];
  const cellOf = (value: Value): string => {
    if (value === null || value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const text = typeof value === 'string' ? value : value.join(delimiter);
    longest = Math.max(longest, text.length);
    isMultiline ||= /[\n\r]/.test(text);
    return `"${text.replaceAll('"', '""')}"`;
  };
  return {
    open(name: string, columns: readonly string[], kind: 'nodes' | 'relationships'): Table {
      opened.push({ name, kind });
      const line = (cells: readonly string[]): Piece => ({ file: name, content: `${cells.join(',')}\n` });
      return { header: line(columns), row: (row) => line(columns.map((column) => cellOf(row[column]))) };
    },
    options: (): string[] => [
      ...opened.map(({ name, kind }) => `--${kind}=${name}`),
      `--array-delimiter=U+${delimiter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      ...(isMultiline ? ['--multiline-fields=true'] : []),
      ...(longest * MOST_BYTES_OF_A_CHARACTER > DEFAULT_BUFFER_BYTES ? [`--read-buffer-size=${longest * MOST_BYTES_OF_A_CHARACTER}`] : []),
    ],
  };
}
