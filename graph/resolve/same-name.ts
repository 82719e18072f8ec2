// Which documents mean one thing by one name, and which another one of that name. A sample of the documents, those with the first ids (ids
// are hashes, so the choice is as good as drawn by lot and the same in every order), decides what things there are; every other document goes
// to the likeliest of them by itself, or, where none is likely, to a next sample. So a document costs the same however many there are.
import type { EntityType } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { clusterPairs } from './cluster.ts';
import type { DecidedPairs } from './decisions.ts';
import { comparePair, logOddsOf } from './match.ts';
import { mergeProfiles, type Appearance, type Profile } from './profile.ts';

/** Natural log odds that two appearances, or what several tell together, are one. */
export type LogOdds = (a: Profile, b: Profile) => number;

/** Documents that decide, beside those that people decided about. Up to so many all are compared with all. */
const SAMPLE = 16;
/** Those of the sample that stand for a thing when others are compared with it. */
const REPRESENTATIVES = 4;
/** An appearance that is nearly as likely two things belongs to neither. */
const LEAST_MARGIN = 0.3;

/** Most names have nothing decided: they share one. */
const NONE: ReadonlySet<string> = new Set();
const NOTHING_DECIDED: DecidedPairs<string> = { same: [], different: [] };

const byDocument = (a: Appearance, b: Appearance): number => compareText(a.documentId, b.documentId);

/** Appearances of one name that are one thing. */
export class Sense {
  /** Of the sample, in order of document id. */
  members: readonly Appearance[];
  readonly others: Appearance[] = [];
  private merged: Profile | undefined;

  constructor(members: readonly Appearance[]) {
    this.members = members;
  }

  get appearances(): readonly Appearance[] {
    return this.others.length === 0 ? this.members : [...this.members, ...this.others];
  }

  get size(): number {
    return this.members.length + this.others.length;
  }

  /** Of its representatives. */
  profile(): Profile {
    return (this.merged ??= mergeProfiles(this.members.slice(0, REPRESENTATIVES).map(({ profile }) => profile)));
  }
}

/** What documents mean by one name of a type. @param rarity of the name @param pairs of documents, that people decided about */
export const sameNameOf = (type: EntityType, rarity: number | undefined, pairs: DecidedPairs<string>): SameName => new SameName((a, b) => logOddsOf(comparePair(type, 'equal', a, b, rarity)), pairs);

export class SameName {
  /** Changes when the things that the name means, or what stands for them, are no longer what they were. */
  version = 0;
  private readonly logOdds: LogOdds;
  private readonly pairs: DecidedPairs<string>;
  private readonly pinned: ReadonlySet<string>;
  /** In order of document id, with what they were found to have to do with each other. */
  private readonly sample: Appearance[] = [];
  private odds: Map<Appearance, Map<Appearance, number>> | undefined;
  /** Not in the sample and not yet with a thing. */
  private unplaced: Appearance[] = [];
  private decided: readonly Sense[] = [];
  private signature = '';
  private isStale = true;
  /** Those that are none of the things that the sample shows. */
  private next: SameName | undefined;

  constructor(logOdds: LogOdds, pairs: DecidedPairs<string> = NOTHING_DECIDED) {
    this.logOdds = logOdds;
    const pinned = [...pairs.same, ...pairs.different].flat();
    this.pairs = pinned.length === 0 ? NOTHING_DECIDED : pairs;
    this.pinned = pinned.length === 0 ? NONE : new Set(pinned);
  }

  /** The same documents when people have decided otherwise. */
  decidedAnew(pairs: DecidedPairs<string>): SameName {
    const anew = new SameName(this.logOdds, pairs);
    for (const appearance of [...this.sample, ...this.everyOther()]) anew.add(appearance);
    return anew;
  }

  get size(): number {
    return this.sample.length + this.unplaced.length + this.decided.reduce((sum, { others }) => sum + others.length, 0) + (this.next?.size ?? 0);
  }

  add(appearance: Appearance): void {
    const last = this.isFull() && !this.pinned.has(appearance.documentId) ? this.drawn().at(-1) : undefined;
    if (last !== undefined && byDocument(appearance, last) >= 0) {
      this.unplaced.push(appearance);
      return;
    }
    this.sample.push(appearance);
    this.sample.sort(byDocument);
    this.isStale = true;
    if (last === undefined) return;
    this.sample.splice(this.sample.indexOf(last), 1);
    this.forget(last);
    this.unplaced.push(last);
  }

  remove(documentId: string): void {
    const place = this.sample.findIndex((appearance) => appearance.documentId === documentId);
    if (place < 0) {
      this.removeOther(documentId);
      return;
    }
    const [removed] = this.sample.splice(place, 1);
    this.forget(removed!);
    this.isStale = true;
    if (this.isFull()) return;
    const [first] = this.everyOther().sort(byDocument);
    if (first === undefined) return;
    this.removeOther(first.documentId);
    this.sample.push(first);
    this.sample.sort(byDocument);
  }

