// A served graph: it answers all that may be asked of it, changes where that is allowed, and tells of it.
import { randomBytes } from 'node:crypto';
import type { WorkingMemoryState } from '../../graph/activation/working-memory.ts';
import type { WeighedPair } from '../../graph/resolve/doubts.ts';
import { readActivation } from '../activation-weights.ts';
import type { Answerer } from '../ask.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import { documentIdOf } from '../core/ids.ts';
import type { Document, DocumentId, GraphDelta } from '../core/model.ts';
import type { SourceItem } from '../core/stage.ts';
import type { LiveBuild, LiveChange } from '../live-build.ts';
import { engramVersion } from '../manifest.ts';
import { createFactWords } from './fact-words.ts';
import { entityWithId, graphAnswers, prepare } from './graph-answers.ts';
import type { GraphSource } from './graph-source.ts';
import type { Handlers, OutputOf } from './operations.ts';
import { decisionsOf, doubtsOf, entityAt, reviewAnswers } from './review-answers.ts';

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
  const { graph, documents, build } = source;
  const live = build?.live ?? source.live;
  const startedAt = new Date().toISOString();
  let activation = await readActivation(config.activation, graph, source.name);
  let prepared = prepare(source, activation);
  let doubts: readonly WeighedPair[] | undefined;
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
    doubts = undefined;
    void answerer?.then((old) => old.close()).catch(() => undefined);
    answerer = undefined;
    generation++;
    tellAll();
  };
  // Not when the store has it too: what is asked meanwhile is answered from the graph.
  build?.onGraph(changed);
  const changing = async (work: (build: LiveBuild) => Promise<LiveChange>): Promise<LiveChange> => {
    if (build === undefined) throw new EngramError('ENGRAM_SERVED_READ_ONLY');
    changes++;
    tellAll();
    try {
      const change = await work(build);
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

  const review = { search: () => prepared.search(), doubts: () => (doubts ??= doubtsOf(live!)) };
  const words = live === undefined ? undefined : createFactWords(graph, documents, config);

  const handlers: Handlers = {
    ...graphAnswers(source, () => prepared),
    ...reviewAnswers(live, () => review, (id) => entityWithId(graph, prepared, id)),
    words(asked) {
      if (words === undefined) throw new EngramError('ENGRAM_SERVED_WITHOUT_DOCUMENTS');
      return words.wordsOf(asked);
    },
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
    async decide(asked) {
      let found: ReturnType<typeof decisionsOf>;
      let ends: OutputOf<'decide'>['a'][] = [];
      const change = await changing(async (held) => {
        const made = await held.decide(() => (found = decisionsOf({ live: held.live, search: prepared.search }, asked)).records);
        // Before another change may take the documents away.
        ends = found.ends.map((reference) => ({ ...entityAt(held.live, reference), reference }));
        return made;
      });
      return { a: ends[0]!, b: ends[1]!, ...summaryOf(change) };
    },
    status: () => ({ engram: engramVersion(), source: source.name, generation, counts: graph.counts, changing: changes > 0, writable: build !== undefined, reviewable: live !== undefined, startedAt }),
  };
  return {
    handlers,
    change: (...given) => changing((build) => build.change(...given)),
    version: () => `${instance}-${generation}`,
    warm() {
      prepared.inContext().warm();
      isWarm = true;
    },
    isReady: () => isWarm,
    onChange(tell) {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
    async close() {
      await words?.close();
      await (await answerer)?.close();
    },
  };
}

async function* itemsOf(...documents: readonly Document[]): AsyncGenerator<SourceItem> {
  for (const document of documents) yield { document };
}

