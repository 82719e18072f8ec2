// How activation spreads from what was asked for (Collins & Loftus 1975). Each pulse, what a node has above its threshold goes on to its
// neighbours, a decayed part of it, less to each the more there are (the fan effect, Anderson 1983). With W the shares, row sums at most 1, it is
// the fixed point of
//
//     x = seeds + decay · Wᵀ · max(0, x − threshold · h),   h = max(1, fan) ^ hubInhibition
//
// and activation is x / h. The map is a contraction in the sum of x, so the fixed point is one, it is reached from any start, its sum is at most
// that of the seeds / (1 − decay), and it grows with the decay and with every seed and falls with the threshold. Above a threshold of t at most sum / t nodes
// pass anything on (where hubs are not put forward), so that what is active does not depend on the size of the graph.
//
// It is computed by pushing what has not been sent (Andersen, Chung & Lang 2006; that the threshold makes an ℓ1-regularised PageRank: Fountoulakis et
// al. 2017): every x is at most that of the fixed point, and together they miss it by no more than the returned error.
import type { Arcs } from './arcs.ts';

export interface SpreadOptions {
  /** Share of activation kept per hop, in (0, 1). */
  readonly decay?: number;
  /** What a node keeps to itself, at least 0; 0 lets all of it go on. */
  readonly firingThreshold?: number;
  /** How far a node of many neighbours is held back, in [−1, 1]: 0 not at all, 1 in proportion to its fan; below 0 it is put forward. */
  readonly hubInhibition?: number;
  /** A node whose links weigh less than this together passes on less than all; 0 always passes on all. */
  readonly leastFan?: number;
  /** Less than this, times max(1, fan), is not worth sending; at least 0. */
  readonly tolerance?: number;
  readonly maxPulses?: number;
  /** Most nodes that are activated; what would go to others is lost, and counted in the error. */
  readonly maxActive?: number;
  /** Most arcs that are passed along. */
  readonly maxWork?: number;
}

export const SPREAD_DEFAULTS = { decay: 0.7, firingThreshold: 0, hubInhibition: 0.5, leastFan: 1, tolerance: 1e-4, maxPulses: 100, maxActive: 100_000, maxWork: 2_000_000 } as const;

export interface Spread {
  /** Ascending. */
  readonly nodes: Uint32Array;
  /** float64 [nodes], above 0. */
  readonly levels: Float64Array;
  readonly pulses: number;
  /** Arcs that were passed along. */
  readonly work: number;
  /** The sum of x over all nodes is below that of the fixed point by at most this. */
  readonly error: number;
}

interface Scratch {
  /** x, and of it what was sent. */
  readonly total: Float64Array;
  readonly sent: Float64Array;
  readonly inhibition: Float64Array;
  readonly isWaiting: Uint8Array;
}

/** Kept with the arcs, all zeros between two calls, so that a call costs what it touches. */
const scratches = new WeakMap<Arcs, Scratch>();

/** @param seeds what is put in, by node; above 0 */
export function spread(arcs: Arcs, seeds: ReadonlyMap<number, number>, options: SpreadOptions = {}): Spread {
  const { decay = SPREAD_DEFAULTS.decay, firingThreshold = SPREAD_DEFAULTS.firingThreshold, hubInhibition = SPREAD_DEFAULTS.hubInhibition, leastFan = SPREAD_DEFAULTS.leastFan } = options;
  const { tolerance = SPREAD_DEFAULTS.tolerance, maxPulses = SPREAD_DEFAULTS.maxPulses, maxActive = SPREAD_DEFAULTS.maxActive, maxWork = SPREAD_DEFAULTS.maxWork } = options;
  const { offsets, targets, weights, fan } = arcs;
  const { total, sent, inhibition, isWaiting } = scratchOf(arcs);
  const active: number[] = [];
  let waiting: number[] = [];
  let [pulses, work, lost] = [0, 0, 0];

  const unsentOf = (node: number): number => Math.max(0, total[node]! - firingThreshold * inhibition[node]!) - sent[node]!;
  const receive = (node: number, amount: number): void => {
    if (total[node] === 0) {
      if (active.length >= maxActive) {
        lost += amount;
        return;
      }
      active.push(node);
      inhibition[node] = hubInhibition === 0 ? 1 : Math.max(1, fan[node]!) ** hubInhibition;
    }
    total[node]! += amount;
    if (isWaiting[node] === 0 && unsentOf(node) > tolerance * Math.max(1, fan[node]!)) {
      isWaiting[node] = 1;
      waiting.push(node);
    }
  };

  for (const [node, level] of [...seeds].sort(([a], [b]) => a - b)) if (level > 0) receive(node, level);
  while (waiting.length > 0 && pulses < maxPulses && work < maxWork) {
    const firing = waiting;
    const amounts = firing.map(unsentOf);
    waiting = [];
    for (const node of firing) isWaiting[node] = 0;
    pulses++;
    for (const [place, node] of firing.entries()) {
      const [start, end] = [offsets[node]!, offsets[node + 1]!];
      if (work + end - start > maxWork) {
        work = maxWork;
        break;
      }
      work += end - start;
      const amount = amounts[place]!;
      sent[node]! += amount;
      const share = (decay * amount) / Math.max(leastFan, fan[node]!);
      for (let arc = start; arc < end; arc++) receive(targets[arc]!, share * weights[arc]!);
    }
  }

  const nodes = Uint32Array.from(active).sort();
  const levels = new Float64Array(nodes.length);
  let unsent = 0;
  for (let place = 0; place < nodes.length; place++) {
    const node = nodes[place]!;
    levels[place] = total[node]! / inhibition[node]!;
    unsent += unsentOf(node);
    total[node] = 0;
    sent[node] = 0;
    isWaiting[node] = 0;
  }
  return { nodes, levels, pulses, work, error: (decay * unsent + lost) / (1 - decay) };
}

function scratchOf(arcs: Arcs): Scratch {
  let scratch = scratches.get(arcs);
  if (scratch === undefined) {
    const nodes = arcs.fan.length;
    scratches.set(arcs, (scratch = { total: new Float64Array(nodes), sent: new Float64Array(nodes), inhibition: new Float64Array(nodes), isWaiting: new Uint8Array(nodes) }));
  }
  return scratch;
}

/** The nodes with the highest levels, best first, of equal ones the first by number. */
export function strongest({ nodes, levels }: Spread, limit: number, isWanted: (node: number) => boolean): { readonly node: number; readonly level: number }[] {
  const best: { readonly node: number; readonly level: number }[] = [];
  for (let place = 0; place < nodes.length; place++) {
    const level = levels[place]!;
    if ((best.length === limit && level <= best.at(-1)!.level) || !isWanted(nodes[place]!)) continue;
    let at = best.length;
    while (at > 0 && best[at - 1]!.level < level) at--;
    best.splice(at, 0, { node: nodes[place]!, level });
    if (best.length > limit) best.pop();
  }
  return best;
}
