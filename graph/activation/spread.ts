// How activation spreads from what was asked for (Collins & Loftus 1975): each pulse, active entities share a decayed part
// of their activation among their neighbours, less for each the more there are (the fan effect, Anderson 1983). Departs
// from both: activation settles from below, as seed plus input, so that it can be bounded and is monotone in the decay.
import type { EntityId } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { shareOf, type Snapshot } from './snapshot.ts';

export interface SpreadOptions {
  /** Share of activation kept per hop, in (0, 1]. */
  readonly decay?: number;
  /** Least activation that spreads, in [0, 1]. */
  readonly firingThreshold?: number;
  readonly maxPulses?: number;
  /** Most entities that take part; those best connected to the seeds are chosen. */
  readonly maxActive?: number;
}

export const SPREAD_DEFAULTS = { decay: 0.7, firingThreshold: 0.005, maxPulses: 4, maxActive: 10_000 } as const;

/** Activation by entity, in (0, 1]; in order of id. */
export type Activation = ReadonlyMap<EntityId, number>;

/** @param seeds activation put in at the start, cut to [0, 1]; ids that are not in the snapshot are left out */
export function spread(snapshot: Snapshot, seeds: ReadonlyMap<EntityId, number>, options: SpreadOptions = {}): Activation {
  const { decay, firingThreshold, maxPulses, maxActive } = { ...SPREAD_DEFAULTS, ...options };
  const { nodes, input } = participants(snapshot, seeds, maxPulses, maxActive);
  const takesPart = new Set(nodes);
  let levels = new Map(input);
  for (let pulse = 0; pulse < maxPulses; pulse++) {
    const next = new Map(input);
    for (const node of nodes) {
      const level = levels.get(node) ?? 0;
      if (level === 0 || level < firingThreshold) continue;
      for (let edge = snapshot.offsets[node]; edge < snapshot.offsets[node + 1]; edge++) {
        const target = snapshot.targets[edge];
        if (!takesPart.has(target)) continue;
        next.set(target, Math.min(1, (next.get(target) ?? 0) + level * decay * shareOf(snapshot, node, edge)));
      }
    }
    levels = next;
  }
  return new Map(
    [...levels]
      .filter(([, level]) => level > 0)
      .sort(([a], [b]) => a - b)
      .map(([node, level]) => [snapshot.ids[node], level]),
  );
}

/**
 * The entities that may be active: by rings around the seeds, in a full ring the best connected. It depends on the graph
 * alone and not on decay or threshold, so that more decay or less can never swap one entity for another.
 */
function participants(
  snapshot: Snapshot,
  seeds: ReadonlyMap<EntityId, number>,
  maxRings: number,
  maxActive: number,
): { readonly nodes: readonly number[]; readonly input: ReadonlyMap<number, number> } {
  const input = new Map<number, number>();
  for (const [id, level] of [...seeds].sort(([a], [b]) => compareText(a, b))) {
    const node = snapshot.indexOf.get(id);
    if (node !== undefined && level > 0) input.set(node, Math.min(1, level));
  }
  const strength = new Map<number, number>([...input.keys()].map((node) => [node, 1]));
  let ring = [...input.keys()];
  for (let hop = 0; hop < maxRings && ring.length > 0 && strength.size < maxActive; hop++) {
    const reached = new Map<number, number>();
    for (const node of ring) {
      for (let edge = snapshot.offsets[node]; edge < snapshot.offsets[node + 1]; edge++) {
        const target = snapshot.targets[edge];
        if (strength.has(target)) continue;
        const along = (strength.get(node) as number) * shareOf(snapshot, node, edge);
        if (along > (reached.get(target) ?? 0)) reached.set(target, along);
      }
    }
    const best = [...reached].sort(([a, x], [b, y]) => y - x || a - b).slice(0, maxActive - strength.size);
    for (const [node, along] of best) strength.set(node, along);
    ring = best.map(([node]) => node);
  }
  return { nodes: [...strength.keys()].sort((a, b) => a - b), input };
}
