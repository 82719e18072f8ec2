// A compact copy of the knowledge graph for activation: two arcs a fact, one each way, weighted by how sure it is and by what its predicate
// passes on, plus weak ones where two entities share a sentence.
import type { EntityId, Fact } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { MemoryBudget } from '../compact/buckets.ts';
import { rowsOf, type Arcs } from './arcs.ts';
import { coMentions } from './co-mentions.ts';

export interface Snapshot extends Arcs {
  readonly ids: NodeIds;
  readonly further: readonly FurtherLink[];
}

/** Sorted; the place is the number of the node. An array, or a table that takes less memory. */
export interface NodeIds extends Iterable<EntityId> {
  readonly length: number;
  at(node: number): EntityId | undefined;
}

/** A link that no document states: what was spoken of together, or what patterns of the graph lead to. */
export interface FurtherLink {
  readonly subject: EntityId;
  readonly predicate: string;
  readonly object: EntityId;
  /** In (0, 1], as the probability of a fact. */
  readonly strength: number;
  readonly origin: 'conversation' | 'inference';
  /** The conversation, or the pattern. */
  readonly because: string;
  /** What the pattern leads from. */
  readonly facts: readonly Fact[];
}

/** What a snapshot is made of. */
export interface SnapshotSource {
  /** Sorted; from then on each is called by its place. */
  numberEntities(): NodeIds;
  forEachFact(visit: (subject: number, predicate: string, object: number, probability: number) => void): void;
  /** For each entity the sentences that name it, by number of the document and within it; documents have numbers from 0 on without gaps. */
  forEachMention(visit: (entity: number, document: number, sentence: number) => void): void;
}

/** What of a fact is passed on, as factors of its probability in [0, 1]. */
export interface LinkWeight {
  readonly toObject: number;
  readonly toSubject: number;
}

export interface LinkOptions {
  /** In a sentence with more entities (a list, a table) each is linked with this many that follow it. */
  readonly maxCoMentions?: number;
  /** For what is listed on the way; all of the memory there is when left out. */
  readonly budget?: MemoryBudget;
}

export interface SnapshotOptions extends LinkOptions {
  /** By predicate; those that are not named pass on all. Two entities that are only ever mentioned together have `MENTIONED_WITH`. */
  readonly predicates?: Readonly<Record<string, LinkWeight>>;
  /** Those that name entities that are not there are left out. */
  readonly further?: readonly FurtherLink[];
}

export interface Links {
  forEach(visit: (subject: number, predicate: string, object: number, strength: number) => void): void;
  /** They are needed no longer. */
  close(): void;
}

/** The predicate of a link that no fact makes, only a shared sentence. */
export const MENTIONED_WITH = 'mentionedWith';

const ALL: LinkWeight = { toObject: 1, toSubject: 1 };
const DEFAULT_PREDICATES: Readonly<Record<string, LinkWeight>> = { [MENTIONED_WITH]: { toObject: 0.1, toSubject: 0.1 } };

export const defaultLinkWeight = (predicate: string): LinkWeight => (Object.hasOwn(DEFAULT_PREDICATES, predicate) ? DEFAULT_PREDICATES[predicate]! : ALL);

export function createSnapshot(source: SnapshotSource, { predicates = {}, further = [], ...options }: SnapshotOptions = {}): Snapshot {
  const ids = source.numberEntities();
  const weightOf = new Map(Object.entries({ ...DEFAULT_PREDICATES, ...predicates }));
  const { toObject, toSubject } = weightOf.get(MENTIONED_WITH)!;
  const links = linksOf(source, ids.length, toObject + toSubject > 0 ? options : { maxCoMentions: 0 });
  const known = further.map((link) => ({ ...link, from: nodeOf({ ids }, link.subject), to: nodeOf({ ids }, link.object) })).filter(({ from, to }) => from >= 0 && to >= 0 && from !== to);
  const arcs = rowsOf(ids.length, (visit) => {
    const pass = (subject: number, predicate: string, object: number, strength: number): void => {
      const { toObject, toSubject } = weightOf.get(predicate) ?? ALL;
      visit(subject, object, strength * toObject);
      visit(object, subject, strength * toSubject);
    };
    links.forEach(pass);
    for (const { from, predicate, to, strength } of known) pass(from, predicate, to, strength);
  }, options.budget);
  links.close();
  return { ids, further: known, ...arcs };
}

/** Every fact, and every pair of entities that sentences name together, with its strength in [0, 1]; the same each time it is asked. */
export function linksOf(source: SnapshotSource, count: number, { maxCoMentions = 12, budget }: LinkOptions = {}): Links {
  const together = maxCoMentions > 0 ? coMentions(source, count, maxCoMentions, budget) : undefined;
  return {
    forEach(visit) {
      source.forEachFact((subject, predicate, object, probability) => {
        if (subject !== object) visit(subject, predicate, object, probability);
      });
      together?.forEach((a, b, strength) => visit(a, MENTIONED_WITH, b, strength));
    },
    close: () => together?.close(),
  };
}

/** The node of an entity, or −1. */
export function nodeOf({ ids }: Pick<Snapshot, 'ids'>, id: EntityId): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareText(ids.at(middle)!, id) < 0) low = middle + 1;
    else high = middle;
  }
  return low < ids.length && ids.at(low) === id ? low : -1;
}
