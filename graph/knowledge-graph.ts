// The typed face of the in-memory graph: entities are nodes, facts are edges of a graphology multigraph. Everything is
// keyed by stable id, so adding a thing twice changes nothing, and what comes out is sorted and the same byte for byte.
import { MultiDirectedGraph } from 'graphology';
import type {
  Attribute,
  DocumentId,
  DocumentRecord,
  Entity,
  EntityId,
  EntityMention,
  EntityType,
  Fact,
  FactId,
  GraphDelta,
  GraphRows,
  Provenance,
  Triple,
} from '../pipeline/core/model.ts';
import { EngramError } from '../pipeline/core/errors.ts';
import { factIdOf } from '../pipeline/core/ids.ts';
import { compareText, Evidence } from './evidence.ts';
import { KeyedList, type Kind } from './keyed-list.ts';

interface AttributeRecord {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly kind: Attribute['kind'];
  surface: string;
  readonly evidence: Evidence;
}

interface EntityNode {
  readonly id: EntityId;
  /** In the library's graph: a number, as it keeps neighbours as properties of plain objects, and V8 makes every further object of a process dear once 1,536 names were the first of one. */
  readonly key: string;
  readonly type: EntityType;
  name: string;
  /** Each once. */
  aliases: readonly string[];
  mentions: KeyedList<EntityMention>;
  /** None where there are none: most entities have none. */
  attributes: Map<string, AttributeRecord> | undefined;
  view: Entity | undefined;
  /** Its place among all; see `numberEntities`. */
  number: number;
}

interface FactEdge {
  readonly subject: EntityNode;
  readonly object: EntityNode;
  /** Its place among all. */
  place: number;
  readonly predicate: string;
  readonly evidence: Evidence;
}

/** A triple and the claims for it; id and probability follow from them. */
export type FactClaim = Triple & { readonly provenance: readonly Provenance[] };
export type AttributeClaim = Omit<Attribute, 'probability'>;

export class KnowledgeGraph {
  private readonly graph = new MultiDirectedGraph<EntityNode, FactEdge>();
  private readonly nodes = new Map<EntityId, EntityNode>();
  private nextKey = 0;
  /** All edges, for walks through the whole graph: ten times as fast as through its own maps. */
  private readonly edges: FactEdge[] = [];
  private readonly documentById = new Map<DocumentId, DocumentRecord>();
  /** How many facts and attributes there are of each. */
  private readonly predicateCounts = new Map<string, number>();

  static fromDelta(delta: GraphDelta): KnowledgeGraph {
    const graph = new KnowledgeGraph();
    for (const document of delta.documents) graph.upsertDocument(document);
    for (const entity of delta.entities) graph.upsertEntity(entity);
    for (const fact of delta.facts) graph.upsertFact(fact);
    return graph;
  }

  get counts(): { readonly documents: number; readonly entities: number; readonly facts: number } {
    return { documents: this.documentById.size, entities: this.nodes.size, facts: this.graph.size };
  }

  upsertDocument(document: DocumentRecord): void {
    const { id, uri, title, date, metadata, sentiment, topics } = document;
    this.documentById.set(id, {
      id,
      uri,
      ...(title === undefined ? {} : { title }),
      ...(date === undefined ? {} : { date }),
      ...(metadata === undefined ? {} : { metadata: sortedRecord(metadata) }),
      ...(sentiment === undefined ? {} : { sentiment }),
      ...(topics === undefined ? {} : { topics: topics.map(({ label, probability }) => ({ label, probability })) }),
    });
  }

