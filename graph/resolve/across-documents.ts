// Which local entities of different documents are one. Types are never crossed, and doubt keeps things apart: a form that
// fits two entities joins neither, and persons of one name with contradictory dates of birth or death stay two.
import type { DocumentId, EntityType } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { acronymOf, initialsOf } from '../../pipeline/core/names/acronym.ts';
import { datesAgree } from './parse-date.ts';
import { compareSpecificity, parsePersonName, personsAgree } from '../../pipeline/core/names/person-name.ts';
import type { LocalEntity } from './local-entities.ts';

export interface LifeDates {
  readonly birth?: string;
  readonly death?: string;
}

export interface Occurrence {
  readonly documentId: DocumentId;
  readonly entity: LocalEntity;
  readonly dates: LifeDates;
  /** Keys of the other entities of the document: the company the name keeps. */
  readonly company: () => ReadonlySet<string>;
}

/** Occurrences that are one entity, and the key its id is made of. */
export interface Cluster {
  readonly type: EntityType;
  readonly key: string;
  readonly occurrences: readonly Occurrence[];
}

/** @param occurrences in order of document id */
export function resolveAcross(occurrences: readonly Occurrence[]): Cluster[] {
  const persons = occurrences.filter(({ entity }) => entity.type === 'PER');
  const others = occurrences.filter(({ entity }) => entity.type !== 'PER');
  return [...clusterPersons(persons), ...clusterOthers(others)];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function clusterPersons(occurrences: readonly Occurrence[]): Cluster[] {
  const isFull = ({ entity }: Occurrence): boolean => parsePersonName(entity.key).given.length > 0;
  const clusters: Cluster[] = [];
  const blocks = groupBy(occurrences.filter(isFull), ({ entity }) => {
    const { given, surname } = parsePersonName(entity.key);
    return `${surname} ${given[0][0]}`;
  });
  for (const block of blocks.values()) {
    for (const sameName of joinAgreeingNames(block)) clusters.push(...separateLives(sameName));
  }
  const bySurname = groupBy(clusters, ({ key }) => parsePersonName(key.replace(/ \(.*\)$/, '')).surname);
  const joined = new Map<Cluster, Occurrence[]>();
  for (const alone of occurrences) {
    if (isFull(alone)) continue;
    const bearers = bySurname.get(parsePersonName(alone.entity.key).surname) ?? [];
    if (bearers.length === 1 && bearers[0].occurrences.every(({ dates }) => livesAgree(dates, alone.dates))) {
      joined.set(bearers[0], [...(joined.get(bearers[0]) ?? []), alone]);
    } else {
      clusters.push({ type: 'PER', key: `${alone.entity.key} (${alone.documentId})`, occurrences: [alone] });
    }
  }
  return clusters.map((cluster) => ({ ...cluster, occurrences: [...cluster.occurrences, ...(joined.get(cluster) ?? [])] }));
}

/** Names that agree with exactly one fuller name join it. @param block persons of one surname and first initial */
function joinAgreeingNames(block: readonly Occurrence[]): Occurrence[][] {
  const byKey = groupBy(block, ({ entity }) => entity.key);
  const heads: { readonly key: string; readonly members: Occurrence[] }[] = [];
  for (const key of [...byKey.keys()].sort(compareSpecificity)) {
    const name = parsePersonName(key);
    const fits = heads.filter((head) => personsAgree(name, parsePersonName(head.key), false));
    const members = byKey.get(key) as Occurrence[];
    if (fits.length === 1) fits[0].members.push(...members);
    else heads.push({ key, members: [...members] });
  }
  return heads.map(({ members }) => members);
}

function livesAgree(a: LifeDates, b: LifeDates): boolean {
  const agree = (x: string | undefined, y: string | undefined): boolean => x === undefined || y === undefined || datesAgree(x, y);
  return agree(a.birth, b.birth) && agree(a.death, b.death);
}

/** How much is known, and then the dates themselves, so that the order of documents plays no part. */
function compareDated(a: Occurrence, b: Occurrence): number {
  const text = ({ birth = '', death = '' }: LifeDates): string => `${birth} ${death}`;
  return text(b.dates).length - text(a.dates).length || compareText(text(a.dates), text(b.dates)) || compareText(a.documentId, b.documentId);
}

/** One name, one cluster a life; documents without dates go to the life whose company they share most. */
function separateLives(sameName: readonly Occurrence[]): Cluster[] {
  const isDated = ({ dates }: Occurrence): boolean => dates.birth !== undefined || dates.death !== undefined;
  const lives: Occurrence[][] = [];
  const undecided = sameName.filter((occurrence) => !isDated(occurrence));
  for (const dated of sameName.filter(isDated).sort(compareDated)) {
    const fits = lives.filter((life) => life.every(({ dates }) => livesAgree(dates, dated.dates)));
    if (fits.length === 1) fits[0].push(dated);
    else if (fits.length === 0) lives.push([dated]);
    else undecided.push(dated);
  }
  if (lives.length <= 1) return [{ type: 'PER', key: fullestKey(sameName), occurrences: sameName }];
  const companies = lives.map((life) => new Set(life.flatMap(({ company }) => [...company()])));
  const rest: Occurrence[] = [];
  for (const occurrence of undecided) {
    const names = [...occurrence.company()];
    const shared = companies.map((company, i) =>
      lives[i].every(({ dates }) => livesAgree(dates, occurrence.dates)) ? names.filter((name) => company.has(name)).length : -1,
    );
    const most = Math.max(...shared);
    const choices = shared.flatMap((n, i) => (n === most ? [i] : []));
    if (most > 0 && choices.length === 1) lives[choices[0]].push(occurrence);
    else rest.push(occurrence);
  }
  const clusters = lives.map((life): Cluster => {
    const span = `${mostPrecise(life.map(({ dates }) => dates.birth))}/${mostPrecise(life.map(({ dates }) => dates.death))}`;
    return { type: 'PER', key: `${fullestKey(life)} (${span})`, occurrences: life };
  });
  if (rest.length > 0) clusters.push({ type: 'PER', key: fullestKey(rest), occurrences: rest });
  return clusters;
}

/** Of dates that agree with one another, the one that says most; empty when none is known. */
function mostPrecise(dates: readonly (string | undefined)[]): string {
  return dates.reduce<string>((best, date = '') => (date.length > best.length ? date : best), '');
}

function fullestKey(occurrences: readonly Occurrence[]): string {
  return [...new Set(occurrences.map(({ entity }) => entity.key))].sort(compareSpecificity)[0];
}

/** Equal names are one; then the names that a document gives to one thing; then acronyms that can only mean one name. */
function clusterOthers(occurrences: readonly Occurrence[]): Cluster[] {
  const nameOf = (entity: LocalEntity, key = entity.key): string => `${entity.type} ${key}`;
  const sets = new DisjointNames();
  for (const { entity } of occurrences) {
    sets.add(nameOf(entity));
    for (const key of entity.names.keys()) {
      sets.add(nameOf(entity, key));
      sets.join(nameOf(entity), nameOf(entity, key));
    }
  }

  const meanings = new Map<string, Set<string>>();
  const mean = (acronym: string, name: string): void => {
    meanings.set(acronym, (meanings.get(acronym) ?? new Set()).add(name));
  };
  const short = new Map<string, string>();
  const seen = new Set<string>();
  for (const { entity } of occurrences) {
    for (const acronym of entity.acronyms) mean(nameOf(entity, acronym), sets.find(nameOf(entity)));
    for (const [key, surface] of entity.names) {
      const name = nameOf(entity, key);
      const letters = acronymOf(surface);
      if (letters !== undefined) short.set(name, nameOf(entity, letters));
      if (seen.has(surface + name)) continue;
      seen.add(surface + name);
      for (const initials of initialsOf(surface, entity.type)) mean(nameOf(entity, initials), sets.find(name));
    }
  }
  const joins = [...short].flatMap(([name, letters]) => {
    const choices = [...(meanings.get(letters) ?? [])];
    return choices.length === 1 ? [[name, choices[0]] as const] : [];
  });
  for (const [name, meaning] of joins) sets.join(name, meaning);

  return [...groupBy(occurrences, ({ entity }) => sets.find(nameOf(entity))).values()].map((members) => ({
    type: members[0].entity.type,
    key: fullestKey(members),
    occurrences: members,
  }));
}

/** Union-find over names with path halving; the root of a set is its alphabetically first name. */
class DisjointNames {
  private readonly parent = new Map<string, string>();

  add(name: string): void {
    if (!this.parent.has(name)) this.parent.set(name, name);
  }

  find(name: string): string {
    let at = name;
    for (;;) {
      const up = this.parent.get(at) as string;
      if (up === at) return at;
      const over = this.parent.get(up) as string;
      this.parent.set(at, over);
      at = over;
    }
  }

  join(a: string, b: string): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return;
    if (x < y) this.parent.set(y, x);
    else this.parent.set(x, y);
  }
}
