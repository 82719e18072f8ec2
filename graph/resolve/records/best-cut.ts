// From which odds on pairs of two tables are best taken for one: where the F1 to be expected from their probabilities is highest. A record with
// two like partners has neither from one half on, though taking one of them gains more than it costs.
import type { ScoredPairs } from '../cluster.ts';

/** @returns natural log of odds, never above nought; nought where nothing is to be gained */
export function findBestCut({ a, b, logOdds }: ScoredPairs): number {
  const probabilityOf = (z: number): number => 1 / (1 + Math.exp(-z));
  const order = [...logOdds.keys()].sort((x, y) => logOdds[y] - logOdds[x] || x - y);
  const expected = order.reduce((sum, pair) => sum + probabilityOf(logOdds[pair]), 0);
  const taken = new Set<number>();
  let [right, count, best, cut] = [0, 0, 0, 0];
  for (const pair of order) {
    if (taken.has(a[pair]) || taken.has(b[pair])) continue;
    taken.add(a[pair]).add(b[pair]);
    right += probabilityOf(logOdds[pair]);
    count++;
    const f1 = (2 * right) / (count + expected);
    if (f1 < best) break;
    [best, cut] = [f1, logOdds[pair]];
  }
  return Math.min(0, cut);
}
