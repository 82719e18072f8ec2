// A build's graph and a store, without reading a document: brought in step, compared, put right.
import type { Config } from './core/config.ts';
import type { Difference, GraphStore, StoreCounts, SyncReport } from './core/stage.ts';
import { openConfiguredStore } from './build.ts';
import { fitsMemory } from './graph-size.ts';
import { openJournal, type JournalView } from './journal.ts';
import { manifestOf } from './manifest.ts';
import { graphOf, largeGraphOf } from './open-graph.ts';

/**
 * The store that the folder was built into, unless another is named.
 * @throws EngramError `ENGRAM_CHECKPOINT_MISSING`; what follows also `ENGRAM_CHECKPOINT_LOCKED` while a build is writing there
 */
export async function configWithStore(dir: string, config: Config, address: string | undefined): Promise<Config> {
  return { ...config, store: { ...config.store, address: address ?? (await manifestOf(dir)).config.store.address } };
}

/** Writes into the store what differs from the graph of the journal; one that takes more than `graph.memory` goes there a record at a time. */
export function syncStore(dir: string, config: Config): Promise<{ readonly counts: StoreCounts; readonly report: SyncReport }> {
  return withStore(dir, config, async (store, journal) => {
    const write = async (): Promise<SyncReport> => {
      if (await fitsMemory(dir, config)) return store.replaceAll((await graphOf(journal, config)).graph.toDelta());
      const large = await largeGraphOf(journal, config, dir);
      return store.load(large.rows).finally(() => large.close());
    };
    await store.prepare();
    const report = await write();
    return { counts: await store.counts(), report };
  });
}

/**
 * Reads all that Engram wrote into the store and compares it with the graph of the journal.
 * @param repair whether to write anew what differs
 * @returns what differed, and what still does
 */
export function verifyStore(dir: string, config: Config, repair: boolean): Promise<{ readonly found: readonly Difference[]; readonly left: readonly Difference[] }> {
  return withStore(dir, config, async (store, journal) => {
    const delta = (await graphOf(journal, config)).graph.toDelta();
    await store.prepare();
    const found = await store.differences(delta);
    if (!repair || found.length === 0) return { found, left: found };
    await store.repair(delta);
    return { found, left: await store.differences(delta) };
  });
}

/** Holding the journal keeps a build from writing into the store meanwhile. */
async function withStore<T>(dir: string, config: Config, work: (store: GraphStore, journal: JournalView) => Promise<T>): Promise<T> {
  const journal = await openJournal(dir);
  try {
    const store = await openConfiguredStore(config, dir);
    try {
      return await work(store, journal);
    } finally {
      await store.close();
    }
  } finally {
    await journal.close();
  }
}
