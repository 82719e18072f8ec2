// What is related to some entities, how strongly, and why: search finds the seeds, activation spreads from them, and each
// result comes with the strongest path to it and the evidence for every step.
import type { DocumentId, EntityId, EntityType, Provenance } from '../../pipeline/core/model.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { strongestPaths } from '../activation/paths.ts';
import { createSnapshot, MENTIONED_WITH, nodeOf, type FurtherLink, type Snapshot } from '../activation/snapshot.ts';
import { spread, strongest, type SpreadOptions } from '../activation/spread.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { createSearch, entityNamed, type EntitySearch } from './search.ts';

export interface EntityRef {
  readonly id: EntityId;
  readonly type: EntityType;
  readonly name: string;
}

export interface Evidence {
  readonly documentId: DocumentId;
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
  /** The sentence itself, where the texts are at hand. */
  readonly text?: string;
}

export interface PathStep {
  readonly from: EntityRef;
  readonly to: EntityRef;
  readonly predicate: string;
  /** Whether the fact reads from `to` to `from`. */
  readonly reversed: boolean;
  readonly probability: number;
  readonly evidence: readonly Evidence[];
  /** Of a link that no document states. */
  readonly origin?: FurtherLink['origin'];
  readonly because?: string;
}

export interface RelatedEntity extends EntityRef {
  /** What reached it, where each seed put in 1. */
  readonly activation: number;
  readonly path: readonly PathStep[];
}

export interface RelatedAnswer {
  readonly seeds: readonly EntityRef[];
  readonly related: readonly RelatedEntity[];
}

export interface RelatedOptions extends SpreadOptions {
  readonly limit?: number;
  readonly types?: readonly EntityType[];
  /** Most pieces of evidence for each step; default 3. */
  readonly maxEvidence?: number;
  /** Given, the evidence carries its sentence. */
  readonly textOf?: (id: DocumentId) => string | undefined;
  /** Reused between questions where the graph has not changed. */
  readonly search?: EntitySearch;
  readonly snapshot?: Snapshot;
}

/**
 * @param texts names or ids; each stands for the entity that fits it best
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` when one fits no entity
 */
export function related(graph: KnowledgeGraph, texts: readonly string[], options: RelatedOptions = {}): RelatedAnswer {
  const { limit = 10, types, search = createSearch(graph), snapshot = createSnapshot(graph) } = options;
  const seeds = new Map<number, number>();
  for (const text of texts) {
    seeds.set(nodeOf(snapshot, entityNamed(graph, text, search)), 1);
  }
  const isWanted = (node: number): boolean => types === undefined || types.includes(refOf(graph, snapshot.ids.at(node)!).type);
  return answerOf(graph, snapshot, rankRelated(snapshot, seeds, limit, isWanted, options), options);
}

/** What activation reaches from some nodes, best first, and how. */
export interface RankedNodes {
  readonly seeds: readonly number[];
  readonly ranked: readonly { readonly node: number; readonly level: number; readonly path: readonly number[] }[];
}

/** @param seeds by node, what is put in */
export function rankRelated(snapshot: Snapshot, seeds: ReadonlyMap<number, number>, limit: number, isWanted: (node: number) => boolean, options: SpreadOptions): RankedNodes {
  const activation = spread(snapshot, seeds, options);
  const paths = strongestPaths(snapshot, seeds, activation, options);
  const ranked = strongest(activation, limit, (node) => !seeds.has(node) && isWanted(node));
  return { seeds: [...seeds.keys()], ranked: ranked.map(({ node, level }) => ({ node, level, path: paths.get(node) ?? [] })) };
}

/** @param graph has at least the nodes that are named, the facts between them, and the documents of both */
export function answerOf(graph: KnowledgeGraph, { ids, further }: Snapshot, { seeds, ranked }: RankedNodes, options: RelatedOptions): RelatedAnswer {
  const idOf = (node: number): EntityId => ids.at(node)!;
  return {
    seeds: seeds.map((node) => refOf(graph, idOf(node))),
    related: ranked.map(({ node, level: activation, path }) => {
      const { id, type, name } = refOf(graph, idOf(node));
      return { id, type, name, activation, path: stepsOf(graph, path.map(idOf), further, options) };
    }),
  };
}

