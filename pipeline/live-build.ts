// A build folder kept open: documents that come, change and go, and what people decide, are in the journal, the graph and the store at the cost of what they touch. Nobody else can
// write to the folder meanwhile.
import PQueue from 'p-queue';
import type { LiveGraph } from '../graph/live-graph.ts';
import { openConfiguredStore } from './build.ts';
import type { Config } from './core/config.ts';
import type { DocumentId, Extraction, GraphDelta } from './core/model.ts';
import type { DeadLetter, GraphStore, SourceItem } from './core/stage.ts';
import type { Extractor } from './extract.ts';
import { startExtractor } from './extraction-process.ts';
import { openJournal, type DecisionRecord } from './journal.ts';
import { extractionOfRecord } from './journal-records.ts';
import { manifestOf, writeManifest } from './manifest.ts';
import { graphOf } from './open-graph.ts';
import { writeRejected } from './rejected.ts';
import { runExtraction, type RunProgress } from './run.ts';
import { summaryOf } from './write-graph.ts';

export interface LiveChange {
  /** Documents that are in the graph now as they were given, changed or not. */
  readonly current: ReadonlySet<DocumentId>;
  readonly removed: readonly DocumentId[];
  readonly deadLetters: readonly DeadLetter[];
  readonly delta: GraphDelta;
}

export interface LiveBuild {
  readonly live: LiveGraph;
  /** As the journal has them. */
  readonly documents: ReadonlyMap<DocumentId, Extraction>;
  /**
   * Reads what is new or has changed. One change after the other.
   * @param removable of documents that are not among those given, whether they are gone
   * @throws EngramError; what was journalled by then is in the graph, and what the store refused in the store, with the next change
   */
  change(items: AsyncIterable<SourceItem>, removable?: (document: { readonly id: DocumentId; readonly uri: string }) => boolean, onProgress?: (progress: RunProgress) => void): Promise<LiveChange>;
  remove(ids: readonly DocumentId[]): Promise<LiveChange>;
  /** @param decisions found when the changes before are done, from the graph as it is then */
  decide(decisions: () => readonly DecisionRecord[]): Promise<LiveChange>;
  /** Told of every change as soon as the graph has it, before the store does. */
  onGraph(tell: (delta: GraphDelta) => void): void;
  /** After the change that is under way. */
  close(): Promise<void>;
}

export interface LiveBuildParts {
  createExtractor(config: Config, signal?: AbortSignal): Promise<Extractor>;
  openStore(config: Config, dir: string): Promise<GraphStore>;
}

/** @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build, `ENGRAM_CHECKPOINT_LOCKED` while another process writes there */
export async function openLiveBuild(dir: string, given: Config, parts: Partial<LiveBuildParts> = {}): Promise<LiveBuild> {
  const { createExtractor = startExtractor, openStore = openConfiguredStore } = parts;
  const manifest = await manifestOf(dir);
  // Documents are read as those before.
  const { sources, extract, graph } = manifest.config;
  const config = { ...given, sources, extract, graph, store: { ...given.store, address: manifest.config.store.address } };
  const journal = await openJournal(dir);
  try {
    const { live, documents } = await graphOf(journal, config);
    const store = await openStore(config, dir);
    await store
      .prepare()
      .then(() => store.replaceAll(live.graph.toDelta()))
      .catch(async (error: unknown) => {
        await store.close();
        throw error;
      });
    const queue = new PQueue({ concurrency: 1 });
    let extractor: Promise<Extractor> | undefined;
    /** In the journal and not yet in the graph. */
    const journalled = new Map<DocumentId, Extraction>();
    /** Whether the journal has decisions that the graph may not have yet. */
    let hasDecided = false;
    let [isChanged, isStoreBehind] = [false, false];
    const listeners: ((delta: GraphDelta) => void)[] = [];

    const apply = async (removed: readonly DocumentId[]): Promise<GraphDelta> => {
      const added = [...journalled.values()];
      journalled.clear();
      if (added.length + removed.length === 0 && !hasDecided && !isStoreBehind) return { documents: [], entities: [], facts: [] };
      for (const extraction of added) documents.set(extraction.id, extraction);
      for (const id of removed) documents.delete(id);
      const delta = live.update({ added, removed, ...(hasDecided ? { decisions: journal.decisions() } : {}) });
      hasDecided = false;
      for (const tell of listeners) tell(delta);
      const wasBehind = isStoreBehind;
      [isChanged, isStoreBehind] = [true, true];
      await (wasBehind ? store.replaceAll(live.graph.toDelta()) : store.write(delta));
      isStoreBehind = false;
      return delta;
    };
    const removeAll = async (ids: readonly DocumentId[]): Promise<void> => {
      await journal.append(...ids.map((id) => ({ kind: 'removed', id }) as const));
      await journal.flush();
    };

    return {
      live,
      documents,
      change: (items, removable, onProgress) =>
        queue.add(async () => {
          const deadLetters: DeadLetter[] = [];
          const { current } = await runExtraction({
            items,
            extractor: await (extractor ??= createExtractor(config)),
            journal: {
              keyOf: journal.keyOf,
              async append(records) {
                await journal.append(...records.map((record) => ({ kind: 'extraction', ...record }) as const));
                for (const extraction of records.map(extractionOfRecord)) journalled.set(extraction.id, extraction);
              },
            },
            onDeadLetter: (letter) => void deadLetters.push(letter),
            batchDocuments: config.extract.batchDocuments,
            concurrency: config.extract.concurrency,
            onProgress,
          });
          const removed = removable === undefined ? [] : [...journal.documents()].filter((document) => !current.has(document.id) && removable(document)).map(({ id }) => id);
          await removeAll(removed);
          return { current, removed, deadLetters, delta: await apply(removed) };
        }),
      remove: (ids) =>
        queue.add(async () => {
          const removed = ids.filter((id) => documents.has(id));
          await removeAll(removed);
          return { current: new Set<DocumentId>(), removed, deadLetters: [], delta: await apply(removed) };
        }),
      decide: (decisions) =>
        queue.add(async () => {
          const records = decisions();
          hasDecided = true;
          await journal.append(...records);
          await journal.flush();
          return { current: new Set<DocumentId>(), removed: [], deadLetters: [], delta: await apply([]) };
        }),
      onGraph: (tell) => void listeners.push(tell),
      async close() {
        await queue.onIdle();
        try {
          if (isChanged) {
            const rejected = await writeRejected(dir, live.rejected());
            const { counts, digest } = summaryOf(live.graph.toDelta(), rejected, journal);
            await writeManifest(dir, { ...manifest, ...(manifest.counts === undefined ? {} : { counts: { ...manifest.counts, ...counts } }), digest });
          }
        } finally {
          await Promise.all([store.close(), extractor?.then((started) => started.close())]);
          await journal.close();
        }
      },
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
}
