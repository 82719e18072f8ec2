// What of a graph was taken for one and why, and what people say of it: which records of the journal keep what they say. Of a build folder nobody holds open
// the graph and the store are made anew from them.
import { ENTITY_ID } from '../graph/former-ids.ts';
import type { LiveGraph } from '../graph/live-graph.ts';
import { createSearch, findEntity, type EntitySearch } from '../graph/query/search.ts';
import { isLone } from '../graph/resolve/decisions.ts';
import type { WeighedPair } from '../graph/resolve/doubts.ts';
import { refer } from '../graph/resolve/name-groups.ts';
import type { Appearance } from '../graph/resolve/profile.ts';
import type { Cluster } from '../graph/resolve/resolved-clusters.ts';
import { idOfCluster } from '../graph/resolve/resolved-entity.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { EntityId, Reference } from './core/model.ts';
import { normalizeName } from './core/names/normalize-name.ts';
import { remember } from './core/remember.ts';
import { openJournal, type DecisionRecord } from './journal.ts';
import { manifestOf } from './manifest.ts';
import { openGraph } from './open-graph.ts';
import { rebuild } from './rebuild.ts';
import type { WrittenGraph } from './write-graph.ts';

/** A graph with what it was resolved from. */
export interface Resolution {
  readonly live: LiveGraph;
  /** An index of its names. */
  readonly search: () => EntitySearch;
}

/** What a person means by a name: the entity, and those of its documents that use the name. */
export interface NamedThing {
  readonly cluster: Cluster;
  readonly appearances: readonly Appearance[];
}

/** @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build */
export async function openResolution(dir: string, config: Config): Promise<Resolution> {
  const { live } = await openGraph(dir, config);
  return { live, search: () => createSearch(live.graph) };
}

/**
 * @param text a name, the id of an entity, or a name and where it stands: "John Smith @ report.txt", or "John Smith @ " and the id of an entity
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY`
 */
export function findNamed({ live, search }: Resolution, text: string): NamedThing {
  const whole = text.trim();
  const at = whole.search(/\s@\s/);
  const [name, place] = at < 0 ? [whole, undefined] : [whole.slice(0, at).trimEnd(), whole.slice(at + 2).trimStart()];
  const ofEntity = place !== undefined && ENTITY_ID.test(place) ? live.clustersOf(place as EntityId) : [];
  const isThere = ({ documentId }: Appearance): boolean => {
    if (place === undefined || ofEntity.length > 0) return true;
    const { uri } = live.graph.document(documentId)!;
    return uri === place || uri.endsWith(`/${place}`);
  };
  let best: NamedThing | undefined;
  const consider = (cluster: Cluster, isMeant: (appearance: Appearance) => boolean): void => {
    const appearances = cluster.appearances.filter((appearance) => isMeant(appearance) && isThere(appearance));
    if (appearances.length > (best?.appearances.length ?? 0)) best = { cluster, appearances };
  };
  if (!ENTITY_ID.test(name)) {
    const keyIn = remember((type) => normalizeName(name, type));
    for (const cluster of ofEntity.length > 0 ? ofEntity : live.resolver.clusters()) {
      const key = keyIn(cluster.type);
      consider(cluster, ({ entity }) => entity.key === key);
    }
    if (best !== undefined) return best;
  }
  const id = live.graph.hasEntity(name) ? (name as EntityId) : findEntity(live.graph, search(), name);
  for (const cluster of id === undefined ? [] : live.clustersOf(id)) consider(cluster, () => true);
  if (best === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text });
  return best;
}

/**
 * What a document means by a name.
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY`
 */
export function findReferred({ live }: Resolution, reference: Reference): NamedThing {
  const appearance = live.resolver.find(reference);
  const id = live.entityOf(reference);
  if (appearance === undefined || id === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: `${reference.key} @ ${reference.documentId}` });
  return { cluster: live.clustersOf(id).find(({ appearances }) => appearances.includes(appearance))!, appearances: [appearance] };
}

