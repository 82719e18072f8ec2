// Whether names that hang together by their words may really be one thing, by what documents tell of each: so few can that what hangs together then is small, where hundreds of
// universities or regions are a chain of names that have words in common. Of each name what its things look like is kept, in a file where it does not fit.
import type { Records } from '../compact/records.ts';
import { compareSpecificity } from '../../pipeline/core/names/person-name.ts';
import { compareNames, type NameLevel } from './compare-names.ts';
import type { ContextReader } from './context.ts';
import type { Decisions } from './decisions.ts';
import { comparePair, logOddsOf, rarityOfName } from './match.ts';
import { ownName, refer, type NamedGroup } from './name-groups.ts';
import { packProfile, unpackProfile, type PackedProfile } from './pack-appearance.ts';
import type { Appearance, Profile } from './profile.ts';
import { sameNameOf } from './same-name.ts';

/** Names of which the things are at hand. */
const MOST_AT_HAND = 4096;

export class NameWeigher {
  private readonly decisions: Decisions;
  private readonly reader: ContextReader | undefined;
  /** By the number of the name. */
  private readonly profiles: Records<PackedProfile>;
  private readonly atHand = new Map<number, readonly Profile[]>();

  constructor(decisions: Decisions, reader: ContextReader | undefined, profiles: Records<PackedProfile>) {
    this.decisions = decisions;
    this.reader = reader;
    this.profiles = profiles;
  }

  /** @param appearances all that go by the name */
  add(name: number, appearances: readonly Appearance[]): void {
    const reference = refer(appearances[0]!);
    const sameName = sameNameOf(reference.type, rarityOfName(reference.key, this.reader), this.decisions.within(this.decisions.groupId(reference)));
    for (const appearance of appearances) sameName.add(appearance);
    for (const sense of sameName.senses()) this.profiles.add(name, packProfile(sense.profile()));
  }

  /**
   * As resolution weighs any two of their things, or surer.
   * @param first of the two the one whose id comes first
   */
  mayBeOne(first: number, second: number, a: NamedGroup, b: NamedGroup, level: NameLevel): boolean {
    const rarity = rarityOfName((compareSpecificity(a.key, b.key) > 0 ? a : b).key, this.reader);
    // Not every thing of the name is one of which a document states the other name.
    const levels = level === 'stated' ? [level, compareNames(ownName(a), ownName(b)) ?? level] : [level];
    return this.profilesOf(first).some((x) => this.profilesOf(second).some((y) => levels.some((each) => logOddsOf(comparePair(a.type, each, x, y, rarity)) > 0)));
  }

  private profilesOf(name: number): readonly Profile[] {
    let profiles = this.atHand.get(name);
    if (profiles === undefined) {
      if (this.atHand.size >= MOST_AT_HAND) this.atHand.clear();
      this.atHand.set(name, (profiles = [...this.profiles.read(name)].map(unpackProfile)));
    }
    return profiles;
  }
}
