// Which names of a corpus have nothing to do with each other, so that they can be resolved apart (the connected components of blocking, in the words of record linkage): names hang together where one key finds both and they may stand
// for one thing, where a surname alone may be either's, and where people said something of both. Of every name a few bytes are held.
import type { Decision, EntityType } from '../../pipeline/core/model.ts';
import { parsePersonName } from '../../pipeline/core/names/person-name.ts';
import { Buckets, type MemoryBudget } from '../compact/buckets.ts';
import { hashOf, TextSet } from '../compact/text-table.ts';
import { nameKeysOf, type NameLevel } from './compare-names.ts';
import { Decisions, isLone } from './decisions.ts';
import { LONGEST_BLOCK } from './name-blocks.ts';
import { bestLevel, loneNamesOf, namesOf, nameOf, refer, type NamedGroup } from './name-groups.ts';
import type { Appearance } from './profile.ts';

/** By the first bits of its hash. */
const KEY_BUCKETS = 256;
const OTHER_SEED = 0x9747b28c;
const NONE = -1;

export interface NameParts {
  readonly count: number;
  partOf(name: number): number;
  /** Whether so many names of the whole corpus have a key that it finds none. */
  isLong(key: string): boolean;
}

/** @param first of the two names the one whose id comes first */
type MayBeOne = (first: number, second: number, a: NamedGroup, b: NamedGroup, level: NameLevel) => boolean;

export class NamePartition {
  private readonly budget: MemoryBudget;
  private readonly decisions: Decisions;
  /** Ids of groups, and single names of persons that nobody is known by otherwise. */
  private readonly names = new TextSet();
  private readonly appearances: number[] = [];
  private readonly singles = new Set<number>();
  /** Name of a group in one wording, as "group name wording"; those of one group are a list. */
  private readonly wordings = new TextSet();
  private readonly lastWording: number[] = [];
  private readonly previousWording: number[] = [];
  /** A group and a single name that its persons may be called by, two numbers each. */
  private readonly borne: number[] = [];
  private readonly known = new TextSet();

  constructor(decisions: readonly Decision[], budget: MemoryBudget) {
    this.decisions = new Decisions(decisions);
    this.budget = budget;
  }

  /** @returns the number of the name that it goes by */
  add(appearance: Appearance): number {
    const reference = refer(appearance);
    if (this.decisions.isAlone(reference)) {
      const single = this.numberOf(singleOf(reference.key));
      this.singles.add(single);
      this.appearances[single]!++;
      return single;
    }
    const { type, key } = reference;
    const group = this.numberOf(this.decisions.groupId(reference));
    this.appearances[group]!++;
    for (const [name, surface] of namesOf(appearance)) this.word(group, [type, key, name, surface]);
    if (type === 'PER' && !isLone(reference)) this.bear(group, parsePersonName(key).surname);
    for (const name of loneNamesOf(appearance)) this.bear(group, name);
    return group;
  }

  /** How many appearances go by a name. */
  sizeOf(name: number): number {
    return this.appearances[name]!;
  }

  isSingle(name: number): boolean {
    return this.singles.has(name);
  }

  /**
   * Parts of about so many appearances; one where more hang together is larger.
   * @param most appearances of a part
   * @param weigh asked where more hang together by their words: gets to know which names do, and tells of two of them whether they may be one
   */
  divide(most: number, weigh: (isLarge: (name: number) => boolean) => MayBeOne): NameParts {
    const long = new Set<string>();
    let joined = new Joined(this.names.table.length);
    this.joinByKeys(joined, long, () => true, () => true);
    this.joinOthers(joined);
    let sizes = this.sizesOf(joined);
    if (sizes.some((size) => size > most)) {
      const [coarse, coarseSizes] = [joined, sizes];
      const isLarge = (name: number): boolean => coarseSizes[coarse.find(name)]! > most;
      joined = new Joined(this.names.table.length);
      for (let name = 0; name < this.names.table.length; name++) if (!isLarge(name)) joined.join(name, coarse.find(name));
      this.joinByKeys(joined, long, isLarge, weigh(isLarge));
      this.joinOthers(joined);
      sizes = this.sizesOf(joined);
    }
    const parts = new Int32Array(this.names.table.length).fill(NONE);
    let [part, held] = [0, 0];
    for (let name = 0; name < parts.length; name++) {
      const root = joined.find(name);
      if (parts[root] === NONE) {
        if (held > 0 && held + sizes[root]! > most) [part, held] = [part + 1, 0];
        parts[root] = part;
        held += sizes[root]!;
      }
      parts[name] = parts[root]!;
    }
    return { count: part + 1, partOf: (name) => parts[name]!, isLong: (key) => long.size > 0 && long.has(hashesOf(key).join(' ')) };
  }

  private sizesOf(joined: Joined): Float64Array {
    const sizes = new Float64Array(this.names.table.length);
    this.appearances.forEach((count, name) => (sizes[joined.find(name)]! += count));
    return sizes;
  }

