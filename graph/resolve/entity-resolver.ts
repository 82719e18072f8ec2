// Which mentions of a corpus name the same thing in the world. Documents come and go one by one and in any order: what is resolved depends
// on the set of documents that are there, and a document costs what the names it shares with others cost.
//
// Documents that use one name are divided into the things they mean (`same-name.ts`); things of different names that may be one are weighed
// (`match.ts`) and joined from the surest pair down (`cluster.ts`); a surname alone goes to the bearer it fits.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Decision, DocumentId, EntityType, Extraction, Reference } from '../../pipeline/core/model.ts';
import { acronymOf } from '../../pipeline/core/names/acronym.ts';
import { compareSpecificity, parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import { clusterPairs } from './cluster.ts';
import { compareNames, nameKeysOf, namesContradict, type Name, type NameLevel } from './compare-names.ts';
import type { ContextReader } from './context.ts';
import { comparePair, logOddsOf, type Comparison } from './match.ts';
import { profileOf, viewDocument, type Appearance, type DocumentView, type Profile } from './profile.ts';
import { SameName, type Sense } from './same-name.ts';

export interface ResolverOptions {
  /** Predicates that have one value: two values speak against a match. */
  readonly functional: ReadonlySet<string>;
  /** Left out, what surrounds the names is not compared. */
  readonly reader?: ContextReader;
  readonly decisions?: readonly Decision[];
}

/** Appearances that are one thing. */
export interface Cluster {
  readonly type: EntityType;
  /** In order of document id. */
  readonly appearances: readonly Appearance[];
  /** Tells it from all others of its type, and stays as long as the name that most documents use for it. */
  readonly anchor: string;
}

/** Two things of one name or of two, or a surname and its bearer, and what was found. */
export interface WeighedPair {
  readonly a: Reference;
  readonly b: Reference;
  /** Undefined where the names say that there are two. */
  readonly level: NameLevel | undefined;
  readonly comparisons: readonly Comparison[];
  /** Natural log. */
  readonly logOdds: number;
  readonly decision?: 'same' | 'different';
}

/** Names under one key of which there are more are found by their other keys. */
const LONGEST_BLOCK = 128;
/** Two things of one cluster that nobody compared, and two whose names contradict, in log odds. */
const NOT_COMPARED = -0.3;
const CONTRADICTING = -6;
/** Natural log odds within which people are asked: probabilities from 0.2 to 0.8. */
const DOUBT = 1.4;

/** The things that documents call by one name. */
interface Group {
  readonly id: string;
  readonly type: EntityType;
  /** Its own name. */
  readonly key: string;
  /** Its own name first; then the other names that documents give to its things; how many documents give each. */
  readonly names: Map<string, { readonly name: Name; count: number }>;
  readonly sameName: SameName;
  readonly keys: Set<string>;
  readonly neighbours: Map<Group, NameLevel>;
  /** Odds between the senses, by the group whose id comes first. */
  readonly links: Map<Group, readonly Float32Array[]>;
  component: Component | undefined;
}

interface Component {
  readonly groups: readonly Group[];
  readonly clusters: readonly { readonly type: EntityType; readonly senses: readonly { readonly group: Group; readonly index: number; readonly sense: Sense }[] }[];
}

/** Persons called by one name only. */
interface LoneName {
  readonly appearances: Set<Appearance>;
  readonly bearers: Set<Group>;
  /** What fits no bearer, and who the others fit. */
  rest: SameName | undefined;
  readonly assigned: Map<Component['clusters'][number], Appearance[]>;
}

const nameId = ({ type, key }: { readonly type: EntityType; readonly key: string }): string => `${type} ${key}`;
const placeId = (reference: Reference): string => `${nameId(reference)} #${reference.documentId}`;
const isLone = (type: EntityType, key: string): boolean => type === 'PER' && parsePersonName(key).given.length === 0;

export class EntityResolver {
  private readonly options: ResolverOptions;
  private readonly views = new Map<DocumentId, DocumentView>();
  private readonly placeOf = new WeakMap<Appearance, { readonly view: DocumentView; readonly index: number }>();
  private readonly groups = new Map<string, Group>();
  private readonly blocks = new Map<string, Set<Group>>();
  private readonly lone = new Map<string, LoneName>();
  /** By the group that either side is in. */
  private readonly decisionsOf = new Map<string, Decision[]>();
  /** Persons called by a surname alone of whom people said who they are: each is in a group of its own. */
  private readonly known = new Set<string>();
  /** What has to be looked at anew: names, things of a name, surnames alone. */
  private readonly renamed = new Set<Group>();
  private readonly changed = new Set<Group>();
  private readonly changedLone = new Set<string>();

  constructor(options: ResolverOptions) {
    this.options = options;
    for (const { a, b, same } of options.decisions ?? []) {
      const lone = [a, b].filter(({ type, key }) => isLone(type, key));
      if (same || lone.length === 2) for (const reference of lone) this.known.add(placeId(reference));
    }
    for (const decision of options.decisions ?? []) {
      for (const id of new Set([this.groupId(decision.a), this.groupId(decision.b)])) this.decisionsOf.set(id, [...(this.decisionsOf.get(id) ?? []), decision]);
    }
  }

  /** A document of the same id takes the place of the one before. */
  add(extraction: Extraction): void {
    this.remove(extraction.id);
    const view = viewDocument(extraction);
    this.views.set(extraction.id, view);
    view.appearances.forEach((appearance, index) => {
      this.placeOf.set(appearance, { view, index });
      const { type, key } = appearance.entity;
      if (this.isAlone(appearance)) {
        this.loneName(key).appearances.add(appearance);
        this.changedLone.add(key);
        return;
      }
      const group = this.groupOf(appearance);
      if (!group.sameName.add(appearance)) this.changed.add(group);
      for (const [name, surface] of namesOf(appearance)) {
        const known = group.names.get(name);
        if (known !== undefined) known.count++;
        else {
          group.names.set(name, { name: { type, key: name, surface }, count: 1 });
          this.renamed.add(group);
        }
      }
    });
  }

  remove(documentId: DocumentId): void {
    const view = this.views.get(documentId);
    if (view === undefined) return;
    this.views.delete(documentId);
    for (const appearance of view.appearances) {
      if (this.isAlone(appearance)) {
        const { key } = appearance.entity;
        this.loneName(key).appearances.delete(appearance);
        this.changedLone.add(key);
        continue;
      }
      const group = this.groups.get(this.groupId(refer(appearance)));
      if (group === undefined) continue;
      group.sameName.remove(documentId);
      this.changed.add(group);
      for (const [name] of namesOf(appearance)) {
        const known = group.names.get(name);
        if (known === undefined || --known.count > 0) continue;
        group.names.delete(name);
        this.renamed.add(group);
      }
      if (group.sameName.size === 0) this.drop(group);
    }
  }

  /** In order of type and anchor. */
  clusters(): Cluster[] {
    this.settle();
    const components = new Set([...this.groups.values()].map(({ component }) => component!));
    const assigned = new Map<Component['clusters'][number], Appearance[]>();
    const clusters: Cluster[] = [];
    for (const [key, lone] of this.lone) {
      for (const [cluster, appearances] of lone.assigned) assigned.set(cluster, [...(assigned.get(cluster) ?? []), ...appearances]);
      lone.rest?.senses().forEach(({ appearances }, index) => clusters.push({ type: 'PER', appearances: sortedByDocument(appearances), anchor: anchorOf(key, index, appearances) }));
    }
    for (const { clusters: own } of components) {
      for (const cluster of own) {
        const appearances = [...cluster.senses.flatMap(({ sense }) => sense.appearances), ...(assigned.get(cluster) ?? [])];
        const [most] = [...cluster.senses].sort((x, y) => y.sense.appearances.length - x.sense.appearances.length || compareSpecificity(x.group.key, y.group.key) || x.index - y.index);
        clusters.push({ type: cluster.type, appearances: sortedByDocument(appearances), anchor: anchorOf(most!.group.key, most!.index, most!.sense.appearances) });
      }
    }
    return clusters.sort((a, b) => compareText(a.type, b.type) || compareText(a.anchor, b.anchor));
  }

  /** Pairs of things that are neither surely one nor surely two and that nobody decided, the least sure first. */
  doubtfulPairs(): WeighedPair[] {
    this.settle();
    const pairs: WeighedPair[] = [];
    const consider = (a: Reference, b: Reference): void => {
      const pair = this.weigh(a, b);
      if (Math.abs(pair.logOdds) <= DOUBT && pair.decision === undefined) pairs.push(pair);
    };
    for (const group of this.groups.values()) {
      const senses = group.sameName.senses().map((sense) => referenceOf(group, sense));
      senses.forEach((a, i) => senses.slice(i + 1).forEach((b) => consider(a, b)));
      for (const other of group.neighbours.keys()) {
        if (group.id < other.id) for (const a of senses) for (const sense of other.sameName.senses()) consider(a, referenceOf(other, sense));
      }
    }
    for (const { appearances, bearers } of this.lone.values()) {
      for (const appearance of appearances) for (const group of bearers) for (const sense of group.sameName.senses()) consider(refer(appearance), referenceOf(group, sense));
    }
    return pairs.sort((a, b) => Math.abs(a.logOdds) - Math.abs(b.logOdds) || compareText(placeId(a.a) + placeId(a.b), placeId(b.a) + placeId(b.b)));
  }

  /**
   * What speaks for and against two things being one. Where both are one thing of one name, the two documents are compared by themselves.
   * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` for a name that its document does not use
   */
  weigh(a: Reference, b: Reference): WeighedPair {
    this.settle();
    const [x, y] = [this.find(a), this.find(b)];
    const isOneSense = x.sense !== undefined && x.sense === y.sense;
    const profileOf = ({ appearance, sense }: typeof x): Profile => (sense === undefined || isOneSense ? this.profileOf(appearance) : sense.profile());
    const level = this.levelOf(x, y);
    const comparisons =
      level === undefined
        ? [{ name: 'name', found: 'two names', weight: namesContradict(nameIn(x.appearance), nameIn(y.appearance)) ? CONTRADICTING : NOT_COMPARED }]
        : comparePair(a.type, level, profileOf(x), profileOf(y), this.rarityOf(compareSpecificity(a.key, b.key) > 0 ? a.key : b.key));
    const decided = (this.decisionsOf.get(this.groupId(a)) ?? []).find((each) => [placeId(each.a), placeId(each.b)].sort().join() === [placeId(a), placeId(b)].sort().join());
    return { a, b, level, comparisons, logOdds: logOddsOf(comparisons), ...(decided === undefined ? {} : { decision: decided.same ? 'same' : 'different' }) };
  }

  private find(reference: Reference): { readonly appearance: Appearance; readonly group?: Group; readonly sense?: Sense } {
    const appearance = this.views.get(reference.documentId)?.appearances.find(({ entity }) => entity.type === reference.type && entity.key === reference.key);
    if (appearance === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: reference.key });
    const group = this.groups.get(this.groupId(reference));
    return { appearance, group, sense: group?.sameName.senses().find(({ appearances }) => appearances.includes(appearance)) };
  }

  private levelOf(x: { readonly appearance: Appearance; readonly group?: Group; readonly sense?: Sense }, y: typeof x): NameLevel | undefined {
    const [a, b] = [nameIn(x.appearance), nameIn(y.appearance)];
    if (a.type !== b.type) return undefined;
    if (x.group === undefined || y.group === undefined) return x.group === y.group ? (a.key === b.key ? 'surnames' : undefined) : lastWordOf(a) === lastWordOf(b) ? 'surname' : undefined;
    return x.group === y.group ? 'equal' : this.statedOr(x.group, x.sense!, y.group, y.sense!, x.group.neighbours.get(y.group) ?? compareNames(a, b));
  }

  private isAlone(appearance: Appearance): boolean {
    return isLone(appearance.entity.type, appearance.entity.key) && !this.known.has(placeId(refer(appearance)));
  }

  private groupId(reference: Reference): string {
    const place = placeId(reference);
    return this.known.has(place) ? place : nameId(reference);
  }

  private groupOf(appearance: Appearance): Group {
    const id = this.groupId(refer(appearance));
    let group = this.groups.get(id);
    if (group !== undefined) return group;
    const { type, key } = appearance.entity;
    const level: NameLevel = 'equal';
    const rarity = this.rarityOf(key);
    group = {
      id,
      type,
      key,
      names: new Map(),
      sameName: new SameName({
        profileOf: (each) => this.profileOf(each),
        logOdds: (a, b) => logOddsOf(comparePair(type, level, a, b, rarity)),
        ...this.decidedWithin(id),
      }),
      keys: new Set(),
      neighbours: new Map(),
      links: new Map(),
      component: undefined,
    };
    this.groups.set(id, group);
    if (type === 'PER' && !isLone(type, key)) this.bear(group, parsePersonName(key).surname);
    this.renamed.add(group);
    return group;
  }

  private bear(group: Group, surname: string): void {
    this.loneName(surname).bearers.add(group);
    this.changedLone.add(surname);
  }

  private loneName(surname: string): LoneName {
    let lone = this.lone.get(surname);
    if (lone === undefined) this.lone.set(surname, (lone = { appearances: new Set(), bearers: new Set(), rest: undefined, assigned: new Map() }));
    return lone;
  }

  private drop(group: Group): void {
    this.groups.delete(group.id);
    this.renamed.delete(group);
    this.changed.delete(group);
    for (const key of group.keys) this.leaveBlock(group, key);
    for (const neighbour of group.neighbours.keys()) {
      neighbour.neighbours.delete(group);
      neighbour.links.delete(group);
      this.changed.add(neighbour);
    }
    for (const other of group.component?.groups ?? []) if (other !== group) this.changed.add(other);
    if (group.type === 'PER') {
      const { surname } = parsePersonName(group.key);
      this.loneName(surname).bearers.delete(group);
      this.changedLone.add(surname);
    }
  }

  private leaveBlock(group: Group, key: string): void {
    const block = this.blocks.get(key)!;
    const wasLong = block.size === LONGEST_BLOCK + 1;
    block.delete(group);
    if (block.size === 0) this.blocks.delete(key);
    // Short enough again to be looked through.
    else if (wasLong) for (const other of block) this.renamed.add(other);
  }

  private profileOf(appearance: Appearance): Profile {
    const { view, index } = this.placeOf.get(appearance)!;
    return profileOf(view, index, this.options.functional, this.options.reader);
  }

  private rarityOf(key: string): number | undefined {
    const { reader } = this.options;
    return reader === undefined ? undefined : key.split(' ').reduce((sum, word) => sum + reader.rarityOf(word), 0);
  }

  private settle(): void {
    this.settleNames();
    const affected = new Set<Group>();
    for (const group of this.changed) {
      for (const one of [group, ...group.neighbours.keys()]) for (const member of one.component?.groups ?? [one]) affected.add(member);
      for (const neighbour of group.neighbours.keys()) neighbour.links.delete(group);
      group.links.clear();
      affected.add(group);
    }
    this.changed.clear();
    const seen = new Set<Group>();
    for (const group of affected) {
      if (seen.has(group) || !this.groups.has(group.id)) continue;
      const members = this.reach(group);
      const component: Component = { groups: members, clusters: this.clusterGroups(members) };
      for (const member of members) {
        seen.add(member);
        member.component = component;
        if (member.type === 'PER') this.changedLone.add(parsePersonName(member.key).surname);
      }
    }
    for (const key of this.changedLone) this.settleLone(key);
    this.changedLone.clear();
  }

  /** Finds for every name that came or changed the names it may go with. */
  private settleNames(): void {
    for (const group of this.renamed) {
      const keys = new Set([...group.names.values()].flatMap(({ name }) => nameKeysOf(name)));
      for (const key of group.keys) if (!keys.has(key)) this.leaveBlock(group, key);
      for (const key of keys) {
        if (group.keys.has(key)) continue;
        const block = this.blocks.get(key) ?? new Set();
        this.blocks.set(key, block.add(group));
        // Too long from now on: pairs that only it had found go.
        if (block.size === LONGEST_BLOCK + 1) for (const other of block) this.renamed.add(other);
      }
      group.keys.clear();
      for (const key of keys) group.keys.add(key);
    }
    for (const group of this.renamed) {
      const found = new Set<Group>();
      for (const key of group.keys) {
        const block = this.blocks.get(key)!;
        if (block.size <= LONGEST_BLOCK) for (const other of block) if (other !== group) found.add(other);
      }
      for (const other of this.decidedWith(group)) found.add(other);
      const before = new Map(group.neighbours);
      group.neighbours.clear();
      for (const other of found) {
        const level = bestLevel(group, other) ?? (this.decidedWith(group).has(other) ? 'stated' : undefined);
        if (level === undefined) continue;
        group.neighbours.set(other, level);
        if (before.get(other) !== level) this.changed.add(other);
        other.neighbours.set(group, level);
      }
      for (const other of before.keys()) {
        if (group.neighbours.has(other)) continue;
        other.neighbours.delete(group);
        other.links.delete(group);
        this.changed.add(other);
      }
      this.changed.add(group);
    }
    this.renamed.clear();
  }

  /** Groups that a person joined with this one. */
  private decidedWith(group: Group): Set<Group> {
    const others = (this.decisionsOf.get(group.id) ?? []).flatMap(({ a, b, same }) => {
      const found = this.groups.get(this.groupId(this.groupId(a) === group.id ? b : a));
      return same && found !== undefined && found !== group ? [found] : [];
    });
    return new Set(others);
  }

  /** All that a chain of likely matches, or of matches that a person made, leads to; in order of their names. */
  private reach(start: Group): Group[] {
    const found = new Set([start]);
    for (const group of found) {
      for (const other of group.neighbours.keys()) if (!found.has(other) && this.linksOf(group, other).some((row) => row.some((odds) => odds > 0))) found.add(other);
      for (const other of this.decidedWith(group)) found.add(other);
    }
    return [...found].sort((a, b) => compareText(a.id, b.id));
  }

  /** Log odds [senses of the first by id, senses of the other]. */
  private linksOf(a: Group, b: Group): readonly Float32Array[] {
    const [first, second] = a.id < b.id ? [a, b] : [b, a];
    let links = first.links.get(second);
    if (links === undefined) {
      const level = first.neighbours.get(second)!;
      const others = second.sameName.senses();
      links = first.sameName.senses().map((sense) => Float32Array.from(others, (other) => logOddsOf(this.comparisonsOf(first, sense, second, other, level))));
      first.links.set(second, links);
    }
    return links;
  }

  private comparisonsOf(a: Group, x: Sense, b: Group, y: Sense, level: NameLevel): Comparison[] {
    const short = compareSpecificity(a.key, b.key) > 0 ? a : b;
    return comparePair(a.type, this.statedOr(a, x, b, y, level)!, x.profile(), y.profile(), this.rarityOf(short.key));
  }

  /** A name that some documents give to a thing says nothing of another thing of the same name. */
  private statedOr(a: Group, x: Sense, b: Group, y: Sense, level: NameLevel | undefined): NameLevel | undefined {
    return level === 'stated' && !states(x, b) && !states(y, a) ? (compareNames(nameOf(a), nameOf(b)) ?? level) : level;
  }

  private clusterGroups(groups: readonly Group[]): Component['clusters'] {
    const nodes = groups.flatMap((group) => group.sameName.senses().map((sense, index) => ({ group, index, sense })));
    const { type } = groups[0]!;
    if (groups.length === 1) return nodes.map((node) => ({ type, senses: [node] }));
    const odds = nodes.map(() => new Map<number, number>());
    for (let i = 0; i < nodes.length; i++) {
      for (let j = i + 1; j < nodes.length; j++) {
        const [a, b] = [nodes[i]!, nodes[j]!];
        const known = a.group !== b.group && a.group.neighbours.has(b.group) ? this.linksOf(a.group, b.group)[a.index]![b.index]! : undefined;
        // Things of one name were found to be different ones.
        const value = known ?? (a.group === b.group || namesContradict(nameOf(a.group), nameOf(b.group)) ? CONTRADICTING : NOT_COMPARED);
        odds[i]!.set(j, value);
        odds[j]!.set(i, value);
      }
    }
    const [first, second, values]: number[][] = [[], [], []];
    for (const [i, row] of odds.entries()) {
      for (const [j, value] of row) {
        if (j < i) continue;
        const short = compareSpecificity(nodes[i]!.group.key, nodes[j]!.group.key) > 0 ? i : j;
        first!.push(i);
        second!.push(j);
        values!.push(value <= 0 ? value : value - Math.log1p(rivalsOf(short, short === i ? j : i, odds)));
      }
    }
    const decided = this.decidedPairs(nodes);
    const clusters = clusterPairs(nodes.length, { a: Uint32Array.from(first!), b: Uint32Array.from(second!), logOdds: Float32Array.from(values!) }, decided);
    const members = new Map<number, typeof nodes>();
    clusters.forEach((cluster, index) => members.set(cluster, [...(members.get(cluster) ?? []), nodes[index]!]));
    return [...members.values()].map((senses) => ({ type, senses }));
  }

  /** What people said of these things, by their places. */
  private decidedPairs(nodes: readonly { readonly group: Group; readonly sense: Sense }[]): { readonly same: [number, number][]; readonly different: [number, number][] } {
    const decided = { same: [] as [number, number][], different: [] as [number, number][] };
    const placeOf = (reference: Reference): number => {
      const inGroup = nodes.flatMap(({ group }, index) => (group.id === this.groupId(reference) ? [index] : []));
      return inGroup.find((index) => nodes[index]!.sense.appearances.some(({ documentId }) => documentId === reference.documentId)) ?? inGroup[0] ?? -1;
    };
    for (const decision of new Set(nodes.flatMap(({ group }) => this.decisionsOf.get(group.id) ?? []))) {
      const [a, b] = [placeOf(decision.a), placeOf(decision.b)];
      if (a >= 0 && b >= 0 && a !== b) decided[decision.same ? 'same' : 'different'].push([a, b]);
    }
    return decided;
  }

  /** Each person called by a surname alone goes to the bearer it fits; those that fit none are compared with each other. */
  private settleLone(surname: string): void {
    const lone = this.loneName(surname);
    lone.assigned.clear();
    lone.rest = undefined;
    if (lone.appearances.size === 0) {
      if (lone.bearers.size === 0) this.lone.delete(surname);
      return;
    }
    const clusters = [...new Set([...lone.bearers].sort((a, b) => compareText(a.id, b.id)).flatMap((group) => group.component!.clusters.filter(({ senses }) => senses.some((each) => each.group === group))))];
    const rarity = this.rarityOf(surname);
    const rest = new SameName({ profileOf: (each) => this.profileOf(each), logOdds: (a, b) => logOddsOf(comparePair('PER', 'surnames', a, b, rarity)), same: [], different: [] });
    for (const appearance of sortedByDocument([...lone.appearances])) {
      const bearer = clusters.length === 0 ? undefined : this.bearerOf(appearance, clusters, rarity);
      if (bearer === undefined) rest.add(appearance);
      else lone.assigned.set(bearer, [...(lone.assigned.get(bearer) ?? []), appearance]);
    }
    if (rest.size > 0) lone.rest = rest;
  }

  /** What people said of documents that use one name. */
  private decidedWithin(id: string): { readonly same: [string, string][]; readonly different: [string, string][] } {
    const own = (this.decisionsOf.get(id) ?? []).filter(({ a, b }) => this.groupId(a) === this.groupId(b));
    const pairs = (same: boolean): [string, string][] => own.filter((decision) => decision.same === same).map(({ a, b }) => [a.documentId, b.documentId]);
    return { same: pairs(true), different: pairs(false) };
  }

  private bearerOf(appearance: Appearance, clusters: Component['clusters'], rarity: number | undefined): Component['clusters'][number] | undefined {
    const own = refer(appearance);
    const others = (this.decisionsOf.get(nameId(own)) ?? []).flatMap(({ a, b }) => [[a, b], [b, a]].flatMap(([one, other]) => (placeId(one!) === placeId(own) ? [other!] : [])));
    const isRuledOut = (cluster: Component['clusters'][number]): boolean =>
      others.some((other) => cluster.senses.some(({ group, sense }) => group.id === this.groupId(other) && sense.appearances.some(({ documentId }) => documentId === other.documentId)));
    const profile = this.profileOf(appearance);
    const odds = clusters.map((cluster) => {
      if (isRuledOut(cluster)) return Number.NEGATIVE_INFINITY;
      return Math.max(...cluster.senses.map(({ sense }) => logOddsOf(comparePair('PER', 'surname', profile, sense.profile(), rarity))));
    });
    const best = odds.indexOf(Math.max(...odds));
    const rivals = odds.reduce((sum, each, index) => (index === best ? sum : sum + Math.exp(each)), 0);
    return odds[best]! - Math.log1p(rivals) > 0 ? clusters[best] : undefined;
  }
}