  /** Creates the entity, or joins what is new to the one with that id: mentions, aliases and attributes are kept. */
  upsertEntity(entity: Omit<Entity, 'attributes'> & { readonly attributes?: readonly AttributeClaim[] }): void {
    let node = this.nodes.get(entity.id);
    if (node === undefined) {
      node = { id: entity.id, key: String(this.nextKey++), type: entity.type, name: entity.name, aliases: [], mentions: new KeyedList(MENTIONS), attributes: undefined, view: undefined, number: -1 };
      this.nodes.set(entity.id, node);
      this.graph.addNode(node.key, node);
    }
    node.view = undefined;
    if (node.name === '') node.name = entity.name;
    node.aliases = [...new Set([...node.aliases, ...entity.aliases, entity.name])];
    for (const mention of entity.mentions) node.mentions.add(copyOfMention(mention));
    if (node.name !== entity.name) node.name = betterName(node, node.name, entity.name);
    for (const attribute of entity.attributes ?? []) this.addAttribute(entity.id, attribute);
  }

  /**
   * Creates the fact, or adds the claims it does not have yet.
   * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` when subject or object is not in the graph
   */
  upsertFact(claim: FactClaim): FactId {
    const [subject, object] = [this.node(claim.subject), this.node(claim.object)];
    const id = factIdOf(claim);
    if (!this.graph.hasEdge(id)) {
      const edge: FactEdge = { subject, object, predicate: claim.predicate, evidence: new Evidence(), place: this.edges.length };
      this.graph.addDirectedEdgeWithKey(id, subject.key, object.key, edge);
      this.edges.push(edge);
      this.count(claim.predicate, 1);
    }
    const evidence = this.graph.getEdgeAttribute(id, 'evidence');
    for (const each of claim.provenance) evidence.add(each);
    return id;
  }

  /** Competing values of one name live side by side, each with its evidence. */
  addAttribute(id: EntityId, claim: AttributeClaim): void {
    const node = this.node(id);
    const key = attributeKey(claim);
    let record = node.attributes?.get(key);
    if (record === undefined) {
      const { name, value, unit, kind, surface } = claim;
      record = { name, value, ...(unit === undefined ? {} : { unit }), kind, surface, evidence: new Evidence() };
      (node.attributes ??= new Map()).set(key, record);
      this.count(name, 1);
    } else if (compareSurfaces(claim.surface, record.surface) < 0) {
      record.surface = claim.surface;
    }
    for (const each of claim.provenance) record.evidence.add(each);
    node.view = undefined;
  }

  dropAttribute(id: EntityId, attribute: Pick<Attribute, 'name' | 'value' | 'unit'>): void {
    const node = this.node(id);
    if (node.attributes?.delete(attributeKey(attribute))) this.count(attribute.name, -1);
    node.view = undefined;
  }

  /** Takes from an entity all that is said of it; what is said of others with it stays. */
  clearEntity(id: EntityId): void {
    const node = this.nodes.get(id);
    if (node === undefined) return;
    node.name = '';
    for (const { name } of node.attributes?.values() ?? []) this.count(name, -1);
    Object.assign(node, { aliases: [], mentions: new KeyedList(MENTIONS), attributes: undefined, view: undefined });
    for (const fact of this.graph.outEdges(node.key)) this.dropFact(fact as FactId);
  }

  dropEntity(id: EntityId): void {
    const node = this.nodes.get(id);
    if (node === undefined) return;
    this.clearEntity(id);
    for (const fact of this.graph.edges(node.key)) this.dropFact(fact as FactId);
    this.graph.dropNode(node.key);
    this.nodes.delete(id);
  }

  dropDocument(id: DocumentId): void {
    this.documentById.delete(id);
  }

  dropFact(id: FactId): void {
    if (!this.graph.hasEdge(id)) return;
    const { place, predicate } = this.graph.getEdgeAttributes(id);
    this.count(predicate, -1);
    const last = this.edges.pop()!;
    if (last.place !== place) this.edges[(last.place = place)] = last;
    this.graph.dropEdge(id);
  }

  hasEntity(id: string): id is EntityId {
    return this.nodes.has(id as EntityId);
  }

  entity(id: EntityId): Entity | undefined {
    const node = this.nodes.get(id);
    return node === undefined ? undefined : (node.view ??= viewOf(node));
  }

