// The graph and the store of a build folder, made anew from its journal after somebody changed it: no document is read, no network runs.
import { openConfiguredStore } from './build.ts';
import type { Config } from './core/config.ts';
import type { JournalView } from './journal.ts';
import { writeManifest, type RunManifest } from './manifest.ts';
import { writeGraph, type WrittenGraph } from './write-graph.ts';

/**
 * @param manifest as it was, with what else has changed; its store is written
 * @param forgets what is no longer in the graph stands nowhere in the store's files either
 */
export async function rebuild(dir: string, config: Config, journal: JournalView, manifest: RunManifest, forgets = false): Promise<WrittenGraph> {
  const settings = { ...config, store: { ...config.store, address: manifest.config.store.address } };
  const written = await writeGraph(journal, { out: dir, config: settings, forgets, openStore: () => openConfiguredStore(settings, dir) });
  await writeManifest(dir, { ...manifest, ...(manifest.counts === undefined ? {} : { counts: { ...manifest.counts, ...written.counts } }), digest: written.digest });
  return written;
}
