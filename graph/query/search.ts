// Which entities a text may mean: full-text search over names, aliases and attributes that forgives typing errors and
// unfinished words, and puts what is mentioned often first.
import anyAscii from 'any-ascii';
import { distance } from 'fastest-levenshtein';
import MiniSearch from 'minisearch';
import type { EntityId, EntityType } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { compareText } from '../evidence.ts';
import { ENTITY_ID, entityOfFormerId } from '../former-ids.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { nameKey, normalizeName } from '../../pipeline/core/names/normalize-name.ts';

export interface SearchHit {
  readonly id: EntityId;
  readonly type: EntityType;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly mentions: number;
  /** Higher is better; comparable within one search only. */
  readonly score: number;
  /** Those of the text that its names or attributes have, as `searchWords` gives them. */
  readonly words: readonly string[];
}

export interface SearchOptions {
  readonly limit?: number;
  readonly types?: readonly EntityType[];
}

export interface EntitySearch {
  search(text: string, options?: SearchOptions): SearchHit[];
  /** Follows a change of the graph, told by the entities that are new, changed or gone. */
  update(ids: Iterable<EntityId>): void;
}

const EXACT_NAME = 8;
const EXACT_ALIAS = 4;
/** Characters of what is searched for; the rest of a longer text is passed over. */
const LONGEST_QUERY = 1000;
const FUZZY_FROM_LENGTH = 4;
/** Letters of the longest word that typing errors are forgiven in: time and memory grow with the square of them. */
const FUZZY_TO_LENGTH = 64;
const MOST_SUGGESTED = 3;
/** Share of its letters in which a name may differ from what was asked for and still be meant. */
const FARTHEST_SUGGESTED = 0.5;

/** In small letters, without accents. */
export const searchWords = (text: string): string[] => anyAscii(text).toLowerCase().split(/[^a-z0-9+#]+/).filter((word) => word !== '');

/** Builds the index once; it follows later changes of the graph by `update`. */
export function createSearch(graph: KnowledgeGraph): EntitySearch {
  const index = new MiniSearch<{ id: EntityId; name: string; aliases: string; attributes: string }>({
    fields: ['name', 'aliases', 'attributes'],
    tokenize: searchWords,
    processTerm: (term) => term,
  });
  const recordOf = (id: EntityId) => {
    const { name, aliases, attributes } = graph.entity(id)!;
    return { id, name, aliases: aliases.join(' \n '), attributes: attributes.map((a) => `${a.value} ${a.surface}`).join(' \n ') };
  };
  index.addAll(graph.entityIds().map(recordOf));
  return {
    search(text, { limit = 10, types } = {}) {
      const wanted = (id: EntityId): boolean => types === undefined || types.includes(graph.entity(id)?.type as EntityType);
      const options = {
        boost: { name: 3, aliases: 2, attributes: 1 },
        fuzzy: (term: string): number | false => (term.length >= FUZZY_FROM_LENGTH && term.length <= FUZZY_TO_LENGTH && !/^\d+$/.test(term) ? 0.2 : false),
        prefix: (term: string): boolean => term.length >= 2,
        boostDocument: (id: EntityId): number => 1 + Math.log1p(graph.entity(id)?.mentions.length ?? 0) / 4,
        filter: (hit: { readonly id: EntityId }): boolean => wanted(hit.id),
      };
      const hits = index.search(text.slice(0, LONGEST_QUERY), options).map(({ id, score, queryTerms }) => {
        const { type, name, aliases, mentions } = graph.entity(id as EntityId) as NonNullable<ReturnType<typeof graph.entity>>;
        const same = (other: string): boolean => nameKey(other) === nameKey(text) || normalizeName(other, type) === normalizeName(text, type);
        const exact = same(name) ? EXACT_NAME : aliases.some(same) ? EXACT_ALIAS : 1;
        return { id: id as EntityId, type, name, aliases, mentions: mentions.length, score: score * exact, words: queryTerms };
      });
      return hits.sort((a, b) => b.score - a.score || compareText(a.id, b.id)).slice(0, limit);
    },
    update(ids) {
      for (const id of ids) {
        if (index.has(id)) index.discard(id);
        if (graph.hasEntity(id)) index.add(recordOf(id));
      }
    },
  };
}

/**
 * As `findEntity`.
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` that names the nearest ones, where the text fits none
 */
export function entityNamed(graph: KnowledgeGraph, text: string, search: EntitySearch = createSearch(graph)): EntityId {
  const id = findEntity(graph, search, text);
  if (id === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text, nearest: nearestNames(graph, text) });
  return id;
}

/** The best entity for a text: that of the id, one that it had before included, or the first hit. */
export function findEntity(graph: KnowledgeGraph, search: EntitySearch, text: string): EntityId | undefined {
  const id = text.trim();
  if (ENTITY_ID.test(id)) return entityOfFormerId(graph, id);
  return graph.hasEntity(id) ? id : search.search(text, { limit: 1 })[0]?.id;
}

/** Names with fewest letters to change, as they are shown. */
function nearestNames(graph: KnowledgeGraph, text: string): string[] {
  const asked = nameKey(text);
  const found = graph.entities().flatMap(({ name, aliases }) => {
    const apart = Math.min(...[name, ...aliases].map((each) => distance(asked, nameKey(each)) / Math.max(asked.length, each.length)));
    return apart <= FARTHEST_SUGGESTED ? [{ name, apart }] : [];
  });
  const nearest = found.sort((a, b) => a.apart - b.apart || compareText(a.name, b.name)).map(({ name }) => name);
  return [...new Set(nearest)].slice(0, MOST_SUGGESTED);
}
