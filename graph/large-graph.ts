// The knowledge graph of a set of documents that memory does not hold: the same as `buildGraph` gives, record by record. The documents are gone through twice: first for what
// they tell of their things, which is resolved in parts; then for what they say of each entity, which is listed by entity and put together one bucket of entities after the other.
import type { DocumentId, DocumentRecord, Entity, EntityId, EntityMention, EntityType, Extraction, Fact, GraphRows } from '../pipeline/core/model.ts';
import { admitExtraction, functionalOf } from './admit-extractions.ts';
import type { RejectedRelation } from './admit-relations.ts';
import { byHead, claimOf, documentRecordOf, namingMentions, type Claim } from './claims.ts';
import { Buckets, type MemoryBudget } from './compact/buckets.ts';
import { Records } from './compact/records.ts';
import { TextSet, TextTable } from './compact/text-table.ts';
import { keepOneValue, rejectionOf, type LesserValue } from './functional.ts';
import { KnowledgeGraph } from './knowledge-graph.ts';
import type { GraphOptions } from './live-graph.ts';
import { PartedResolver } from './resolve/parted-resolver.ts';
import type { Cluster } from './resolve/resolved-clusters.ts';
import { idOfCluster, resolvedEntity } from './resolve/resolved-entity.ts';

export interface LargeGraph {
  /** Facts in order of id too. */
  readonly rows: GraphRows;
  readonly counts: { readonly documents: number; readonly entities: number; readonly facts: number; readonly attributes: number };
  /** In the order of `LiveGraph.rejected`. */
  rejected(): Iterable<RejectedRelation>;
  /** Gives its memory back; nothing can be read any more. */
  close(): void;
}

export interface LargeGraphOptions extends GraphOptions {
  /** Things that are resolved at once; left out, as many as the memory holds. */
  readonly mostOfPart?: number;
}

/** Documents that are listed together. */
const CHUNK = 1024;
/** By the first bits of their ids, which are hashes. */
const ID_BUCKETS = 1024;
const ID_PREFIX = 2;
const ID_DIGITS = 4;
const bucketOf = (id: EntityId | Fact['id']): number => Math.floor((parseInt(id.slice(ID_PREFIX, ID_PREFIX + ID_DIGITS), 16) * ID_BUCKETS) / 16 ** ID_DIGITS);
const chunkOf = (document: number): number => Math.floor(document / CHUNK);

/** What a document says of a thing: entities by their numbers. */
type Told = readonly [cluster: number, mentions: readonly EntityMention[], claims: readonly Claim<number>[]];
type Rejected = readonly [subject: number, LesserValue];

/** @param extractions each document once, in order of id; gone through twice */
export async function largeGraph(extractions: () => AsyncIterable<Extraction>, options: LargeGraphOptions, budget: MemoryBudget): Promise<LargeGraph> {
  const { minRelationScore = 0, reader, decisions } = options;
  const isSure = ({ probability }: RejectedRelation): boolean => probability >= minRelationScore;
  const documents = new TextSet();
  const uris = new TextTable();
  const documentRows = new Records<DocumentRecord>(budget);
  const rejected = new Records<RejectedRelation>(budget);
  const resolver = new PartedResolver({ functional: functionalOf(options.schema), reader, decisions }, budget);
  for await (const given of extractions()) {
    const number = documents.add(given.id);
    uris.push(given.uri);
    const extraction = admitExtraction(given, options, (relation) => isSure(relation) && rejected.add(chunkOf(number), relation));
    const own = new KnowledgeGraph();
    own.upsertDocument(documentRecordOf(extraction));
    documentRows.add(chunkOf(number), own.document(given.id)!);
    resolver.add(extraction);
  }

  const things = new Things();
  const placed = new Buckets(budget);
  for (const cluster of resolver.clusters(options.mostOfPart)) {
    const number = things.add(cluster);
    for (const { documentId, entity } of cluster.appearances) {
      const document = documents.find(documentId);
      placed.add(chunkOf(document), document, entity.mentions[0]!, number);
    }
  }

  const told = new Records<Told>(budget);
  let document = 0;
  let ofDocument = new Map<number, [mention: number, cluster: number][]>();
  for await (const given of extractions()) {
    if (document % CHUNK === 0) ofDocument = byDocument(placed.take(chunkOf(document)));
    const extraction = admitExtraction(given, options);
    for (const [entity, each] of toldBy(extraction, ofDocument.get(document++) ?? [], things, minRelationScore)) told.add(bucketOf(things.ids.table.at(entity) as EntityId), each);
  }
  placed.close();

  const assembled = assemble(told, things, options, budget);
  return {
    rows: {
      documents: () => allOf(documentRows),
      entities: () => entitiesOf(assembled.entities),
      facts: () => factsOf(assembled.facts),
    },
    counts: { documents: documents.table.length, entities: things.ids.table.length, ...assembled.counts },
    *rejected() {
      yield* allOf(rejected);
      const uriOf = (id: DocumentId): string => uris.at(documents.find(id));
      for (const [subject, value] of allOf(assembled.lesser)) {
        const relation = rejectionOf(things.shown(subject), value, (id) => things.shown(things.ids.find(id)), uriOf);
        if (isSure(relation)) yield relation;
      }
    },
    close() {
      for (const records of [documentRows, rejected, assembled.entities, assembled.facts, assembled.lesser]) records.close();
    },
  };
}

