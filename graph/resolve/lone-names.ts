// Persons that a document calls by one name only, a surname or such as "Pelé": each goes to the bearer of the name that it fits better than
// all others together; those that fit none are compared with each other.
import { compareText } from '../evidence.ts';
import type { Decisions } from './decisions.ts';
import { comparePair, logOddsOf } from './match.ts';
import { refer, sortedByDocument, type Group, type NamedCluster } from './name-groups.ts';
import type { Appearance } from './profile.ts';
import { SameName, type Sense } from './same-name.ts';

/** Of a name that more persons bear, nobody can be told by it alone. */
const MOST_BEARERS = 8;

interface LoneName {
  readonly appearances: Set<Appearance>;
  readonly bearers: Set<Group>;
  /** Not looked at yet. */
  added: Appearance[];
  /** Whether its bearers changed. */
  isStale: boolean;
  /** None where it has more bearers than can be told apart. */
  clusters: readonly NamedCluster[];
  rest: SameName;
  assigned: Map<NamedCluster, Appearance[]>;
}

export interface LoneNamesOptions {
  readonly decisions: Decisions;
  readonly rarityOf: (key: string) => number | undefined;
}

export class LoneNames {
  private readonly options: LoneNamesOptions;
  private readonly byName = new Map<string, LoneName>();
  private readonly changed = new Set<string>();

  constructor(options: LoneNamesOptions) {
    this.options = options;
  }

  add(appearance: Appearance): void {
    const { key } = appearance.entity;
    const name = this.of(key);
    name.appearances.add(appearance);
    name.added.push(appearance);
    this.changed.add(key);
  }

  remove(appearance: Appearance): void {
    const name = this.of(appearance.entity.key);
    name.appearances.delete(appearance);
    name.added = name.added.filter((other) => other !== appearance);
    name.rest.remove(appearance.documentId);
    for (const [cluster, assigned] of name.assigned) name.assigned.set(cluster, assigned.filter((other) => other !== appearance));
    this.changed.add(appearance.entity.key);
  }

  bear(group: Group, name: string): void {
    this.of(name).bearers.add(group);
    this.lookAgain(name);
  }

  unbear(group: Group, name: string): void {
    this.of(name).bearers.delete(group);
    this.lookAgain(name);
  }

  /** What bears the name is no longer what it was. */
  lookAgain(name: string): void {
    this.of(name).isStale = true;
    this.changed.add(name);
  }

  /** @returns the names that were looked at, and what bears them or did */
  settle(): ReadonlySet<string | NamedCluster> {
    const seen = new Set<string | NamedCluster>(this.changed);
    for (const key of this.changed) {
      const name = this.of(key);
      for (const cluster of name.assigned.keys()) seen.add(cluster);
      if (name.appearances.size === 0 && name.bearers.size === 0) this.byName.delete(key);
      else this.settleName(key, name);
      for (const cluster of name.assigned.keys()) seen.add(cluster);
    }
    this.changed.clear();
    return seen;
  }

  names(): Iterable<string> {
    return this.byName.keys();
  }

  /** Those that fit a bearer of the name. */
  assignedTo(name: string, bearer: NamedCluster): readonly Appearance[] {
    return this.byName.get(name)?.assigned.get(bearer) ?? [];
  }

  /** Those that fit none, by what they mean. */
  restOf(name: string): readonly Sense[] {
    return this.byName.get(name)?.rest.senses() ?? [];
  }

  /** Every name with those that are called by it alone, and the groups that bear it. */
  all(): Iterable<readonly [string, { readonly appearances: ReadonlySet<Appearance>; readonly bearers: ReadonlySet<Group> }]> {
    return this.byName;
  }

  private of(key: string): LoneName {
    let name = this.byName.get(key);
    if (name === undefined) this.byName.set(key, (name = { appearances: new Set(), bearers: new Set(), added: [], isStale: false, clusters: [], rest: this.createRest(key), assigned: new Map() }));
    return name;
  }

  private createRest(key: string): SameName {
    const rarity = this.options.rarityOf(key);
    return new SameName((a, b) => logOddsOf(comparePair('PER', 'surnames', a, b, rarity)));
  }

  private settleName(key: string, name: LoneName): void {
    if (name.isStale) {
      const clusters = clustersOf(name.bearers);
      if (clusters.length > 0 || name.clusters.length > 0) {
        name.rest = this.createRest(key);
        name.assigned = new Map();
        name.added = sortedByDocument([...name.appearances]);
      }
      name.clusters = clusters;
      name.isStale = false;
    }
    for (const appearance of name.added) {
      const bearer = name.clusters.length === 0 ? undefined : this.bearerOf(appearance, name.clusters);
      if (bearer === undefined) name.rest.add(appearance);
      else name.assigned.set(bearer, [...(name.assigned.get(bearer) ?? []), appearance]);
    }
    name.added = [];
  }

  private bearerOf(appearance: Appearance, clusters: readonly NamedCluster[]): NamedCluster | undefined {
    const { decisions, rarityOf } = this.options;
    const { key } = appearance.entity;
    const others = decisions.ruledOutFor(refer(appearance));
    const isRuledOut = ({ senses }: NamedCluster): boolean =>
      others.some((other) => senses.some(({ group, sense }) => group.id === decisions.groupId(other) && sense.appearances.some(({ documentId }) => documentId === other.documentId)));
    const rarity = rarityOf(key);
    const odds = clusters.map((cluster) => {
      if (isRuledOut(cluster)) return Number.NEGATIVE_INFINITY;
      return Math.max(...cluster.senses.map(({ group, sense }) => logOddsOf(comparePair('PER', group.loneNames.has(key) ? 'stated' : 'surname', appearance.profile, sense.profile(), rarity))));
    });
    const best = odds.indexOf(Math.max(...odds));
    const rivals = odds.reduce((sum, each, index) => (index === best ? sum : sum + Math.exp(each)), 0);
    return odds[best]! - Math.log1p(rivals) > 0 ? clusters[best] : undefined;
  }
}

/** In order of the names of their groups; none where there are more than can be told apart. */
function clustersOf(bearers: ReadonlySet<Group>): NamedCluster[] {
  const ofGroup = (group: Group): NamedCluster[] => group.component!.clusters.filter(({ senses }) => senses.some((each) => each.group === group));
  const found = new Set<NamedCluster>();
  for (const group of bearers) {
    for (const cluster of ofGroup(group)) found.add(cluster);
    if (found.size > MOST_BEARERS) return [];
  }
  return [...new Set([...bearers].sort((a, b) => compareText(a.id, b.id)).flatMap(ofGroup))];
}
