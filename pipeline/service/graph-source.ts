// Where a served graph comes from: a build folder, with its documents, or a store that was built into from elsewhere, without them.
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import type { LiveGraph } from '../../graph/live-graph.ts';
import { openStore, STORES } from '../../graph/stores/index.ts';
import { withoutCredentials } from '../core/address.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { DocumentId, Extraction } from '../core/model.ts';
import { openLiveBuild, type LiveBuild } from '../live-build.ts';
import { openGraph } from '../open-graph.ts';
import type { GraphWithDocuments } from './graph-answers.ts';

export interface GraphSource extends GraphWithDocuments {
  /** A folder or an address. */
  readonly name: string;
  readonly documents: ReadonlyMap<DocumentId, Extraction>;
  /** What the graph was resolved from; `build` has its own, a store has none. */
  readonly live?: LiveGraph;
  /** Where documents may come and go. */
  readonly build?: LiveBuild;
}

/** A folder may have the name of a store, an address has a colon. */
const isAddress = (place: string): boolean => place.includes(':') && STORES.some(({ matches }) => matches.test(place));

/**
 * @param isWritable whether documents may be added and removed, which keeps other builds out of the folder
 * @throws EngramError where there is no build, or the store does not answer; `ENGRAM_USAGE` for a store that should be writable
 */
export async function openGraphSource(place: string, config: Config, isWritable = false): Promise<GraphSource> {
  if (isAddress(place) && isWritable) throw new EngramError('ENGRAM_USAGE', { problem: 'Documents are added to a build folder, not to a store: name the folder that the store was built from.' });
  if (isWritable) {
    const build = await openLiveBuild(place, config);
    return { name: place, graph: build.live.graph, documents: build.documents, build };
  }
  if (!isAddress(place)) {
    const { graph, live, documents } = await openGraph(place, config);
    return { name: place, graph, live, documents };
  }
  const store = await openStore(place, { user: process.env['NEO4J_USER'] ?? config.store.user, password: process.env[config.store.password.env] });
  try {
    return { name: withoutCredentials(place), graph: KnowledgeGraph.fromDelta(await store.readAll()), documents: new Map() };
  } finally {
    await store.close();
  }
}
