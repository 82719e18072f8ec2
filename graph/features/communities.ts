// Groups of nodes with more links among themselves than to others (Louvain: Blondel et al. 2008).
import { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import { createRandom } from '../../pipeline/core/random.ts';
import type { Arcs } from '../activation/arcs.ts';

// A CommonJS module, whose types describe it as one of the other kind.
const louvain = louvainModule as unknown as typeof louvainModule.default;
const SEED = 17;

/** @returns uint32 [nodes]: 0 for the community with most nodes, and so on; of two of a size the one with the first node comes first */
export function communitiesOf({ offsets, targets, weights, fan }: Arcs): Uint32Array {
  const nodes = fan.length;
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  for (let node = 0; node < nodes; node++) graph.addNode(node);
  for (let node = 0; node < nodes; node++) {
    for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) {
      if (graph.hasEdge(node, targets[arc]!)) graph.updateEdgeAttribute(node, targets[arc]!, 'weight', (weight = 0) => weight + weights[arc]! / 2);
      else graph.addEdge(node, targets[arc]!, { weight: weights[arc]! / 2 });
    }
  }
  const random = createRandom(SEED);
  const found = graph.size === 0 ? Object.fromEntries(graph.nodes().map((node, place) => [node, place])) : louvain(graph, { getEdgeWeight: 'weight', rng: random.next });
  const members = new Map<number, number[]>();
  for (let node = 0; node < nodes; node++) members.set(found[node]!, [...(members.get(found[node]!) ?? []), node]);
  const communities = new Uint32Array(nodes);
  [...members.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!).forEach((group, number) => group.forEach((node) => (communities[node] = number)));
  return communities;
}
