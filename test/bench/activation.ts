// `npm run bench:activation [-- --nodes 1000000 --python PYTHON]`: the compact copy, local spreading and PageRank on scale-free graphs (Barabási &
// Albert 1999, five links a node), beside graphology-metrics and, where Python has it, igraph; and how far hubs flood the results.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { MultiDirectedGraph } from 'graphology';
import graphologyPageRank from 'graphology-metrics/centrality/pagerank.js';
import { pageRank } from '../../graph/activation/page-rank.ts';
import { createSnapshot, type Snapshot } from '../../graph/activation/snapshot.ts';
import { spread, strongest, type SpreadOptions } from '../../graph/activation/spread.ts';
import { formatCount, heading, print, printJson, table } from '../../pipeline/cli/output.ts';
import type { EntityId } from '../../pipeline/core/model.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';

// A CommonJS module, whose types describe it as one of the other kind.
const pagerank = graphologyPageRank as unknown as typeof graphologyPageRank.default;
const SEED = 17;
const LINKS = 5;
const QUERIES = 1000;
const SEEDS = 3;
const TOP = 20;
/** Share of the nodes that are called hubs. */
const HUBS = 0.001;
/** Sum of changes at which PageRank stops. */
const TOLERANCE = 1e-6;

const { values: flags } = parseArgs({ options: { nodes: { type: 'string', default: '1000000' }, python: { type: 'string' }, json: { type: 'boolean', default: false } } });
const most = Number(flags.nodes);
const rows = [];
for (const nodes of [10_000, 100_000, 1_000_000].filter((size) => size <= most)) rows.push(await measure(nodes));
if (flags.json) printJson({ seed: SEED, queries: QUERIES, rows });
else {
  const right = { align: 'right' } as const;
  const time = (ms: number | undefined): string => (ms === undefined ? '-' : ms < 100 ? `${ms.toFixed(2)} ms` : `${(ms / 1000).toFixed(2)} s`);
  print(heading(`activation on scale-free graphs, five links a node (seed ${SEED})`));
  print(table([['nodes', 'copy', 'local p50', 'p99', 'arcs passed, median', 'nodes reached'], ...rows.map((r) => [formatCount(r.nodes), time(r.copy), time(r.local.p50), time(r.local.p99), formatCount(r.local.work), formatCount(r.local.reached)])], Array(6).fill(right)));
  print(heading(`PageRank to a change of ${TOLERANCE}`));
  print(table([['nodes', 'here', 'graphology-metrics', 'igraph', 'largest difference from it'], ...rows.map((r) => [formatCount(r.nodes), time(r.pageRank.here), time(r.pageRank.graphology), time(r.pageRank.igraph), r.pageRank.difference?.toExponential(1) ?? '-'])], Array(5).fill(right)));
  print(heading(`share of the best ${TOP} that are of the ${100 * HUBS} % with most links`));
  print(table([['nodes', ...rows[0]!.hubs.map(({ name }) => name)], ...rows.map((r) => [formatCount(r.nodes), ...r.hubs.map(({ share }) => `${(100 * share).toFixed(1)} %`)])], Array(9).fill(right)));
}

async function measure(nodes: number) {
  const random = createRandom(SEED);
  const { from, to } = scaleFree(nodes, random);
  interface Node {
    number: number;
  }
  interface Edge {
    readonly subject: Node;
    readonly object: Node;
    readonly probability: number;
  }
  const graph = new MultiDirectedGraph<Node, Edge>();
  // As the knowledge graph keeps them.
  const edges: Edge[] = [];
  const idOf = (node: number): EntityId => `e-${node.toString(16).padStart(20, '0')}` as EntityId;
  for (let node = 0; node < nodes; node++) graph.addNode(idOf(node), { number: -1 });
  for (let at = 0; at < from.length; at++) {
    const [subject, object] = [idOf(from[at]!), idOf(to[at]!)];
    const edge: Edge = { subject: graph.getNodeAttributes(subject), object: graph.getNodeAttributes(object), probability: 0.5 + random.next() / 2 };
    graph.addDirectedEdge(subject, object, edge);
    edges.push(edge);
  }

  let started = performance.now();
  const snapshot = createSnapshot(
    {
      numberEntities: () => {
        const ids = (graph.nodes() as EntityId[]).sort();
        ids.forEach((id, number) => (graph.getNodeAttributes(id).number = number));
        return ids;
      },
      forEachFact: (visit) => {
        for (const { subject, object, probability } of edges) visit(subject.number, 'linkedTo', object.number, probability);
      },
      forEachMention: () => {},
    },
    { maxCoMentions: 0 },
  );
  const copy = performance.now() - started;

  const queries = Array.from({ length: QUERIES }, () => new Map(Array.from({ length: SEEDS }, () => [random.integer(nodes), 1])));
  for (const query of queries.slice(0, 50)) best(snapshot, query, {});
  const found = queries.map((query) => {
    const begun = performance.now();
    const { result } = best(snapshot, query, {});
    return { time: performance.now() - begun, work: result.work, reached: result.nodes.length };
  });
  const of = (key: 'time' | 'work' | 'reached', share: number): number => found.map((each) => each[key]).sort((a, b) => a - b)[Math.floor(share * QUERIES)]!;

  started = performance.now();
  const rank = pageRank(snapshot, { tolerance: TOLERANCE });
  const here = performance.now() - started;
  started = performance.now();
  // It stops where the sum of changes is below nodes × tolerance. The graph is directed there; here every link runs both ways, which is twice the work.
  pagerank(graph, { getEdgeWeight: 'probability', alpha: 0.85, tolerance: TOLERANCE / nodes, maxIterations: 200 });
  const graphology = performance.now() - started;
  const peer = flags.python === undefined ? undefined : await igraph(flags.python, snapshot);
  return {
    nodes,
    copy,
    local: { p50: of('time', 0.5), p99: of('time', 0.99), work: of('work', 0.5), reached: of('reached', 0.5) },
    pageRank: { here, graphology, igraph: peer?.milliseconds, difference: peer?.rank.reduce((most, share, node) => Math.max(most, Math.abs(share - rank[node]!)), 0) },
    hubs: flooding(snapshot, queries.slice(0, 200)),
  };
}

