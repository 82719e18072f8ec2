import test from 'ava';
import { UndirectedGraph } from 'graphology';
import louvainModule from 'graphology-communities-louvain';
import fc from 'fast-check';
import { rowsOf, type Arcs } from '../../../graph/activation/arcs.ts';
import { communitiesOf } from '../../../graph/features/communities.ts';
import { createRandom } from '../../../pipeline/core/random.ts';

// A CommonJS module, whose types describe it as one of the other kind.
const louvain = louvainModule as unknown as typeof louvainModule.default;

const bothWays = (nodes: number, links: readonly (readonly [number, number, number])[]): Arcs =>
  rowsOf(nodes, (visit) => {
    for (const [a, b, weight] of links) {
      if (a === b) continue;
      visit(a, b, weight);
      visit(b, a, weight);
    }
  });

/** Newman & Girvan 2004. */
function modularity({ offsets, targets, weights, fan }: Arcs, communities: ArrayLike<number>): number {
  const all = fan.reduce((sum, each) => sum + each, 0);
  const [inside, total] = [new Map<number, number>(), new Map<number, number>()];
  fan.forEach((each, node) => {
    const own = communities[node]!;
    total.set(own, (total.get(own) ?? 0) + each);
    for (let arc = offsets[node]!; arc < offsets[node + 1]!; arc++) if (communities[targets[arc]!] === own) inside.set(own, (inside.get(own) ?? 0) + weights[arc]!);
  });
  return [...total].reduce((sum, [own, each]) => sum + (inside.get(own) ?? 0) / all - (each / all) ** 2, 0);
}

test('groups that hang together are found, the largest first', (t) => {
  const ring = (from: number, size: number): [number, number, number][] => Array.from({ length: size }, (_, at) => Array.from({ length: at }, (_, other): [number, number, number] => [from + at, from + other, 1])).flat();
  const communities = communitiesOf(bothWays(15, [...ring(0, 4), ...ring(4, 6), ...ring(10, 5), [3, 4, 1], [9, 10, 1], [14, 0, 1]]));
  t.deepEqual([...communities], [...Array(4).fill(2), ...Array(6).fill(0), ...Array(5).fill(1)]);
});

/** Of links of which a share joins two of one planted group: here, and by the library of graphology. */
function compared(share: number, seed: number): { readonly own: number; readonly other: number } {
  const random = createRandom(seed);
  const [nodes, groups] = [600, 12];
  const links = Array.from({ length: 3000 }, (): [number, number, number] => {
    const a = random.integer(nodes);
    const b = random.next() < share ? (a % groups) + groups * random.integer(nodes / groups) : random.integer(nodes);
    return [a, b, 0.1 + 0.9 * random.next()];
  });
  const arcs = bothWays(nodes, links);
  const graph = new UndirectedGraph<Record<string, never>, { weight: number }>();
  for (let node = 0; node < nodes; node++) graph.addNode(node);
  arcs.fan.forEach((_, node) => {
    for (let arc = arcs.offsets[node]!; arc < arcs.offsets[node + 1]!; arc++) if (node < arcs.targets[arc]!) graph.addEdge(node, arcs.targets[arc]!, { weight: arcs.weights[arc]! });
  });
  const theirs = louvain(graph, { getEdgeWeight: 'weight', rng: createRandom(seed).next });
  return { own: modularity(arcs, communitiesOf(arcs)), other: modularity(arcs, Array.from({ length: nodes }, (_, node) => theirs[node]!)) };
}

test('modularity is on average that of the library of graphology, with planted groups and without', (t) => {
  for (const share of [0.9, 0.6, 0]) {
    const pairs = [5, 6, 7, 8].map((seed) => compared(share, seed));
    const [own, other] = [pairs.reduce((sum, pair) => sum + pair.own / pairs.length, 0), pairs.reduce((sum, pair) => sum + pair.other / pairs.length, 0)];
    t.log(`${share} within groups: ${own.toFixed(4)}, graphology ${other.toFixed(4)}`);
    t.true(own > other - 0.01);
  }
});

test('numbers have no gaps, and modularity is no less than that of one group, or of each node alone', (t) => {
  const nodes = 12;
  const link = fc.tuple(fc.nat(nodes - 1), fc.nat(nodes - 1), fc.double({ min: 0.01, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(link, { maxLength: 40, size: 'max' }), (links) => {
      const arcs = bothWays(nodes, links);
      const communities = communitiesOf(arcs);
      const count = 1 + Math.max(...communities);
      if (new Set(communities).size !== count) return false;
      if (arcs.targets.length === 0) return count === nodes;
      const own = modularity(arcs, communities);
      return own >= -1e-9 && own >= modularity(arcs, Array.from({ length: nodes }, (_, node) => node)) - 1e-9;
    }),
    { seed: 2008, numRuns: 300 },
  );
  t.pass();
});
