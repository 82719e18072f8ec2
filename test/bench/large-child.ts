// One measurement of `bench:large` in a process of its own, told as JSON on the command line; prints a line of JSON.
import { createWriteStream, readdirSync, readlinkSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createSnapshot } from '../../graph/activation/snapshot.ts';
import { pageRank } from '../../graph/activation/page-rank.ts';
import { spread, strongest } from '../../graph/activation/spread.ts';
import { MemoryBudget } from '../../graph/compact/buckets.ts';
import { compactGraph } from '../../graph/compact/compact-graph.ts';
import { openSpill } from '../../graph/compact/spill.ts';
import { communitiesOf } from '../../graph/features/communities.ts';
import { entityFeatures } from '../../graph/features/entity-features.ts';
import { createVectorReader } from '../../graph/features/node-vectors.ts';
import { writeParquet } from '../../graph/features/write-features.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { LiveGraph } from '../../graph/live-graph.ts';
import { createContextReader } from '../../graph/resolve/context.ts';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { rowDigest } from '../../graph/stores/delta.ts';
import { openStore } from '../../graph/stores/index.ts';
import { GraphDigest } from '../../graph/stores/neo4j-rows.ts';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import type { Extraction, GraphRows, Rows } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { exportGraph } from '../../pipeline/export.ts';
import { JOURNAL_FOLDER, openJournal, readJournal } from '../../pipeline/journal.ts';
import { largeGraphOf } from '../../pipeline/open-graph.ts';
import { readRelationSchema } from '../../pipeline/read-schema.ts';
import { writeGraph } from '../../pipeline/write-graph.ts';
import { startNeo4j } from '../proof/neo4j-process.ts';
import { generateExtractions } from '../support/generate-extractions.ts';
import { generateLarge, type LargeSize } from './generate-large.ts';

const SEED = 17;
const QUERIES = 1000;
const SEEDS = 3;

export type Task = LargeSize & {
  readonly step: keyof typeof STEPS;
  readonly folder: string;
  /** MiB for what spills; all of it when left out. */
  readonly memory?: number;
  readonly documents?: number;
};

const STEPS = { graph, live, parts, compact, generate, snapshot, features, 'neo4j-admin': admin, neo4j, journal, build };

const task = JSON.parse(process.argv[2]!) as Task;
process.stdout.write(`${JSON.stringify({ ...(await STEPS[task.step](task)), peak: process.resourceUsage().maxRSS * 1024 })}\n`);

