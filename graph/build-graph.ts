// The knowledge graph of a set of extractions: a pure function of the set, whatever order it comes in.
import type { Extraction } from '../pipeline/core/model.ts';
import type { RejectedRelation } from './admit-relations.ts';
import type { KnowledgeGraph } from './knowledge-graph.ts';
import { LiveGraph, type GraphOptions } from './live-graph.ts';

export interface BuildGraphOptions extends GraphOptions {
  /** Told of every relation that the schema rejects, in order of the documents. */
  readonly onRejected?: (rejected: RejectedRelation) => void;
}

export function buildGraph(extractions: Iterable<Extraction>, { onRejected, ...options }: BuildGraphOptions = {}): KnowledgeGraph {
  const live = new LiveGraph(options);
  live.apply({ added: [...extractions] });
  if (onRejected !== undefined) live.rejected().forEach(onRejected);
  return live.graph;
}