/** The pair that says most of two things: of the names that most of their documents use. */
export function weighThings({ live }: Resolution, a: NamedThing, b: NamedThing): WeighedPair {
  const [x, y] = [a.appearances[0]!, b.appearances.find((appearance) => appearance !== a.appearances[0]) ?? b.appearances[0]!];
  return live.resolver.weigh(refer(x), refer(y));
}

/** A document that says more of a thing than a surname, where there is one. */
export const standsFor = ({ appearances }: NamedThing): Reference => refer(appearances.find((appearance) => !isLone(refer(appearance))) ?? appearances[0]!);

/**
 * What has to be said so that two things are one.
 * @throws EngramError `ENGRAM_USAGE` for things that are one already, or never can be
 */
export function merge(resolution: Resolution, a: NamedThing, b: NamedThing): DecisionRecord[] {
  if (a.cluster === b.cluster) {
    const { name, id } = resolution.live.graph.entity(idOfCluster(a.cluster))!;
    throw new EngramError('ENGRAM_USAGE', { problem: `The two are one already: '${name}' (${id}).` });
  }
  return [...takeBack(resolution, wholeOf(a), wholeOf(b), false), join(standsFor(a), standsFor(b))];
}

/** @throws EngramError `ENGRAM_USAGE` for things of two types */
export function join(a: Reference, b: Reference): DecisionRecord {
  if (a.type !== b.type) throw new EngramError('ENGRAM_USAGE', { problem: `'${a.key}' is ${a.type} and '${b.key}' is ${b.type}: things of two types are never one.` });
  return { kind: 'decision', a, b, same: true };
}

const wholeOf = ({ cluster }: NamedThing): NamedThing => ({ cluster, appearances: cluster.appearances });

/** Of each side; enough to hold however the documents are drawn. */
const MOST_OF_A_SIDE = 64;

/**
 * What a name leaves of its entity.
 * @throws EngramError `ENGRAM_USAGE` where that is nothing
 */
export function restOf({ cluster, appearances }: NamedThing): NamedThing {
  const named = new Set(appearances);
  const rest = cluster.appearances.filter((appearance) => !named.has(appearance));
  if (rest.length === 0) throw new EngramError('ENGRAM_USAGE', { problem: 'All of the entity is called so; say which document is meant: "NAME @ DOCUMENT".' });
  return { cluster, appearances: rest };
}

/** What has to be said so that two things, or two parts of one, are not one. */
export function tellApart(resolution: Resolution, a: NamedThing, b: NamedThing): DecisionRecord[] {
  // Surnames alone go to whom they fit then.
  const full = b.appearances.filter((appearance) => !isLone(refer(appearance)));
  const others = (full.length > 0 ? full : b.appearances).slice(0, MOST_OF_A_SIDE).map(refer);
  const pairs = a.appearances.slice(0, MOST_OF_A_SIDE).map(refer).flatMap((x) => others.map((y) => ({ kind: 'decision', a: x, b: y, same: false }) as const));
  return [...takeBack(resolution, a, b, true), ...pairs];
}

/**
 * What was said of the two before, taken back.
 * @param same only where it was that they are one, or only where it was that they are not
 */
export function takeBack({ live }: Resolution, a: NamedThing, b: NamedThing, same?: boolean): DecisionRecord[] {
  const idOf = ({ type, key, documentId }: Reference): string => JSON.stringify([type, key, documentId]);
  const [first, second] = [a, b].map(({ appearances }) => new Set(appearances.map((appearance) => idOf(refer(appearance))))) as [Set<string>, Set<string>];
  const isBetween = (x: string, y: string): boolean => (first.has(x) && second.has(y)) || (first.has(y) && second.has(x));
  return live.resolver.decided().flatMap((said) => ((same === undefined || said.same === same) && isBetween(idOf(said.a), idOf(said.b)) ? [{ kind: 'decision', a: said.a, b: said.b } as const] : []));
}

/** @throws EngramError `ENGRAM_CHECKPOINT_LOCKED` while a build is writing there */
export async function decide(dir: string, config: Config, records: readonly DecisionRecord[]): Promise<WrittenGraph> {
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
