// Which words moved the decision on a served fact: the models are loaded when somebody first asks, and asked for one claim after the other.
import PQueue from 'p-queue';
import { claimsOf } from '../../graph/query/explain.ts';
import type { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { DocumentId, Extraction, FactId } from '../core/model.ts';
import type { WordExplainer } from '../decisive-words.ts';
import { rankedPageOf } from './graph-answers.ts';
import type { CheckedInputOf, OutputOf } from './operations.ts';

export interface FactWords {
  wordsOf(asked: CheckedInputOf<'words'>): Promise<OutputOf<'words'>>;
  close(): Promise<void>;
}

/** After which the claims that are left are for the next page. */
const MOST_MS = 5_000;

/** @param documents of the claims; they may come and go */
export function createFactWords(graph: KnowledgeGraph, documents: ReadonlyMap<DocumentId, Extraction>, config: Config): FactWords {
  const queue = new PQueue({ concurrency: 1 });
  let explainer: Promise<WordExplainer> | undefined;
  const start = async (): Promise<WordExplainer> => (await import('../decisive-words.ts')).createWordExplainer(config, documents);
  const load = (): Promise<WordExplainer> =>
    (explainer ??= start().catch((error: unknown) => {
      // What is missing may be there when it is asked for again.
      explainer = undefined;
      throw error;
    }));
  return {
    wordsOf: ({ id, limit, cursor }) =>
      queue.add(async () => {
        const fact = graph.fact(id as FactId);
        if (fact === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_FACT', { id });
        const { wordsOf } = await load();
        const { items: claims, next } = rankedPageOf(claimsOf(graph, documents, fact.provenance), limit, cursor, (claim) => claim);
        const items: OutputOf<'words'>['items'][number][] = [];
        const until = performance.now() + MOST_MS;
        for (const claim of claims) {
          if (items.length > 0 && performance.now() > until) return { items, next: String(Number(cursor ?? 0) + items.length) };
          items.push({ documentId: claim.documentId, start: claim.start, end: claim.end, words: await wordsOf(claim, fact.predicate) });
        }
        return { items, ...(next === undefined ? {} : { next }) };
      }),
    async close() {
      await queue.onIdle();
      await (await explainer)?.close();
    },
  };
}
