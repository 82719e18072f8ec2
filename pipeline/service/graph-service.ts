// A served graph: it answers all that may be asked of it, changes where that is allowed, and tells of it.
import { randomBytes } from 'node:crypto';
import type { WorkingMemoryState } from '../../graph/activation/working-memory.ts';
import type { WeighedPair } from '../../graph/resolve/doubts.ts';
import { readActivation } from '../activation-weights.ts';
import type { AnswerModels } from '../ask.ts';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import { documentIdOf } from '../core/ids.ts';
import type { Document, DocumentId, GraphDelta } from '../core/model.ts';
import type { SourceItem } from '../core/stage.ts';
import type { LiveBuild, LiveChange } from '../live-build.ts';
import type { RunProgress } from '../run.ts';
import { engramVersion } from '../manifest.ts';
import { createFactWords } from './fact-words.ts';
import { createIndexes, entityWithId, graphAnswers, prepare } from './graph-answers.ts';
import type { GraphSource } from './graph-source.ts';
import type { Handlers, OutputOf } from './operations.ts';
import { decisionsOf, entityAt, findDoubts, reviewAnswers } from './review-answers.ts';

type Changed = [items: AsyncIterable<SourceItem>, removable?: Parameters<LiveBuild['change']>[1]];

export interface GraphService {
  readonly handlers: Handlers;
  /**
   * As `LiveBuild.change`.
   * @throws EngramError `ENGRAM_SERVED_READ_ONLY`
   */
  change(...given: Changed): Promise<LiveChange>;
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

/** What is being read is told of no more often. */
const BETWEEN_PROGRESS_MS = 250;

export async function createGraphService(source: GraphSource, config: Config): Promise<GraphService> {
  const { graph, documents, build } = source;
  const live = build?.live ?? source.live;
  const startedAt = new Date().toISOString();
  let activation = await readActivation(config.activation, graph, source.name);
  const indexes = createIndexes(source);
  let prepared = prepare(source, indexes, activation);
  let doubts: Promise<readonly WeighedPair[]> | undefined;
  let [generation, changes] = [1, 0];
  const instance = randomBytes(4).toString('hex');
  const listeners = new Set<() => void>();
  let isWarm = false;
  let models: Promise<AnswerModels> | undefined;
  const tellAll = (): void => listeners.forEach((tell) => tell());
  let progress: RunProgress | undefined;
  let lastTold = 0;
  const onProgress = (now: RunProgress): void => {
    progress = now;
    if (performance.now() - lastTold < BETWEEN_PROGRESS_MS) return;
    lastTold = performance.now();
    tellAll();
  };

  /** What is made of the whole graph is made anew when it is next needed; the indexes follow. */
  const changed = ({ documents: records, entities, facts, removedDocuments = [], removedEntities = [], removedFacts = [] }: GraphDelta): void => {
    if ([records, entities, facts, removedDocuments, removedEntities, removedFacts].every(({ length }) => length === 0)) return;
    const touched = [...entities.map(({ id }) => id), ...removedEntities];
    indexes.search.update(touched);
    indexes.sentences.update([...records.map(({ id }) => id), ...removedDocuments], touched);
    prepared = prepare(source, indexes, activation);
    doubts = undefined;
    generation++;
    tellAll();
  };
  // Not when the store has it too: what is asked meanwhile is answered from the graph.
  build?.onGraph(changed);
  const changeWith = (...[items, removable]: Changed): Promise<LiveChange> => changing((held) => held.change(items, removable, onProgress));
  const changing = async (work: (build: LiveBuild) => Promise<LiveChange>): Promise<LiveChange> => {
    if (build === undefined) throw new EngramError('ENGRAM_SERVED_READ_ONLY');
    changes++;
    tellAll();
    try {
      const change = await work(build);
      // What was decided is in doubt no more, though the graph may stay as it was.
      doubts = undefined;
      // Links that are inferred follow from the whole graph.
      activation = await readActivation(config.activation, graph, source.name);
      prepared = prepare(source, indexes, activation);
      return change;
    } finally {
      changes--;
      if (changes === 0) progress = undefined;
      tellAll();
    }
  };
  const summaryOf = ({ delta: { entities, removedEntities = [], facts } }: LiveChange) => ({ entities: entities.map(({ id, type, name }) => ({ id, type, name })), removed: removedEntities.length, facts: facts.length });

  const lookForDoubts = (): Promise<readonly WeighedPair[]> =>
    findDoubts(live!, () => prepared).catch((error: unknown) => {
      // The next one asks anew.
      doubts = undefined;
      throw error;
    });
  const review = { search: () => indexes.search, doubts: () => (doubts ??= lookForDoubts()) };
  const words = live === undefined ? undefined : createFactWords(graph, documents, config);

  const handlers: Handlers = {
    ...graphAnswers(source, () => prepared),
    ...reviewAnswers(live, review, (id) => entityWithId(graph, prepared, id)),
    words(asked) {
      if (words === undefined) throw new EngramError('ENGRAM_SERVED_WITHOUT_DOCUMENTS');
      return words.wordsOf(asked);
    },
    async ask({ question, state }) {
      const { createAnswerer, loadAnswerModels } = await import('../ask.ts');
      models ??= loadAnswerModels(config).catch((error: unknown) => {
        models = undefined;
        throw error;
      });
      const loaded = await models;
      const conversation = createAnswerer(loaded, { graph, documents, search: indexes.search, snapshot: prepared.snapshot(), spread: activation.spread }).begin(state as WorkingMemoryState | undefined);
      const result = await conversation.ask(question);
      return { ...result, state: conversation.state() };
    },
    async addDocument({ uri, ...rest }) {
      const id = documentIdOf(uri);
      const change = await changeWith(itemsOf({ id, uri, ...rest }));
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
        const made = await held.decide(() => (found = decisionsOf({ live: held.live, search: () => indexes.search }, asked)).records);
        // Before another change may take the documents away.
        ends = found.ends.map((reference) => ({ ...entityAt(held.live, reference), reference }));
        return made;
      });
      return { a: ends[0]!, b: ends[1]!, ...summaryOf(change) };
    },
    status: () => ({ engram: engramVersion(), source: source.name, generation, counts: graph.counts, changing: changes > 0, ...(progress === undefined ? {} : { progress }), writable: build !== undefined, reviewable: live !== undefined, judged: prepared.isJudged(), startedAt }),
  };
  return {
    handlers,
    change: changeWith,
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
      await words?.close();
      await (await models)?.close();
    },
  };
}

async function* itemsOf(...documents: readonly Document[]): AsyncGenerator<SourceItem> {
  for (const document of documents) yield { document };
}

