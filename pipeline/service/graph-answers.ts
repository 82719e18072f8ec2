// Answers to what may be asked of a graph, whoever asks, and wherever: nothing here needs Node. What many questions need (indexes, the compact copy for
// activation) is made once for each state of the graph.
import { createSnapshot, type Snapshot } from '../../graph/activation/snapshot.ts';
import type { SpreadOptions } from '../../graph/activation/spread.ts';
import { createFeatureReader, FEATURE_COLUMNS, FEATURES_VERSION, type FeatureRow } from '../../graph/features/entity-features.ts';
import { nodeVectors } from '../../graph/features/node-vectors.ts';
import { ENTITY_ID, formerIdsByName } from '../../graph/former-ids.ts';
import type { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { inferredLinks } from '../../graph/inference/suggest.ts';
import { explain } from '../../graph/query/explain.ts';
import { createOverview, firstOf, type Overview } from '../../graph/query/overview.ts';
import { pathBetween, refOf, related } from '../../graph/query/related.ts';
import { createContextSearch, type ContextSearch } from '../../graph/query/search-in-context.ts';
import { createSearch, type EntitySearch } from '../../graph/query/search.ts';
import { SentenceIndex } from '../../graph/query/sentence-index.ts';
import { similarEntities } from '../../graph/query/similar.ts';
import { mostSpokenOf, sentimentOfEntity, spokenOf, type SpokenOf } from '../../graph/sentiment.ts';
import { documentsAbout, documentTopics, topicsOf, type DocumentTopics } from '../../graph/topics.ts';
import type { ActivationOptions } from '../activation-weights.ts';
import { EngramError } from '../core/errors.ts';
import type { DocumentId, DocumentRecord, DocumentText, EntityId, EntityMention, Fact } from '../core/model.ts';
import { MOST_IN_OVERVIEW, type Handlers } from './operations.ts';

/** Of which a graph alone knows the answer. */
export type Answers = Omit<Handlers, 'ask' | 'addDocument' | 'removeDocument' | 'names' | 'review' | 'compare' | 'decide' | 'words' | 'status'>;

export interface GraphWithDocuments {
  readonly graph: KnowledgeGraph;
  /** Those that the graph was built from, where they are at hand. */
  readonly documents: ReadonlyMap<DocumentId, DocumentText>;
}

/** What follows the graph from state to state. */
export interface Indexes {
  readonly search: EntitySearch;
  readonly sentences: SentenceIndex;
}

/** What is made for one state of the graph, when something first needs it. */
export interface Prepared {
  readonly spread: SpreadOptions;
  readonly indexes: Indexes;
  readonly inContext: () => ContextSearch;
  /** @param inferred whether it has links that no document states; left out, those that the configuration names */
  readonly snapshot: (inferred?: boolean) => Snapshot;
  readonly vectors: () => Float32Array;
  readonly features: () => (id: EntityId, neighbours: number) => FeatureRow;
  readonly mentionsOf: () => ReadonlyMap<DocumentId, readonly DocumentMention[]>;
  readonly entityIds: () => readonly EntityId[];
  readonly overview: () => Overview;
  readonly documents: () => readonly DocumentRecord[];
  readonly topics: () => DocumentTopics;
  /** Whether documents have a sentiment. */
  readonly isJudged: () => boolean;
  readonly spokenOf: () => ReturnType<typeof mostSpokenOf>;
  readonly formerIds: () => ReadonlyMap<string, EntityId>;
}

interface DocumentMention {
  readonly start: number;
  readonly end: number;
  readonly surface: string;
  readonly id: EntityId;
}

/** That of the id, or the one that had it before. */
export function entityWithId(graph: KnowledgeGraph, { formerIds }: Prepared, text: string): EntityId | undefined {
  return graph.hasEntity(text) ? text : ENTITY_ID.test(text) ? formerIds().get(text) : undefined;
}

/** @param state of the graph as it is when something is asked */
export function graphAnswers({ graph, documents }: GraphWithDocuments, state: () => Prepared): Answers {
  const idOf = (text: string): EntityId | undefined => entityWithId(graph, state(), text);
  const entityNamed = (text: string): EntityId => {
    const id = idOf(text) ?? (ENTITY_ID.test(text) ? undefined : state().indexes.search.search(text, { limit: 1 })[0]?.id);
    if (id === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text });
    return id;
  };
  const entityWith = (text: string) => {
    const id = idOf(text);
    if (id === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text });
    return graph.entity(id)!;
  };
  const uriOf = (id: DocumentId): string => graph.document(id)?.uri ?? '';
  const spreading = (inferred?: boolean) => ({ snapshot: state().snapshot(inferred), search: state().indexes.search, textOf: (id: DocumentId) => documents.get(id)?.text, ...state().spread });

  return {
    search({ q, type, sentiment, topic, limit, cursor, by }) {
      const options = { limit: offsetOf(cursor) + limit + 1, types: type, sentiment, ...(topic === undefined ? {} : { namedIn: documentsAbout(state().topics(), topic) }) };
      const hits = (by === 'name' ? state().indexes.search : state().inContext()).search(q, options);
      return rankedPageOf(hits, limit, cursor, ({ id, type: of, name, aliases, mentions, score }) => ({ id, type: of, name, aliases, mentions, facts: graph.factCount(id), score }));
    },
    entities({ type, limit, cursor }) {
      const ids = type === undefined ? state().entityIds() : state().entityIds().filter((id) => type.includes(graph.entity(id)!.type));
      return pageOf(ids, (id) => id, limit, cursor, (each) => {
        const { id, type: of, name, mentions } = graph.entity(each)!;
        return { id, type: of, name, mentions: mentions.length };
      });
    },
    overview({ limit }) {
      const { ids, facts } = firstOf(state().overview(), limit);
      const predicates = [...new Set(facts.map(({ predicate }) => predicate))].sort();
      const placeOf = new Map(predicates.map((predicate, place) => [predicate, place]));
      return {
        entities: ids.map((each) => {
          const { id, type, name } = refOf(graph, each);
          return { id, type, name, facts: graph.factCount(id) };
        }),
        predicates,
        facts: facts.map(({ subject, predicate, object, probability }) => [subject, placeOf.get(predicate)!, object, probability] as const),
      };
    },
    entity({ id: asked }) {
      const { id, type, name, aliases, attributes, mentions } = entityWith(asked);
      return {
        id,
        type,
        name,
        aliases,
        attributes: attributes.map(({ name: predicate, value, unit, surface, probability }) => ({ name: predicate, value, ...(unit === undefined ? {} : { unit }), surface, probability })),
        mentions: mentions.length,
        documents: new Set(mentions.map(({ documentId }) => documentId)).size,
        facts: graph.factCount(id),
        ...sentimentOf(mentions),
      };
    },
    sentiment({ id: asked, limit }) {
      const { id, type, name, mentions } = entityWith(asked);
      const found = sentimentOfEntity(graph, id, limit);
      const evidence = (found?.evidence ?? []).map(({ sentence, ...each }) => {
        const { text, sentences } = documents.get(each.documentId) ?? {};
        const [start, end] = sentences?.[sentence] ?? [0, 0];
        const { surface } = each;
        return { uri: uriOf(each.documentId), ...each, ...(text === undefined ? {} : { text: text.slice(start, end), mention: { start: each.start - start, end: each.end - start, surface } }) };
      });
      return { id, type, name, ...sentimentOf(mentions), periods: found?.periods ?? [], evidence };
    },
    spokenOf: ({ limit, cursor }) => rankedPageOf(state().spokenOf(), limit, cursor, ({ id, ...spoken }) => {
      const { type, name } = refOf(graph, id);
      return { id, type, name, ...spoken };
    }),
    topics({ limit, cursor }) {
      const { origin, topics } = state().topics();
      return { origin, ...rankedPageOf(topics, limit, cursor, ({ label, documents: { length }, entities }) => ({ label, documents: length, entities: entities.map((each) => ({ documents: each.documents, ...refOf(graph, each.id) })) })) };
    },
    annotations({ ids }) {
      const items = [...new Set(ids)].flatMap((id) => {
        if (!graph.hasEntity(id)) return [];
        const { mentions } = graph.entity(id)!;
        return [{ id, ...sentimentOf(mentions), topics: topicsOf(state().topics(), new Set(mentions.map(({ documentId }) => documentId))) }];
      });
      return { items };
    },
    facts({ id, predicate, minProbability, order, limit, cursor }) {
      const facts = graph.factsOf(entityWith(id).id).filter((fact) => fact.probability >= minProbability && (predicate === undefined || fact.predicate === predicate));
      const told = (fact: Fact) => ({ id: fact.id, subject: refOf(graph, fact.subject), predicate: fact.predicate, object: refOf(graph, fact.object), probability: fact.probability });
      return order === 'id' ? pageOf(facts, ({ id: fact }) => fact, limit, cursor, told) : rankedPageOf(facts.sort((a, b) => b.probability - a.probability), limit, cursor, told);
    },
    mentions: ({ id, limit, cursor }) => rankedPageOf(entityWith(id).mentions, limit, cursor, (mention) => ({ uri: uriOf(mention.documentId), ...mention })),
    related: ({ entity, type, inferred, limit }) => related(graph, entity.map(entityNamed), { limit, ...spreading(inferred), ...(type === undefined ? {} : { types: type }) }),
    path: ({ from, to, inferred }) => pathBetween(graph, entityNamed(from), entityNamed(to), spreading(inferred)),
    similar: ({ entity, anyType, limit }) => similarEntities(graph, entityNamed(entity), { limit, anyType, snapshot: state().snapshot(), vectors: state().vectors() }),
    explain: ({ q }) => explain(graph, documents, ENTITY_ID.test(q.trim()) ? entityNamed(q.trim()) : q, state().indexes.search),
    features({ ids, neighbours }) {
      const known = ids.flatMap((id) => idOf(id) ?? []);
      const rowOf = state().features();
      const rows = known.map((id) => Object.fromEntries(rowOf(id, neighbours).map((value, at) => [FEATURE_COLUMNS[at]!.name, value])));
      return { version: FEATURES_VERSION, columns: FEATURE_COLUMNS, rows, unknown: ids.filter((id) => idOf(id) === undefined) };
    },
    documents: ({ topic, limit, cursor }) => pageOf(topic === undefined ? state().documents() : [...documentsAbout(state().topics(), topic)].map((id) => graph.document(id)!), ({ id }) => id, limit, cursor, (document) => document),
    document({ id }) {
      const document = graph.document(id as DocumentId);
      if (document === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_DOCUMENT', { id });
      const text = documents.get(document.id)?.text;
      const mentions = (state().mentionsOf().get(document.id) ?? []).map(({ id: entity, start, end, surface }) => ({ start, end, surface, entity: refOf(graph, entity) }));
      return { mentions, ...document, ...(text === undefined ? {} : { text }) };
    },
  };
}

