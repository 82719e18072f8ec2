// What an exporter makes of a graph: the text of each file, in order of their first pieces.
import type { Exporter } from '../../graph/export/index.ts';
import type { GraphRows } from '../../pipeline/core/model.ts';

export async function exported(exporter: Exporter, graph: GraphRows): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { file, content } of exporter.write(graph)) files.set(file, (files.get(file) ?? '') + content);
  return files;
}