/** The odds of all that a short name may mean beside `chosen`, but for those that are likely the same as that. */
function rivalsOf(short: number, chosen: number, odds: readonly ReadonlyMap<number, number>[]): number {
  let sum = 0;
  for (const [other, value] of odds[short]!) if (other !== chosen && (odds[chosen]!.get(other) ?? 0) <= 0) sum += Math.exp(value);
  return sum;
}

function* namesOf({ extraction, entity }: Appearance): Generator<readonly [key: string, surface: string]> {
  yield [entity.key, entity.names.get(entity.key)!];
  for (const [key, surface] of entity.names) if (key !== entity.key && !isLone(entity.type, key)) yield [key, surface];
  for (const acronym of entity.acronyms) if (!entity.names.has(acronym)) yield [acronym, surfaceOfAcronym(extraction, entity.mentions, acronym)];
}

function surfaceOfAcronym({ mentions }: Extraction, own: readonly number[], acronym: string): string {
  return mentions[own.find((index) => mentions[index]!.surface.toLowerCase().replace(/[^a-z]/g, '') === acronym) ?? own[0]!]!.surface;
}

/** `stated` where one has the other's own name among its names. An acronym that a document explains stands for nothing else. */
function bestLevel(a: Group, b: Group): NameLevel | undefined {
  if (a.names.has(b.key) || b.names.has(a.key)) return 'stated';
  const spelled = (group: Group): Name[] => [...group.names.values()].flatMap(({ name }) => (name.key === group.key || acronymOf(name.surface) === undefined ? [name] : []));
  let level: NameLevel | undefined = compareNames(nameOf(a), nameOf(b));
  for (const name of spelled(a)) for (const other of spelled(b)) level ??= name.key === other.key ? 'stated' : compareNames(name, other);
  return level;
}

const nameOf = (group: Group): Name => group.names.get(group.key)!.name;
const refer = ({ documentId, entity: { type, key } }: Appearance): Reference => ({ type, key, documentId });
const states = (sense: Sense, other: Group): boolean => sense.appearances.some(({ entity }) => entity.names.has(other.key) || entity.acronyms.has(other.key));
const nameIn = ({ entity: { type, key, names } }: Appearance): Name => ({ type, key, surface: names.get(key)! });
const lastWordOf = ({ key }: Name): string => key.slice(key.lastIndexOf(' ') + 1);
const sortedByDocument = (appearances: readonly Appearance[]): Appearance[] => [...appearances].sort((a, b) => compareText(a.documentId, b.documentId));

function referenceOf(group: Group, sense: Sense): Reference {
  return { type: group.type, key: group.key, documentId: sortedByDocument(sense.appearances)[0]!.documentId };
}

/** The first thing of a name has the name itself, any other one its first document too. */
function anchorOf(key: string, index: number, appearances: readonly Appearance[]): string {
  return index === 0 ? key : `${key} (${sortedByDocument(appearances)[0]!.documentId})`;
}
