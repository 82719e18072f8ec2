// Which mentions of a corpus name the same thing in the world. Documents come and go one by one and in any order: what is resolved depends
// on the set of documents that are there, and a document costs what the names it shares with others cost.
//
// Documents that use one name are divided into the things they mean (`same-name.ts`); things of different names that may be one are weighed
// (`match.ts`) and joined from the surest pair down (`cluster.ts`); a surname alone goes to the bearer it fits.
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Decision, DocumentId, Extraction, Reference } from '../../pipeline/core/model.ts';
import { compareSpecificity, parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { compareText } from '../evidence.ts';
import { ResolvedClusters, type Cluster, type ClusterChanges, type Origin } from './resolved-clusters.ts';
import { compareNames, namesContradict, type NameLevel } from './compare-names.ts';
import type { ContextReader } from './context.ts';
import { Decisions, isLone } from './decisions.ts';
import { DOUBT, Doubts, leastSureFirst, type WeighedPair } from './doubts.ts';
import { CONTRADICTING, decidedMeanings, joinMeanings, NOT_COMPARED } from './join-names.ts';
import { LoneNames } from './lone-names.ts';
import { comparePair, logOddsOf, rarityOfName, type Comparison } from './match.ts';
import { NameBlocks } from './name-blocks.ts';
import { anchorAt, anchorOf, bestLevel, createGroup, loneNamesBorne, loneNamesOf, nameIn, namesOf, ownName, refer, sortedByDocument, states, type Component, type Group, type Meaning, type NamedCluster } from './name-groups.ts';
import { appearancesOf, mergeProfiles, type Appearance, type Profile } from './profile.ts';
import { createRecordFinder, resolveRecords, type RecordEntity, type ResolvedRecords } from './records/record-entities.ts';
import { sameNameOf, type Sense } from './same-name.ts';

export interface ResolverOptions {
  /** Predicates that have one value: two values speak against a match. */
  readonly functional: ReadonlySet<string>;
  /** Left out, what surrounds the names is not compared. */
  readonly reader?: ContextReader;
  readonly decisions?: readonly Decision[];
  /** Where names are resolved in parts: keys that too many names of all parts have, and what all rows of tables are about. */
  readonly isLongBlock?: (key: string) => boolean;
  readonly records?: ResolvedRecords;
}

export class EntityResolver {
  private readonly options: ResolverOptions;
  private readonly documents = new Map<DocumentId, readonly Appearance[]>();
  private readonly groups = new Map<string, Group>();
  private readonly blocks: NameBlocks;
  private readonly lone: LoneNames;
  /** What rows of tables are about; linked anew when one comes or goes. */
  private readonly rows = new Set<Appearance>();
  private records: ResolvedRecords | undefined;
  private hasRecords = false;
  private readonly decisions: Decisions;
  /** What has to be looked at anew: names; names with more documents, whose things may be the same as before; things that are not. */
  private readonly renamed = new Set<Group>();
  private readonly touched = new Set<Group>();
  private readonly changed = new Set<Group>();
  private readonly doubts = new Doubts((a, b) => this.weigh(a, b));
  /** What was resolved, and what of it may no longer be so. */
  private readonly resolved = new ResolvedClusters();
  private readonly stale = new Set<Origin>();

  constructor(options: ResolverOptions) {
    this.options = options;
    this.blocks = new NameBlocks(options.isLongBlock);
    this.records = options.records;
    this.decisions = new Decisions(options.decisions ?? []);
    this.lone = new LoneNames({ decisions: this.decisions, rarityOf: (key) => this.rarityOf(key) });
  }

  /** A document of the same id takes the place of the one before. */
  add(extraction: Extraction): void {
    this.remove(extraction.id);
    const appearances = appearancesOf(extraction, this.options.functional, this.options.reader);
    this.documents.set(extraction.id, appearances);
    for (const appearance of appearances) this.put(appearance);
  }

  remove(documentId: DocumentId): void {
    for (const appearance of this.documents.get(documentId) ?? []) this.take(appearance);
    this.documents.delete(documentId);
  }

  /**
   * What people say from now on, in place of what they said before. Costs what the names of the pairs cost that they say something else of; rows of tables
   * are linked anew where it is of one.
   */
  decide(decisions: readonly Decision[]): void {
    const differing = this.decisions.differing(decisions);
    const [named, divided] = [new Set<string>(), new Set<string>()];
    const note = (): void => {
      for (const { a, b } of differing) {
        const [x, y] = [this.decisions.groupId(a), this.decisions.groupId(b)];
        named.add(x).add(y);
        if (x === y) divided.add(x);
      }
    };
    // A surname alone may be in a group of its own from now on, or no longer.
    const moved = new Set(differing.flatMap(({ a, b }) => [a, b]).flatMap((reference) => this.find(reference) ?? []).filter((appearance) => isRow(appearance) || isLone(refer(appearance))));
    note();
    for (const appearance of moved) this.take(appearance);
    this.decisions.replace(decisions);
    for (const appearance of moved) this.put(appearance);
    note();
    for (const id of named) {
      const group = this.groups.get(id);
      if (group === undefined) continue;
      if (divided.has(id)) group.sameName = group.sameName.decidedAnew(this.decisions.within(id));
      this.renamed.add(group);
    }
  }

  /** What people have said. */
  decided(): Decision[] {
    return this.decisions.all();
  }

  /** A thing of a document that stays. */
  put(appearance: Appearance): void {
    if (isRow(appearance)) {
      this.rows.add(appearance);
      this.records = undefined;
      return;
    }
    if (this.decisions.isAlone(refer(appearance))) return this.lone.add(appearance);
    const group = this.groupOf(appearance);
    group.sameName.add(appearance);
    this.touched.add(group);
    for (const [name, surface] of namesOf(appearance)) {
      const surfaces = group.names.get(name) ?? new Map<string, number>();
      group.names.set(name, surfaces);
      if (!surfaces.has(surface)) this.renamed.add(group);
      surfaces.set(surface, (surfaces.get(surface) ?? 0) + 1);
    }
    for (const name of loneNamesOf(appearance)) {
      if (!group.loneNames.has(name)) this.lone.bear(group, name);
      group.loneNames = new Map(group.loneNames).set(name, (group.loneNames.get(name) ?? 0) + 1);
    }
  }

  private take(appearance: Appearance): void {
    if (this.rows.delete(appearance)) {
      this.records = undefined;
      return;
    }
    if (this.decisions.isAlone(refer(appearance))) return this.lone.remove(appearance);
    const group = this.groups.get(this.decisions.groupId(refer(appearance)));
    if (group === undefined) return;
    group.sameName.remove(appearance.documentId);
    this.changed.add(group);
    for (const [name, surface] of namesOf(appearance)) {
      const surfaces = group.names.get(name)!;
      surfaces.set(surface, surfaces.get(surface)! - 1);
      if (surfaces.get(surface)! > 0) continue;
      surfaces.delete(surface);
      if (surfaces.size === 0) group.names.delete(name);
      this.renamed.add(group);
    }
    for (const name of loneNamesOf(appearance)) {
      const left = new Map(group.loneNames).set(name, group.loneNames.get(name)! - 1);
      group.loneNames = left;
      if (left.get(name)! > 0) continue;
      left.delete(name);
      this.lone.unbear(group, name);
    }
    if (group.sameName.size === 0) this.drop(group);
  }

  /** In order of type and anchor. */
  clusters(): Cluster[] {
    this.refresh();
    return this.resolved.all().sort((a, b) => compareText(a.type, b.type) || compareText(a.anchor, b.anchor));
  }

  /** Costs what the documents that came or went have touched; where there are rows of tables, all is looked through. */
  changes(): ClusterChanges {
    this.refresh();
    return this.resolved.takeChanges();
  }

  private refresh(): void {
    this.settle();
    const { entities } = this.resolvedRecords();
    if (entities.length > 0 || this.hasRecords) {
      const clusters = this.withRecords(entities);
      for (const origin of this.resolved.origins()) if (!clusters.has(origin)) this.resolved.replace(origin, []);
      for (const [origin, own] of clusters) this.resolved.replace(origin, own);
    } else for (const origin of this.stale) this.resolved.replace(origin, this.clustersFrom(origin));
    this.hasRecords = entities.length > 0;
    this.stale.clear();
  }

  private clustersFrom(origin: Origin): readonly Cluster[] {
    if (typeof origin === 'string') {
      const senses = this.lone.restOf(origin);
      return senses.map((sense) => ({ type: 'PER', appearances: sortedByDocument(sense.appearances), anchor: anchorOf(origin, sense, senses) }));
    }
    return 'senses' in origin && this.isCurrent(origin) ? [this.clusterOf(origin)] : [];
  }

  private isCurrent(cluster: NamedCluster): boolean {
    const { group } = cluster.senses[0]!;
    return this.groups.get(group.id) === group && group.component!.clusters.includes(cluster);
  }

  private clusterOf(cluster: NamedCluster): Cluster {
    const [most] = [...cluster.senses].sort((x, y) => y.sense.size - x.sense.size || compareSpecificity(x.group.key, y.group.key) || x.index - y.index);
    return { type: cluster.type, appearances: this.appearancesOf(cluster), anchor: anchorOf(most!.group.key, most!.sense, most!.group.sameName.senses()) };
  }

  private appearancesOf(cluster: NamedCluster): Appearance[] {
    const loneNames = new Set(cluster.senses.flatMap(({ group }) => loneNamesBorne(group)));
    return sortedByDocument([...cluster.senses.flatMap(({ sense }) => sense.appearances), ...[...loneNames].flatMap((name) => this.lone.assignedTo(name, cluster))]);
  }

  /** Everything, things of documents with the record that they fit. */
  private withRecords(records: readonly RecordEntity[]): Map<Origin, readonly Cluster[]> {
    const clusters = new Map<Origin, readonly Cluster[]>();
    const recordOf = createRecordFinder(records, (key) => this.rarityOf(key));
    const found = new Map<RecordEntity, Appearance[]>(records.map((record) => [record, []]));
    for (const { clusters: own } of new Set([...this.groups.values()].map(({ component }) => component!))) {
      for (const cluster of own) {
        const record = recordOf({ names: cluster.senses.map(({ group }) => ownName(group)), profile: () => mergeProfiles(cluster.senses.map(({ sense }) => sense.profile())) });
        if (record === undefined) clusters.set(cluster, [this.clusterOf(cluster)]);
        else found.get(record)!.push(...this.appearancesOf(cluster));
      }
    }
    for (const [record, others] of found) {
      const { type, appearances: own } = record;
      clusters.set(record, [{ type, appearances: sortedByDocument([...own, ...others]), anchor: anchorAt(own[0]!.entity.key, own[0]!.documentId) }]);
    }
    for (const name of this.lone.names()) clusters.set(name, this.clustersFrom(name));
    return clusters;
  }

  /** Pairs of things that are neither surely one nor surely two and that nobody decided, the least sure first. */
  doubtfulPairs(): WeighedPair[] {
    return [...this.lookForDoubts()].flat().sort(leastSureFirst);
  }

  /** The same pairs in no order and name by name: others may be served between two names; where documents come or go meanwhile, what was found is of no state. */
  *lookForDoubts(): Generator<readonly WeighedPair[]> {
    this.settle();
    for (const group of this.groups.values()) yield this.doubts.ofGroup(group, (a, b) => this.linksOf(a, b));
    for (const [name, { appearances, bearers }] of this.lone.all()) yield this.doubts.ofName(name, appearances, bearers);
    yield this.doubts.among([...this.resolvedRecords().doubtful(DOUBT)].map(([a, b]) => [refer(a), refer(b)] as const));
  }

  /**
   * What speaks for and against two things being one. Where both are one thing of one name, the two documents are compared by themselves.
   * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` for a name that its document does not use
   */
  weigh(a: Reference, b: Reference): WeighedPair {
    this.settle();
    const [x, y] = [this.placeOf(a), this.placeOf(b)];
    const decided = this.decisions.between(a, b);
    const decision = decided === undefined ? {} : { decision: decided.same ? ('same' as const) : ('different' as const) };
    const asRows = isRow(x.appearance) && isRow(y.appearance) ? this.resolvedRecords().compare(x.appearance, y.appearance) : undefined;
    if (asRows !== undefined) return { a, b, level: compareNames(nameIn(x.appearance), nameIn(y.appearance)), ...asRows, ...decision };
    const isOneSense = x.sense !== undefined && x.sense === y.sense;
    const profileOf = ({ appearance, sense }: typeof x): Profile => (sense === undefined || isOneSense ? appearance.profile : sense.profile());
    const level = this.levelOf(x, y);
    const comparisons =
      level === undefined
        ? [{ name: 'name', found: 'two names', weight: namesContradict(nameIn(x.appearance), nameIn(y.appearance)) ? CONTRADICTING : NOT_COMPARED }]
        : comparePair(a.type, level, profileOf(x), profileOf(y), this.rarityOf(compareSpecificity(a.key, b.key) > 0 ? a.key : b.key));
    return { a, b, level, comparisons, logOdds: logOddsOf(comparisons), ...decision };
  }

  /** What a document means by a name. */
  find({ type, key, documentId }: Reference): Appearance | undefined {
    return this.documents.get(documentId)?.find(({ entity }) => entity.type === type && entity.key === key);
  }

  private placeOf(reference: Reference): { readonly appearance: Appearance; readonly group?: Group; readonly sense?: Sense } {
    const appearance = this.find(reference);
    if (appearance === undefined) throw new EngramError('ENGRAM_GRAPH_UNKNOWN_ENTITY', { text: reference.key });
    const group = this.groups.get(this.decisions.groupId(reference));
    return { appearance, group, sense: group?.sameName.senses().find(({ appearances }) => appearances.includes(appearance)) };
  }

  private levelOf(x: { readonly appearance: Appearance; readonly group?: Group; readonly sense?: Sense }, y: typeof x): NameLevel | undefined {
    const [a, b] = [nameIn(x.appearance), nameIn(y.appearance)];
    if (a.type !== b.type) return undefined;
    if (isRow(x.appearance) || isRow(y.appearance)) return compareNames(a, b);
    if (x.group === undefined || y.group === undefined) return x.group === y.group ? (a.key === b.key ? 'surnames' : undefined) : (x.group ?? y.group)!.loneNames.has((x.group === undefined ? a : b).key) ? 'stated' : lastWordOf(a) === lastWordOf(b) ? 'surname' : undefined;
    return x.group === y.group ? 'equal' : this.statedOr(x.group, x.sense!, y.group, y.sense!, x.group.neighbours.get(y.group) ?? compareNames(a, b));
  }

  private resolvedRecords(): ResolvedRecords {
    return (this.records ??= resolveRecords([...this.rows], this.options.functional, (rows) => this.decisions.among(rows.map(({ documentId }) => documentId))));
  }

  private groupOf(appearance: Appearance): Group {
    const id = this.decisions.groupId(refer(appearance));
    let group = this.groups.get(id);
    if (group !== undefined) return group;
    const { type, key } = appearance.entity;
    group = createGroup(id, type, key, sameNameOf(type, this.rarityOf(key), this.decisions.within(id)));
    this.groups.set(id, group);
    if (type === 'PER' && !isLone({ type, key })) this.lone.bear(group, parsePersonName(key).surname);
    this.renamed.add(group);
    return group;
  }

  private drop(group: Group): void {
    this.doubts.forget(group);
    this.groups.delete(group.id);
    for (const cluster of group.component?.clusters ?? []) this.stale.add(cluster);
    this.renamed.delete(group);
    this.changed.delete(group);
    this.touched.delete(group);
    for (const other of this.blocks.remove(group)) this.renamed.add(other);
    for (const neighbour of group.neighbours.keys()) {
      neighbour.neighbours.delete(group);
      neighbour.links.delete(group);
      this.changed.add(neighbour);
    }
    for (const other of group.component?.groups ?? []) if (other !== group) this.changed.add(other);
    if (group.type === 'PER') this.lone.unbear(group, parsePersonName(group.key).surname);
  }

  private rarityOf(key: string): number | undefined {
    return rarityOfName(key, this.options.reader);
  }

  /** Brings all that depends on the documents that came or went up to date. */
  settle(): void {
    this.settleNames();
    for (const group of this.touched) {
      const { version } = group.sameName;
      group.sameName.senses();
      if (group.sameName.version !== version) this.changed.add(group);
      for (const cluster of group.component?.clusters ?? []) if (cluster.senses.some((each) => each.group === group)) this.stale.add(cluster);
    }
    this.touched.clear();
    const affected = new Set(this.changed);
    for (const group of this.changed) {
      this.doubts.forget(group);
      for (const one of [group, ...group.neighbours.keys()]) for (const member of one.component?.groups ?? [one]) affected.add(member);
      for (const neighbour of group.neighbours.keys()) neighbour.links.delete(group);
      group.links.clear();
    }
    this.changed.clear();
    const seen = new Set<Group>();
    for (const group of affected) {
      // One that went may have come anew.
      if (seen.has(group) || this.groups.get(group.id) !== group) continue;
      const members = this.reach(group);
      const component: Component = { groups: members, clusters: this.clusterGroups(members) };
      for (const member of members) {
        seen.add(member);
        for (const cluster of member.component?.clusters ?? []) this.stale.add(cluster);
        member.component = component;
        for (const name of loneNamesBorne(member)) this.lone.lookAgain(name);
      }
      for (const cluster of component.clusters) this.stale.add(cluster);
    }
    for (const origin of this.lone.settle()) {
      if (typeof origin === 'string') this.doubts.forgetName(origin);
      this.stale.add(origin);
    }
  }

  /** Finds for every name that came or changed the names it may go with. */
  private settleNames(): void {
    for (const group of this.renamed) for (const other of this.blocks.update(group)) this.renamed.add(other);
    const compared = new Set<Group>();
    for (const group of this.renamed) {
      const found = this.blocks.around(group);
      for (const other of this.decidedWith(group)) found.add(other);
      const before = new Map(group.neighbours);
      group.neighbours.clear();
      for (const other of found) {
        // From the other side it is the same.
        const level = compared.has(other) ? before.get(other) : (bestLevel(group, other) ?? (this.decidedWith(group).has(other) ? 'stated' : undefined));
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
      compared.add(group);
    }
    this.renamed.clear();
  }

  /** Groups that a person joined with this one. */
  private decidedWith(group: Group): Set<Group> {
    return new Set(this.decisions.joinedWith(group.id).flatMap((id) => this.groups.get(id) ?? []));
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
    return level === 'stated' && !states(x, b) && !states(y, a) ? (compareNames(ownName(a), ownName(b)) ?? level) : level;
  }

  private clusterGroups(groups: readonly Group[]): readonly NamedCluster[] {
    const nodes = groups.flatMap((group) => group.sameName.senses().map((sense, index): Meaning => ({ group, index, sense })));
    if (groups.length === 1) return nodes.map((node) => ({ type: node.group.type, senses: [node] }));
    const compared = (a: Meaning, b: Meaning): number | undefined => (a.group.neighbours.has(b.group) ? this.linksOf(a.group, b.group)[a.index]![b.index]! : undefined);
    return joinMeanings(nodes, compared, decidedMeanings(nodes, this.decisions));
  }
}

const isRow = ({ row }: Appearance): boolean => row !== undefined;
const lastWordOf = ({ key }: { readonly key: string }): string => key.slice(key.lastIndexOf(' ') + 1);
