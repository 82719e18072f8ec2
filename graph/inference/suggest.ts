// Links that the graph does not state but that its patterns lead to, each with its probability, the patterns and the facts that support it. They are never
// written into the graph.
import type { EntityId, Fact } from '../../pipeline/core/model.ts';
import { createSnapshot, nodeOf, type FurtherLink, type Snapshot } from '../activation/snapshot.ts';
import { spread, type SpreadOptions } from '../activation/spread.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef } from '../query/related.ts';
import { linkTable, minePatterns, patternText, waysFrom, type LinkTable, type Pattern, type PatternOptions } from './patterns.ts';

export interface Suggestion {
  readonly inferred: true;
  readonly subject: EntityRef;
  readonly predicate: string;
  readonly object: EntityRef;
  /** Of the surest pattern and its facts, all of which have to hold. */
  readonly probability: number;
  /** What reaches the object when the subject is activated with 1; of equally likely links the one with more comes first. */
  readonly activation: number;
  readonly support: readonly { readonly pattern: string; readonly confidence: number; readonly facts: readonly Fact[] }[];
}

export interface SuggestOptions extends PatternOptions {
  /** Links of this entity only, at either end. */
  readonly about?: EntityId;
  readonly limit?: number;
  readonly leastProbability?: number;
  readonly activation?: SpreadOptions;
  readonly snapshot?: Snapshot;
}

const MOST_SUPPORT = 3;

/** Best first. */
export function suggestLinks(graph: KnowledgeGraph, { limit = 20, activation = {}, snapshot = createSnapshot(graph), ...options }: SuggestOptions = {}): Suggestion[] {
  const reached = new Map<EntityId, ReadonlyMap<number, number>>();
  const levelOf = (subject: EntityId, object: EntityId): number => {
    if (!reached.has(subject)) {
      const { nodes, levels } = spread(snapshot, new Map([[nodeOf(snapshot, subject), 1]]), activation);
      reached.set(subject, new Map([...nodes].map((node, at) => [node, levels[at]!])));
    }
    return reached.get(subject)!.get(nodeOf(snapshot, object)) ?? 0;
  };
  return likelyLinks(graph, options)
    .slice(0, limit)
    .map(({ subject, object, ...rest }): Suggestion => ({ inferred: true, subject: refOf(graph, subject), object: refOf(graph, object), activation: levelOf(subject, object), ...rest }))
    .sort((a, b) => b.probability - a.probability || b.activation - a.activation);
}

function likelyLinks(graph: KnowledgeGraph, { about, leastProbability = 0.4, ...options }: SuggestOptions) {
  const table = linkTable(graph);
  const patterns = minePatterns(table, options);
  const byWay = new Map<string, Pattern[]>();
  for (const pattern of patterns) {
    const way = pattern.body.map(({ predicate, reversed }) => `${reversed ? '<' : '>'}${predicate}`).join(' ');
    byWay.set(way, [...(byWay.get(way) ?? []), pattern]);
  }
  const found = [...table.from.keys()].flatMap((subject) => suggestionsFrom(table, subject, byWay).filter(({ object }) => about === undefined || about === subject || about === object));
  return found.filter(({ probability }) => probability >= leastProbability).sort((a, b) => b.probability - a.probability || compareText(a.subject, b.subject) || compareText(a.object, b.object));
}

/** All suggested links, for activation to go along where that is asked for. */
export function inferredLinks(graph: KnowledgeGraph): FurtherLink[] {
  return likelyLinks(graph, {}).map(({ subject, predicate, object, probability, support: [best] }) => ({ subject, predicate, object, strength: probability, origin: 'inference', because: best!.pattern, facts: best!.facts }));
}

function suggestionsFrom(table: LinkTable, subject: EntityId, byWay: ReadonlyMap<string, readonly Pattern[]>) {
  return [...waysFrom(table, subject)].flatMap(([object, ways]) => {
    const support = new Map<string, { pattern: string; confidence: number; facts: readonly Fact[] }[]>();
    for (const [way, facts] of ways) {
      for (const pattern of byWay.get(way) ?? []) {
        const { predicate } = pattern;
        // What is stated, or stated the other way round, is not suggested.
        if (table.has(subject, predicate, object) || table.has(object, predicate, subject) || !table.fits(subject, predicate, object)) continue;
        const confidence = facts.reduce((product, { probability }) => product * probability, pattern.confidence);
        support.set(predicate, [...(support.get(predicate) ?? []), { pattern: patternText(pattern), confidence, facts }]);
      }
    }
    return [...support].map(([predicate, all]) => {
      const best = all.sort((a, b) => b.confidence - a.confidence || compareText(a.pattern, b.pattern));
      // Ways between the same two are no independent witnesses: the best one counts, as evidence within a document does.
      return { subject, predicate, object, probability: best[0]!.confidence, support: best.slice(0, MOST_SUPPORT) };
    });
  });
}
