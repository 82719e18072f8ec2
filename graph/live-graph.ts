// The knowledge graph of a set of documents that come and go: mentions become entities through resolution, relations between entities become
// facts, relations to dates and numbers attributes. After every change it is what the documents that are there and what people say give by themselves,
// whatever came before; a change costs what it touches: the entities of its documents, and those that other documents now mean by their names.
import type { Decision, DocumentId, DocumentRecord, Entity, EntityId, Extraction, Fact, GraphDelta, Reference, Relation } from '../pipeline/core/model.ts';
import { admitExtraction, functionalOf, uniqueById, type AdmitOptions } from './admit-extractions.ts';
import type { RejectedRelation } from './admit-relations.ts';
import { byHead, claimOf, documentRecordOf, namingMentions } from './claims.ts';
import { compareText } from './evidence.ts';
import { keepOneValue, rejectionOf, type LesserValue } from './functional.ts';
import { KnowledgeGraph } from './knowledge-graph.ts';
import type { ContextReader } from './resolve/context.ts';
import type { Cluster } from './resolve/resolved-clusters.ts';
import { EntityResolver } from './resolve/entity-resolver.ts';
import { idOfCluster, resolvedEntity } from './resolve/resolved-entity.ts';

export interface GraphOptions extends AdmitOptions {
  /** Relations below this score are left out, in [0, 1]; default 0. */
  readonly minRelationScore?: number;
  /** Reads the surroundings of names, which tell things of one name apart; left out, they play no part. */
  readonly reader?: ContextReader;
  /** What people said of what is one and what is not. */
  readonly decisions?: readonly Decision[];
}

export interface GraphChanges {
  /** A document takes the place of one with its id. */
  readonly added?: readonly Extraction[];
  readonly removed?: readonly DocumentId[];
  /** All that people say from now on; left out, it stays as it was. */
  readonly decisions?: readonly Decision[];
}

interface LiveDocument {
  readonly extraction: Extraction;
  readonly rejected: readonly RejectedRelation[];
  /** By the mention that is their head. */
  readonly relations: ReadonlyMap<number, readonly Relation[]>;
  /** By mention; of dates and numbers none. */
  readonly entityOf: (EntityId | undefined)[];
}

export class LiveGraph {
  readonly graph = new KnowledgeGraph();
  /** For what it knows of its things; documents come to it and go through this graph alone. */
  readonly resolver: EntityResolver;
  private readonly options: GraphOptions;
  private readonly functional: readonly string[];
  private readonly documents = new Map<DocumentId, LiveDocument>();
  private readonly clusters = new Map<EntityId, readonly Cluster[]>();
  private readonly lesserValues = new Map<EntityId, readonly LesserValue[]>();

  constructor(options: GraphOptions = {}) {
    const functional = functionalOf(options.schema);
    this.options = options;
    this.functional = options.schema === undefined ? [] : [...functional];
    this.resolver = new EntityResolver({ functional, reader: options.reader, decisions: options.decisions });
  }

  apply(changes: GraphChanges): void {
    this.rebuild(this.resolve(changes).touched);
  }

  /** @returns what of the graph became another one, every list sorted by id */
  update(changes: GraphChanges): GraphDelta {
    const removedDocuments = (changes.removed ?? []).filter((id) => this.documents.has(id)).sort(compareText);
    const { touched, documents } = this.resolve(changes);
    const before = this.viewOf(touched);
    this.rebuild(touched);
    const after = this.viewOf(touched);
    return {
      documents,
      removedDocuments: removedDocuments.filter((id) => !this.documents.has(id)),
      ...{ entities: changed(before.entities, after.entities), removedEntities: lost(before.entities, after.entities) },
      ...{ facts: changed(before.facts, after.facts), removedFacts: lost(before.facts, after.facts) },
    };
  }

  /** What an entity was resolved from: one, or several that came to one id; none where there is no such entity. */
  clustersOf(id: EntityId): readonly Cluster[] {
    return this.clusters.get(id) ?? [];
  }

  /** What of a document came into the graph. */
  extraction(id: DocumentId): Extraction | undefined {
    return this.documents.get(id)?.extraction;
  }

  /** The entity that a document means by a name. */
  entityOf(reference: Reference): EntityId | undefined {
    const appearance = this.resolver.find(reference);
    return appearance === undefined ? undefined : this.documents.get(reference.documentId)?.entityOf[appearance.entity.mentions[0]!];
  }

  /** Relations that the schema kept out of the graph, in order of documents; then those that a likelier value took the place of, in order of entities. */
  rejected(): RejectedRelation[] {
    const { minRelationScore = 0 } = this.options;
    const byDocument = [...this.documents].sort(([a], [b]) => compareText(a, b)).flatMap(([, { rejected }]) => rejected);
    const byEntity = [...this.lesserValues].sort(([a], [b]) => compareText(a, b)).flatMap(([id, values]) => values.map((value) => rejectionOf(this.graph.entity(id)!, value, (object) => this.graph.entity(object)!, (document) => this.graph.document(document)!.uri)));
    return [...byDocument, ...byEntity].filter(({ probability }) => probability >= minRelationScore);
  }