  /** Names that people said something of both of, and single names with those that bear them. */
  private joinOthers(joined: Joined): void {
    const joinNames = (a: string, b: string): void => {
      const [x, y] = [this.names.find(a), this.names.find(b)];
      if (x >= 0 && y >= 0) joined.join(x, y);
    };
    for (const { a, b } of this.decisions.all()) {
      const ids = [a, b].flatMap((reference) => [this.decisions.groupId(reference), singleOf(reference.key)]);
      for (const id of ids) for (const other of ids) joinNames(id, other);
    }
    for (let at = 0; at < this.borne.length; at += 2) {
      const [group, single] = [this.borne[at]!, this.borne[at + 1]!];
      if (this.singles.has(single)) joined.join(group, single);
    }
  }

  /** @param long keys that too many names have, by their hashes; the first time, when it is asked of all names, they are found */
  private joinByKeys(joined: Joined, long: Set<string>, isAsked: (name: number) => boolean, mayBeOne: MayBeOne): void {
    const keys = new Buckets(this.budget);
    for (let number = 0; number < this.lastWording.length; number++) {
      const group = isAsked(number) ? this.groupAt(number) : undefined;
      if (group === undefined) continue;
      for (const key of new Set([...group.names.keys()].flatMap((name) => nameKeysOf(nameOf(group, name))))) {
        const [high, low] = hashesOf(key);
        keys.add(high % KEY_BUCKETS, high, low, number);
      }
    }
    for (let bucket = 0; bucket < KEY_BUCKETS; bucket++) {
      for (const { key, members } of blocksOf(keys.take(bucket))) {
        if (members.length > LONGEST_BLOCK) long.add(key);
        else if (!long.has(key)) this.joinBlock(members, joined, mayBeOne);
      }
    }
    keys.close();
  }

  private joinBlock(members: readonly number[], joined: Joined, mayBeOne: MayBeOne): void {
    const groups = new Map<number, NamedGroup>();
    const groupOf = (number: number): NamedGroup => {
      let group = groups.get(number);
      if (group === undefined) groups.set(number, (group = this.groupAt(number)!));
      return group;
    };
    members.forEach((a, at) => {
      for (const b of members.slice(at + 1)) {
        if (joined.find(a) === joined.find(b)) continue;
        const level = bestLevel(groupOf(a), groupOf(b));
        if (level === undefined) continue;
        const [first, second] = this.names.table.at(a) < this.names.table.at(b) ? [a, b] : [b, a];
        if (mayBeOne(first, second, groupOf(first), groupOf(second), level)) joined.join(a, b);
      }
    });
  }

  /** As resolution has it; undefined for a single name. */
  private groupAt(number: number): NamedGroup | undefined {
    const names = new Map<string, Map<string, number>>();
    let group: NamedGroup | undefined;
    for (let wording = this.lastWording[number] ?? NONE; wording !== NONE; wording = this.previousWording[wording]!) {
      const [, type, key, name, surface] = this.wordings.table.at(wording).split('\u0000') as [string, EntityType, string, string, string];
      group ??= { type, key, names };
      const surfaces = names.get(name);
      if (surfaces === undefined) names.set(name, new Map([[surface, 1]]));
      else surfaces.set(surface, 1);
    }
    return group;
  }

  private numberOf(id: string): number {
    const number = this.names.add(id);
    if (number === this.appearances.length) this.appearances.push(0);
    return number;
  }

  private word(group: number, said: readonly string[]): void {
    const wording = this.wordings.add(`${group}\u0000${said.join('\u0000')}`);
    if (wording < this.previousWording.length) return;
    this.previousWording.push(this.lastWording[group] ?? NONE);
    while (this.lastWording.length <= group) this.lastWording.push(NONE);
    this.lastWording[group] = wording;
  }

  private bear(group: number, name: string): void {
    const single = this.numberOf(singleOf(name));
    const before = this.known.table.length;
    this.known.add(`${group} ${single}`);
    if (this.known.table.length > before) this.borne.push(group, single);
  }
}

/** No type is called so. */
const singleOf = (key: string): string => `single ${key}`;

const hashesOf = (key: string): readonly [number, number] => [hashOf(key), hashOf(key, OTHER_SEED)];

/** Names by their keys, of those keys that two or more have. */
function* blocksOf(words: Uint32Array): Generator<{ readonly key: string; readonly members: readonly number[] }> {
  const order = Uint32Array.from({ length: words.length / 3 }, (_, at) => 3 * at);
  order.sort((a, b) => words[a]! - words[b]! || words[a + 1]! - words[b + 1]! || words[a + 2]! - words[b + 2]!);
  const isSame = (a: number, b: number): boolean => words[a] === words[b] && words[a + 1] === words[b + 1];
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && isSame(order[start]!, order[end]!)) end++;
    if (end - start < 2) continue;
    const first = order[start]!;
    yield { key: `${words[first]!} ${words[first + 1]!}`, members: Array.from(order.subarray(start, end), (at) => words[at + 2]!) };
  }
}

/** Sets that only grow together (union-find with halved paths). */
class Joined {
  private readonly parents: Uint32Array;

  constructor(count: number) {
    this.parents = Uint32Array.from({ length: count }, (_, at) => at);
  }

  find(item: number): number {
    const { parents } = this;
    let at = item;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  }

  join(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    this.parents[Math.max(x, y)] = Math.min(x, y);
  }
}
