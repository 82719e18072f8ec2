// What people said of what is one and what is not, by where it counts: within one name, between two names, of a surname alone.
import type { Decision, Reference } from '../../pipeline/core/model.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';

type Named = Pick<Reference, 'type' | 'key'>;

export interface DecidedPairs<T> {
  readonly same: (readonly [T, T])[];
  readonly different: (readonly [T, T])[];
}

const nameId = ({ type, key }: Named): string => `${type} ${key}`;
const placeId = (reference: Reference): string => `${nameId(reference)} #${reference.documentId}`;

/** Whether it is one name of a person and no more. */
export const isLone = ({ type, key }: Named): boolean => type === 'PER' && parsePersonName(key).given.length === 0;

export class Decisions {
  private readonly ofGroup = new Map<string, Decision[]>();
  /** Persons called by a surname alone of whom people said who they are: each is in a group of its own. */
  private readonly known = new Set<string>();

  constructor(decisions: readonly Decision[]) {
    for (const { a, b, same } of decisions) {
      const lone = [a, b].filter(isLone);
      if (same || lone.length === 2) for (const reference of lone) this.known.add(placeId(reference));
    }
    for (const decision of decisions) {
      for (const id of new Set([this.groupId(decision.a), this.groupId(decision.b)])) this.ofGroup.set(id, [...(this.ofGroup.get(id) ?? []), decision]);
    }
  }

  /** Of what is compared as one name. */
  groupId(reference: Reference): string {
    const place = placeId(reference);
    return this.known.has(place) ? place : nameId(reference);
  }

  /** Whether it is a surname alone of which nobody said whose it is. */
  isAlone(reference: Reference): boolean {
    return isLone(reference) && !this.known.has(placeId(reference));
  }

  /** Pairs of documents of one group. */
  within(group: string): DecidedPairs<string> {
    const own = this.of(group).filter(({ a, b }) => this.groupId(a) === this.groupId(b));
    const pairs = (same: boolean): [string, string][] => own.filter((decision) => decision.same === same).map(({ a, b }) => [a.documentId, b.documentId]);
    return { same: pairs(true), different: pairs(false) };
  }

  /** Groups that have something one with this group. */
  joinedWith(group: string): string[] {
    const joined = this.of(group).flatMap(({ a, b, same }) => (same ? [this.groupId(a), this.groupId(b)] : []));
    return [...new Set(joined)].filter((id) => id !== group);
  }

  of(group: string): readonly Decision[] {
    return this.ofGroup.get(group) ?? [];
  }

  /** What was said of exactly these two. */
  between(a: Reference, b: Reference): Decision | undefined {
    const places = [placeId(a), placeId(b)].sort().join();
    return this.of(this.groupId(a)).find((each) => [placeId(each.a), placeId(each.b)].sort().join() === places);
  }

  /** What a surname alone is not. */
  ruledOutFor(reference: Reference): Reference[] {
    const place = placeId(reference);
    return this.of(nameId(reference)).flatMap(({ a, b }) => [[a, b] as const, [b, a] as const].flatMap(([one, other]) => (placeId(one) === place ? [other] : [])));
  }
}
