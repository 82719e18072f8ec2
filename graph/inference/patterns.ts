// Patterns of relations that the graph itself shows, as closed rules of one or two steps (AMIE: Galárraga et al. 2013): "who was born in a place that
// lies in another was born in that other". A rule's confidence is the share of the pairs it predicts that the graph states; as the graph does not
// state all that is so, a rule is rather better than that.
import type { EntityId, Fact } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';

/** A predicate, or the same read from object to subject. */
export interface Step {
  readonly predicate: string;
  readonly reversed: boolean;
}

export interface Pattern {
  /** What leads from subject to object. */
  readonly body: readonly Step[];
  readonly predicate: string;
  /** Pairs of entities that body and predicate both join. */
  readonly support: number;
  /** In (0, 1). */
  readonly confidence: number;
}

export interface PatternOptions {
  /** Fewer pairs prove nothing. */
  readonly leastSupport?: number;
  readonly leastConfidence?: number;
}

/** Facts by where they lead from each entity. */
export interface LinkTable {
  readonly from: ReadonlyMap<EntityId, readonly { readonly step: Step; readonly key: string; readonly to: EntityId; readonly fact: Fact }[]>;
  has(subject: EntityId, predicate: string, object: EntityId): boolean;
  /** Whether entities of these types are joined by the predicate anywhere. */
  fits(subject: EntityId, predicate: string, object: EntityId): boolean;
}

/** From an entity of more links no second step is taken. */
const MOST_LINKS = 200;
/** So many failures are taken as seen before anything was: a rule of few checks is not trusted (Laplace). */
const DOUBT = 2;

const keyOf = ({ predicate, reversed }: Step): string => `${reversed ? '<' : '>'}${predicate}`;
export const stepOf = (key: string): Step => ({ predicate: key.slice(1), reversed: key.startsWith('<') });

export function linkTable(graph: KnowledgeGraph): LinkTable {
  const from = new Map<EntityId, { step: Step; key: string; to: EntityId; fact: Fact }[]>();
  const stated = new Set<string>();
  const typed = new Set<string>();
  const typesOf = (subject: EntityId, predicate: string, object: EntityId): string => `${graph.entity(subject)!.type} ${predicate} ${graph.entity(object)!.type}`;
  for (const fact of graph.facts()) {
    for (const reversed of [false, true]) {
      const [start, to] = reversed ? [fact.object, fact.subject] : [fact.subject, fact.object];
      const step = { predicate: fact.predicate, reversed };
      const links = from.get(start) ?? [];
      from.set(start, links);
      links.push({ step, key: keyOf(step), to, fact });
    }
    stated.add(`${fact.subject} ${fact.predicate} ${fact.object}`);
    typed.add(typesOf(fact.subject, fact.predicate, fact.object));
  }
  return {
    from,
    has: (subject, predicate, object) => stated.has(`${subject} ${predicate} ${object}`),
    fits: (subject, predicate, object) => typed.has(typesOf(subject, predicate, object)),
  };
}

/** Every way of one or two steps from an entity to another, as keys joined by a blank. */
export function waysFrom({ from }: LinkTable, start: EntityId): Map<EntityId, Map<string, readonly Fact[]>> {
  const ways = new Map<EntityId, Map<string, readonly Fact[]>>();
  const put = (to: EntityId, key: string, facts: readonly Fact[]): void => {
    if (to === start) return;
    const own = ways.get(to) ?? new Map<string, readonly Fact[]>();
    ways.set(to, own);
    const strength = (some: readonly Fact[]): number => some.reduce((product, { probability }) => product * probability, 1);
    if (!own.has(key) || strength(own.get(key)!) < strength(facts)) own.set(key, facts);
  };
  for (const first of from.get(start) ?? []) {
    put(first.to, first.key, [first.fact]);
    const seconds = from.get(first.to) ?? [];
    if (seconds.length > MOST_LINKS) continue;
    for (const second of seconds) if (second.fact !== first.fact) put(second.to, `${first.key} ${second.key}`, [first.fact, second.fact]);
  }
  return ways;
}

/** The surest first. */
export function minePatterns(table: LinkTable, { leastSupport = 5, leastConfidence = 0.5 }: PatternOptions = {}): Pattern[] {
  const held = new Map<string, number>();
  const predicates = new Set([...table.from.values()].flatMap((links) => links.map(({ step }) => step.predicate)));
  const pairs = function* (): Generator<readonly [start: EntityId, to: EntityId, ways: ReadonlyMap<string, readonly Fact[]>]> {
    for (const start of table.from.keys()) for (const [to, ways] of waysFrom(table, start)) yield [start, to, ways];
  };
  for (const [start, to, ways] of pairs()) {
    for (const predicate of predicates) {
      if (!table.has(start, predicate, to)) continue;
      for (const way of ways.keys()) if (way !== `>${predicate}`) held.set(`${way}|${predicate}`, (held.get(`${way}|${predicate}`) ?? 0) + 1);
    }
  }
  const byWay = new Map<string, string[]>();
  for (const [rule, support] of held) {
    const [way, predicate] = rule.split('|') as [string, string];
    if (support >= leastSupport) byWay.set(way, [...(byWay.get(way) ?? []), predicate]);
  }
  const checked = new Map<string, number>();
  for (const [start, to, ways] of pairs()) {
    for (const way of ways.keys()) for (const predicate of byWay.get(way) ?? []) if (table.fits(start, predicate, to)) checked.set(`${way}|${predicate}`, (checked.get(`${way}|${predicate}`) ?? 0) + 1);
  }
  return [...checked]
    .map(([rule, count]): Pattern => {
      const [way, predicate] = rule.split('|') as [string, string];
      return { body: way.split(' ').map(stepOf), predicate, support: held.get(rule)!, confidence: held.get(rule)! / (count + DOUBT) };
    })
    .filter(({ confidence }) => confidence >= leastConfidence)
    .sort((a, b) => b.confidence - a.confidence || b.support - a.support || compareText(patternText(a), patternText(b)));
}

/** "placeOfBirth, locatedIn ⇒ placeOfBirth". */
export function patternText({ body, predicate }: Pick<Pattern, 'body' | 'predicate'>): string {
  return `${body.map(stepText).join(', ')} ⇒ ${predicate}`;
}

/** "spouse", "←spouse". */
export const stepText = ({ predicate, reversed }: Step): string => `${reversed ? '←' : ''}${predicate}`;
