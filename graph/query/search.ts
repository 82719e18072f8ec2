// Which entities a text may mean: full-text search over names, aliases and attributes that forgives typing errors and
// unfinished words, and puts what is mentioned often first.
import anyAscii from 'any-ascii';
import { distance } from 'fastest-levenshtein';
import type { DocumentId, EntityId, EntityType } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { compareText } from '../evidence.ts';
import { spokenOf } from '../sentiment.ts';
import { ENTITY_ID, entityOfFormerId } from '../former-ids.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { nameKey, normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import { WordIndex } from './word-index.ts';

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
  /** Only what more sentences speak so of than the other way. */
  readonly sentiment?: 'positive' | 'negative';
  /** Only what one of these documents names. */
  readonly namedIn?: ReadonlySet<DocumentId>;
}

/** Whether an entity is asked for; undefined where all are. */
export function wantedBy(graph: KnowledgeGraph, { types, sentiment, namedIn }: SearchOptions): ((id: EntityId) => boolean) | undefined {
  if (types === undefined && sentiment === undefined && namedIn === undefined) return undefined;
  return (id) => {
    const { type, mentions } = graph.entity(id)!;
    if (types !== undefined && !types.includes(type)) return false;
    if (namedIn !== undefined && !mentions.some(({ documentId }) => namedIn.has(documentId))) return false;
    const { positive = 0, negative = 0 } = sentiment === undefined ? {} : (spokenOf(mentions) ?? {});
    return sentiment === undefined || (sentiment === 'positive' ? positive > negative : negative > positive);
  };
}

/** A hit before anything is told of it. */
export type RankedHit = Pick<SearchHit, 'id' | 'score' | 'words'>;

export interface EntitySearch {
  search(text: string, options?: SearchOptions): SearchHit[];
  /** All that fit, best first. */
  rank(text: string, options?: SearchOptions): RankedHit[];
  /** Those that have exactly this name among theirs, in order of id; capitals and punctuation aside. */
  called(name: string): readonly EntityId[];
  /** Names with fewest letters to change, best first, as they are shown. */
  nearest(text: string): readonly string[];
  /** Follows a change of the graph, told by the entities that are new, changed or gone. */
  update(ids: Iterable<EntityId>): void;
  /** Prepares what the first searches would else wait for. */
  warm(): void;
}

const EXACT_NAME = 8;
const EXACT_ALIAS = 4;
/** Of the best hits, whose names are compared with the whole text. */
const MOST_COMPARED = 100;
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
  const recordOf = (id: EntityId) => {
    const { name, aliases, attributes, mentions } = graph.entity(id)!;
    return { id, name, mentions: mentions.length, aliases: aliases.join(' \n '), attributes: attributes.map((a) => `${a.value} ${a.surface}`).join(' \n ') };
  };
  const index = new WordIndex<EntityId, ReturnType<typeof recordOf>>(
    {
      fields: { name: 3, aliases: 2, attributes: 1 },
      tokenize: searchWords,
      weightOf: ({ mentions }) => 1 + Math.log1p(mentions) / 4,
      isUnfinished: (word, at, words) => word.length >= 2 && at === words.length - 1,
      typingErrors: (word) => (word.length >= FUZZY_FROM_LENGTH && word.length <= FUZZY_TO_LENGTH && !/^\d+$/.test(word) ? 0.2 : false),
    },
    graph.entityIds().map(recordOf),
  );
  const names = new NameKeys(graph);

  const rank = (text: string, options: SearchOptions = {}): RankedHit[] => {
    const found = index.search(text.slice(0, LONGEST_QUERY));
    const asked = nameKey(text);
    const askedAs = new Map<EntityType, string>();
    const exactness = (id: EntityId, type: EntityType): number => {
      if (!askedAs.has(type)) askedAs.set(type, normalizeName(text, type));
      const { name, aliases } = names.of(id);
      const isSame = ([key, normal]: Spelling): boolean => key === asked || normal === askedAs.get(type);
      return isSame(name) ? EXACT_NAME : aliases.some(isSame) ? EXACT_ALIAS : 1;
    };
    const typeOf = (id: EntityId): EntityType => graph.entity(id)!.type;
    const isWanted = wantedBy(graph, options);
    const wanted = isWanted === undefined ? found : found.filter(({ id }) => isWanted(id));
    const first = wanted.slice(0, MOST_COMPARED).map((hit): RankedHit => ({ ...hit, score: hit.score * exactness(hit.id, typeOf(hit.id)) }));
    return [...first.sort((a, b) => b.score - a.score || compareText(a.id, b.id)), ...wanted.slice(MOST_COMPARED)];
  };
  return {
    rank,
    called: (name) => names.called(nameKey(name)),
    nearest: (text) => names.nearest(nameKey(text)),
    warm() {
      index.warm();
      names.warm();
    },
    search: (text, { limit = 10, ...options } = {}) =>
      rank(text, options).slice(0, limit).map((hit) => {
        const { type, name, aliases, mentions } = graph.entity(hit.id)!;
        return { id: hit.id, score: hit.score, words: hit.words, type, name, aliases, mentions: mentions.length };
      }),
    update(ids) {
      for (const id of ids) {
        if (graph.hasEntity(id)) index.add(recordOf(id));
        else index.remove(id);
        names.update(id);
      }
    },
  };
}