  /** Those of the sample that nobody put into it. */
  private drawn(): Appearance[] {
    return this.sample.filter(({ documentId }) => !this.pinned.has(documentId));
  }

  private isFull(): boolean {
    return this.drawn().length >= SAMPLE;
  }

  private removeOther(documentId: string): void {
    const removeFrom = (appearances: Appearance[]): boolean => {
      const place = appearances.findIndex((appearance) => appearance.documentId === documentId);
      if (place >= 0) appearances.splice(place, 1);
      return place >= 0;
    };
    if (removeFrom(this.unplaced) || this.decided.some(({ others }) => removeFrom(others))) return;
    this.next?.remove(documentId);
    if (this.next?.size === 0) this.next = undefined;
  }

  /** In order of the first document of each in its sample. */
  senses(): readonly Sense[] {
    if (this.isStale) this.decide();
    for (const appearance of this.unplaced.splice(0)) this.place(appearance);
    if (this.next === undefined) return this.decided;
    const before = this.next.version;
    const senses = [...this.decided, ...this.next.senses()];
    if (this.next.version !== before) this.version++;
    return senses;
  }

  private decide(): void {
    this.isStale = false;
    const groups = this.divideSample();
    const signature = groups.map((members) => members.slice(0, REPRESENTATIVES).map(({ documentId }) => documentId).join(' ')).join('|');
    if (signature === this.signature) {
      groups.forEach((members, index) => (this.decided[index]!.members = members));
      return;
    }
    this.unplaced = this.everyOther();
    this.decided = groups.map((members) => new Sense(members));
    this.signature = signature;
    this.next = undefined;
    this.version++;
  }

  private everyOther(): Appearance[] {
    const others = [...this.unplaced, ...this.decided.flatMap((sense) => sense.others)];
    return this.next === undefined ? others : [...others, ...this.next.sample, ...this.next.everyOther()];
  }

  private place(appearance: Appearance): void {
    let [best, most]: [Sense | undefined, number] = [undefined, 0];
    for (const sense of this.decided) {
      const odds = this.logOdds(appearance.profile, sense.profile());
      if (odds > most) [best, most] = [sense, odds];
    }
    if (best !== undefined) best.others.push(appearance);
    else (this.next ??= new SameName(this.logOdds)).add(appearance);
  }

  private divideSample(): Appearance[][] {
    const { sample } = this;
    if (sample.length <= 1) return sample.map((appearance) => [appearance]);
    const count = sample.length;
    const [first, second, values]: number[][] = [[], [], []];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        first!.push(i);
        second!.push(j);
        values!.push(this.oddsOf(sample[i]!, sample[j]!));
      }
    }
    const place = new Map(sample.map(({ documentId }, index) => [documentId as string, index]));
    const placesOf = (pairs: readonly (readonly [string, string])[]): (readonly [number, number])[] =>
      pairs.flatMap(([a, b]) => (place.has(a) && place.has(b) ? [[place.get(a)!, place.get(b)!] as const] : []));
    const [same, different] = [placesOf(this.pairs.same), placesOf(this.pairs.different)];
    if (different.length === 0 && values!.every((value) => value > 0)) return [[...sample]];
    const clusters = clusterPairs(count, { a: Uint32Array.from(first!), b: Uint32Array.from(second!), logOdds: Float32Array.from(values!) }, { same, different });
    const groups = new Map<number, number[]>();
    clusters.forEach((cluster, index) => groups.set(cluster, [...(groups.get(cluster) ?? []), index]));
    const undecided = groups.size === 1 ? [] : this.findUndecided([...groups.values()]);
    const decided = [...groups.values()].map((members) => members.filter((index) => !undecided.includes(index)));
    return [...decided, undecided].filter((members) => members.length > 0).map((members) => members.map((index) => sample[index]!));
  }

  /** Those that fit another group nearly as well as their own, in which they are not alone. */
  private findUndecided(groups: readonly (readonly number[])[]): number[] {
    const { sample } = this;
    const meanOdds = (index: number, members: readonly number[]): number => members.reduce((sum, other) => sum + this.oddsOf(sample[index]!, sample[other]!), 0) / members.length;
    return groups.flatMap((own) =>
      own.filter((index) => {
        if (own.length === 1 || this.pinned.has(sample[index]!.documentId)) return false;
        const fit = meanOdds(index, own.filter((other) => other !== index));
        return groups.some((group) => group !== own && meanOdds(index, group) > Math.max(0, fit - LEAST_MARGIN));
      }),
    );
  }

  private oddsOf(a: Appearance, b: Appearance): number {
    this.odds ??= new Map();
    let ofA = this.odds.get(a);
    if (ofA === undefined) this.odds.set(a, (ofA = new Map()));
    let odds = ofA.get(b) ?? this.odds.get(b)?.get(a);
    if (odds === undefined) ofA.set(b, (odds = this.logOdds(a.profile, b.profile)));
    return odds;
  }

  private forget(appearance: Appearance): void {
    this.odds?.delete(appearance);
    for (const of of this.odds?.values() ?? []) of.delete(appearance);
  }
}
