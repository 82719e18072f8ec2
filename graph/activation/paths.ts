// Along which chain of entities most of an entity's activation came: for each active entity the strongest path from a seed,
// the product of what each entity on it passes on.
import type { EntityId } from '../../pipeline/core/model.ts';
import { SPREAD_DEFAULTS, type Activation } from './spread.ts';
import { shareOf, type Snapshot } from './snapshot.ts';

/** @returns for each entity reached, the path from a seed to it, both included */
export function strongestPaths(
  snapshot: Snapshot,
  seeds: ReadonlyMap<EntityId, number>,
  activation: Activation,
  decay: number = SPREAD_DEFAULTS.decay,
): Map<EntityId, readonly EntityId[]> {
  const active = new Set([...activation.keys()].map((id) => snapshot.indexOf.get(id) as number));
  const strength = new Map<number, number>();
  const cameFrom = new Map<number, number>();
  let changed: number[] = [];
  for (const [id, level] of seeds) {
    const node = snapshot.indexOf.get(id);
    if (node === undefined || level <= 0) continue;
    strength.set(node, Math.min(1, level));
    changed.push(node);
  }
  const roots = new Set(changed);
  // Each round lengthens paths by one entity; a path never gains by a detour, so there are at most as many rounds as entities.
  while (changed.length > 0) {
    const better = new Set<number>();
    for (const node of changed.sort((a, b) => a - b)) {
      for (let edge = snapshot.offsets[node]; edge < snapshot.offsets[node + 1]; edge++) {
        const target = snapshot.targets[edge];
        if (!active.has(target) || roots.has(target)) continue;
        const along = (strength.get(node) as number) * decay * shareOf(snapshot, node, edge);
        if (along <= (strength.get(target) ?? 0)) continue;
        strength.set(target, along);
        cameFrom.set(target, node);
        better.add(target);
      }
    }
    changed = [...better];
  }
  const paths = new Map<EntityId, readonly EntityId[]>();
  for (const node of strength.keys()) {
    const path = [snapshot.ids[node]];
    for (let at = cameFrom.get(node); at !== undefined; at = cameFrom.get(at)) path.unshift(snapshot.ids[at]);
    paths.set(snapshot.ids[node], path);
  }
  return paths;
}
