// What a recommender learns from: one row an entity, of numbers that the graph tells about it.
import type { DocumentId, Entity, EntityId, GraphRows } from '../../pipeline/core/model.ts';
import { pageRank } from '../activation/page-rank.ts';
import { createSnapshot, nodeOf, type Snapshot, type SnapshotOptions } from '../activation/snapshot.ts';
import { spread, strongest, type SpreadOptions } from '../activation/spread.ts';
import { MemoryBudget } from '../compact/buckets.ts';
import { compactGraph } from '../compact/compact-graph.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { spokenOf } from '../sentiment.ts';
import { topicGroups } from '../topic-groups.ts';
import { documentTopics, topicsOf } from '../topics.ts';
import { communitiesOf } from './communities.ts';
import { createVectorReader, nodeVectors, VECTOR_DIMENSIONS } from './node-vectors.ts';

/** Raised when a column changes its name, type or meaning. */
export const FEATURES_VERSION = 2;

export type FeatureKind = 'text' | 'integer' | 'number' | 'texts' | 'numbers';
export type FeatureValue = string | number | null | readonly string[] | readonly number[];
export type FeatureRow = readonly FeatureValue[];

export interface FeatureColumn {
  readonly name: string;
  readonly kind: FeatureKind;
  readonly about: string;
}

export const FEATURE_COLUMNS: readonly FeatureColumn[] = [
  { name: 'id', kind: 'text', about: 'stable id of the entity' },
  { name: 'type', kind: 'text', about: 'PER, ORG, LOC or one of your own' },
  { name: 'name', kind: 'text', about: 'the shown name' },
  { name: 'aliases', kind: 'integer', about: 'other names' },
  { name: 'mentions', kind: 'integer', about: 'places in documents that name it' },
  { name: 'documents', kind: 'integer', about: 'documents that name it' },
  { name: 'facts_out', kind: 'integer', about: 'facts of which it is the subject' },
  { name: 'facts_in', kind: 'integer', about: 'facts of which it is the object' },
  { name: 'evidence', kind: 'integer', about: 'sentences behind its facts and attributes' },
  { name: 'attributes', kind: 'integer', about: 'values of its attributes' },
  { name: 'degree', kind: 'integer', about: 'entities that a fact or a sentence links with it' },
  { name: 'strength', kind: 'number', about: 'sum of the weights of these links' },
  { name: 'pagerank', kind: 'number', about: 'share of a random walk (damping 0.85); all rows of a graph add up to 1' },
  { name: 'community', kind: 'integer', about: 'number of its community (Louvain), 0 the largest' },
  { name: 'first_date', kind: 'text', about: 'of the earliest dated document that names it; null where none is dated' },
  { name: 'last_date', kind: 'text', about: 'of the latest' },
  { name: 'days_since', kind: 'integer', about: 'days from last_date to the latest date of any document' },
  { name: 'sentiment', kind: 'number', about: 'mean of what sentences think of it, from −1 to 1; null where none was judged' },
  { name: 'spoken_well', kind: 'integer', about: 'mentions in sentences that speak well of it' },
  { name: 'spoken_badly', kind: 'integer', about: 'mentions in sentences that speak badly of it' },
  { name: 'topics', kind: 'texts', about: 'of the documents that name it, the most frequent first: of a classifier, or else communities of documents' },
  { name: 'neighbours', kind: 'texts', about: 'ids of the entities that activation from it reaches most' },
  { name: 'neighbour_scores', kind: 'numbers', about: 'their activation' },
  { name: 'vector', kind: 'numbers', about: `${VECTOR_DIMENSIONS} numbers of length 1 (fast random projection): near where walks lead to the same entities` },
];

export interface FeatureOptions {
  /** Rows are made of these only, in their order; left out, of all, in order of id. */
  readonly only?: readonly EntityId[];
  /** Most neighbours of a row. */
  readonly neighbours?: number;
  readonly activation?: SpreadOptions;
  readonly links?: SnapshotOptions;
  /** For what is not needed at once; all of the memory there is when left out. */
  readonly budget?: MemoryBudget;
}

/** What all rows are made from; it does not follow later changes of the graph. */
interface FeatureBasis {
  readonly snapshot: Snapshot;
  readonly vectorOf: (node: number) => Float32Array;
  readonly activation: SpreadOptions;
  readonly topicOf: (document: DocumentId) => string | undefined;
  readonly dateOf: (document: DocumentId) => string | undefined;
  /** Milliseconds since 1970. */
  readonly latest: number;
}

