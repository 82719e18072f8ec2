// From the journal of a build folder to its graph, in memory and in the store: the second half of a build, and all that a person's decision
// about what is one needs.
import pRetry from 'p-retry';
import type { RejectedRelation } from '../graph/admit-relations.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DocumentId, Extraction, GraphDelta } from './core/model.ts';
import type { GraphStore, StoreCounts, SyncReport } from './core/stage.ts';
import type { JournalView } from './journal.ts';
import { digestOfGraph, type RunManifest } from './manifest.ts';
import { graphOf } from './open-graph.ts';
import { writeRejected } from './rejected.ts';

export interface WriteGraphOptions {
  readonly out: string;
  readonly config: Config;
  readonly openStore: () => Promise<GraphStore>;
  /** What is no longer in the graph stands nowhere in the store's files either. */
  readonly forgets?: boolean;
  /** Told when the graph is there and the store's turn comes. */
  readonly onGraph?: () => void;
}

export interface WrittenGraph {
  readonly graph: KnowledgeGraph;
  readonly documents: ReadonlyMap<DocumentId, Extraction>;
  readonly store: StoreCounts;
  readonly report: SyncReport;
  readonly storeSeconds: number;
  readonly counts: StoreCounts & Pick<NonNullable<RunManifest['counts']>, 'attributes' | 'rejected'>;
  readonly digest: NonNullable<RunManifest['digest']>;
}

const STORE_RETRIES = 3;
const STORE_RETRY_MS = 500;
/** A store that has its own patience has had it by then. */
const LONGEST_RETRY_MS = 10_000;

/** @throws EngramError `ENGRAM_STORE_UNAVAILABLE` when the store does not answer: the journal is whole, run it again */
export async function writeGraph(journal: JournalView, { out, config, openStore, forgets = false, onGraph }: WriteGraphOptions): Promise<WrittenGraph> {
  const { live, graph, documents } = await graphOf(journal, config);
  const rejected = live.rejected();
  await writeRejected(out, rejected);
  const delta = graph.toDelta();
  onGraph?.();
  const started = performance.now();
  const { store, report } = await writeStore(openStore, delta, forgets);
  return {
    graph,
    documents,
    store,
    report,
    storeSeconds: (performance.now() - started) / 1000,
    ...summaryOf(delta, rejected, journal),
  };
}

/** What run.json says of a graph. */
export function summaryOf(delta: GraphDelta, rejected: readonly RejectedRelation[], journal: JournalView): Pick<WrittenGraph, 'counts' | 'digest'> {
  const { documents, entities, facts } = delta;
  return {
    counts: {
      ...{ documents: documents.length, entities: entities.length, facts: facts.length },
      attributes: entities.reduce((sum, entity) => sum + entity.attributes.length, 0),
      rejected: countBy(rejected, ({ reason }) => reason),
    },
    digest: { journal: journal.digest, graph: digestOfGraph(delta) },
  };
}

/** A store that does not answer is asked again a few times; upserts by stable id make that harmless. */
async function writeStore(open: () => Promise<GraphStore>, delta: GraphDelta, forgets: boolean): Promise<{ readonly store: StoreCounts; readonly report: SyncReport }> {
  return pRetry(
    async () => {
      const store = await open();
      try {
        await store.prepare();
        const report = await (forgets ? store.repair(delta) : store.replaceAll(delta));
        return { store: await store.counts(), report };
      } finally {
        await store.close();
      }
    },
    {
      retries: STORE_RETRIES,
      minTimeout: STORE_RETRY_MS,
      maxRetryTime: LONGEST_RETRY_MS,
      shouldRetry: ({ error }) => error instanceof EngramError && error.retriable,
    },
  );
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
