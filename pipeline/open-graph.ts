// The graph of a build folder as its journal has it, finished or not: what the commands that only read begin with.
import { loadWordVectors } from '../extractors/network/word-vectors.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { LiveGraph } from '../graph/live-graph.ts';
import { createContextReader } from '../graph/resolve/context.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DocumentId, Extraction } from './core/model.ts';
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
  for await (const extraction of journal.extractions()) {
    if (!Array.isArray(extraction.chains)) throw new EngramError('ENGRAM_CHECKPOINT_OUTDATED', { uri: extraction.uri });
    documents.set(extraction.id, extraction);
  }
  const schema = await readRelationSchema(config.graph.schema);
  const live = new LiveGraph({ ...config.graph, schema, reader: createContextReader(loadWordVectors()), decisions: journal.decisions() });
  live.apply({ added: [...documents.values()] });
  return { live, graph: live.graph, documents };
}
