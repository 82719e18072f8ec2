// Which documents mean one thing by one name, and which another one of that name. A sample of the documents, those with the first ids (ids
// are hashes, so the choice is as good as drawn by lot and the same in every order), decides what things there are; every other document goes
// to the likeliest of them by itself, or, where none is likely, to a next sample. So a document costs the same however many there are.
import { compareText } from '../evidence.ts';
import { clusterPairs } from './cluster.ts';
import { mergeProfiles, type Appearance, type Profile } from './profile.ts';

/** Appearances of one name that are one thing. */
export interface Sense {
  readonly appearances: Appearance[];
  /** Of those in the sample. */
  readonly profile: () => Profile;
}

export interface SameNameOptions {
  readonly profileOf: (appearance: Appearance) => Profile;
  /** Natural log odds that two appearances, or what several tell together, are one. */
  readonly logOdds: (a: Profile, b: Profile) => number;
  /** Pairs of documents that are one, and that are not, whatever is found. */
  readonly same: readonly (readonly [string, string])[];
  readonly different: readonly (readonly [string, string])[];
}

/** Documents that decide. Up to so many all are compared with all. */
const SAMPLE = 32;
/** An appearance that is nearly as likely two things belongs to neither. */
const LEAST_MARGIN = 0.3;

function senseOf(members: readonly Appearance[], profileOfAll: () => Profile): Sense {
  let profile: Profile | undefined;
  return { appearances: [...members], profile: () => (profile ??= profileOfAll()) };
}

const byDocument = (a: Appearance, b: Appearance): number => compareText(a.documentId, b.documentId);

export class SameName {
  private readonly options: SameNameOptions;
  private readonly pinned: ReadonlySet<string>;
  /** In order of document id. */
  private readonly sample: Appearance[] = [];
  private readonly profiles = new Map<Appearance, Profile>();
  private others: Appearance[] = [];
  private decided: Sense[] | undefined;
  /** Those that are none of the things that the sample shows. */
  private next: SameName | undefined;

  constructor(options: SameNameOptions) {
    this.options = options;
    this.pinned = new Set([...options.same, ...options.different].flat());
  }

  get size(): number {
    return this.sample.length + this.others.length;
  }

  /** @returns whether only one thing gained an appearance, and nothing else changed */
  add(appearance: Appearance): boolean {
    const last = this.sample.findLast(({ documentId }) => !this.pinned.has(documentId));
    const isPinned = this.pinned.has(appearance.documentId);
    const isFull = this.sample.length >= SAMPLE;
    if (isPinned || !isFull || (last !== undefined && byDocument(appearance, last) < 0)) {
      this.sample.push(appearance);
      this.sample.sort(byDocument);
      if (isFull && !isPinned) {
        this.sample.splice(this.sample.indexOf(last!), 1);
        this.others.push(last!);
        this.profiles.delete(last!);
      }
      this.decided = undefined;
      return false;
    }
    this.others.push(appearance);
    return this.decided !== undefined && this.assign(appearance);
  }

  remove(documentId: string): void {
    const all = [...this.sample, ...this.others].filter((appearance) => appearance.documentId !== documentId).sort(byDocument);
    this.sample.length = 0;
    this.others = [];
    for (const appearance of this.profiles.keys()) if (appearance.documentId === documentId) this.profiles.delete(appearance);
    for (const appearance of all) {
      if (this.pinned.has(appearance.documentId) || this.sample.length < SAMPLE) this.sample.push(appearance);
      else this.others.push(appearance);
    }
    this.decided = undefined;
  }

  senses(): readonly Sense[] {
    if (this.decided === undefined) {
      this.decided = this.divideSample();
      this.next = undefined;
      for (const appearance of this.others.sort(byDocument)) this.assign(appearance);
    }
    return this.next === undefined ? this.decided : [...this.decided, ...this.next.senses()];
  }

  private assign(appearance: Appearance): boolean {
    const profile = this.options.profileOf(appearance);
    let [best, most]: [Sense | undefined, number] = [undefined, 0];
    for (const sense of this.decided!) {
      const odds = this.options.logOdds(profile, sense.profile());
      if (odds > most) [best, most] = [sense, odds];
    }
    if (best !== undefined) {
      best.appearances.push(appearance);
      return true;
    }
    this.next ??= new SameName({ ...this.options, same: [], different: [] });
    return this.next.add(appearance);
  }

  private divideSample(): Sense[] {
    const { logOdds } = this.options;
    if (this.sample.length === 1) return [senseOf(this.sample, () => this.profileOf(this.sample[0]!))];
    const profiles = this.sample.map((appearance) => this.profileOf(appearance));
    const count = this.sample.length;
    const odds = Array.from({ length: count }, () => new Float32Array(count));
    const [first, second, values]: number[][] = [[], [], []];
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        odds[i]![j] = odds[j]![i] = logOdds(profiles[i]!, profiles[j]!);
        first!.push(i);
        second!.push(j);
        values!.push(odds[i]![j]!);
      }
    }
    const place = new Map(this.sample.map(({ documentId }, index) => [documentId as string, index]));
    const placesOf = (pairs: readonly (readonly [string, string])[]): (readonly [number, number])[] =>
      pairs.flatMap(([a, b]) => (place.has(a) && place.has(b) ? [[place.get(a)!, place.get(b)!] as const] : []));
    const [same, different] = [placesOf(this.options.same), placesOf(this.options.different)];
    const clusters = clusterPairs(count, { a: Uint32Array.from(first!), b: Uint32Array.from(second!), logOdds: Float32Array.from(values!) }, { same, different });
    const groups = new Map<number, number[]>();
    clusters.forEach((cluster, index) => groups.set(cluster, [...(groups.get(cluster) ?? []), index]));
    const undecided = groups.size === 1 ? [] : this.findUndecided([...groups.values()], odds);
    const decided = [...groups.values()].map((members) => members.filter((index) => !undecided.includes(index)));
    return [...decided, undecided]
      .filter((members) => members.length > 0)
      .map((members) => senseOf(members.map((index) => this.sample[index]!), () => mergeProfiles(members.map((index) => profiles[index]!))));
  }

  /** Kept for those of the sample. */
  private profileOf(appearance: Appearance): Profile {
    let profile = this.profiles.get(appearance);
    if (profile === undefined) this.profiles.set(appearance, (profile = this.options.profileOf(appearance)));
    return profile;
  }

  /** Those that fit another group nearly as well as their own, in which they are not alone. */
  private findUndecided(groups: readonly (readonly number[])[], odds: readonly Float32Array[]): number[] {
    const meanOdds = (index: number, members: readonly number[]): number => members.reduce((sum, other) => sum + odds[index]![other]!, 0) / members.length;
    return groups.flatMap((own) =>
      own.filter((index) => {
        if (own.length === 1 || this.pinned.has(this.sample[index]!.documentId)) return false;
        const fit = meanOdds(index, own.filter((other) => other !== index));
        return groups.some((group) => group !== own && meanOdds(index, group) > Math.max(0, fit - LEAST_MARGIN));
      }),
    );
  }
}
