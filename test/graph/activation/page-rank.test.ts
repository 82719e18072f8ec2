import test from 'ava';
import { rowsOf } from '../../../graph/activation/arcs.ts';
import { localPageRank, pageRank } from '../../../graph/activation/page-rank.ts';
import { createRandom } from '../../../pipeline/core/random.ts';
import { runPython } from '../../support/python.ts';

const NODES = 400;
const random = createRandom(7);
// Some nodes have no arcs out.
const arcs = Array.from({ length: 1600 }, () => [random.integer(0.9 * NODES), random.integer(NODES), 0.1 + 0.9 * random.next()] as const);
const rows = rowsOf(NODES, (visit) => arcs.forEach((arc) => visit(...arc)));
const seeds = new Map([[3, 2], [77, 1]]);

test('PageRank, whole, personalised and local, is that of networkx and igraph to 1e-6', async (t) => {
  const merged: [number, number, number][] = [];
  for (let node = 0; node < NODES; node++) for (let arc = rows.offsets[node]!; arc < rows.offsets[node + 1]!; arc++) merged.push([node, rows.targets[arc]!, rows.weights[arc]!]);
  const program = `
import igraph, json, networkx, sys
nodes, arcs, seeds = json.loads(sys.argv[1])
graph = networkx.DiGraph()
graph.add_nodes_from(range(nodes))
graph.add_weighted_edges_from(arcs)
start = {int(node): level for node, level in seeds}
rank = networkx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=1000)
personal = networkx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=1000, personalization=start)
peer = igraph.Graph(n=nodes, edges=[(a, b) for a, b, _ in arcs], directed=True)
print(json.dumps({"rank": [rank[n] for n in range(nodes)], "personal": [personal[n] for n in range(nodes)],
  "igraph": peer.pagerank(damping=0.85, weights=[w for _, _, w in arcs])}))`;
  const peers = (await runPython(t, program, JSON.stringify([NODES, merged, [...seeds]]))) as { rank: number[]; personal: number[]; igraph: number[] } | undefined;
  if (peers === undefined) return;
  const apart = (a: ArrayLike<number>, b: readonly number[]): number => Math.max(...b.map((value, node) => Math.abs(a[node]! - value)));
  const whole = pageRank(rows, { tolerance: 1e-12, maxIterations: 1000 });
  t.true(apart(whole, peers.rank) < 1e-6);
  t.true(apart(whole, peers.igraph) < 1e-6);
  t.true(apart(pageRank(rows, { tolerance: 1e-12, maxIterations: 1000 }, seeds), peers.personal) < 1e-6);
  const { nodes, levels } = localPageRank(rows, seeds, { tolerance: 1e-9 });
  const local = new Float64Array(NODES);
  nodes.forEach((node, place) => (local[node] = levels[place]!));
  t.true(apart(local, peers.personal) < 1e-6);
});
