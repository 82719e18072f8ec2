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
export function scoreClusters(predicted: ArrayLike<number>, gold: ArrayLike<number>): ClusterScores {
  const count = predicted.length;
  const [ofPredicted, ofGold, ofBoth] = [new Map<number, number>(), new Map<number, number>(), new Map<number, Map<number, number>>()];
  const add = (counts: Map<number, number>, cluster: number): unknown => counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  for (let index = 0; index < count; index++) {
    const [found, wanted] = [predicted[index], gold[index]];
    add(ofPredicted, found);
    add(ofGold, wanted);
    if (!ofBoth.has(found)) ofBoth.set(found, new Map());
    add(ofBoth.get(found)!, wanted);
  }
  const pairsIn = (sizes: Iterable<number>): number => [...sizes].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  let [correct, precision, recall] = [0, 0, 0];
  for (const [found, parts] of ofBoth) {
    correct += pairsIn(parts.values());
    for (const [wanted, size] of parts) {
      precision += (size * size) / ofPredicted.get(found)!;
      recall += (size * size) / ofGold.get(wanted)!;
    }
  }
  const [found, wanted] = [pairsIn(ofPredicted.values()), pairsIn(ofGold.values())];
  return {
    pairs: { ...scoreOf(found === 0 ? 0 : correct / found, wanted === 0 ? 0 : correct / wanted), correct, predicted: found, gold: wanted },
    bCubed: scoreOf(precision / Math.max(1, count), recall / Math.max(1, count)),
  };
}

function scoreOf(precision: number, recall: number): ClusterScore {
  return { precision: 100 * precision, recall: 100 * recall, f1: precision + recall === 0 ? 0 : (200 * precision * recall) / (precision + recall) };
}