function sentimentOf(mentions: readonly EntityMention[]): { readonly sentiment?: SpokenOf } {
  const sentiment = spokenOf(mentions);
  return sentiment === undefined ? {} : { sentiment };
}

export const createIndexes = ({ graph, documents }: GraphWithDocuments): Indexes => ({ search: createSearch(graph), sentences: new SentenceIndex(graph, documents) });

export function prepare({ graph }: GraphWithDocuments, indexes: Indexes, { spread, links }: ActivationOptions): Prepared {
  const configured = once(() => createSnapshot(graph, links));
  const stated = once(() => createSnapshot(graph, { ...links, further: [] }));
  const inferred = once(() => createSnapshot(graph, { ...links, further: [...(links.further ?? []).filter(({ origin }) => origin !== 'inference'), ...inferredLinks(graph)] }));
  const documents = once(() => graph.documents());
  const topics = once(() => documentTopics(graph));
  const snapshot: Prepared['snapshot'] = (withInferred) => (withInferred === undefined ? configured() : withInferred ? inferred() : stated());
  return {
    spread,
    indexes,
    snapshot,
    inContext: once(() => createContextSearch(graph, indexes.sentences, indexes.search, snapshot(), spread)),
    vectors: once(() => nodeVectors(snapshot())),
    features: once(() => createFeatureReader(graph, snapshot(), spread, topics())),
    mentionsOf: once(() => {
      const mentions = new Map<DocumentId, DocumentMention[]>();
      for (const { id, mentions: own } of graph.entities()) {
        for (const { documentId, start, end, surface } of own) {
          const list = mentions.get(documentId);
          if (list === undefined) mentions.set(documentId, [{ start, end, surface, id }]);
          else list.push({ start, end, surface, id });
        }
      }
      for (const list of mentions.values()) list.sort((a, b) => a.start - b.start || a.end - b.end);
      return mentions;
    }),
    entityIds: once(() => graph.entityIds()),
    overview: once(() => createOverview(graph, MOST_IN_OVERVIEW)),
    documents,
    topics,
    isJudged: once(() => documents().some(({ sentiment }) => sentiment !== undefined)),
    spokenOf: once(() => mostSpokenOf(graph)),
    formerIds: once(() => formerIdsByName(graph)),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** What comes after the id that the cursor names, whether that is still there or not. */
function pageOf<T, Item>(sorted: readonly T[], idOf: (each: T) => string, limit: number, cursor: string | undefined, itemOf: (each: T) => Item): { readonly items: readonly Item[]; readonly next?: string } {
  const from = cursor === undefined ? 0 : firstAfter(sorted, idOf, cursor);
  const items = sorted.slice(from, from + limit);
  return { items: items.map(itemOf), ...(from + limit < sorted.length ? { next: idOf(items.at(-1)!) } : {}) };
}

function firstAfter<T>(sorted: readonly T[], idOf: (each: T) => string, id: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (idOf(sorted[middle]!) <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of a list whose order is no order of ids: the cursor is a place in it. */
export function rankedPageOf<T, Item>(ranked: readonly T[], limit: number, cursor: string | undefined, itemOf: (each: T) => Item): { readonly items: readonly Item[]; readonly next?: string } {
  const from = offsetOf(cursor);
  return { items: ranked.slice(from, from + limit).map(itemOf), ...(from + limit < ranked.length ? { next: String(from + limit) } : {}) };
}

const LAST_OFFSET = 10_000;

/** @throws EngramError `ENGRAM_USAGE` */
function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const offset = Number(cursor);
  if (!/^\d{1,9}$/.test(cursor) || offset > LAST_OFFSET) throw new EngramError('ENGRAM_USAGE', { problem: `'${cursor}' is no cursor of this list, or leads further than ${LAST_OFFSET} entries.` });
  return offset;
}
