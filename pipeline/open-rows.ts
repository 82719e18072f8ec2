// The graph of a build a record at a time, for what only goes through it: from memory where it fits there, else from the store that it was built into, or from any store that
// is named.
import { MemoryBudget } from '../graph/compact/buckets.ts';
import { openSpill } from '../graph/compact/spill.ts';
import { openStore } from '../graph/stores/index.ts';
import type { Config } from './core/config.ts';
import type { GraphRows } from './core/model.ts';
import type { StoreCounts } from './core/stage.ts';
import { fitsMemory, MEBIBYTE } from './graph-size.ts';
import { readManifest } from './manifest.ts';
import { openGraph, type OpenedGraph } from './open-graph.ts';

export interface OpenedRows {
  readonly rows: GraphRows;
  /** Where the graph is held. */
  readonly held?: OpenedGraph;
  /** Where it is read from instead, as an address. */
  readonly store?: string;
  /** `graph.memory` for what is held of it; more goes to a file. */
  readonly budget: MemoryBudget;
  counts(): Promise<StoreCounts>;
  close(): Promise<void>;
}

/**
 * @param place a store to read from, whatever fits; left out, the folder decides
 * @param spillFolder where what does not fit is kept meanwhile
 * @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build, and as the store does
 */
export async function openRows(dir: string, config: Config, place: string | undefined, spillFolder: string): Promise<OpenedRows> {
  const spill = openSpill(spillFolder);
  const budget = new MemoryBudget(config.graph.memory * MEBIBYTE, spill);
  const address = place ?? (await storeOfLarge(dir, config));
  if (address === undefined) {
    const held = await openGraph(dir, config);
    return { rows: held.graph.rows(), held, budget, counts: async () => held.graph.counts, close: async () => spill.close() };
  }
  const { user, password } = config.store;
  const store = await openStore(address, { directory: dir, user: process.env['NEO4J_USER'] ?? user, password: process.env[password.env] });
  return {
    ...{ rows: store.rows(), store: address, budget },
    counts: () => store.counts(),
    async close() {
      spill.close();
      await store.close();
    },
  };
}

/** The store of a build that would not fit into memory and that the store holds whole. */
async function storeOfLarge(dir: string, config: Config): Promise<string | undefined> {
  if (await fitsMemory(dir, config)) return undefined;
  const manifest = await readManifest(dir);
  return manifest?.status === 'complete' ? manifest.config.store.address : undefined;
}
