// What an exporter gives: files by name, each a stream of text pieces, so that a large graph is never one string.
import type { KnowledgeGraph } from '../knowledge-graph.ts';

export interface ExportFile<Piece = string> {
  readonly name: string;
  /** Pieces of text, or of bytes, to be written one after the other. */
  readonly pieces: () => Iterable<Piece>;
}

export type Exporter = (graph: KnowledgeGraph) => readonly ExportFile[];
