// The graph as three CSV tables (RFC 4180): entities, facts and attributes, joined by id. A text that a spreadsheet would run is quoted. Facts name their ends, so the names
// of all entities are held meanwhile.
import { stringify } from 'csv-stringify/sync';
import type { EntityId, GraphRows } from '../../pipeline/core/model.ts';
import { TextSet, TextTable } from '../compact/text-table.ts';
import { safeCell } from './csv-cell.ts';
import type { Exporter } from './exporter.ts';

type Row = readonly (string | number)[];

const [ENTITIES, FACTS, ATTRIBUTES] = ['entities.csv', 'facts.csv', 'attributes.csv'] as const;

/** Rows that become text together. */
const ROWS_OF_A_PIECE = 500;

export const csv: Exporter = {
  isFolder: true,
  async *write(graph) {
    const held = new Map<string, Row[]>([
      [ENTITIES, [['id', 'type', 'name', 'aliases', 'mentions', 'documents']]],
      [FACTS, [['id', 'subject', 'subjectName', 'predicate', 'object', 'objectName', 'probability', 'documents']]],
      [ATTRIBUTES, [['entity', 'entityName', 'name', 'value', 'unit', 'kind', 'surface', 'probability', 'documents']]],
    ]);
    for await (const [file, row] of rowsOf(graph)) {
      const rows = held.get(file)!;
      if (rows.push(row.map(safeCell)) >= ROWS_OF_A_PIECE) yield { file, content: stringify(rows.splice(0)) };
    }
    for (const [file, rows] of held) yield { file, content: stringify(rows) };
  },
};

async function* rowsOf(graph: GraphRows): AsyncGenerator<readonly [file: string, row: Row]> {
  const [ids, names] = [new TextSet(), new TextTable()];
  for await (const { id, type, name: entityName, aliases, mentions, attributes } of graph.entities()) {
    ids.add(id);
    names.push(entityName);
    yield [ENTITIES, [id, type, entityName, aliases.join('; '), mentions.length, documentsIn(mentions)]];
    for (const { name, value, unit = '', kind, surface, probability, provenance } of attributes) {
      yield [ATTRIBUTES, [id, entityName, name, value, unit, kind, surface, probability, documentsIn(provenance)]];
    }
  }
  const nameOf = (id: EntityId): string => (ids.find(id) < 0 ? '' : names.at(ids.find(id)));
  for await (const { id, subject, predicate, object, probability, provenance } of graph.facts()) {
    yield [FACTS, [id, subject, nameOf(subject), predicate, object, nameOf(object), probability, documentsIn(provenance)]];
  }
}

const documentsIn = (evidence: readonly { readonly documentId: string }[]): number => new Set(evidence.map((e) => e.documentId)).size;
