// What an exporter gives: files by name, each a stream of text pieces, so that a large graph is never one string.
import type { KnowledgeGraph } from '../knowledge-graph.ts';

export interface ExportFile {
  readonly name: string;
  /** Pieces of text, to be written one after the other. */
  readonly pieces: () => Iterable<string>;
}

export type Exporter = (graph: KnowledgeGraph) => readonly ExportFile[];