type RowMaker = (entity: Entity, node: number, facts: ReturnType<KnowledgeGraph['countFacts']>, neighbours: number) => FeatureRow;

const DAY = 86_400_000;

const isDate = (date: string | undefined): date is string => date !== undefined && !Number.isNaN(Date.parse(date));

/**
 * Rows in the order of `FEATURE_COLUMNS`, one at a time, of a graph that is only gone through: what is held is `compactGraph`, its arcs, and about 200 bytes a node
 * while vectors and communities are made.
 */
export async function* entityFeatures(rows: GraphRows, { only, neighbours = 10, activation = {}, links = {}, budget = new MemoryBudget() }: FeatureOptions = {}): AsyncGenerator<FeatureRow> {
  const graph = await compactGraph(rows, budget);
  const snapshot = createSnapshot(graph, { ...links, budget });
  const topics = topicGroups(graph, budget);
  graph.close();
  const dates = graph.dates.filter(isDate);
  const makeRow = createRowMaker({
    ...{ snapshot, activation, vectorOf: createVectorReader(snapshot, budget) },
    topicOf: (id) => topics.labelOf(graph.numberOf(id)),
    dateOf: (id) => graph.dates[graph.numberOf(id)],
    latest: dates.reduce((latest, date) => Math.max(latest, Date.parse(date)), -Infinity),
  });
  const wanted = only === undefined ? undefined : new Map<string, FeatureRow | undefined>(only.map((id) => [id, undefined]));
  let node = 0;
  for await (const entity of rows.entities()) {
    const counts = { asSubject: graph.factsOut[node]!, asObject: graph.factsIn[node]!, claims: graph.claims[node]! };
    if (wanted === undefined) yield makeRow(entity, node, counts, neighbours);
    else if (wanted.has(entity.id)) wanted.set(entity.id, makeRow(entity, node, counts, neighbours));
    node++;
  }
  for (const id of only ?? []) {
    const row = wanted!.get(id);
    if (row !== undefined) yield row;
  }
}

/** Rows of a graph in memory, whichever is asked for. What all need is computed once. */
export function createFeatureReader(graph: KnowledgeGraph, snapshot: Snapshot, activation: SpreadOptions = {}, topics = documentTopics(graph)): (id: EntityId, neighbours: number) => FeatureRow {
  const vectors = nodeVectors(snapshot);
  const dates = graph.documents().flatMap(({ date }) => (isDate(date) ? [Date.parse(date)] : []));
  const makeRow = createRowMaker({
    ...{ snapshot, activation, topicOf: topics.labelOf },
    vectorOf: (node) => vectors.subarray(node * VECTOR_DIMENSIONS, (node + 1) * VECTOR_DIMENSIONS),
    dateOf: (id) => graph.document(id)?.date,
    latest: dates.reduce((latest, date) => Math.max(latest, date), -Infinity),
  });
  return (id, neighbours) => makeRow(graph.entity(id)!, nodeOf(snapshot, id), graph.countFacts(id), neighbours);
}

function createRowMaker({ snapshot, vectorOf, activation, topicOf, dateOf, latest }: FeatureBasis): RowMaker {
  const [rank, communities] = [pageRank(snapshot), communitiesOf(snapshot)];
  return ({ id, type, name, aliases, mentions, attributes }, node, { asSubject, asObject, claims }, neighbours) => {
    const documents = new Set(mentions.map(({ documentId }) => documentId));
    const dates = [...documents].map(dateOf).filter(isDate).sort();
    const spoken = spokenOf(mentions);
    const near = neighbours === 0 ? [] : strongest(spread(snapshot, new Map([[node, 1]]), activation), neighbours, (other) => other !== node);
    return [
      id,
      type,
      name,
      aliases.length,
      mentions.length,
      documents.size,
      asSubject,
      asObject,
      attributes.reduce((sum, { provenance }) => sum + provenance.length, claims),
      attributes.length,
      snapshot.offsets[node + 1]! - snapshot.offsets[node]!,
      snapshot.fan[node]!,
      rank[node]!,
      communities[node]!,
      dates[0] ?? null,
      dates.at(-1) ?? null,
      dates.length === 0 ? null : Math.round((latest - Date.parse(dates.at(-1)!)) / DAY),
      spoken?.score ?? null,
      spoken?.positive ?? null,
      spoken?.negative ?? null,
      topicsOf({ labelOf: topicOf }, documents).map(({ label }) => label),
      near.map((each) => snapshot.ids.at(each.node)!),
      near.map(({ level }) => level),
      Array.from(vectorOf(node)),
    ];
  };
}
