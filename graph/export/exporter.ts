// What an exporter makes of a graph: pieces of files as they come, so that a graph of any size is never one string, and several files grow side by side while the
// graph is gone through once.
import type { GraphRows } from '../../pipeline/core/model.ts';

/** A piece of a file, to be put behind those before it. */
export interface Piece<Content = string> {
  readonly file: string;
  readonly content: Content;
}

export interface Exporter {
  /** Whether the format is a folder of files, or one file. */
  readonly isFolder: boolean;
  write(graph: GraphRows): AsyncIterable<Piece>;
}
