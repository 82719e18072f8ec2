// How sure pairs are where each record of two tables has one partner at most: pairs that share a record speak against each other.
// Mean field of a matching: a pair's probability is its odds, times the probabilities that neither of its records has another partner.

export interface RivalPairs {
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /** Of each pair the index of its pattern. */
  readonly patterns: Uint32Array;
}

export interface Rivalry {
  /** Pairs that match, of each pattern; each call goes on from the one before. @param odds of each pattern */
  countMatches(odds: Float64Array): Float64Array;
  /** Odds that a pair has before it is compared, as long as nobody else has its records. @param matches of all pairs */
  oddsOf(matches: number): number;
}

/** A share of records that nobody wants; never less, so that odds stay finite. */
const LEAST_FREE = 0.02;

/** @param source of each record the table it is of */
export function createRivalry({ a, b, patterns }: RivalPairs, source: Int32Array): Rivalry {
  const free = new Float64Array(source.length).fill(1);
  const wanted = new Float64Array(source.length);
  const compared = new Set([...a, ...b]);
  const first = [...compared].filter((record) => source[record] === source[a[0]]).length;
  const second = compared.size - first;
  return {
    countMatches(odds) {
      wanted.fill(0);
      for (let pair = 0; pair < a.length; pair++) {
        const own = odds[patterns[pair]];
        wanted[a[pair]] += own * free[b[pair]];
        wanted[b[pair]] += own * free[a[pair]];
      }
      // Half way in logarithms: the whole way swings to and fro.
      for (let record = 0; record < source.length; record++) free[record] = Math.sqrt(free[record] / (1 + wanted[record]));
      const matches = new Float64Array(odds.length);
      for (let pair = 0; pair < a.length; pair++) matches[patterns[pair]] += Math.min(1, odds[patterns[pair]] * free[a[pair]] * free[b[pair]]);
      return matches;
    },
    oddsOf(matches) {
      return matches / a.length / (Math.max(LEAST_FREE, 1 - matches / first) * Math.max(LEAST_FREE, 1 - matches / second));
    },
  };
}