/** Bytes that are held, after garbage collection. */
function held(): number {
  for (let time = 0; time < 3; time++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Seconds since it was last asked. */
function createClock(): () => number {
  let last = performance.now();
  return () => {
    const seconds = (performance.now() - last) / 1000;
    last = performance.now();
    return seconds;
  };
}

/** Entities and facts as objects; documents first, so that they are no part of what an entity takes. */
async function graph(size: Task) {
  const rows = generateLarge(size, SEED);
  const found = new KnowledgeGraph();
  for (const document of rows.documents()) found.upsertDocument(document);
  const start = held();
  // Each from JSON, as it comes from a journal or a store: with strings of its own.
  for (const entity of rows.entities()) found.upsertEntity(JSON.parse(JSON.stringify(entity)) as typeof entity);
  found.entities();
  const withEntities = held();
  for (const fact of rows.facts()) found.upsertFact(JSON.parse(JSON.stringify(fact)) as typeof fact);
  const { entities, facts } = found.counts;
  return { entity: (withEntities - start) / entities, fact: (held() - withEntities) / facts };
}

/** All that a build holds of its documents: what was extracted, resolution, graph. */
async function live({ documents = 0 }: Task) {
  const reader = createContextReader(loadWordVectors());
  const schema = await readRelationSchema();
  const start = held();
  const extractions = [...generateExtractions(documents, SEED)].map((extraction) => JSON.parse(JSON.stringify(extraction)) as typeof extraction);
  const read = held();
  const built = new LiveGraph({ schema, reader });
  built.apply({ added: extractions });
  built.graph.entities();
  const all = held();
  const { graph: own } = built;
  return { document: (all - start) / documents, extraction: (read - start) / documents, mentions: extractions.reduce((sum, { mentions }) => sum + mentions.length, 0) / documents, entities: own.counts.entities / documents, facts: own.counts.facts / documents };
}

/** What is held of the same documents once their graph is made in parts: the journal's index, tables of names, ids and clusters. */
async function parts(task: Task) {
  await journal(task);
  const config = { ...DEFAULT_CONFIG, graph: { ...DEFAULT_CONFIG.graph, memory: 1 } };
  loadWordVectors();
  const start = held();
  const opened = await readJournal(task.folder);
  const index = held() - start;
  const made = await largeGraphOf(opened, config, task.folder);
  const all = held() - start;
  made.close();
  await opened.close();
  return { document: all / task.documents!, index: index / task.documents! };
}

/** As a build leaves it when all documents are read. */
async function journal({ documents = 0, folder }: Task) {
  const opened = await openJournal(folder);
  let batch: Extraction[] = [];
  const flush = async (): Promise<void> => {
    await opened.append(...batch.map((extraction) => ({ kind: 'extraction', key: extraction.id, extraction }) as const));
    batch = [];
  };
  for (const extraction of generateExtractions(documents, SEED)) {
    if (batch.push(extraction) === 1000) await flush();
  }
  await flush();
  await opened.close();
  const segments = join(folder, JOURNAL_FOLDER);
  return { bytes: (await readdir(segments)).reduce((sum, name) => sum + statSync(join(segments, name)).size, 0) };
}

/** From the journal to the graph in a store of JSON lines, as `engram build` does it with so much memory. */
async function build({ folder, memory = 0 }: Task) {
  const clock = createClock();
  const opened = await readJournal(folder);
  const config = { ...DEFAULT_CONFIG, graph: { ...DEFAULT_CONFIG.graph, memory } };
  const out = join(folder, `graph-${memory}`);
  let spilled = 0;
  let graphSeconds = 0;
  const { counts, digest, held } = await writeGraph(opened, {
    ...{ out: folder, config },
    openStore: () => openStore(`jsonl:${out}`),
    onGraph: () => {
      graphSeconds = clock();
      spilled = spilledBytes();
    },
  });
  await opened.close();
  await rm(out, { recursive: true });
  return { seconds: graphSeconds, storeSeconds: clock(), ...counts, rejected: 0, isHeld: held === undefined ? 0 : 1, digest: Number.parseInt(digest.graph.slice(0, 12), 16), spilled };
}

/** Of files that this process holds open and that have no name any more. */
function spilledBytes(): number {
  if (process.platform !== 'linux') return 0;
  return readdirSync('/proc/self/fd').reduce((sum, fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('/.spill-') ? sum + statSync(`/proc/self/fd/${fd}`).size : sum;
    } catch {
      return sum;
    }
  }, 0);
}

/** What is held while features are made: tables and arcs. */
async function compact(size: Task) {
  const budget = budgetOf(size);
  const start = held();
  const found = await compactGraph(generateLarge(size, SEED), budget.budget);
  const tables = held() - start;
  const arcs = createSnapshot(found, { budget: budget.budget });
  found.close();
  // Shared memory is not counted there.
  const all = held() - start + [arcs.offsets, arcs.targets, arcs.weights, arcs.fan].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  budget.close();
  return { tables, all, arcs: arcs.targets.length, spilled: budget.size() };
}

/** A store of JSON lines, written as it comes. */
async function generate(size: Task) {
  const clock = createClock();
  const rows = generateLarge(size, SEED);
  await mkdir(size.folder, { recursive: true });
  const lines = async (name: string, records: Rows<object>): Promise<number> => {
    await pipeline(Readable.from(linesOf(records)), createWriteStream(join(size.folder, name)));
    return statSync(join(size.folder, name)).size;
  };
  const bytes = [await lines('documents.jsonl', rows.documents()), await lines('entities.jsonl', rows.entities()), await lines('facts.jsonl', rows.facts())];
  return { seconds: clock(), bytes: bytes.reduce((sum, each) => sum + each) };
}

async function* linesOf(records: Rows<object>): AsyncGenerator<string> {
  let text = '';
  for await (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    if (text.length < 2 ** 16) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** The compact copy, then activation from three seeds a thousand times, PageRank, communities, vectors. */
async function snapshot(size: Task) {
  const budget = budgetOf(size);
  const clock = createClock();
  const found = await compactGraph(await storedRows(size), budget.budget);
  const read = clock();
  const arcs = createSnapshot(found, { budget: budget.budget });
  found.close();
  const copy = clock();
  const copied = process.resourceUsage().maxRSS * 1024;
  const random = createRandom(SEED);
  const times: number[] = [];
  let reached = 0;
  for (let query = 0; query < QUERIES; query++) {
    const seeds = new Map(Array.from({ length: SEEDS }, () => [random.integer(size.entities), 1]));
    clock();
    const result = spread(arcs, seeds);
    strongest(result, 20, (node) => !seeds.has(node));
    times.push(1000 * clock());
    reached += result.nodes.length / QUERIES;
  }
  times.sort((a, b) => a - b);
  clock();
  pageRank(arcs);
  const ranking = clock();
  communitiesOf(arcs);
  const communities = clock();
  createVectorReader(arcs, budget.budget);
  const vectors = clock();
  budget.close();
  return { read, copy, copied, arcs: arcs.targets.length, median: times[QUERIES / 2]!, p99: times[Math.floor(0.99 * QUERIES)]!, reached, ranking, communities, vectors, spilled: budget.size() };
}

/** One row an entity, without neighbours: those take as long as so many activations. */
async function features(size: Task) {
  const budget = budgetOf(size);
  const clock = createClock();
  const path = join(size.folder, 'features.parquet');
  const rows = await writeParquet(path, entityFeatures(await storedRows(size), { neighbours: 0, budget: budget.budget }));
  budget.close();
  return { seconds: clock(), rows, bytes: statSync(path).size, spilled: budget.size() };
}

async function admin(size: Task) {
  const clock = createClock();
  const files = await exportGraph(await storedRows(size), 'neo4j-admin', join(size.folder, 'import'));
  return { seconds: clock(), files: files.length, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}

/** What `neo4j-admin` wrote, taken in by Neo4j's own tool, and all of it read back: counted, and compared by the digest of every row. */
async function neo4j(size: Task) {
  const clock = createClock();
  const server = await startNeo4j('', join(size.folder, 'import'));
  const started = clock();
  const store = createNeo4jStore(server.address);
  try {
    await store.prepare();
    const indexed = clock();
    const counts = await store.counts();
    const [found, expected] = [await digestOf(store.rows()), await digestOf(await storedRows(size))];
    return { started, indexed, ...counts, verified: clock(), isSame: found === expected ? 1 : 0 };
  } finally {
    await store.close();
    await server.stop();
  }
}

async function digestOf(rows: GraphRows): Promise<string> {
  const digest = new GraphDigest();
  for (const list of [rows.documents(), rows.entities(), rows.facts()]) for await (const record of list) digest.add(rowDigest(record));
  return digest.value();
}

async function storedRows({ folder }: Task): Promise<GraphRows> {
  return (await openStore(`jsonl:${folder}`)).rows();
}

function budgetOf({ memory, folder }: Task) {
  const spill = openSpill(folder);
  const budget = memory === undefined ? new MemoryBudget() : new MemoryBudget(memory * 2 ** 20, spill);
  return { budget, size: () => spill.size, close: () => spill.close() };
}
