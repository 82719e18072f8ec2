// What a passage with labelled relations is, whichever data set it comes from, and what its labels say to a training.
import type { Passage } from './passage.ts';

export interface LabelledRelation {
  /** Indexes into the clusters of the passage. */
  readonly head: number;
  readonly tail: number;
  /** As the data set has it: a Wikidata property in all sets that the shipped model learns from. */
  readonly label: string;
  /** Of a label that a teacher gave, in (0, 1); 1 when left out. */
  readonly probability?: number;
}

export type MarkedPair = readonly [head: number, tail: number, label: string];

export interface LabelledPassage extends Passage {
  /** A pair may stand in several relations. */
  readonly relations: readonly LabelledRelation[];
  /** Labels that the set annotates. */
  readonly annotated: ReadonlySet<string>;
  /** How surely a pair that is not marked with an annotated label is a negative of it, in [0, 1]; 1 where every pair was looked at. */
  readonly completeness: number;
  /** Known not to hold, and not known at all. */
  readonly negatives: readonly MarkedPair[];
  readonly unknown: readonly MarkedPair[];
  readonly document: string;
  readonly source: string;
  /** Share of the epochs of a training that see it: 1 for text checked by people, less for what was aligned by machine. */
  readonly weight: number;
}

/** Collects relations, each once. */
export class RelationSet {
  readonly #relations = new Map<string, LabelledRelation>();

  add(head: number, tail: number, label: string): void {
    if (head !== tail) this.#relations.set(`${head} ${tail} ${label}`, { head, tail, label });
  }

  has(head: number, tail: number, label: string): boolean {
    return this.#relations.has(`${head} ${tail} ${label}`);
  }

  list(): LabelledRelation[] {
    return [...this.#relations.values()];
  }
}

/** Every mention a cluster of its own: for sets that mark mentions and no chains. */
export function clustersOfOne(mentions: readonly unknown[]): number[][] {
  return mentions.map((_, index) => [index]);
}
