// From the journal of a build folder to its graph, in memory and in the store: the second half of a build, and all that a person's decision
// about what is one needs.
import pRetry from 'p-retry';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { GraphDelta } from './core/model.ts';
import type { GraphStore, StoreCounts, SyncReport } from './core/stage.ts';
import { fitsMemory } from './graph-size.ts';
import type { JournalView } from './journal.ts';
import { digestOfGraph, digestOfRows, type RunCounts, type RunManifest } from './manifest.ts';
import { graphOf, largeGraphOf, type OpenedGraph } from './open-graph.ts';
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
  /** Left out where memory does not hold it. */
  readonly held?: OpenedGraph;
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

/**
 * A graph that would take more than `graph.memory` is made and written a record at a time.
 * @throws EngramError `ENGRAM_STORE_UNAVAILABLE` when the store does not answer: the journal is whole, run it again
 */
export async function writeGraph(journal: JournalView, options: WriteGraphOptions): Promise<WrittenGraph> {
  return (await fitsMemory(options.out, options.config)) ? writeHeld(journal, options) : writeLarge(journal, options);
}

async function writeHeld(journal: JournalView, { out, config, openStore, forgets = false, onGraph }: WriteGraphOptions): Promise<WrittenGraph> {
  const held = await graphOf(journal, config);
  const rejected = await writeRejected(out, held.live.rejected());
  const delta = held.graph.toDelta();
  onGraph?.();
  const written = await writeStore(openStore, (store) => (forgets ? store.repair(delta) : store.replaceAll(delta)));
  return { held, ...written, ...summaryOf(delta, rejected, journal) };
}

async function writeLarge(journal: JournalView, { out, config, openStore, onGraph }: WriteGraphOptions): Promise<WrittenGraph> {
  const large = await largeGraphOf(journal, config, out);
  try {
    const rejected = await writeRejected(out, large.rejected());
    const graph = await digestOfRows(large.rows);
    onGraph?.();
    const written = await writeStore(openStore, (store) => store.load(large.rows));
    return { ...written, counts: { ...large.counts, rejected }, digest: { journal: journal.digest, graph } };
  } finally {
    large.close();
  }
}

/** What run.json says of a graph. */
export function summaryOf(delta: GraphDelta, rejected: NonNullable<RunCounts['rejected']>, journal: JournalView): Pick<WrittenGraph, 'counts' | 'digest'> {
  const { documents, entities, facts } = delta;
  return {
    counts: {
      ...{ documents: documents.length, entities: entities.length, facts: facts.length },
      attributes: entities.reduce((sum, entity) => sum + entity.attributes.length, 0),
      rejected,
    },
    digest: { journal: journal.digest, graph: digestOfGraph(delta) },
  };
}

/** A store that does not answer is asked again a few times; upserts by stable id make that harmless. */
async function writeStore(open: () => Promise<GraphStore>, write: (store: GraphStore) => Promise<SyncReport>): Promise<Pick<WrittenGraph, 'store' | 'report' | 'storeSeconds'>> {
  const started = performance.now();
  const written = await pRetry(
    async () => {
      const store = await open();
      try {
        await store.prepare();
        const report = await write(store);
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
  return { ...written, storeSeconds: (performance.now() - started) / 1000 };
}
