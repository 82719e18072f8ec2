// Which entities several words together mean: beside the names that have some of them, the sentences that have them, and what activation brings from
// the things that the other words name. "McCarthy Lisp" is the McCarthy who has to do with Lisp.
import MiniSearch from 'minisearch';
import type { DocumentId, EntityId, Extraction } from '../../pipeline/core/model.ts';
import type { Snapshot } from '../activation/snapshot.ts';
import { nodeOf } from '../activation/snapshot.ts';
import { spread, type SpreadOptions } from '../activation/spread.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef, type Evidence } from './related.ts';
import { searchWords, type EntitySearch, type SearchHit, type SearchOptions } from './search.ts';

export interface ContextHit extends SearchHit {
  readonly why: {
    /** Of each part its share of the best of all entities, in [0, 1]. */
    readonly name: number;
    readonly text: number;
    readonly context: number;
    /** The sentence that has most of the words. */
    readonly sentence?: Evidence;
    /** What was named by other words, and how much activation it brings. */
    readonly from: readonly (EntityRef & { readonly activation: number })[];
  };
}

export interface ContextSearch {
  search(text: string, options?: SearchOptions): ContextHit[];
}

/** What the best sentence and the most activation count beside the best name. */
const TEXT = 0.5;
const CONTEXT = 0.5;
const MOST_SOURCES = 3;
/** Things that one word may mean. */
const MOST_MEANT = 4;

interface Said {
  readonly id: number;
  readonly text: string;
}

/**
 * Reads the sentences once, when a search first needs them; it does not follow later changes of the graph.
 * @param extractions those that the graph was built from; they hold the texts
 */
export function createContextSearch(graph: KnowledgeGraph, extractions: readonly Extraction[], names: EntitySearch, snapshot: Snapshot, options: SpreadOptions = {}): ContextSearch {
  let sentences: SentenceIndex | undefined;
  return {
    search(text, { limit = 10, types } = {}) {
      const words = [...new Set(searchWords(text))];
      const named = names.search(text, { limit: Infinity });
      const most = named[0]?.score ?? 1;
      const isAllNamed = named.length > 0 && words.every((word) => named[0]!.words.includes(word));
      const said: ReturnType<SentenceIndex['find']> = isAllNamed ? new Map() : (sentences ??= indexSentences(graph, extractions)).find(text);
      const reached: ReturnType<typeof activationFrom> = isAllNamed ? new Map() : activationFrom(graph, words, named, snapshot, options);
      const hits = new Map(named.map((hit) => [hit.id, hit]));
      const [bestSaid, bestReached] = [bestOf(said), bestOf(reached)];
      const ids = [...new Set([...hits.keys(), ...said.keys(), ...reached.keys()])].filter((id) => types === undefined || types.includes(graph.entity(id)!.type));
      const scored = ids.map((id): ContextHit => {
        const { type, name, aliases, mentions } = graph.entity(id)!;
        const [hit, sentence, context] = [hits.get(id), said.get(id), reached.get(id)];
        const parts = { name: (hit?.score ?? 0) / most, text: sentence === undefined ? 0 : sentence.score / bestSaid, context: context === undefined ? 0 : context.score / bestReached };
        return {
          ...{ id, type, name, aliases, mentions: mentions.length, words: hit?.words ?? [] },
          score: parts.name + TEXT * parts.text + CONTEXT * parts.context,
          why: { ...parts, ...(sentence === undefined ? {} : { sentence: sentence.evidence }), from: context?.from ?? [] },
        };
      });
      return scored.sort((a, b) => b.score - a.score || b.mentions - a.mentions || compareText(a.id, b.id)).slice(0, limit);
    },
  };
}

function bestOf(found: ReadonlyMap<EntityId, { readonly score: number }>): number {
  let best = 0;
  for (const { score } of found.values()) best = Math.max(best, score);
  return best;
}

interface SentenceIndex {
  /** For each entity the best sentence that names it. */
  find(text: string): Map<EntityId, { readonly score: number; readonly evidence: Evidence }>;
}

function indexSentences(graph: KnowledgeGraph, extractions: readonly Extraction[]): SentenceIndex {
  const places: { readonly documentId: DocumentId; readonly uri: string; readonly start: number; readonly end: number; readonly text: string }[] = [];
  const entitiesOf = new Map<number, Set<EntityId>>();
  const first = new Map<DocumentId, number>();
  for (const { id, uri, text, sentences } of extractions) {
    first.set(id, places.length);
    for (const [start, end] of sentences) places.push({ documentId: id, uri, start, end, text: text.slice(start, end) });
  }
  for (const { id, mentions } of graph.entities()) {
    for (const { documentId, sentence } of mentions) {
      const place = (first.get(documentId) ?? Number.NaN) + sentence;
      if (places[place] !== undefined) entitiesOf.set(place, (entitiesOf.get(place) ?? new Set()).add(id));
    }
  }
  const index = new MiniSearch<Said>({ fields: ['text'], tokenize: searchWords, processTerm: (term) => term });
  index.addAll([...entitiesOf.keys()].map((place) => ({ id: place, text: places[place]!.text })));
  return {
    find(text) {
      const best = new Map<EntityId, { score: number; evidence: Evidence }>();
      for (const { id, score } of index.search(text)) {
        const evidence = { ...places[id as number]!, score: 1 };
        for (const entity of entitiesOf.get(id as number)!) if (score > (best.get(entity)?.score ?? 0)) best.set(entity, { score, evidence });
      }
      return best;
    },
  };
}

/** For each entity what reaches it from those that have words which it has not itself; a word that many names have counts less. */
function activationFrom(graph: KnowledgeGraph, words: readonly string[], named: readonly SearchHit[], snapshot: Snapshot, options: SpreadOptions): Map<EntityId, { readonly score: number; readonly from: readonly (EntityRef & { readonly activation: number })[] }> {
  const own = new Map(named.map(({ id, words }) => [id, words]));
  const brought = new Map<EntityId, Map<EntityId, number>>();
  for (const word of words) {
    const sources = named.filter((hit) => hit.words.includes(word));
    const rarity = Math.log1p(snapshot.ids.length / sources.length) / Math.log1p(snapshot.ids.length);
    const meant = sources.slice(0, MOST_MEANT);
    const total = meant.reduce((sum, { score }) => sum + score, 0);
    for (const source of meant) {
      const { nodes, levels } = spread(snapshot, new Map([[nodeOf(snapshot, source.id), (rarity * source.score) / total]]), options);
      nodes.forEach((node, place) => {
        const id = snapshot.ids[node]!;
        if (own.get(id)?.includes(word)) return;
        const from = brought.get(id) ?? new Map<EntityId, number>();
        brought.set(id, from.set(source.id, (from.get(source.id) ?? 0) + levels[place]!));
      });
    }
  }
  return new Map(
    [...brought].map(([id, from]) => {
      const strongest = [...from].sort(([, a], [, b]) => b - a).slice(0, MOST_SOURCES);
      return [id, { score: [...from.values()].reduce((sum, level) => sum + level, 0), from: strongest.map(([source, activation]) => ({ ...refOf(graph, source), activation })) }];
    }),
  );
}