  fact(id: FactId): Fact | undefined {
    if (!this.graph.hasEdge(id)) return undefined;
    const { subject, predicate, object, evidence } = this.graph.getEdgeAttributes(id);
    return {
      id,
      subject: subject.id,
      predicate,
      object: object.id,
      probability: evidence.probability(),
      provenance: evidence.sorted(),
    };
  }

  document(id: DocumentId): DocumentRecord | undefined {
    return this.documentById.get(id);
  }

  /** Sorted by id. */
  documents(): DocumentRecord[] {
    return [...this.documentById.values()].sort((a, b) => compareText(a.id, b.id));
  }

  /** Sorted by id. */
  entities(): Entity[] {
    return this.entityIds().map((id) => this.entity(id) as Entity);
  }

  /** Sorted by id. */
  facts(): Fact[] {
    return this.graph.edges().sort(compareText).map((id) => this.fact(id as FactId) as Fact);
  }

  /** Sorted. */
  entityIds(): EntityId[] {
    return [...this.nodes.keys()].sort();
  }

  /** Sorted; until it changes each entity is called by its place here in what follows. */
  numberEntities(): EntityId[] {
    const ids = this.entityIds();
    ids.forEach((id, number) => (this.nodes.get(id)!.number = number));
    return ids;
  }

  /** In no order. */
  forEachFact(visit: (subject: number, predicate: string, object: number, probability: number) => void): void {
    for (const { subject, predicate, object, evidence } of this.edges) visit(subject.number, predicate, object.number, evidence.probability());
  }

  /** In no order. */
  forEachMention(visit: (entity: number, document: number, sentence: number) => void): void {
    const numbers = new Map<DocumentId, number>();
    for (const { number, mentions } of this.nodes.values()) {
      for (const { documentId, sentence } of mentions.sorted()) {
        let document = numbers.get(documentId);
        if (document === undefined) numbers.set(documentId, (document = numbers.size));
        visit(number, document, sentence);
      }
    }
  }

  /** Facts with the entity at either end, sorted by id. */
  factsOf(id: EntityId): Fact[] {
    const node = this.nodes.get(id);
    return node === undefined ? [] : [...new Set(this.graph.edges(node.key))].sort(compareText).map((fact) => this.fact(fact as FactId) as Fact);
  }

  /** Facts with the entity as subject, sorted by id. */
  factsFrom(id: EntityId): Fact[] {
    const node = this.nodes.get(id);
    return node === undefined ? [] : this.graph.outEdges(node.key).sort(compareText).map((fact) => this.fact(fact as FactId) as Fact);
  }

  /** With the entity at either end. */
  factCount(id: EntityId): number {
    const node = this.nodes.get(id);
    return node === undefined ? 0 : this.graph.degree(node.key);
  }

  /** Facts of which the entity is subject and object, and the claims for all of them; cheaper than `factsOf`. */
  countFacts(id: EntityId): { readonly asSubject: number; readonly asObject: number; readonly claims: number } {
    const { key } = this.node(id);
    let claims = 0;
    this.graph.forEachOutboundEdge(key, (_, { evidence }) => void (claims += evidence.size));
    this.graph.forEachInboundEdge(key, (_, { subject, object, evidence }) => void (claims += subject === object ? 0 : evidence.size));
    return { asSubject: this.graph.outDegree(key), asObject: this.graph.inDegree(key), claims };
  }

  /** Facts between two entities in either direction, strongest first. */
  factsBetween(a: EntityId, b: EntityId): Fact[] {
    const [from, to] = [this.nodes.get(a), this.nodes.get(b)];
    if (from === undefined || to === undefined) return [];
    const ids = new Set([...this.graph.directedEdges(from.key, to.key), ...this.graph.directedEdges(to.key, from.key)]);
    return [...ids]
      .map((id) => this.fact(id as FactId) as Fact)
      .sort((x, y) => y.probability - x.probability || compareText(x.id, y.id));
  }

