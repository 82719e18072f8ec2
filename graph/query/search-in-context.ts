// Which entities several words together mean: beside the names that have some of them, the sentences that have them, and what activation brings from
// the things that the other words name. "McCarthy Lisp" is the McCarthy who has to do with Lisp.
import type { DocumentId, DocumentText, EntityId } from '../../pipeline/core/model.ts';
import type { Snapshot } from '../activation/snapshot.ts';
import { nodeOf } from '../activation/snapshot.ts';
import { spread, type SpreadOptions } from '../activation/spread.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef, type Evidence } from './related.ts';
import { searchWords, type EntitySearch, type RankedHit, type SearchHit, type SearchOptions } from './search.ts';
import { WordIndex } from './word-index.ts';

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
  /** Reads the sentences now, and prepares what the first searches would else wait for. */
  warm(): void;
}

/** What the best sentence and the most activation count beside the best name. */
const TEXT = 0.5;
const CONTEXT = 0.5;
const MOST_SOURCES = 3;
/** Things that one word may mean. */
const MOST_MEANT = 4;

/**
 * Reads the sentences once, when a search first needs them; it does not follow later changes of the graph.
 * @param extractions those that the graph was built from; they hold the texts
 */
export function createContextSearch(graph: KnowledgeGraph, extractions: readonly DocumentText[], names: EntitySearch, snapshot: Snapshot, options: SpreadOptions = {}): ContextSearch {
  let sentences: SentenceIndex | undefined;
  return {
    warm() {
      names.warm();
      (sentences ??= indexSentences(graph, extractions)).warm();
    },
    search(text, { limit = 10, types } = {}) {
      const words = [...new Set(searchWords(text))];
      const named = names.rank(text);
      const most = named[0]?.score ?? 1;
      const isAllNamed = named.length > 0 && words.every((word) => named[0]!.words.includes(word));
      const said: ReturnType<SentenceIndex['find']> = isAllNamed ? new Map() : (sentences ??= indexSentences(graph, extractions)).find(text);
      const reached: ReturnType<typeof activationFrom> = isAllNamed ? new Map() : activationFrom(words, named, snapshot, options);
      const hits = new Map(named.map((hit) => [hit.id, hit]));
      const [bestSaid, bestReached] = [bestOf(said), bestOf(reached)];
      const partsOf = (id: EntityId) => ({ name: (hits.get(id)?.score ?? 0) / most, text: (said.get(id)?.score ?? 0) / (bestSaid || 1), context: (reached.get(id)?.score ?? 0) / (bestReached || 1) });
      const scored = [...new Set([...hits.keys(), ...said.keys(), ...reached.keys()])].map((id) => {
        const { name, text: spoken, context } = partsOf(id);
        return { id, score: name + TEXT * spoken + CONTEXT * context };
      });
      scored.sort((a, b) => b.score - a.score);
      const wanted = types === undefined ? scored : scored.filter(({ id }) => types.includes(graph.entity(id)!.type));
      // Of those that score the same the one that is mentioned most goes first.
      const last = wanted[limit - 1]?.score ?? Number.NEGATIVE_INFINITY;
      const candidates = wanted.filter(({ score }) => score >= last).map(({ id, score }): ContextHit => {
        const { type, name, aliases, mentions } = graph.entity(id)!;
        const sentence = said.get(id);
        return {
          ...{ id, type, name, aliases, mentions: mentions.length, words: hits.get(id)?.words ?? [], score },
          why: { ...partsOf(id), ...(sentence === undefined ? {} : { sentence: sentences!.evidenceOf(sentence.place) }), from: strongestSources(reached.get(id)?.from).map(([source, activation]) => ({ ...refOf(graph, source), activation })) },
        };
      });
      return candidates.sort((a, b) => b.score - a.score || b.mentions - a.mentions || compareText(a.id, b.id)).slice(0, limit);
    },
  };
}

function strongestSources(from: ReadonlyMap<EntityId, number> = new Map()): (readonly [EntityId, number])[] {
  return [...from].sort(([, a], [, b]) => b - a).slice(0, MOST_SOURCES);
}

function bestOf(found: ReadonlyMap<EntityId, { readonly score: number }>): number {
  let best = 0;
  for (const { score } of found.values()) best = Math.max(best, score);
  return best;
}

interface SentenceIndex {
  /** For each entity the place of the best sentence that names it. */
  find(text: string): Map<EntityId, { readonly score: number; readonly place: number }>;
  evidenceOf(place: number): Evidence;
  warm(): void;
}

function indexSentences(graph: KnowledgeGraph, extractions: readonly DocumentText[]): SentenceIndex {
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
  const index = new WordIndex<number, { readonly id: number; readonly text: string }>({ fields: { text: 1 }, tokenize: searchWords }, [...entitiesOf.keys()].map((place) => ({ id: place, text: places[place]!.text })));
  return {
    find(text) {
      const best = new Map<EntityId, { score: number; place: number }>();
      // Best first, so the first to name an entity is its best.
      for (const { id, score } of index.search(text)) for (const entity of entitiesOf.get(id)!) if (!best.has(entity)) best.set(entity, { score, place: id });
      return best;
    },
    warm: () => index.warm(),
    evidenceOf: (place) => ({ ...places[place]!, score: 1 }),
  };
}

/** For each entity what reaches it from those that have words which it has not itself; a word that many names have counts less. */
function activationFrom(words: readonly string[], named: readonly RankedHit[], snapshot: Snapshot, options: SpreadOptions): Map<EntityId, { readonly score: number; readonly from: ReadonlyMap<EntityId, number> }> {
  const own = new Map(named.map(({ id, words }) => [id, words]));
  const brought = new Map<EntityId, { score: number; readonly from: Map<EntityId, number> }>();
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
        let reached = brought.get(id);
        if (reached === undefined) brought.set(id, (reached = { score: 0, from: new Map() }));
        reached.score += levels[place]!;
        reached.from.set(source.id, (reached.from.get(source.id) ?? 0) + levels[place]!);
      });
    }
  }
  return brought;
}
