// `npm run bench:features [-- --entities 1000000 --facts 1]`: `engram features` on scale-free graphs of so many facts an entity (the sample has 0.8): seconds for each
// part, and memory. The largest needs `NODE_OPTIONS=--max-old-space-size=12000`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSnapshot } from '../../graph/activation/snapshot.ts';
import { pageRank } from '../../graph/activation/page-rank.ts';
import { communitiesOf } from '../../graph/features/communities.ts';
import { entityFeatures } from '../../graph/features/entity-features.ts';
import { nodeVectors } from '../../graph/features/node-vectors.ts';
import { writeParquet } from '../../graph/features/write-features.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { formatCount, heading, note, plural, print, printJson, table } from '../../pipeline/cli/output.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { EntityId } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const SEED = 17;

const { values: flags } = parseArgs({ options: { entities: { type: 'string', default: '1000000' }, facts: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } } });
const FACTS = Number(flags.facts);
/** Activation from each entity takes a fraction of a millisecond: for more it is minutes. */
const MOST_WITH_NEIGHBOURS = 100_000;
const rows = [];
for (const entities of [10_000, 100_000, 1_000_000].filter((size) => size <= Number(flags.entities))) rows.push(await measure(entities));
if (flags.json) printJson({ seed: SEED, rows });
else {
  const time = (seconds: number): string => `${seconds.toFixed(1)} s`;
  print(heading(`features of scale-free graphs, ${plural(FACTS, 'fact')} an entity (seed ${SEED})`));
  print(table([['entities', 'copy', 'PageRank', 'communities', 'vectors', 'Parquet without neighbours', 'with ten', 'memory'], ...rows.map((r) => [formatCount(r.entities), time(r.copy), time(r.pageRank), time(r.communities), time(r.vectors), time(r.without), r.withNeighbours === undefined ? '-' : time(r.withNeighbours), `${formatCount(Math.round(r.memory / 2 ** 20))} MiB`])], Array(8).fill({ align: 'right' })));
}

async function measure(entities: number) {
  const graph = scaleFree(entities);
  note(`${formatCount(entities)} entities made, ${formatCount(Math.round(process.memoryUsage.rss() / 2 ** 20))} MiB`);
  const clock = async <T>(run: () => T | Promise<T>): Promise<[number, T]> => {
    const started = performance.now();
    const result = await run();
    return [(performance.now() - started) / 1000, result];
  };
  const [copy, snapshot] = await clock(() => createSnapshot(graph));
  const [ranking] = await clock(() => pageRank(snapshot));
  const [communities] = await clock(() => communitiesOf(snapshot));
  const [vectors] = await clock(() => nodeVectors(snapshot));
  const folder = await mkdtemp(join(tmpdir(), 'engram-features-'));
  const write = (neighbours: number): Promise<[number, number]> => clock(() => writeParquet(join(folder, `${neighbours}.parquet`), entityFeatures(graph, { neighbours })));
  const [without] = await write(0);
  const withNeighbours = entities > MOST_WITH_NEIGHBOURS ? undefined : (await write(10))[0];
  await rm(folder, { recursive: true });
  return { entities, copy, pageRank: ranking, communities, vectors, without, withNeighbours, memory: process.resourceUsage().maxRSS * 1024 };
}

/** New entities have facts with those that have many (Barabási & Albert 1999). */
function scaleFree(entities: number): KnowledgeGraph {
  const random = createRandom(SEED);
  const graph = new KnowledgeGraph();
  const document = documentIdOf('bench');
  const idOf = (node: number): EntityId => `e-${node.toString(16).padStart(20, '0')}` as EntityId;
  const ends = new Uint32Array(2 * FACTS * entities);
  let count = 0;
  for (let node = 0; node < entities; node++) {
    graph.upsertEntity({ id: idOf(node), type: 'PER', name: `Person ${node}`, aliases: [], mentions: [] });
    for (let fact = 0; fact < Math.min(FACTS, node); fact++) {
      const other = count === 0 || random.next() < 0.1 ? random.integer(node) : ends[random.integer(count)]!;
      if (other === node) continue;
      graph.upsertFact({ subject: idOf(node), predicate: 'linkedTo', object: idOf(other), provenance: [{ documentId: document, sentence: node, start: 0, end: 1, head: [0, 1], tail: [2, 3], extractor: 'bench', score: 0.9 }] });
      ends[count++] = node;
      ends[count++] = other;
    }
  }
  return graph;
}
