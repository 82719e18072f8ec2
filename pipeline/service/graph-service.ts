// A served graph: it answers all that may be asked of it, changes where that is allowed, and tells of it.
import { randomBytes } from 'node:crypto';
import type { WorkingMemoryState } from '../../graph/activation/working-memory.ts';
import { readActivation } from '../activation-weights.ts';
import type { Answerer } from '../ask.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import { documentIdOf } from '../core/ids.ts';
import type { Document, DocumentId, GraphDelta } from '../core/model.ts';
import type { SourceItem } from '../core/stage.ts';
import type { LiveBuild, LiveChange } from '../live-build.ts';
import { engramVersion } from '../manifest.ts';
import { graphAnswers, prepare } from './graph-answers.ts';
import type { GraphSource } from './graph-source.ts';
import type { Handlers } from './operations.ts';

export interface GraphService {
  readonly handlers: Handlers;
  /**
   * As `LiveBuild.change`.
   * @throws EngramError `ENGRAM_SERVED_READ_ONLY`
   */
  change(...given: Parameters<LiveBuild['change']>): Promise<LiveChange>;
  /** Another one after every change of the graph, and for every server. */
  version(): string;
  /** Makes what most questions need, so that the first one does not wait for it. */
  warm(): void;
  isReady(): boolean;
  /** @returns what ends the telling */
  onChange(tell: () => void): () => void;
  /** The source stays open. */
  close(): Promise<void>;
}

export async function createGraphService(source: GraphSource, config: Config): Promise<GraphService> {
  const { graph, documents } = source;
  const startedAt = new Date().toISOString();
  let activation = await readActivation(config.activation, graph, source.name);
  let prepared = prepare(source, activation);
  let [generation, changes] = [1, 0];
  const instance = randomBytes(4).toString('hex');
  const listeners = new Set<() => void>();
  let isWarm = false;
  let answerer: Promise<Answerer> | undefined;
  const tellAll = (): void => listeners.forEach((tell) => tell());

  /** What follows from the graph is made anew when it is next needed, but for the index of names, which follows. */
  const changed = ({ documents: records, entities, facts, removedDocuments = [], removedEntities = [], removedFacts = [] }: GraphDelta): void => {
    if ([records, entities, facts, removedDocuments, removedEntities, removedFacts].every(({ length }) => length === 0)) return;
    const search = prepared.search();
    search.update([...entities.map(({ id }) => id), ...removedEntities]);
    prepared = prepare(source, activation, search);
    void answerer?.then((old) => old.close()).catch(() => undefined);
    answerer = undefined;
    generation++;
    tellAll();
  };
  // Not when the store has it too: what is asked meanwhile is answered from the graph.
  source.build?.onGraph(changed);
  const changing = async (work: (build: LiveBuild) => Promise<LiveChange>): Promise<LiveChange> => {
    if (source.build === undefined) throw new EngramError('ENGRAM_SERVED_READ_ONLY');
    changes++;
    tellAll();
    try {
      const change = await work(source.build);
      // Links that are inferred follow from the whole graph.
      activation = await readActivation(config.activation, graph, source.name);
      prepared = prepare(source, activation, prepared.search());
      return change;
    } finally {
      changes--;
      tellAll();
    }
  };
  const summaryOf = ({ delta: { entities, removedEntities = [], facts } }: LiveChange) => ({ entities: entities.map(({ id, type, name }) => ({ id, type, name })), removed: removedEntities.length, facts: facts.length });
  const startAnswerer = async (): Promise<Answerer> => (await import('../ask.ts')).createAnswerer(graph, [...documents.values()], config, activation);

  const handlers: Handlers = {
    ...graphAnswers(source, () => prepared),
    async ask({ question, state }) {
      const conversation = (await (answerer ??= startAnswerer())).begin(state as WorkingMemoryState | undefined);
      const result = await conversation.ask(question);
      return { ...result, state: conversation.state() };
    },
    async addDocument({ uri, ...rest }) {
      const id = documentIdOf(uri);
      const change = await changing((build) => build.change(itemsOf({ id, uri, ...rest })));
      const [letter] = change.deadLetters;
      if (letter !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: letter.message });
      return { id, ...summaryOf(change) };
    },
    async removeDocument({ id }) {
      if (graph.document(id as DocumentId) === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_DOCUMENT', { id });
      return { id, ...summaryOf(await changing((build) => build.remove([id as DocumentId]))) };
    },
    status: () => ({ engram: engramVersion(), source: source.name, generation, counts: graph.counts, changing: changes > 0, writable: source.build !== undefined, startedAt }),
  };
  return {
    handlers,
    change: (...given) => changing((build) => build.change(...given)),
    version: () => `${instance}-${generation}`,
    warm() {
      prepared.inContext().warm();
      prepared.overview();
      isWarm = true;
    },
    isReady: () => isWarm,
    onChange(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    async close() {
      await (await answerer)?.close();
    },
  };
}

async function* itemsOf(...documents: readonly Document[]): AsyncGenerator<SourceItem> {
  for (const document of documents) yield { document };
}

