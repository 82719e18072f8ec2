// A list that holds everything once, in little memory where it is short: most facts have one claim, most entities few mentions.

/** What things of a kind are told apart by, and in which order they stand. */
export interface Kind<T> {
  keyOf(item: T): string;
  /** Whether the keys of two are the same; cheaper than to make them. */
  isSame(a: T, b: T): boolean;
  compare(a: T, b: T): number;
  /** Of two of one key the higher one stays, of equal ones the first. */
  rankOf(item: T): number;
}

/** So many are looked through one by one; of more the keys are kept while things are added. */
const FEW = 8;

export class KeyedList<T> {
  private readonly kind: Kind<T>;
  private items: T[] = [];
  private placeOf: Map<string, number> | undefined;
  private isSorted = true;
  /** Whether somebody holds the list. */
  private isShared = false;

  constructor(kind: Kind<T>) {
    this.kind = kind;
  }

  get size(): number {
    return this.items.length;
  }

  /** @returns whether the list has changed */
  add(item: T): boolean {
    const place = this.find(item);
    if (place !== undefined && this.kind.rankOf(this.items[place]!) >= this.kind.rankOf(item)) return false;
    if (place === undefined) this.placeOf?.set(this.kind.keyOf(item), this.items.length);
    if (this.isShared) [this.items, this.isShared] = [[...this.items], false];
    if (place !== undefined) this.items[place] = item;
    // A push would make room for sixteen more.
    else if (this.items.length === 0) this.items = [item];
    else this.items.push(item);
    this.isSorted = this.items.length === 1;
    return true;
  }

  /** What is returned is never changed. */
  sorted(): readonly T[] {
    if (!this.isSorted) [this.items, this.placeOf, this.isSorted] = [[...this.items].sort((a, b) => this.kind.compare(a, b)), undefined, true];
    this.isShared = true;
    return this.items;
  }

  private find(item: T): number | undefined {
    if (this.items.length <= FEW) {
      const place = this.items.findIndex((other) => this.kind.isSame(other, item));
      return place < 0 ? undefined : place;
    }
    this.placeOf ??= new Map(this.items.map((each, place) => [this.kind.keyOf(each), place]));
    return this.placeOf.get(this.kind.keyOf(item));
  }
}
