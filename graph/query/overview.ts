// A first look at a graph: the entities with most facts, and the facts among them.
import type { EntityId } from '../../pipeline/core/model.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { compareText } from '../evidence.ts';

export interface Overview {
  /** Most facts first, then by id; those without facts are left out. */
  readonly ids: readonly EntityId[];
  /** Ordered by the later of their ends, so that those among the first entities come first. */
  readonly facts: readonly OverviewFact[];
}

export interface OverviewFact {
  /** Place in `ids`. */
  readonly subject: number;
  readonly predicate: string;
  readonly object: number;
  readonly probability: number;
}

const laterEnd = ({ subject, object }: OverviewFact): number => Math.max(subject, object);

/** @param most entities that are ever asked for */
export function createOverview(graph: KnowledgeGraph, most: number): Overview {
  const numbered = graph.numberEntities();
  const counts = Uint32Array.from(numbered, (id) => graph.factCount(id));
  const ranked = [...numbered.keys()].filter((number) => counts[number]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, most);
  const rankOf = new Int32Array(numbered.length).fill(-1);
  ranked.forEach((number, rank) => (rankOf[number] = rank));
  const facts: OverviewFact[] = [];
  graph.forEachFact((subject, predicate, object, probability) => {
    if (rankOf[subject]! >= 0 && rankOf[object]! >= 0) facts.push({ subject: rankOf[subject]!, predicate, object: rankOf[object]!, probability });
  });
  facts.sort((a, b) => laterEnd(a) - laterEnd(b) || a.subject - b.subject || a.object - b.object || compareText(a.predicate, b.predicate));
  return { ids: ranked.map((number) => numbered[number]!), facts };
}

/** What of it only has to do with the first entities. */
export function firstOf({ ids, facts }: Overview, limit: number): Overview {
  let [low, high] = [0, facts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (laterEnd(facts[middle]!) < limit) low = middle + 1;
    else high = middle;
  }
  return { ids: ids.slice(0, limit), facts: facts.slice(0, low) };
}