/** From each node to five of the earlier ones, drawn in proportion to their links. */
function scaleFree(nodes: number, random: Random): { readonly from: Uint32Array; readonly to: Uint32Array } {
  const [from, to] = [new Uint32Array(LINKS * (nodes - LINKS)), new Uint32Array(LINKS * (nodes - LINKS))];
  let count = 0;
  for (let node = LINKS; node < nodes; node++) {
    const drawn = count;
    for (let link = 0; link < LINKS; link++) {
      const end = random.integer(2 * drawn + LINKS);
      from[count] = node;
      to[count++] = end < LINKS ? end : end < LINKS + drawn ? from[end - LINKS]! : to[end - LINKS - drawn]!;
    }
  }
  return { from, to };
}

function best(snapshot: Snapshot, seeds: ReadonlyMap<number, number>, options: SpreadOptions) {
  const result = spread(snapshot, seeds, options);
  return { result, top: strongest(result, TOP, (node) => !seeds.has(node)).map(({ node }) => node) };
}

function flooding(snapshot: Snapshot, queries: readonly ReadonlyMap<number, number>[]): { readonly name: string; readonly share: number }[] {
  const nodes = snapshot.ids.length;
  const degrees = Uint32Array.from({ length: nodes }, (_, node) => snapshot.offsets[node + 1]! - snapshot.offsets[node]!);
  const least = [...degrees].sort((a, b) => b - a)[Math.floor(HUBS * nodes)]!;
  const shareOf = (name: string, arcs: Snapshot, options: SpreadOptions) => {
    const tops = queries.flatMap((query) => best(arcs, query, options).top);
    return { name, share: tops.filter((node) => degrees[node]! > least).length / tops.length };
  };
  // Without the fan every neighbour gets the whole of what is passed on, as a fan of 1 gives it.
  const plain = { ...snapshot, fan: new Float64Array(nodes).fill(1) };
  return [
    shareOf('no fan', plain, { hubInhibition: 0, maxPulses: 3, maxWork: Infinity }),
    shareOf('fan, no inhibition', snapshot, { hubInhibition: 0 }),
    shareOf('inhibition 0.5', snapshot, {}),
    shareOf('inhibition 1', snapshot, { hubInhibition: 1 }),
  ];
}

async function igraph(python: string, { offsets, targets, weights, fan }: Snapshot): Promise<{ readonly milliseconds: number; readonly rank: Float64Array }> {
  const folder = await mkdtemp(join(tmpdir(), 'engram-igraph-'));
  try {
    const sources = new Uint32Array(targets.length);
    for (let node = 0; node < fan.length; node++) sources.fill(node, offsets[node], offsets[node + 1]);
    const file = (name: string): string => join(folder, name);
    await Promise.all([writeFile(file('from'), sources), writeFile(file('to'), targets), writeFile(file('weights'), weights)]);
    const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, 'activation-peers.py'), folder, String(fan.length)], { maxBuffer: 2 ** 28 });
    const { seconds, rank } = JSON.parse(stdout) as { seconds: number; rank: number[] };
    return { milliseconds: 1000 * seconds, rank: Float64Array.from(rank) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
