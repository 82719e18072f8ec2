// The graph of a build folder as its journal has it, finished or not: what the commands that only read begin with.
import { loadWordVectors } from '../extractors/network/word-vectors.ts';
import { MemoryBudget } from '../graph/compact/buckets.ts';
import { openSpill } from '../graph/compact/spill.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { largeGraph, type LargeGraph } from '../graph/large-graph.ts';
import { LiveGraph, type GraphOptions } from '../graph/live-graph.ts';
import { createContextReader } from '../graph/resolve/context.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DocumentId, Extraction } from './core/model.ts';
import { MEBIBYTE } from './graph-size.ts';
import { readJournal, type JournalView } from './journal.ts';
import { readRelationSchema } from './read-schema.ts';

export interface OpenedGraph {
  readonly live: LiveGraph;
  readonly graph: KnowledgeGraph;
  /** What the graph was built from, in order of id; a map of its own. */
  readonly documents: Map<DocumentId, Extraction>;
}

/** @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build, `ENGRAM_CHECKPOINT_OUTDATED` where an earlier version made it */
export async function openGraph(dir: string, config: Config): Promise<OpenedGraph> {
  const journal = await readJournal(dir);
  try {
    return await graphOf(journal, config);
  } finally {
    await journal.close();
  }
}

export async function graphOf(journal: JournalView, config: Config): Promise<OpenedGraph> {
  const documents = new Map<DocumentId, Extraction>();
  for await (const extraction of checked(journal)) documents.set(extraction.id, extraction);
  const live = new LiveGraph(await optionsOf(journal, config));
  live.apply({ added: [...documents.values()] });
  return { live, graph: live.graph, documents };
}

/**
 * The same for a graph that memory does not hold.
 * @param folder where what does not fit into `graph.memory` is kept until it is closed
 * @throws EngramError `ENGRAM_GRAPH_SPILL`, and as `openGraph`
 */
export async function largeGraphOf(journal: JournalView, config: Config, folder: string): Promise<LargeGraph> {
  const spill = openSpill(folder);
  try {
    const graph = await largeGraph(() => checked(journal), await optionsOf(journal, config), new MemoryBudget(config.graph.memory * MEBIBYTE, spill));
    return {
      ...graph,
      close() {
        graph.close();
        spill.close();
      },
    };
  } catch (error) {
    spill.close();
    throw error;
  }
}

async function* checked(journal: JournalView): AsyncGenerator<Extraction> {
  for await (const extraction of journal.extractions()) {
    if (!Array.isArray(extraction.chains)) throw new EngramError('ENGRAM_CHECKPOINT_OUTDATED', { uri: extraction.uri });
    yield extraction;
  }
}

const optionsOf = async (journal: JournalView, config: Config): Promise<GraphOptions> => ({
  ...config.graph,
  schema: await readRelationSchema(config.graph.schema),
  reader: createContextReader(loadWordVectors()),
  decisions: journal.decisions(),
});
