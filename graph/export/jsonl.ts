// The whole graph as JSON lines: a record a document, entity and fact, told apart by `record`, with all evidence.
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import type { ExportFile } from './export-file.ts';

export function exportJsonLines(graph: KnowledgeGraph): readonly ExportFile[] {
  return [{ name: 'graph.jsonl', pieces: () => linesOf(graph) }];
}

function* linesOf(graph: KnowledgeGraph): Generator<string> {
  for (const document of graph.documents()) yield `${JSON.stringify({ record: 'document', ...document })}\n`;
  for (const entity of graph.entities()) yield `${JSON.stringify({ record: 'entity', ...entity })}\n`;
  for (const fact of graph.facts()) yield `${JSON.stringify({ record: 'fact', ...fact })}\n`;
}