  /** @returns entities to be made anew, and the documents that came */
  private resolve({ added = [], removed = [], decisions }: GraphChanges): { readonly touched: ReadonlySet<EntityId>; readonly documents: readonly DocumentRecord[] } {
    for (const id of removed) {
      this.resolver.remove(id);
      this.documents.delete(id);
      this.graph.dropDocument(id);
    }
    const dirty = new Set<LiveDocument>();
    for (const given of uniqueById(added)) {
      const rejected: RejectedRelation[] = [];
      const extraction = admitExtraction(given, this.options, (relation) => rejected.push(relation));
      const document: LiveDocument = { extraction, rejected, relations: byHead(extraction.relations), entityOf: new Array<undefined>(extraction.mentions.length) };
      this.resolver.add(extraction);
      this.documents.set(extraction.id, document);
      this.graph.upsertDocument(documentRecordOf(extraction));
      dirty.add(document);
    }
    const documents = [...dirty].map(({ extraction }) => this.graph.document(extraction.id)!);
    if (decisions !== undefined) this.resolver.decide(decisions);
    const { gone, come } = this.resolver.changes();
    const touched = new Set<EntityId>();
    for (const cluster of gone) {
      const id = idOfCluster(cluster);
      touched.add(id);
      this.clusters.set(id, this.clusters.get(id)!.filter((other) => other !== cluster));
    }
    for (const cluster of come) {
      const id = idOfCluster(cluster);
      touched.add(id);
      this.clusters.set(id, [...(this.clusters.get(id) ?? []), cluster]);
      for (const { documentId, entity } of cluster.appearances) {
        const document = this.documents.get(documentId)!;
        if (document.entityOf[entity.mentions[0]!] === id) continue;
        for (const mention of entity.mentions) document.entityOf[mention] = id;
        dirty.add(document);
      }
    }
    // What they speak of may be another thing than before, for the entities that they say it of.
    for (const { relations, entityOf } of dirty) {
      for (const head of relations.keys()) if (entityOf[head] !== undefined) touched.add(entityOf[head]);
    }
    return { touched, documents };
  }

  private rebuild(touched: ReadonlySet<EntityId>): void {
    const present = [...touched].filter((id) => (this.clusters.get(id)?.length ?? 0) > 0);
    for (const id of touched) {
      this.lesserValues.delete(id);
      this.graph.clearEntity(id);
    }
    for (const id of present) for (const cluster of this.clusters.get(id)!) this.graph.upsertEntity(resolvedEntity(cluster, cluster.appearances.flatMap(({ documentId, entity }) => namingMentions(this.documents.get(documentId)!.extraction, entity.mentions))));
    for (const id of touched) {
      if ((this.clusters.get(id)?.length ?? 0) > 0) continue;
      this.clusters.delete(id);
      this.graph.dropEntity(id);
    }
    for (const id of present) {
      for (const { appearances } of this.clusters.get(id)!) {
        for (const { documentId, entity } of appearances) {
          const document = this.documents.get(documentId)!;
          for (const head of entity.mentions) for (const relation of document.relations.get(head) ?? []) this.claim(id, document, relation);
        }
      }
      const lesser = keepOneValue(this.graph, id, this.functional);
      if (lesser.length > 0) this.lesserValues.set(id, lesser);
    }
  }

  private claim(subject: EntityId, { extraction, entityOf }: LiveDocument, relation: Relation): void {
    if (relation.score < (this.options.minRelationScore ?? 0)) return;
    const claim = claimOf(extraction, relation, subject, (mention) => entityOf[mention]);
    if (claim === undefined) return;
    if ('attribute' in claim) this.graph.addAttribute(subject, claim.attribute);
    else this.graph.upsertFact({ subject, ...claim });
  }

  private viewOf(ids: ReadonlySet<EntityId>): { readonly entities: readonly Entity[]; readonly facts: readonly Fact[] } {
    const sorted = [...ids].sort(compareText);
    return { entities: sorted.flatMap((id) => this.graph.entity(id) ?? []), facts: sorted.flatMap((id) => this.graph.factsFrom(id)).sort((a, b) => compareText(a.id, b.id)) };
  }
}

function changed<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): T[] {
  const known = new Map(before.map((each) => [each.id, each]));
  return after.filter((each) => !known.has(each.id) || JSON.stringify(known.get(each.id)) !== JSON.stringify(each));
}

function lost<Id extends string>(before: readonly { readonly id: Id }[], after: readonly { readonly id: Id }[]): Id[] {
  const left = new Set(after.map(({ id }) => id));
  return before.flatMap(({ id }) => (left.has(id) ? [] : [id]));
}
