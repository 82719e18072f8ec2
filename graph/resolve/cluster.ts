// Which items are one, from how surely each pair of them is: joined greedily from the surest pair down, as long as all pairs between two
// clusters together speak for it. What people say of pairs comes first. Works on one connected part at a time, so it grows with the pairs.

/** Each pair once, in any order and either way round. */
export interface ScoredPairs {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /** Natural log of the odds that the two are one. */
  readonly logOdds: Float32Array;
}

type Pairs = readonly (readonly [number, number])[];

export interface ClusterOptions {
  /** Of each item where it comes from: items of one source are never one, unless `same` says so. */
  readonly source?: ArrayLike<number>;
  /** Always together. Where that would put a `different` pair together, the least sure link of those that do is left out. */
  readonly same?: Pairs;
  /** Never together, not even through others. */
  readonly different?: Pairs;
  /** Natural log of the odds of a pair that is not among those given. Left out, nobody can compare more: such pairs speak against a little. */
  readonly compare?: (a: number, b: number) => number;
}

/** Pairs of two clusters that nobody compared speak against joining them, by this much in log odds. */
const NOT_COMPARED = -0.1;
/** Of each of two clusters so many members are compared with those of the other, where not all pairs are given. */
const LOOKED_AT = 4;
/** No pair says more than this, in log odds. */
const SUREST = 15;
/** Log odds are summed as whole numbers of such parts, so that the order of a sum plays no part. */
const PARTS = 1 << 20;

const partsOf = (logOdds: number): number => Math.round(PARTS * Math.max(-SUREST, Math.min(SUREST, logOdds)));
const NOTHING = partsOf(NOT_COMPARED);

interface Cluster {
  readonly members: number[];
  readonly sources: Set<number>;
  /** To each cluster that some pair leads to, what the pairs between them say together. */
  readonly between: Map<number, Between>;
}

interface Between {
  /** Of their log odds; −Infinity where people say they differ. */
  sum: number;
  pairs: number;
}

/**
 * Two clusters become one where the log odds of all pairs between them add up to more than nothing.
 * @returns of each item its cluster: the smallest index in it
 */
export function clusterPairs(count: number, { a, b, logOdds }: ScoredPairs, { source, same = [], different = [], compare }: ClusterOptions = {}): Uint32Array {
  const { parts, find } = connect(count, (join) => {
    for (let pair = 0; pair < a.length; pair++) if (logOdds[pair]! > 0) join(a[pair]!, b[pair]!);
    for (const [x, y] of same) join(x, y);
  });
  const byPart = groupBy(parts.length, a.length, (pair) => (find(a[pair]!) === find(b[pair]!) ? find(a[pair]!) : -1));
  const said = groupStatements(find, same, different);
  for (let part = 0; part < count; part++) {
    const [own, statements] = [byPart.of(part), said.get(part)];
    if (own.length === 0 && statements === undefined) continue;
    if (own.length === 1 && statements === undefined) {
      const [x, y] = [a[own[0]!]!, b[own[0]!]!];
      parts[x] = x;
      parts[y] = y;
      if (source === undefined || source[x] !== source[y]) parts[x] = parts[y] = Math.min(x, y);
      continue;
    }
    const links = Array.from(own, (pair) => ({ a: Math.min(a[pair]!, b[pair]!), b: Math.max(a[pair]!, b[pair]!), logOdds: logOdds[pair]! }));
    for (const members of joinPart(links, statements ?? { same: [], different: [] }, source, compare)) {
      const smallest = members.reduce((least, member) => Math.min(least, member));
      for (const member of members) parts[member] = smallest;
    }
  }
  return parts;
}

interface Link {
  readonly a: number;
  readonly b: number;
  readonly logOdds: number;
}

const surestFirst = (x: Link, y: Link): number => y.logOdds - x.logOdds || x.a - y.a || x.b - y.b;

