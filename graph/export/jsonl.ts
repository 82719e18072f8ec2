// The whole graph as JSON lines: a record a document, entity and fact, told apart by `record`, with all evidence.
import type { Exporter } from './exporter.ts';

const FILE = 'graph.jsonl';

export const jsonLines: Exporter = {
  isFolder: false,
  async *write(graph) {
    const lineOf = (record: string, fields: object) => ({ file: FILE, content: `${JSON.stringify({ record, ...fields })}\n` });
    yield { file: FILE, content: '' };
    for await (const document of graph.documents()) yield lineOf('document', document);
    for await (const entity of graph.entities()) yield lineOf('entity', entity);
    for await (const fact of graph.facts()) yield lineOf('fact', fact);
  },
};