/**
 * The path along which most activation goes from one entity to another; empty where none leads there.
 * @throws EngramError as `related`
 */
export function pathBetween(graph: KnowledgeGraph, from: string, to: string, options: RelatedOptions = {}): { readonly from: EntityRef; readonly to: EntityRef; readonly path: readonly PathStep[] } {
  const { search = createSearch(graph), snapshot = createSnapshot(graph) } = options;
  const [start, end] = [from, to].map((text) => nodeOf(snapshot, entityNamed(graph, text, search))) as [number, number];
  const seeds = new Map([[start, 1]]);
  const path = strongestPaths(snapshot, seeds, spread(snapshot, seeds, options), options).get(end) ?? [];
  return { from: refOf(graph, snapshot.ids.at(start)!), to: refOf(graph, snapshot.ids.at(end)!), path: stepsOf(graph, path.map((node) => snapshot.ids.at(node)!), snapshot.further, options) };
}

export function refOf(graph: KnowledgeGraph, id: EntityId): EntityRef {
  const entity = graph.entity(id);
  if (entity === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: id });
  return { id, type: entity.type, name: entity.name };
}

function stepsOf(graph: KnowledgeGraph, path: readonly EntityId[], further: readonly FurtherLink[], options: RelatedOptions): PathStep[] {
  return path.slice(1).map((end, i) => {
    const start = path[i];
    const [from, to] = [refOf(graph, start), refOf(graph, end)];
    const [fact] = graph.factsBetween(start, end);
    const link = further.find(({ subject, object }) => (subject === start && object === end) || (subject === end && object === start));
    if (fact === undefined && link !== undefined) {
      const { subject, predicate, strength, origin, because } = link;
      return { from, to, predicate, reversed: subject !== start, probability: strength, origin, because, evidence: link.facts.flatMap(({ provenance }) => bestEvidence(graph, provenance, options)) };
    }
    if (fact === undefined) {
      return { from, to, predicate: MENTIONED_WITH, reversed: false, probability: 0, evidence: sharedSentences(graph, start, end, options) };
    }
    return {
      from,
      to,
      predicate: fact.predicate,
      reversed: fact.subject !== start,
      probability: fact.probability,
      evidence: bestEvidence(graph, fact.provenance, options),
    };
  });
}

function bestEvidence(graph: KnowledgeGraph, provenance: readonly Provenance[], options: RelatedOptions): Evidence[] {
  const strongest = [...provenance].sort((a, b) => b.score - a.score || compareText(a.documentId, b.documentId) || a.start - b.start);
  return strongest.slice(0, options.maxEvidence ?? 3).map((p) => evidenceOf(graph, p, options));
}

function evidenceOf(graph: KnowledgeGraph, p: Pick<Provenance, 'documentId' | 'start' | 'end' | 'score'>, { textOf }: RelatedOptions): Evidence {
  const text = textOf?.(p.documentId)?.slice(p.start, p.end);
  return {
    documentId: p.documentId,
    uri: graph.document(p.documentId)?.uri ?? '',
    start: p.start,
    end: p.end,
    score: p.score,
    ...(text === undefined ? {} : { text }),
  };
}

/** Where both are named in one sentence: from the first name to the end of the last. */
function sharedSentences(graph: KnowledgeGraph, a: EntityId, b: EntityId, options: RelatedOptions): Evidence[] {
  const spans = new Map((graph.entity(a)?.mentions ?? []).map((m) => [`${m.documentId} ${m.sentence}`, m]));
  const shared: Evidence[] = [];
  for (const m of graph.entity(b)?.mentions ?? []) {
    if (shared.length >= (options.maxEvidence ?? 3)) break;
    const other = spans.get(`${m.documentId} ${m.sentence}`);
    if (other === undefined) continue;
    const span = { start: Math.min(m.start, other.start), end: Math.max(m.end, other.end), score: Math.min(m.score, other.score) };
    shared.push(evidenceOf(graph, { documentId: m.documentId, ...span }, options));
  }
  return shared;
}
