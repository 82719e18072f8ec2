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

/** The same for both orders of the pair. */
const pairId = ({ a, b }: Pick<Decision, 'a' | 'b'>): string => [placeId(a), placeId(b)].sort().join();
const saidId = (decision: Decision): string => `${pairId(decision)} ${decision.same}`;

export class Decisions {
  /** By the pair and what was said of it. */
  private readonly said = new Map<string, Decision>();
  private readonly ofGroup = new Map<string, Decision[]>();
  /** Persons called by a surname alone of whom people said who they are: each is in a group of its own. */
  private readonly known = new Set<string>();

  constructor(decisions: readonly Decision[]) {
    this.replace(decisions);
  }

  /** What would be said that is not yet, and what is and would be no longer. */
  differing(decisions: readonly Decision[]): Decision[] {
    const others = new Map(decisions.map((decision) => [saidId(decision), decision]));
    return [...[...others].filter(([id]) => !this.said.has(id)), ...[...this.said].filter(([id]) => !others.has(id))].map(([, decision]) => decision);
  }

  all(): Decision[] {
    return [...this.said.values()];
  }

  replace(decisions: readonly Decision[]): void {
    this.said.clear();
    this.ofGroup.clear();
    this.known.clear();
    for (const decision of decisions) this.said.set(saidId(decision), decision);
    for (const { a, b, same } of decisions) {
      const lone = [a, b].filter(isLone);
      if (same || lone.length === 2) for (const reference of lone) this.known.add(placeId(reference));
    }
    for (const decision of decisions) {
      for (const id of new Set([this.groupId(decision.a), this.groupId(decision.b)])) {
        const own = this.ofGroup.get(id);
        if (own === undefined) this.ofGroup.set(id, [decision]);
        else own.push(decision);
      }
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

  /** Pairs among so many documents, by their places. */
  among(documents: readonly string[]): DecidedPairs<number> {
    const places = new Map(documents.map((id, index) => [id, index]));
    const decided: DecidedPairs<number> = { same: [], different: [] };
    for (const { a, b, same } of this.said.values()) {
      const [x, y] = [places.get(a.documentId), places.get(b.documentId)];
      if (x !== undefined && y !== undefined && x !== y) decided[same ? 'same' : 'different'].push([x, y]);
    }
    return decided;
  }

  /** What was said of exactly these two. */
  between(a: Reference, b: Reference): Decision | undefined {
    const pair = pairId({ a, b });
    return this.of(this.groupId(a)).find((each) => pairId(each) === pair);
  }

  /** What a surname alone is not. */
  ruledOutFor(reference: Reference): Reference[] {
    const place = placeId(reference);
    return this.of(nameId(reference)).flatMap(({ a, b }) => [[a, b] as const, [b, a] as const].flatMap(([one, other]) => (placeId(one) === place ? [other] : [])));
  }
}
