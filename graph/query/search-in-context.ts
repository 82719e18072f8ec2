// Which entities several words together mean: beside the names that have some of them, the sentences that have them, and what activation brings from
// the things that the other words name. "McCarthy Lisp" is the McCarthy who has to do with Lisp.
import type { EntityId } from '../../pipeline/core/model.ts';
import type { Snapshot } from '../activation/snapshot.ts';
import { nodeOf } from '../activation/snapshot.ts';
import { spread, type SpreadOptions } from '../activation/spread.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef, type Evidence } from './related.ts';
import { searchWords, wantedBy, type EntitySearch, type RankedHit, type SearchHit, type SearchOptions } from './search.ts';
import type { SentenceIndex } from './sentence-index.ts';

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
  /** Prepares what the first searches would else wait for. */
  warm(): void;
}

/** What the best sentence and the most activation count beside the best name. */
const TEXT = 0.5;
const CONTEXT = 0.5;
const MOST_SOURCES = 3;
/** Things that one word may mean. */
const MOST_MEANT = 4;

/** Names and sentences may follow the graph; the snapshot is of one state of it. */
export function createContextSearch(graph: KnowledgeGraph, sentences: SentenceIndex, names: EntitySearch, snapshot: Snapshot, options: SpreadOptions = {}): ContextSearch {
  return {
    warm() {
      names.warm();
      sentences.warm();
    },
    search(text, { limit = 10, ...filters } = {}) {
      const words = [...new Set(searchWords(text))];
      const named = names.rank(text);
      const most = named[0]?.score ?? 1;
      const isAllNamed = named.length > 0 && words.every((word) => named[0]!.words.includes(word));
      const said: ReturnType<SentenceIndex['find']> = isAllNamed ? new Map() : sentences.find(text);
      const reached: ReturnType<typeof activationFrom> = isAllNamed ? new Map() : activationFrom(words, named, snapshot, options);
      const hits = new Map(named.map((hit) => [hit.id, hit]));
      const [bestSaid, bestReached] = [bestOf(said), bestOf(reached)];
      const partsOf = (id: EntityId) => ({ name: (hits.get(id)?.score ?? 0) / most, text: (said.get(id)?.score ?? 0) / (bestSaid || 1), context: (reached.get(id)?.score ?? 0) / (bestReached || 1) });
      const scored = [...new Set([...hits.keys(), ...said.keys(), ...reached.keys()])].map((id) => {
        const { name, text: spoken, context } = partsOf(id);
        return { id, score: name + TEXT * spoken + CONTEXT * context };
      });
      scored.sort((a, b) => b.score - a.score);
      const isWanted = wantedBy(graph, filters);
      const wanted = isWanted === undefined ? scored : scored.filter(({ id }) => isWanted(id));
      // Of those that score the same the one that is mentioned most goes first.
      const last = wanted[limit - 1]?.score ?? Number.NEGATIVE_INFINITY;
      const candidates = wanted.filter(({ score }) => score >= last).map(({ id, score }): ContextHit => {
        const { type, name, aliases, mentions } = graph.entity(id)!;
        const sentence = said.get(id);
        const parts = partsOf(id);
        const why = { name: parts.name, text: parts.text, context: parts.context, ...(sentence === undefined ? {} : { sentence: sentences.evidenceOf(sentence.place) }), from: strongestSources(graph, reached.get(id)?.from) };
        return { id, type, name, aliases, mentions: mentions.length, words: hits.get(id)?.words ?? [], score, why };
      });
      return candidates.sort((a, b) => b.score - a.score || b.mentions - a.mentions || compareText(a.id, b.id)).slice(0, limit);
    },
  };
}

function strongestSources(graph: KnowledgeGraph, from: ReadonlyMap<EntityId, number> = new Map()): ContextHit['why']['from'] {
  const strongest = [...from].sort(([, a], [, b]) => b - a).slice(0, MOST_SOURCES);
  return strongest.map(([source, activation]) => {
    const { id, type, name } = refOf(graph, source);
    return { id, type, name, activation };
  });
}

function bestOf(found: ReadonlyMap<EntityId, { readonly score: number }>): number {
  let best = 0;
  for (const { score } of found.values()) best = Math.max(best, score);
  return best;
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
        const id = snapshot.ids.at(node)!;
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
