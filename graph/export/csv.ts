// The graph as three CSV tables (RFC 4180): entities, facts and attributes, joined by id. A text that a spreadsheet would run is quoted.
import { stringify } from 'csv-stringify/sync';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { safeCell } from './csv-cell.ts';
import type { ExportFile } from './export-file.ts';

type Row = readonly (string | number)[];
const ROWS_PER_PIECE = 500;

export function exportCsv(graph: KnowledgeGraph): readonly ExportFile[] {
  return [
    { name: 'entities.csv', pieces: () => piecesOf(['id', 'type', 'name', 'aliases', 'mentions', 'documents'], entityRows(graph)) },
    { name: 'facts.csv', pieces: () => piecesOf(['id', 'subject', 'subjectName', 'predicate', 'object', 'objectName', 'probability', 'documents'], factRows(graph)) },
    { name: 'attributes.csv', pieces: () => piecesOf(['entity', 'entityName', 'name', 'value', 'unit', 'kind', 'surface', 'probability', 'documents'], attributeRows(graph)) },
  ];
}

function* piecesOf(header: Row, rows: Iterable<Row>): Generator<string> {
  let held: Row[] = [header];
  for (const row of rows) {
    if (held.length === ROWS_PER_PIECE) {
      yield stringify(held);
      held = [];
    }
    held.push(row.map(safeCell));
  }
  yield stringify(held);
}

const documentsIn = (evidence: readonly { readonly documentId: string }[]): number => new Set(evidence.map((e) => e.documentId)).size;

function* entityRows(graph: KnowledgeGraph): Generator<Row> {
  for (const { id, type, name, aliases, mentions } of graph.entities()) {
    yield [id, type, name, aliases.join('; '), mentions.length, documentsIn(mentions)];
  }
}

function* factRows(graph: KnowledgeGraph): Generator<Row> {
  const nameOf = (id: Parameters<typeof graph.entity>[0]): string => graph.entity(id)?.name ?? '';
  for (const { id, subject, predicate, object, probability, provenance } of graph.facts()) {
    yield [id, subject, nameOf(subject), predicate, object, nameOf(object), probability, documentsIn(provenance)];
  }
}

function* attributeRows(graph: KnowledgeGraph): Generator<Row> {
  for (const { id, name: entityName, attributes } of graph.entities()) {
    for (const { name, value, unit = '', kind, surface, probability, provenance } of attributes) {
      yield [id, entityName, name, value, unit, kind, surface, probability, documentsIn(provenance)];
    }
  }
}
