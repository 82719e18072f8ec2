// The contracts between the parts: Source, Stage, GraphStore. Types only.
import type { Document, Extraction, GraphDelta, GraphRows } from './model.ts';

/** Why one document, row or file could not be used. Nothing else is lost because of it. */
export interface DeadLetter {
  readonly uri: string;
  /** 1-based line in the file, when known. */
  readonly line?: number;
  /** `read`, `segment`, `ner`, `relation` … */
  readonly stage: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** A document to be read, a record that needs no reading, or what could not be used. */
export type SourceItem = { readonly document: Document } | { readonly extraction: Extraction } | { readonly deadLetter: DeadLetter };

/** Reads one file (or stdin) as a stream; memory does not grow with the file for record formats. */
export interface Source {
  readonly kind: string;
  read(): AsyncIterable<SourceItem>;
}

/** Turns batches of one record type into the next; never changes what it was given, keeps the order. */
export interface Stage<In, Out> {
  readonly name: string;
  process(batch: readonly In[]): Promise<readonly Out[]>;
  close?(): Promise<void>;
}

export interface StoreCounts {
  readonly documents: number;
  readonly entities: number;
  readonly facts: number;
}

/** A document, entity or fact that a store would not take, and why. */
export interface RefusedRow {
  readonly kind: 'document' | 'entity' | 'fact';
  readonly id: string;
  /** Of the server, or of Engram. */
  readonly code: string;
  readonly reason: string;
}

export interface SyncReport {
  /** Rows that were sent; of `written` those of `refused` do not stand there. */
  readonly written: StoreCounts;
  readonly removed: StoreCounts;
  readonly refused: readonly RefusedRow[];
  readonly batches: number;
  readonly retries: number;
  readonly deadlocks: number;
}

/** Something in a store that is not as the graph has it. */
export interface Difference {
  readonly kind: 'document' | 'entity' | 'fact';
  readonly id: string;
  readonly problem: 'missing' | 'extra' | 'changed';
}

/** A database that holds the graph. Upserts are by stable id: twice equals once. */
export interface GraphStore {
  readonly kind: string;
  /** Constraints and tables; safe to repeat; called before the first write. */
  prepare(): Promise<void>;
  /**
   * All of the delta, but for rows that the store refuses; order within it does not matter.
   * @throws EngramError `ENGRAM_STORE_MISSING_ENTITY` when a fact names an entity that neither the delta nor the store holds
   */
  write(delta: GraphDelta): Promise<SyncReport>;
  /** Makes everything Engram owns in the store this graph. */
  replaceAll(delta: GraphDelta): Promise<SyncReport>;
  /** The same for a graph that memory does not hold: entities and facts in order of id, each list gone through as often as the store needs. */
  load(rows: GraphRows): Promise<SyncReport>;
  /** What in the store is not as this graph has it, in order of id; all of it is read. */
  differences(delta: GraphDelta): Promise<Difference[]>;
  /** Writes anew what differs; a store that is a file of Engram's own holds nothing of what stood there before, nor in space that is free again. */
  repair(delta: GraphDelta): Promise<SyncReport>;
  counts(): Promise<StoreCounts>;
  /** Everything Engram owns in the store, entities, facts and documents sorted by id; for verification and tests. */
  readAll(): Promise<GraphDelta>;
  /** The same a page at a time, for graphs that are not to be held; what is written meanwhile may be read or not. */
  rows(): GraphRows;
  close(): Promise<void>;
}