/** Clusters and the entities that they are, by number: clusters of one type and anchor are one entity. */
class Things {
  readonly ids = new TextSet();
  private readonly types: EntityType[] = [];
  private readonly anchors = new TextTable();
  /** By cluster. */
  private readonly entities: number[] = [];
  private readonly names = new TextTable();
  /** By entity, where its name is. */
  private readonly placeOfName: number[] = [];

  add({ type, anchor }: Cluster): number {
    const entity = this.ids.add(idOfCluster({ type, anchor }));
    if (entity === this.types.length) {
      this.types.push(type);
      this.anchors.push(anchor);
    }
    return this.entities.push(entity) - 1;
  }

  entityOf(cluster: number): number {
    return this.entities[cluster]!;
  }

  typeOf(entity: number): EntityType {
    return this.types[entity]!;
  }

  cluster(number: number): Pick<Cluster, 'type' | 'anchor'> {
    const entity = this.entityOf(number);
    return { type: this.typeOf(entity), anchor: this.anchors.at(entity) };
  }

  name(entity: number, name: string): void {
    this.placeOfName[entity] = this.names.push(name);
  }

  /** Once it is named. */
  shown(entity: number): Pick<Entity, 'name' | 'type'> {
    return { name: this.names.at(this.placeOfName[entity]!), type: this.typeOf(entity) };
  }
}

function byDocument(words: Uint32Array): Map<number, [mention: number, cluster: number][]> {
  const found = new Map<number, [number, number][]>();
  for (let at = 0; at < words.length; at += 3) {
    const own = found.get(words[at]!);
    if (own === undefined) found.set(words[at]!, [[words[at + 1]!, words[at + 2]!]]);
    else own.push([words[at + 1]!, words[at + 2]!]);
  }
  return found;
}

/** @param placed of each thing of the document its first mention and its cluster */
function* toldBy(extraction: Extraction, placed: readonly (readonly [mention: number, cluster: number])[], things: Things, minRelationScore: number): Generator<readonly [entity: number, Told]> {
  const chains = new Map(extraction.chains.map(({ mentions }) => [mentions[0], mentions]));
  const entityOf: (number | undefined)[] = [];
  for (const [first, cluster] of placed) for (const mention of chains.get(first)!) entityOf[mention] = things.entityOf(cluster);
  const relations = byHead(extraction.relations.filter(({ score }) => score >= minRelationScore));
  for (const [first, cluster] of placed) {
    const [mentions, entity] = [chains.get(first)!, things.entityOf(cluster)];
    const claims = mentions.flatMap((head) => (relations.get(head) ?? []).flatMap((relation) => claimOf(extraction, relation, entity, (mention) => entityOf[mention]) ?? []));
    yield [entity, [cluster, namingMentions(extraction, mentions), claims]];
  }
}

/** Entities and facts as JSON, each in the bucket of its id; entities in order. */
function assemble(told: Records<Told>, things: Things, { schema }: GraphOptions, budget: MemoryBudget) {
  const functional = schema === undefined ? [] : [...functionalOf(schema)];
  const [entities, facts, lesser] = [new Records<string>(budget), new Records<string>(budget), new Records<Rejected>(budget)];
  const counts = { facts: 0, attributes: 0 };
  const idOf = (entity: number): EntityId => things.ids.table.at(entity) as EntityId;
  for (let bucket = 0; bucket < told.length; bucket++) {
    const mentionsOf = new Map<number, EntityMention[]>();
    const claimsOf = new Map<EntityId, Claim<number>[]>();
    for (const [cluster, mentions, claims] of told.take(bucket)) {
      push(mentionsOf, cluster, mentions);
      push(claimsOf, idOf(things.entityOf(cluster)), claims);
    }
    const graph = new KnowledgeGraph();
    for (const [cluster, mentions] of mentionsOf) graph.upsertEntity(resolvedEntity(things.cluster(cluster), mentions));
    const own = graph.entityIds();
    for (const subject of own) {
      for (const claim of claimsOf.get(subject)!) {
        if ('attribute' in claim) graph.addAttribute(subject, claim.attribute);
        else {
          const object = idOf(claim.object);
          // Of another bucket: here it is only an end.
          if (!graph.hasEntity(object)) graph.upsertEntity({ id: object, type: things.typeOf(claim.object), name: '', aliases: [], mentions: [] });
          graph.upsertFact({ subject, predicate: claim.predicate, object, provenance: claim.provenance });
        }
      }
      const number = things.ids.find(subject);
      for (const value of keepOneValue(graph, subject, functional)) lesser.add(bucket, [number, value]);
      const entity = graph.entity(subject)!;
      things.name(number, entity.name);
      counts.attributes += entity.attributes.length;
      entities.add(bucket, JSON.stringify(entity));
      for (const fact of graph.factsFrom(subject)) {
        counts.facts++;
        facts.add(bucketOf(fact.id), JSON.stringify(fact));
      }
    }
  }
  told.close();
  return { entities, facts, lesser, counts };
}

function push<K, V>(lists: Map<K, V[]>, key: K, values: readonly V[]): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [...values]);
  else list.push(...values);
}

function* allOf<T>(records: Records<T>): Generator<T> {
  for (let bucket = 0; bucket < records.length; bucket++) yield* records.read(bucket);
}

function* entitiesOf(entities: Records<string>): Generator<Entity> {
  for (const json of allOf(entities)) yield JSON.parse(json) as Entity;
}

/** Facts come by their subjects; their JSON begins with their ids. */
function* factsOf(facts: Records<string>): Generator<Fact> {
  for (let bucket = 0; bucket < facts.length; bucket++) for (const json of [...facts.read(bucket)].sort()) yield JSON.parse(json) as Fact;
}
