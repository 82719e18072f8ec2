// A compact copy of the knowledge graph for activation: two arcs a fact, one each way, weighted by how sure it is and by what its predicate
// passes on, plus weak ones where two entities share a sentence.
import type { EntityId } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { rowsOf, type Arcs } from './arcs.ts';

export interface Snapshot extends Arcs {
  /** Sorted; the position is the number of the node. */
  readonly ids: readonly EntityId[];
}

/** What a snapshot is made of. */
export interface SnapshotSource {
  /** Sorted; from then on each is called by its place. */
  numberEntities(): readonly EntityId[];
  forEachFact(visit: (subject: number, predicate: string, object: number, probability: number) => void): void;
  /** For each entity the sentences that name it. */
  forEachMention(visit: (entity: number, sentence: string) => void): void;
}

/** What of a fact is passed on, as factors of its probability in [0, 1]. */
export interface LinkWeight {
  readonly toObject: number;
  readonly toSubject: number;
}

export interface SnapshotOptions {
  /** By predicate; those that are not named pass on all. */
  readonly predicates?: Readonly<Record<string, LinkWeight>>;
  /** Weight of two entities that are only ever mentioned together, in [0, 1]; 0 leaves such arcs out. */
  readonly coMentionWeight?: number;
  /** In a sentence with more entities (a list, a table) each is linked with this many that follow it. */
  readonly maxCoMentions?: number;
}

const ALL: LinkWeight = { toObject: 1, toSubject: 1 };

export function createSnapshot(source: SnapshotSource, options: SnapshotOptions = {}): Snapshot {
  const { predicates = {}, coMentionWeight = 0.1, maxCoMentions = 12 } = options;
  const ids = source.numberEntities();
  const weightOf = new Map(Object.entries(predicates));
  const together = coMentionWeight > 0 ? coMentions(source, ids.length, coMentionWeight, maxCoMentions) : [];
  const arcs = rowsOf(ids.length, (visit) => {
    source.forEachFact((subject, predicate, object, probability) => {
      if (subject === object) return;
      const { toObject, toSubject } = weightOf.get(predicate) ?? ALL;
      visit(subject, object, probability * toObject);
      visit(object, subject, probability * toSubject);
    });
    for (const { a, b, weight } of together) {
      visit(a, b, weight);
      visit(b, a, weight);
    }
  });
  return { ids, ...arcs };
}

/** The node of an entity, or −1. */
export function nodeOf({ ids }: Snapshot, id: EntityId): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(ids[middle]!, id) < 0) low = middle + 1;
    else high = middle;
  }
  return ids[low] === id ? low : -1;
}

/** Weight × sentences that name both / √(sentences that name the one × those that name the other). */
function coMentions(source: SnapshotSource, count: number, weight: number, most: number): { readonly a: number; readonly b: number; readonly weight: number }[] {
  const named = new Map<string, Set<number>>();
  source.forEachMention((node, sentence) => {
    const together = named.get(sentence);
    if (together === undefined) named.set(sentence, new Set([node]));
    else together.add(node);
  });
  const occurrences = new Float64Array(count);
  const shared = new Map<number, number>();
  for (const together of named.values()) {
    const nodes = [...together].sort((a, b) => a - b);
    for (const [i, a] of nodes.entries()) {
      occurrences[a]!++;
      for (const b of nodes.slice(i + 1, i + 1 + most)) shared.set(a * count + b, (shared.get(a * count + b) ?? 0) + 1);
    }
  }
  return [...shared].map(([pair, times]) => {
    const [a, b] = [Math.floor(pair / count), pair % count];
    return { a, b, weight: (weight * times) / Math.sqrt(occurrences[a]! * occurrences[b]!) };
  });
}
