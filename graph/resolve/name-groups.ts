// The things that documents call by one name, and the other names they give them.
import type { EntityType, Reference } from '../../pipeline/core/model.ts';
import { acronymOf } from '../../pipeline/core/names/acronym.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import { compareNames, NAME_LEVELS, type Name, type NameLevel } from './compare-names.ts';
import { isLone } from './decisions.ts';
import type { Appearance } from './profile.ts';
import type { SameName, Sense } from './same-name.ts';

export interface NamedGroup {
  readonly type: EntityType;
  /** Its own name. */
  readonly key: string;
  /** Its own name and those that documents give to its things beside it: how many documents write each in which way. */
  readonly names: Map<string, Map<string, number>>;
}

export interface Group extends NamedGroup {
  readonly id: string;
  /** Single names that documents give to its persons beside their surname, such as "Pelé": how many documents. */
  loneNames: ReadonlyMap<string, number>;
  sameName: SameName;
  keys: readonly string[];
  readonly neighbours: Map<Group, NameLevel>;
  /** Odds between the senses, by the group whose id comes first. */
  readonly links: Map<Group, readonly Float32Array[]>;
  component: Component | undefined;
}

/** One of the things that a name means. */
export interface Meaning {
  readonly group: Group;
  /** Of the sense within its group. */
  readonly index: number;
  readonly sense: Sense;
}

/** Meanings that are one thing. */
export interface NamedCluster {
  readonly type: EntityType;
  readonly senses: readonly Meaning[];
}

/** Groups that likely matches lead from one to the other, and the clusters they make. */
export interface Component {
  readonly groups: readonly Group[];
  readonly clusters: readonly NamedCluster[];
}

/** Shared, for most bear none. */
const NONE: ReadonlyMap<string, number> = new Map();

export const createGroup = (id: string, type: EntityType, key: string, sameName: SameName): Group => ({ id, type, key, names: new Map(), loneNames: NONE, sameName, keys: [], neighbours: new Map(), links: new Map(), component: undefined });

/** Names that a document gives to a thing, its own first; a surname alone is none that others could share. */
export function* namesOf({ entity }: Appearance): Generator<readonly [key: string, surface: string]> {
  const { type, key: own } = entity;
  yield [own, entity.names.get(own)!];
  for (const [key, surface] of entity.names) if (key !== own && !isLone({ type, key })) yield [key, surface];
  yield* entity.acronyms;
}

/** Single names of a person that are neither surname nor given name of the full one. */
export function loneNamesOf({ entity: { type, key, names } }: Appearance): string[] {
  const words = new Set(key.split(' '));
  return [...names.keys()].filter((name) => name !== key && isLone({ type, key: name }) && !words.has(name));
}

/** Single names that a group of persons bears: the surname, and those that documents give. */
export const loneNamesBorne = ({ type, key, loneNames }: Group): string[] => (type === 'PER' ? [parsePersonName(key).surname, ...loneNames.keys()] : []);

/** A name as its document writes it. */
export const nameIn = ({ entity: { type, key, names } }: Appearance): Name => ({ type, key, surface: names.get(key)! });

/** With the wording that is an acronym where there is one, else the first in the alphabet: whichever came first plays no part. */
export function nameOf({ type, names }: NamedGroup, key: string): Name {
  const surfaces = [...names.get(key)!.keys()].sort(compareText);
  return { type, key, surface: surfaces.find((surface) => acronymOf(surface) !== undefined) ?? surfaces[0]! };
}

export const ownName = (group: NamedGroup): Name => nameOf(group, group.key);

/** `stated` where one has the other's own name among its names. An acronym that a document explains stands for nothing else. */
export function bestLevel(a: NamedGroup, b: NamedGroup): NameLevel | undefined {
  if (a.names.has(b.key) || b.names.has(a.key)) return 'stated';
  const own = compareNames(ownName(a), ownName(b));
  if (own !== undefined) return own;
  const spelled = (group: NamedGroup): Name[] => [...group.names.keys()].map((key) => nameOf(group, key)).filter(({ key, surface }) => key === group.key || acronymOf(surface) === undefined);
  const found = new Set<NameLevel | undefined>();
  for (const name of spelled(a)) for (const other of spelled(b)) found.add(name.key === other.key ? 'stated' : compareNames(name, other));
  return NAME_LEVELS.find((level) => found.has(level));
}

/** Whether documents give a sense the name of another group. */
export const states = (sense: Sense, other: Group): boolean => sense.appearances.some(({ entity }) => entity.names.has(other.key) || entity.acronyms.has(other.key));

export const sortedByDocument = (appearances: readonly Appearance[]): Appearance[] => [...appearances].sort((a, b) => compareText(a.documentId, b.documentId));

export const refer = ({ documentId, entity: { type, key } }: Appearance): Reference => ({ type, key, documentId });

export function referenceOf({ type, key }: Group, { appearances }: Sense): Reference {
  return { type, key, documentId: sortedByDocument(appearances)[0]!.documentId };
}

/** Of the things of one name the one with most documents has the name itself, any other one its first document too. */
export function anchorOf(key: string, sense: Sense, senses: readonly Sense[]): string {
  const first = ({ appearances }: Sense): string => sortedByDocument(appearances)[0]!.documentId;
  const isFirst = senses.every((other) => other === sense || other.size < sense.size || (other.size === sense.size && first(sense) < first(other)));
  return isFirst ? key : anchorAt(key, first(sense));
}

export const anchorAt = (key: string, documentId: string): string => `${key} (${documentId})`;
