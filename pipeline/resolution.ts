// What of a build folder was taken for one and why, and what people say of it: their decisions go to the journal, and the graph and the store
// are made anew from it.
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { createSearch, findEntity } from '../graph/query/search.ts';
import { isLone } from '../graph/resolve/decisions.ts';
import type { Cluster } from '../graph/resolve/resolved-clusters.ts';
import type { WeighedPair } from '../graph/resolve/doubts.ts';
import type { EntityResolver } from '../graph/resolve/entity-resolver.ts';
import { probabilityOfLogOdds } from '../graph/resolve/match.ts';
import type { Appearance } from '../graph/resolve/profile.ts';
import { idOfCluster } from '../graph/resolve/resolved-entity.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { Decision, Reference } from './core/model.ts';
import { normalizeName } from './core/names/normalize-name.ts';
import { openJournal, readJournal, type JournalRecord, type JournalView } from './journal.ts';
import { manifestOf } from './manifest.ts';
import { graphOf } from './open-graph.ts';
import { rebuild } from './rebuild.ts';
import type { WrittenGraph } from './write-graph.ts';

export interface Resolution {
  readonly graph: KnowledgeGraph;
  readonly resolver: EntityResolver;
  readonly clusters: readonly Cluster[];
  readonly decisions: readonly Decision[];
}

/** What a person means by a name: the entity, and those of its documents that use the name. */
export interface NamedThing {
  readonly cluster: Cluster;
  readonly appearances: readonly Appearance[];
}

/** @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build */
export async function openResolution(dir: string, config: Config): Promise<Resolution> {
  const journal = await readJournal(dir);
  try {
    return await resolutionOf(journal, config);
  } finally {
    await journal.close();
  }
}

async function resolutionOf(journal: JournalView, config: Config): Promise<Resolution> {
  const { graph, live: { resolver } } = await graphOf(journal, config);
  return { graph, resolver, clusters: resolver.clusters(), decisions: journal.decisions() };
}

export const referenceTo = ({ documentId, entity: { type, key } }: Appearance): Reference => ({ type, key, documentId });

/**
 * @param text a name, the id of an entity, or a name and where it stands: "John Smith @ report.txt"
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY`
 */
export function findNamed({ graph, clusters }: Resolution, text: string): NamedThing {
  const whole = text.trim();
  const at = whole.search(/\s@\s/);
  const [name, place] = at < 0 ? [whole, undefined] : [whole.slice(0, at).trimEnd(), whole.slice(at + 2).trimStart()];
  const isThere = ({ extraction }: Appearance): boolean => place === undefined || extraction.uri === place || extraction.uri.endsWith(`/${place}`);
  const named = clusters.map((cluster) => ({
    cluster,
    appearances: cluster.appearances.filter((appearance) => isThere(appearance) && appearance.entity.key === normalizeName(name, cluster.type)),
  }));
  const best = named.reduce((most, each) => (each.appearances.length > most.appearances.length ? each : most), { cluster: clusters[0], appearances: [] as readonly Appearance[] });
  if (best.appearances.length > 0) return best as NamedThing;
  const id = findEntity(graph, createSearch(graph), name);
  const cluster = clusters.find((each) => idOfCluster(each) === id);
  const appearances = cluster?.appearances.filter(isThere) ?? [];
  if (cluster === undefined || appearances.length === 0) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text });
  return { cluster, appearances };
}

/** The pair that says most of two things: of the names that most of their documents use. */
export function weighThings({ resolver }: Resolution, a: NamedThing, b: NamedThing): WeighedPair & { readonly probability: number } {
  const [x, y] = [a.appearances[0]!, b.appearances.find((appearance) => appearance !== a.appearances[0]) ?? b.appearances[0]!];
  const pair = resolver.weigh(referenceTo(x), referenceTo(y));
  return { ...pair, probability: probabilityOfLogOdds(pair.logOdds) };
}

/** Enough to hold however the documents are drawn. */
const MOST_PAIRS = 64;

/** What has to be said so that the named part of an entity is no longer one with the rest of it. */
export function separate({ cluster, appearances }: NamedThing): JournalRecord[] {
  const rest = cluster.appearances.filter((appearance) => !appearances.includes(appearance));
  if (rest.length === 0) throw new EngramError('ENGRAM_USAGE', { problem: 'All of the entity is called so; say which document is meant: "NAME @ DOCUMENT".' });
  // Surnames alone go to whom they fit then.
  const full = rest.filter((appearance) => !isLone(referenceTo(appearance)));
  const pairs = appearances.flatMap((a) => (full.length > 0 ? full : rest).map((b) => ({ kind: 'decision', a: referenceTo(a), b: referenceTo(b), same: false }) as const));
  return pairs.slice(0, MOST_PAIRS * MOST_PAIRS);
}

/** @throws EngramError `ENGRAM_CHECKPOINT_LOCKED` while a build is writing there */
export async function decide(dir: string, config: Config, records: readonly JournalRecord[]): Promise<WrittenGraph> {
  const manifest = await manifestOf(dir);
  const journal = await openJournal(dir);
  try {
    await journal.append(...records);
    await journal.flush();
    return await rebuild(dir, config, journal, manifest);
  } finally {
    await journal.close();
  }
}