/** The text of a name as it is compared, and the same with what its type makes of it. */
type Spelling = readonly [key: string, normal: string];
type Spellings = { readonly name: Spelling; readonly aliases: readonly Spelling[] };

/** The spellings of the names of entities, kept once they were needed. */
class NameKeys {
  private readonly graph: KnowledgeGraph;
  private readonly known = new Map<EntityId, Spellings>();
  /** Of all entities, once a name was looked up. */
  private owners: Map<string, Set<EntityId>> | undefined;

  constructor(graph: KnowledgeGraph) {
    this.graph = graph;
  }

  of(id: EntityId): Spellings {
    let spellings = this.known.get(id);
    if (spellings === undefined) {
      const { type, name, aliases } = this.graph.entity(id)!;
      const spellingOf = (surface: string): Spelling => [nameKey(surface), normalizeName(surface, type)];
      this.known.set(id, (spellings = { name: spellingOf(name), aliases: aliases.map(spellingOf) }));
    }
    return spellings;
  }

  called(key: string): EntityId[] {
    return [...(this.warm().get(key) ?? [])].sort(compareText);
  }

  nearest(key: string): string[] {
    const found: { readonly name: string; readonly apart: number }[] = [];
    for (const [other, ids] of this.warm()) {
      const longest = Math.max(key.length, other.length);
      if (Math.abs(key.length - other.length) > FARTHEST_SUGGESTED * longest) continue;
      const apart = distance(key, other) / longest;
      if (apart <= FARTHEST_SUGGESTED) for (const id of ids) found.push({ name: this.graph.entity(id)!.name, apart });
    }
    const names = found.sort((a, b) => a.apart - b.apart || compareText(a.name, b.name)).map(({ name }) => name);
    return [...new Set(names)].slice(0, MOST_SUGGESTED);
  }

  /** @returns which entities have a key among those of their names */
  warm(): ReadonlyMap<string, ReadonlySet<EntityId>> {
    if (this.owners === undefined) {
      this.owners = new Map();
      for (const id of this.graph.entityIds()) this.own(id, this.owners);
    }
    return this.owners;
  }

  update(id: EntityId): void {
    for (const [key] of spellingsOf(this.known.get(id))) this.owners?.get(key)?.delete(id);
    this.known.delete(id);
    if (this.owners !== undefined && this.graph.hasEntity(id)) this.own(id, this.owners);
  }

  private own(id: EntityId, owners: Map<string, Set<EntityId>>): void {
    for (const [key] of spellingsOf(this.of(id))) {
      const ids = owners.get(key);
      if (ids === undefined) owners.set(key, new Set([id]));
      else ids.add(id);
    }
  }
}

const spellingsOf = (spellings: Spellings | undefined): readonly Spelling[] => (spellings === undefined ? [] : [spellings.name, ...spellings.aliases]);

/**
 * As `findEntity`.
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` that names the nearest ones, where the text fits none
 */
export function entityNamed(graph: KnowledgeGraph, text: string, search: EntitySearch = createSearch(graph)): EntityId {
  const id = findEntity(graph, search, text);
  if (id === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text, nearest: search.nearest(text) });
  return id;
}

/** The best entity for a text: that of the id, one that it had before included, or the first hit. */
export function findEntity(graph: KnowledgeGraph, search: EntitySearch, text: string): EntityId | undefined {
  const id = text.trim();
  if (ENTITY_ID.test(id)) return entityOfFormerId(graph, id);
  return graph.hasEntity(id) ? id : search.search(text, { limit: 1 })[0]?.id;
}
