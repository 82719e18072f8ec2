// PageRank (Brin & Page 1998), of the whole graph and personalised: activation without threshold or inhibition, as shares that add up to 1.
import type { Arcs } from './arcs.ts';
import { spread, type Spread } from './spread.ts';

export interface PageRankOptions {
  /** Probability of following a link, in (0, 1). */
  readonly damping?: number;
  /** Iteration stops when the sum of changes is below it. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * By power iteration over the whole graph. What a node without arcs has goes where the walk starts.
 * @param start by node, in any unit; left out, all nodes alike
 * @returns float64 [nodes]; adds up to 1
 */
export function pageRank({ offsets, targets, weights, fan }: Arcs, { damping = 0.85, tolerance = 1e-10, maxIterations = 200 }: PageRankOptions = {}, start?: ReadonlyMap<number, number>): Float64Array {
  const nodes = fan.length;
  const restart = new Float64Array(nodes).fill(start === undefined ? 1 / nodes : 0);
  const whole = [...(start?.values() ?? [])].reduce((sum, level) => sum + level, 0);
  for (const [node, level] of start ?? []) restart[node] = level / whole;
  let [rank, next] = [restart.slice(), new Float64Array(nodes)];
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    next.fill(0);
    let idle = 0;
    for (let node = 0; node < nodes; node++) {
      if (fan[node] === 0) {
        idle += rank[node]!;
        continue;
      }
      const share = (damping * rank[node]!) / fan[node]!;
      for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) next[targets[arc]!]! += share * weights[arc]!;
    }
    let change = 0;
    const back = 1 - damping + damping * idle;
    for (let node = 0; node < nodes; node++) {
      next[node]! += back * restart[node]!;
      change += Math.abs(next[node]! - rank[node]!);
    }
    [rank, next] = [next, rank];
    if (change < tolerance) break;
  }
  return rank;
}

/**
 * Around some nodes only, at a cost that does not depend on the size of the graph.
 * @param start by node, in any unit
 * @param tolerance of the push (Andersen, Chung & Lang 2006), times max(1, fan)
 * @returns levels are shares of all that is found; they are off by at most twice `error` / their sum before
 */
export function localPageRank(arcs: Arcs, start: ReadonlyMap<number, number>, { damping = 0.85, tolerance = 1e-7 }: PageRankOptions = {}): Spread {
  const found = spread(arcs, start, { decay: damping, firingThreshold: 0, hubInhibition: 0, leastFan: 0, tolerance, maxPulses: Infinity, maxActive: Infinity, maxWork: Infinity });
  const sum = found.levels.reduce((total, level) => total + level, 0);
  return { ...found, levels: found.levels.map((level) => level / sum), error: (2 * found.error) / sum };
}
