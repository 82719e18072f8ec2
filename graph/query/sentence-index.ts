// Which sentences a text may mean, and the entities that each names. It follows the graph as documents come and go.
import type { DocumentId, DocumentText, EntityId } from '../../pipeline/core/model.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import type { Evidence } from './related.ts';
import { searchWords } from './search.ts';
import { WordIndex } from './word-index.ts';

interface Place {
  readonly documentId: DocumentId;
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly entities: Set<EntityId>;
}

interface SentenceRecord {
  readonly id: number;
  readonly text: string;
}

/** Sentences that name no entity are not found. */
export class SentenceIndex {
  private readonly graph: KnowledgeGraph;
  private readonly documents: ReadonlyMap<DocumentId, DocumentText>;
  private readonly places = new Map<number, Place>();
  /** The first of as many places as a document has sentences. */
  private readonly firstOf = new Map<DocumentId, readonly [first: number, sentences: number]>();
  private readonly placesOf = new Map<EntityId, readonly number[]>();
  private readonly words = new WordIndex<number, SentenceRecord>({ fields: { text: 1 }, tokenize: searchWords }, []);
  private nextPlace = 0;
  private isRead = false;

  /**
   * Reads the sentences when they are first asked for.
   * @param documents those that the graph was built from; they hold the texts
   */
  constructor(graph: KnowledgeGraph, documents: ReadonlyMap<DocumentId, DocumentText>) {
    this.graph = graph;
    this.documents = documents;
  }

  /** For each entity the place of the best sentence that names it. */
  find(text: string): Map<EntityId, { readonly score: number; readonly place: number }> {
    this.read();
    const best = new Map<EntityId, { score: number; place: number }>();
    // Best first, so the first to name an entity is its best.
    for (const { id: place, score } of this.words.search(text)) for (const entity of this.places.get(place)!.entities) if (!best.has(entity)) best.set(entity, { score, place });
    return best;
  }

  evidenceOf(place: number): Evidence {
    const { documentId, uri, start, end, text } = this.places.get(place)!;
    return { documentId, uri, start, end, text, score: 1 };
  }

  /** Reads the sentences now, and prepares what the first searches would else wait for. */
  warm(): void {
    this.read();
    this.words.warm();
  }

  /** Follows a change of the graph, told by the documents and entities that are new, changed or gone. */
  update(documents: Iterable<DocumentId>, entities: Iterable<EntityId>): void {
    if (!this.isRead) return;
    const touched = new Set(entities);
    for (const id of documents) {
      for (const entity of this.drop(id)) touched.add(entity);
      this.place(id);
    }
    const before = new Set<number>();
    for (const entity of touched) {
      for (const place of this.placesOf.get(entity) ?? []) if (this.places.get(place)?.entities.delete(entity)) before.add(place);
      this.placesOf.delete(entity);
    }
    const after = new Set([...touched].flatMap((entity) => this.putEntity(entity)));
    for (const place of before) if (this.places.get(place)!.entities.size === 0) this.words.remove(place);
    for (const place of after) if (!before.has(place) && this.places.get(place)!.entities.size > 0) this.index(place);
  }

  private read(): void {
    if (this.isRead) return;
    this.isRead = true;
    for (const id of this.documents.keys()) this.place(id);
    for (const id of this.graph.entityIds()) this.putEntity(id);
    for (const [place, { entities }] of this.places) if (entities.size > 0) this.index(place);
  }

  private index(place: number): void {
    this.words.add({ id: place, text: this.places.get(place)!.text });
  }

  private place(id: DocumentId): void {
    const extraction = this.documents.get(id);
    if (extraction === undefined) return;
    const { uri, text, sentences } = extraction;
    this.firstOf.set(id, [this.nextPlace, sentences.length]);
    for (const [start, end] of sentences) this.places.set(this.nextPlace++, { documentId: id, uri, start, end, text: text.slice(start, end), entities: new Set() });
  }

  /** @returns entities that the sentences named */
  private drop(id: DocumentId): EntityId[] {
    const [first, sentences] = this.firstOf.get(id) ?? [0, 0];
    this.firstOf.delete(id);
    const named: EntityId[] = [];
    for (let place = first; place < first + sentences; place++) {
      named.push(...this.places.get(place)!.entities);
      this.words.remove(place);
      this.places.delete(place);
    }
    return named;
  }

  /** @returns the places that name it */
  private putEntity(id: EntityId): readonly number[] {
    const places = (this.graph.entity(id)?.mentions ?? []).flatMap(({ documentId, sentence }) => {
      const place = (this.firstOf.get(documentId)?.[0] ?? Number.NaN) + sentence;
      return this.places.has(place) ? [place] : [];
    });
    if (places.length > 0) this.placesOf.set(id, places);
    for (const place of places) this.places.get(place)!.entities.add(id);
    return places;
  }
}
