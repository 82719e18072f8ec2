// Along which chain of nodes most of a node's activation came: for each active node the strongest path from a seed, the product of what each
// node on it passes on.
import { shareOf, type Arcs } from './arcs.ts';
import { SPREAD_DEFAULTS, type Spread, type SpreadOptions } from './spread.ts';

/** @returns for each active node that a seed leads to, the path to it, both included */
export function strongestPaths(arcs: Arcs, seeds: ReadonlyMap<number, number>, { nodes }: Pick<Spread, 'nodes'>, options: SpreadOptions = {}): Map<number, readonly number[]> {
  const { decay = SPREAD_DEFAULTS.decay, leastFan = SPREAD_DEFAULTS.leastFan } = options;
  const active = new Set(nodes);
  const strength = new Map([...seeds].filter(([seed]) => active.has(seed)));
  const roots = new Set(strength.keys());
  const cameFrom = new Map<number, number>();
  // Each round lengthens paths by one node; a path never gains by a detour, so there are at most as many rounds as nodes.
  for (let changed = [...roots]; changed.length > 0; ) {
    const better = new Set<number>();
    for (const node of changed.sort((a, b) => a - b)) {
      for (let arc = arcs.offsets[node]!; arc < arcs.offsets[node + 1]!; arc++) {
        const target = arcs.targets[arc]!;
        if (!active.has(target) || roots.has(target)) continue;
        const along = strength.get(node)! * decay * shareOf(arcs, node, arc, leastFan);
        if (along <= (strength.get(target) ?? 0)) continue;
        strength.set(target, along);
        cameFrom.set(target, node);
        better.add(target);
      }
    }
    changed = [...better];
  }
  return new Map(
    [...strength.keys()].map((node) => {
      const path = [node];
      for (let at = cameFrom.get(node); at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return [node, path];
    }),
  );
}
