// Which pairs people are asked about: those that are neither surely one nor surely two. What was found is kept until something that it was found from changes.
import type { Reference } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { NameLevel } from './compare-names.ts';
import type { Comparison } from './match.ts';
import { refer, referenceOf, type Group } from './name-groups.ts';
import type { Appearance } from './profile.ts';

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

/** Natural log odds within which people are asked: probabilities from 0.2 to 0.8. */
export const DOUBT = 1.4;

export class Doubts {
  private readonly weigh: (a: Reference, b: Reference) => WeighedPair;
  /** By the group whose id comes first, or by a surname alone. */
  private readonly found = new Map<Group | string, readonly WeighedPair[]>();

  constructor(weigh: (a: Reference, b: Reference) => WeighedPair) {
    this.weigh = weigh;
  }

  /** A group has changed; one that is gone is found no more. */
  forget(group: Group): void {
    for (const each of [group, ...group.neighbours.keys()]) this.found.delete(each);
  }

  /** What bears a surname has changed, or what is called by it alone. */
  forgetName(name: string): void {
    this.found.delete(name);
  }

  /** @param linksOf log odds [senses of the group whose id comes first, senses of the other] */
  ofGroup(group: Group, linksOf: (a: Group, b: Group) => readonly Float32Array[]): readonly WeighedPair[] {
    return this.remembered(group, () => {
      const senses = group.sameName.senses().map((sense) => referenceOf(group, sense));
      const pairs = senses.flatMap((a, at) => senses.slice(at + 1).map((b) => [a, b] as const));
      for (const other of group.neighbours.keys()) {
        if (group.id > other.id) continue;
        const [links, others] = [linksOf(group, other), other.sameName.senses()];
        senses.forEach((a, i) => others.forEach((sense, j) => void (Math.abs(links[i]![j]!) <= DOUBT && pairs.push([a, referenceOf(other, sense)]))));
      }
      return pairs;
    });
  }

  ofName(name: string, appearances: ReadonlySet<Appearance>, bearers: ReadonlySet<Group>): readonly WeighedPair[] {
    return this.remembered(name, () => [...appearances].flatMap((appearance) => [...bearers].flatMap((group) => group.sameName.senses().map((sense) => [refer(appearance), referenceOf(group, sense)] as const))));
  }

  among(pairs: Iterable<readonly [Reference, Reference]>): WeighedPair[] {
    return [...pairs].map(([a, b]) => this.weigh(a, b)).filter(({ logOdds, decision }) => Math.abs(logOdds) <= DOUBT && decision === undefined);
  }

  private remembered(origin: Group | string, find: () => readonly (readonly [Reference, Reference])[]): readonly WeighedPair[] {
    let pairs = this.found.get(origin);
    if (pairs === undefined) this.found.set(origin, (pairs = this.among(find())));
    return pairs;
  }
}

export const leastSureFirst = (x: WeighedPair, y: WeighedPair): number => Math.abs(x.logOdds) - Math.abs(y.logOdds) || compareText(JSON.stringify([x.a, x.b]), JSON.stringify([y.a, y.b]));
