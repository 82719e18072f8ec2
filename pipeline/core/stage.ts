// The contracts between the parts: Source, Stage, GraphStore. Types only.
import type { Document, Extraction, GraphDelta } from './model.ts';

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

/** A database that holds the graph. Upserts are by stable id: twice equals once. */
export interface GraphStore {
  readonly kind: string;
  /** Constraints and tables; safe to repeat; called before the first write. */
  prepare(): Promise<void>;
  /**
   * All of the delta or an error; order within it does not matter.
   * @throws EngramError `ENGRAM_STORE_MISSING_ENTITY` when a fact names an entity that neither the delta nor the store holds
   */
  write(delta: GraphDelta): Promise<void>;
  /** Replaces everything Engram owns in the store. */
  replaceAll(delta: GraphDelta): Promise<void>;
  counts(): Promise<StoreCounts>;
  /** Everything Engram owns in the store, entities, facts and documents sorted by id; for verification and tests. */
  readAll(): Promise<GraphDelta>;
  close(): Promise<void>;
}
