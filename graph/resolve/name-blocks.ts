// Which names may go together: those that share a key, so that no name is compared with all. A key that too many names have finds none.
import { nameKeysOf } from './compare-names.ts';
import { nameOf, type Group } from './name-groups.ts';

/** Names under one key of which there are more are found by their other keys. */
export const LONGEST_BLOCK = 128;

const NONE: ReadonlySet<Group> = new Set();

export class NameBlocks {
  /** Most keys have one group, which is kept without a set. */
  private readonly blocks = new Map<string, Group | Set<Group>>();
  private readonly isLong: (key: string) => boolean;

  /** @param isLong keys of which it is known that too many names have them, here or elsewhere */
  constructor(isLong: (key: string) => boolean = () => false) {
    this.isLong = isLong;
  }

  /**
   * Puts a group under the keys of the names it has now.
   * @returns others that a key finds from now on, or no longer
   */
  update(group: Group): Group[] {
    const affected: Group[] = [];
    const before = new Set(group.keys);
    const keys = new Set([...group.names.keys()].flatMap((key) => nameKeysOf(nameOf(group, key)).filter((each) => !this.isLong(each))));
    for (const key of before) if (!keys.has(key)) affected.push(...this.leave(group, key));
    for (const key of keys) {
      if (before.has(key)) continue;
      const block = this.enter(group, key);
      // Too long from now on: pairs that only it had found go.
      if (block.size === LONGEST_BLOCK + 1) affected.push(...block);
    }
    group.keys = [...keys];
    return affected;
  }

  /** @returns as `update` */
  remove(group: Group): Group[] {
    return group.keys.flatMap((key) => [...this.leave(group, key)]);
  }

  /** Others that share a key with it. */
  around(group: Group): Set<Group> {
    const found = new Set<Group>();
    for (const key of group.keys) {
      const block = this.blocks.get(key)!;
      if (block instanceof Set && block.size <= LONGEST_BLOCK) for (const other of block) if (other !== group) found.add(other);
    }
    return found;
  }

  private enter(group: Group, key: string): ReadonlySet<Group> {
    const block = this.blocks.get(key);
    if (block === undefined) this.blocks.set(key, group);
    if (block === undefined) return NONE;
    const set = block instanceof Set ? block.add(group) : new Set([block, group]);
    if (set !== block) this.blocks.set(key, set);
    return set;
  }

  private leave(group: Group, key: string): Iterable<Group> {
    const block = this.blocks.get(key)!;
    if (!(block instanceof Set)) {
      this.blocks.delete(key);
      return NONE;
    }
    const wasLong = block.size === LONGEST_BLOCK + 1;
    block.delete(group);
    if (block.size === 1) for (const left of block) this.blocks.set(key, left);
    // Short enough again to be looked through.
    return wasLong ? block : NONE;
  }
}