  /** Entities one fact away, in either direction, sorted by id; never the entity itself. */
  neighbours(id: EntityId): EntityId[] {
    const node = this.nodes.get(id);
    if (node === undefined) return [];
    return this.graph.mapNeighbors(node.key, (_, other) => other.id).filter((other) => other !== id).sort(compareText);
  }

  /** The whole graph, every list sorted by id. */
  toDelta(): GraphDelta {
    return { documents: this.documents(), entities: this.entities(), facts: this.facts() };
  }

  /** The same a record at a time, each made when its turn comes. */
  rows(): GraphRows {
    const [entity, fact] = [(id: EntityId) => this.entity(id)!, (id: string) => this.fact(id as FactId)!];
    return { documents: () => this.documents(), entities: () => mapped(this.entityIds(), entity), facts: () => mapped(this.graph.edges().sort(), fact) };
  }

  /** Of facts and attributes, sorted. */
  predicates(): string[] {
    return [...this.predicateCounts.keys()].sort();
  }

  private count(predicate: string, by: number): void {
    const count = (this.predicateCounts.get(predicate) ?? 0) + by;
    if (count > 0) this.predicateCounts.set(predicate, count);
    else this.predicateCounts.delete(predicate);
  }

  private node(id: EntityId): EntityNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: id });
    return node;
  }
}

function* mapped<A, B>(items: Iterable<A>, make: (item: A) => B): Generator<B> {
  for (const item of items) yield make(item);
}

/** One a place; of two the surer one stays. */
const MENTIONS: Kind<EntityMention> = {
  keyOf: ({ documentId, start, end }) => `${documentId} ${start} ${end}`,
  isSame: (a, b) => a.start === b.start && a.end === b.end && a.documentId === b.documentId,
  compare: (a, b) => compareText(a.documentId, b.documentId) || a.start - b.start || a.end - b.end,
  rankOf: ({ score }) => score,
};

function attributeKey({ name, value, unit = '' }: Pick<Attribute, 'name' | 'value' | 'unit'>): string {
  return `${name}\u0000${value}\u0000${unit}`;
}

function viewOf(node: EntityNode): Entity {
  const counts = surfaceCounts(node);
  const aliases = [...new Set([...node.aliases, ...counts.keys()])].filter((alias) => alias !== node.name);
  aliases.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || compareText(a, b));
  const attributes = [...(node.attributes?.values() ?? [])]
    .map(({ name, value, unit, surface, kind, evidence }) => ({
      name,
      value,
      ...(unit === undefined ? {} : { unit }),
      surface,
      kind,
      probability: evidence.probability(),
      provenance: evidence.sorted(),
    }))
    .sort((a, b) => compareText(a.name, b.name) || b.probability - a.probability || compareText(a.value, b.value) || compareText(a.unit ?? '', b.unit ?? ''));
  return { id: node.id, type: node.type, name: node.name, aliases, mentions: node.mentions.sorted(), attributes };
}

function surfaceCounts(node: EntityNode): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { surface } of node.mentions.sorted()) counts.set(surface, (counts.get(surface) ?? 0) + 1);
  return counts;
}

/** The more frequent of two names; which one came first plays no part. */
function betterName(node: EntityNode, a: string, b: string): string {
  const counts = surfaceCounts(node);
  const byCount = (counts.get(a) ?? 0) - (counts.get(b) ?? 0);
  if (byCount !== 0) return byCount > 0 ? a : b;
  return compareSurfaces(a, b) <= 0 ? a : b;
}

/** The longer wording first. */
function compareSurfaces(a: string, b: string): number {
  return b.length - a.length || compareText(a, b);
}

function copyOfMention(m: EntityMention): EntityMention {
  const { documentId, sentence, start, end, surface, score, sentiment } = m;
  return { documentId, sentence, start, end, surface, score, ...(sentiment === undefined ? {} : { sentiment }) };
}

function sortedRecord(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => compareText(a, b)));
}
