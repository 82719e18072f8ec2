// A graph inside a page: what of it is written there, and how it is read again. Nothing here needs Node.
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import type { ActivationOptions } from '../activation-weights.ts';
import type { DocumentId, DocumentText, GraphDelta } from '../core/model.ts';
import { createIndexes, graphAnswers, prepare } from './graph-answers.ts';
import type { Handlers } from './operations.ts';

export interface EmbeddedGraph {
  /** Version of Engram that wrote it. */
  readonly engram: string;
  /** What the page is of. */
  readonly name: string;
  /** Ids of the entities that are shown at first; an overview where there is none. */
  readonly first: readonly string[];
  readonly graph: GraphDelta;
  readonly texts: readonly Pick<DocumentText, 'id' | 'text' | 'sentences'>[];
  readonly activation: ActivationOptions;
}

/** Answers to all that a graph alone can answer. */
export function answersOf({ engram, name, graph: delta, texts, activation }: EmbeddedGraph): Partial<Handlers> {
  const graph = KnowledgeGraph.fromDelta(delta);
  const documents = new Map(texts.map((text): [DocumentId, DocumentText] => [text.id, { ...graph.document(text.id)!, ...text }]));
  const prepared = prepare({ graph, documents }, createIndexes({ graph, documents }), activation);
  const startedAt = new Date().toISOString();
  return { ...graphAnswers({ graph, documents }, () => prepared), status: () => ({ engram, source: name, generation: 1, counts: graph.counts, changing: false, writable: false, reviewable: false, judged: prepared.isJudged(), startedAt }) };
}

/** As JSON that no text of a document ends before its end, or begins something in. */
export const textOf = (embedded: EmbeddedGraph): string => JSON.stringify(embedded).replace(/</g, '\\u003c');

export const embeddedIn = (text: string): EmbeddedGraph => JSON.parse(text) as EmbeddedGraph;