/** @returns the members of each cluster of one connected part */
function joinPart(links: readonly Link[], { same, different }: { readonly same: Pairs; readonly different: Pairs }, source?: ArrayLike<number>, compare?: ClusterOptions['compare']): readonly number[][] {
  const clusters = new Map<number, Cluster>();
  const clusterOf = new Map<number, number>();
  const add = (item: number): void => {
    if (clusterOf.has(item)) return;
    clusterOf.set(item, item);
    clusters.set(item, { members: [item], sources: new Set(source === undefined ? [] : [source[item]!]), between: new Map() });
  };
  const relate = (x: number, y: number, { sum, pairs }: Between): void => {
    for (const [from, to] of [[x, y], [y, x]] as const) {
      const { between } = clusters.get(from)!;
      const before = between.get(to);
      between.set(to, { sum: (before?.sum ?? 0) + sum, pairs: (before?.pairs ?? 0) + pairs });
    }
  };
  for (const { a, b } of links) [a, b].forEach(add);
  for (const pair of [...same, ...different]) pair.forEach(add);
  for (const { a, b, logOdds } of links) relate(a, b, { sum: partsOf(logOdds), pairs: 1 });
  for (const [x, y] of different) relate(x, y, { sum: Number.NEGATIVE_INFINITY, pairs: 0 });

  const join = (x: number, y: number): void => {
    const weigh = (id: number): number => clusters.get(id)!.members.length + clusters.get(id)!.between.size;
    const [to, from] = weigh(x) > weigh(y) || (weigh(x) === weigh(y) && x < y) ? [x, y] : [y, x];
    const [into, gone] = [clusters.get(to)!, clusters.get(from)!];
    for (const member of gone.members) {
      clusterOf.set(member, to);
      into.members.push(member);
    }
    for (const each of gone.sources) into.sources.add(each);
    for (const [other, own] of gone.between) {
      clusters.get(other)!.between.delete(from);
      if (other !== to) relate(to, other, own);
    }
    clusters.delete(from);
  };

  let odds: Map<string, number> | undefined;
  const known = (): Map<string, number> => (odds ??= new Map(links.map(({ a, b, logOdds }) => [`${a} ${b}`, logOdds])));
  const asked = new Map<string, number>();
  /** Pairs that are not given say what those of them that are looked at do, and count as so many pairs as are given at most. */
  const isAgainst = (one: Cluster, other: Cluster, { sum, pairs }: Between): boolean => {
    const unknown = one.members.length * other.members.length - pairs;
    if (unknown === 0 || sum === Number.NEGATIVE_INFINITY) return sum <= 0;
    if (compare === undefined) return sum + NOTHING * unknown <= 0;
    let [looked, said] = [0, 0];
    for (const x of lookAt(one.members)) {
      for (const y of lookAt(other.members)) {
        const [a, b] = [Math.min(x, y), Math.max(x, y)];
        const key = `${a} ${b}`;
        if (known().has(key)) continue;
        if (!asked.has(key)) asked.set(key, partsOf(compare(a, b)));
        looked++;
        said += asked.get(key)!;
      }
    }
    return sum + (said / Math.max(1, looked)) * Math.min(unknown, pairs) <= 0;
  };

  const stated = same.map(([x, y]): Link => {
    const [a, b] = [Math.min(x, y), Math.max(x, y)];
    return { a, b, logOdds: known().get(`${a} ${b}`) ?? NOT_COMPARED };
  });
  for (const { a, b } of stated.sort(surestFirst)) {
    const [x, y] = [clusterOf.get(a)!, clusterOf.get(b)!];
    if (x !== y && clusters.get(x)!.between.get(y)?.sum !== Number.NEGATIVE_INFINITY) join(x, y);
  }
  for (const { a, b } of links.filter(({ logOdds }) => logOdds > 0).sort(surestFirst)) {
    const [x, y] = [clusterOf.get(a)!, clusterOf.get(b)!];
    if (x === y) continue;
    const [one, other] = [clusters.get(x)!, clusters.get(y)!];
    if (isAgainst(one, other, one.between.get(y)!)) continue;
    if (sharesAny(one.sources, other.sources)) continue;
    join(x, y);
  }
  return [...clusters.values()].map(({ members }) => members);
}

/** The same members whichever of them came first, spread over the cluster. */
function lookAt(members: readonly number[]): readonly number[] {
  if (members.length <= LOOKED_AT) return members;
  const sorted = [...members].sort((a, b) => a - b);
  return Array.from({ length: LOOKED_AT }, (_, index) => sorted[Math.floor((index * sorted.length) / LOOKED_AT)]!);
}

function sharesAny(x: ReadonlySet<number>, y: ReadonlySet<number>): boolean {
  const [few, many] = x.size < y.size ? [x, y] : [y, x];
  for (const each of few) if (many.has(each)) return true;
  return false;
}

/** Items that chains of links connect; `find` gives the smallest of a part. */
function connect(count: number, link: (join: (x: number, y: number) => void) => void): { parts: Uint32Array; find: (item: number) => number } {
  const parts = Uint32Array.from({ length: count }, (_, item) => item);
  const climb = (item: number): number => {
    let at = item;
    while (parts[at] !== at) {
      parts[at] = parts[parts[at]!]!;
      at = parts[at]!;
    }
    return at;
  };
  link((x, y) => {
    const [p, q] = [climb(x), climb(y)];
    if (p < q) parts[q] = p;
    else parts[p] = q;
  });
  const roots = parts.map((_, item) => climb(item));
  return { parts: Uint32Array.from({ length: count }, (_, item) => item), find: (item) => roots[item]! };
}

/** Indexes by the group that each falls in; −1 for none. */
function groupBy(groups: number, count: number, groupOf: (index: number) => number): { of: (group: number) => Uint32Array } {
  const starts = new Uint32Array(groups + 2);
  for (let index = 0; index < count; index++) {
    const group = groupOf(index);
    if (group >= 0) starts[group + 2]!++;
  }
  for (let group = 2; group < starts.length; group++) starts[group]! += starts[group - 1]!;
  const sorted = new Uint32Array(starts[groups + 1]!);
  for (let index = 0; index < count; index++) {
    const group = groupOf(index);
    if (group >= 0) sorted[starts[group + 1]!++] = index;
  }
  return { of: (group) => sorted.subarray(starts[group], starts[group + 1]) };
}

/** Statements by the connected part they fall in; two of different parts come together in no way. */
function groupStatements(find: (item: number) => number, same: Pairs, different: Pairs): Map<number, { same: (readonly [number, number])[]; different: (readonly [number, number])[] }> {
  const said = new Map<number, { same: (readonly [number, number])[]; different: (readonly [number, number])[] }>();
  const add = (pair: readonly [number, number], kind: 'same' | 'different'): void => {
    const part = find(pair[0]);
    if (pair[0] === pair[1] || part !== find(pair[1])) return;
    if (!said.has(part)) said.set(part, { same: [], different: [] });
    said.get(part)![kind].push(pair);
  };
  for (const pair of same) add(pair, 'same');
  for (const pair of different) add(pair, 'different');
  return said;
}
