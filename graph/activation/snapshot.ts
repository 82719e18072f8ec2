// A compact copy of the knowledge graph for activation: two arcs a fact, one each way, weighted by how sure it is and by what its predicate
// passes on, plus weak ones where two entities share a sentence.
import type { EntityId } from '../../pipeline/core/model.ts';
import { ArcBuffer, rowsOf, type Arcs } from './arcs.ts';

export interface Snapshot extends Arcs {
  /** Sorted; the position is the number of the node. */
  readonly ids: readonly EntityId[];
  readonly indexOf: ReadonlyMap<EntityId, number>;
}

/** What a snapshot is made of. */
export interface SnapshotSource {
  /** Sorted. */
  entityIds(): readonly EntityId[];
  forEachFact(visit: (subject: EntityId, predicate: string, object: EntityId, probability: number) => void): void;
  /** For each entity the sentences that name it. */
  forEachMention(visit: (entity: EntityId, sentence: string) => void): void;
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
  const ids = source.entityIds();
  const indexOf = new Map(ids.map((id, index) => [id, index]));
  const weightOf = new Map(Object.entries(predicates));
  const arcs = new ArcBuffer();
  source.forEachFact((subject, predicate, object, probability) => {
    const [a, b] = [indexOf.get(subject)!, indexOf.get(object)!];
    if (a === b) return;
    const { toObject, toSubject } = weightOf.get(predicate) ?? ALL;
    arcs.add(a, b, probability * toObject);
    arcs.add(b, a, probability * toSubject);
  });
  if (coMentionWeight > 0) addCoMentions(source, indexOf, coMentionWeight, maxCoMentions, arcs);
  return { ids, indexOf, ...rowsOf(ids.length, arcs) };
}

/** Weight × sentences that name both / √(sentences that name the one × those that name the other). */
function addCoMentions(source: SnapshotSource, indexOf: ReadonlyMap<EntityId, number>, weight: number, most: number, arcs: ArcBuffer): void {
  const named = new Map<string, Set<number>>();
  source.forEachMention((entity, sentence) => {
    const node = indexOf.get(entity)!;
    const together = named.get(sentence);
    if (together === undefined) named.set(sentence, new Set([node]));
    else together.add(node);
  });
  const count = indexOf.size;
  const occurrences = new Float64Array(count);
  const shared = new Map<number, number>();
  for (const together of named.values()) {
    const nodes = [...together].sort((a, b) => a - b);
    for (const [i, a] of nodes.entries()) {
      occurrences[a]!++;
      for (const b of nodes.slice(i + 1, i + 1 + most)) shared.set(a * count + b, (shared.get(a * count + b) ?? 0) + 1);
    }
  }
  for (const [pair, times] of shared) {
    const [a, b] = [Math.floor(pair / count), pair % count];
    const link = (weight * times) / Math.sqrt(occurrences[a]! * occurrences[b]!);
    arcs.add(a, b, link);
    arcs.add(b, a, link);
  }
}
