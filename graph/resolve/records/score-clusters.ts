// How well clusters of records agree with those that people made: pairs that are together, and B³ (Bagga & Baldwin 1998).

export interface ClusterScore {
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClusterScores {
  readonly pairs: ClusterScore & { readonly correct: number; readonly predicted: number; readonly gold: number };
  readonly bCubed: ClusterScore;
}

/** @param predicted of each record its cluster. @param gold the same as people made them */
export function scoreClusters(predicted: readonly number[], gold: readonly number[]): ClusterScores {
  const sizes = (clusters: readonly (number | string)[]): Map<number | string, number> => {
    const counts = new Map<number | string, number>();
    for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
    return counts;
  };
  const both = predicted.map((cluster, index) => `${cluster} ${gold[index]!}`);
  const [ofPredicted, ofGold, ofBoth] = [sizes(predicted), sizes(gold), sizes(both)];
  const pairsIn = (counts: Map<number | string, number>): number => [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [correct, found, wanted] = [pairsIn(ofBoth), pairsIn(ofPredicted), pairsIn(ofGold)];
  const mean = (share: (index: number) => number): number => predicted.reduce((sum, _, index) => sum + share(index), 0) / Math.max(1, predicted.length);
  const precision = mean((index) => ofBoth.get(both[index]!)! / ofPredicted.get(predicted[index]!)!);
  const recall = mean((index) => ofBoth.get(both[index]!)! / ofGold.get(gold[index]!)!);
  return {
    pairs: { ...scoreOf(found === 0 ? 0 : correct / found, wanted === 0 ? 0 : correct / wanted), correct, predicted: found, gold: wanted },
    bCubed: scoreOf(precision, recall),
  };
}

function scoreOf(precision: number, recall: number): ClusterScore {
  return { precision: 100 * precision, recall: 100 * recall, f1: precision + recall === 0 ? 0 : (200 * precision * recall) / (precision + recall) };
}
