// Which pairs teach most if somebody says whether they are one: those that the model is unsure of and that many others are like, each record
// and each pattern of levels in few of them.

export interface AskablePairs {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /** Of each pair the index of the levels it reaches: pairs of one pattern are alike. */
  readonly patternOf: Uint32Array;
}

/** So many times as many pairs as are asked for are looked at, the most promising ones. */
const POOL = 20;

/**
 * @param logOdds of each pair, as the model has them now
 * @param asked pairs that are answered already
 * @returns indexes of pairs, the one that teaches most first; fewer than `count` only where there are no more
 */
export function mostInformative({ a, b, patternOf }: AskablePairs, logOdds: ArrayLike<number>, asked: ReadonlySet<number>, count: number): number[] {
  const alike = new Map<number, number>();
  for (const pattern of patternOf) alike.set(pattern, (alike.get(pattern) ?? 0) + 1);
  const promise = Float64Array.from(patternOf, (pattern, pair) => {
    const p = 1 / (1 + Math.exp(-logOdds[pair]));
    return p * (1 - p) * Math.sqrt(1 + Math.log(alike.get(pattern)!));
  });
  const order = [...patternOf.keys()].filter((pair) => !asked.has(pair)).sort((x, y) => promise[y] - promise[x] || x - y);
  const pool = order.slice(0, POOL * count);
  const [records, patterns] = [new Map<number, number>(), new Map<number, number>()];
  const add = (counts: Map<number, number>, key: number): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const pair of asked) add(patterns, patternOf[pair]);
  const chosen: number[] = [];
  const left = new Set(pool);
  while (chosen.length < count && left.size > 0) {
    let best: { pair: number; worth: number } | undefined;
    for (const pair of left) {
      const worth = promise[pair] / (1 + (records.get(a[pair]) ?? 0) + (records.get(b[pair]) ?? 0)) / Math.sqrt(1 + (patterns.get(patternOf[pair]) ?? 0));
      if (best === undefined || worth > best.worth) best = { pair, worth };
    }
    chosen.push(best!.pair);
    left.delete(best!.pair);
    for (const record of [a[best!.pair], b[best!.pair]]) add(records, record);
    add(patterns, patternOf[best!.pair]);
  }
  return chosen;
}
