// `npm run bench:large`: what a graph takes in memory, by entity, fact and document, in each of its forms, and the size at which 16 GB are full. With `-- --facts 10000000
// [--entities 2000000 --memory 256 --folder DIR --neo4j]`: so many facts generated, read into a compact copy, spread over, written as features and for neo4j-admin: time and
// peak memory of each, in a process of its own, with all the memory it wants and with so many MiB for what spills. With `-- --documents 20000 [--memory 256 --held --heap 512]`: from
// a journal to the graph in a store, in parts and, where asked for, as objects, in processes with so many MiB of heap. Compared are shares of one run; the machine is told in the README.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { formatCount, heading, note, plural, print, printJson, table } from '../../pipeline/cli/output.ts';
import type { Task } from './large-child.ts';

const MEBIBYTE = 2 ** 20;
const FULL = 16 * 2 ** 30;
/** Of what a graph holds, for the sizes at which 16 GB are full: as in the sample and in the generated documents. */
const FACTS_OF_AN_ENTITY = 5;

const { values: flags } = parseArgs({
  options: {
    documents: { type: 'string' },
    facts: { type: 'string' },
    entities: { type: 'string' },
    memory: { type: 'string', default: '256' },
    folder: { type: 'string' },
    neo4j: { type: 'boolean', default: false },
    held: { type: 'boolean', default: false },
    heap: { type: 'string', default: '12000' },
    json: { type: 'boolean', default: false },
  },
});

type Measured = Readonly<Record<string, number>>;

async function child(task: Task): Promise<Measured> {
  note(JSON.stringify(task));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--max-semi-space-size=64', `--max-old-space-size=${flags.heap}`, '--import=tsx', join(import.meta.dirname, 'large-child.ts'), JSON.stringify(task)], { maxBuffer: MEBIBYTE });
  return JSON.parse(stdout) as Measured;
}

const bytes = (value: number): string => `${formatCount(Math.round(value))} B`;
const mebibytes = (value: number): string => `${formatCount(Math.round(value / MEBIBYTE))} MiB`;
const seconds = (value: number): string => `${value.toFixed(1)} s`;
const right = (columns: number) => Array<{ readonly align: 'right' }>(columns).fill({ align: 'right' });

if (flags.documents !== undefined) await measureBuild(Number(flags.documents));
else if (flags.facts === undefined) await measureForms();
else await measureSteps(Number(flags.facts), Number(flags.entities ?? Number(flags.facts) / FACTS_OF_AN_ENTITY));

async function measureForms(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'engram-large-'));
  try {
    const objects = [];
    for (const entities of [50_000, 100_000]) objects.push({ entities, ...(await child({ step: 'graph', folder, entities, facts: 3 * entities })) } as Measured);
    const builds = [];
    for (const documents of [5_000, 10_000, 20_000]) builds.push({ documents, ...(await child({ step: 'live', folder, entities: 0, facts: 0, documents })) } as Measured);
    const parts = [];
    for (const documents of [5_000, 10_000, 20_000]) parts.push({ documents, ...(await child({ step: 'parts', folder: join(folder, String(documents)), entities: 0, facts: 0, documents })) } as Measured);
    const [few, many] = [await child({ step: 'compact', folder, entities: 200_000, facts: 400_000 }), await child({ step: 'compact', folder, entities: 200_000, facts: 1_400_000 })];
    // What is in the file is not held.
    const spilled = await child({ step: 'compact', folder, entities: 200_000, facts: 1_400_000, memory: 1 });
    const compact = { fact: (many['all']! - few['all']!) / 1_000_000, entity: (few['all']! - (400_000 * (many['all']! - few['all']!)) / 1_000_000) / 200_000 };
    const [object, build] = [objects.at(-1)!, builds.at(-1)!];
    const full = {
      compact: FULL / (compact.entity / FACTS_OF_AN_ENTITY + compact.fact),
      objects: FULL / (object['entity']! / FACTS_OF_AN_ENTITY + object['fact']!),
      documents: FULL / build['document']!,
      inParts: FULL / parts.at(-1)!['document']!,
    };
    if (flags.json) return printJson({ objects, builds, parts, compact, spilled, full });
    print(heading('a graph as objects, bytes (an entity with two or three mentions, a fact with one claim)'));
    print(table([['entities', 'an entity', 'a fact'], ...objects.map((row) => [formatCount(row['entities']!), bytes(row['entity']!), bytes(row['fact']!)])], right(3)));
    print(heading('a build: what was extracted, resolution and graph, bytes a document'));
    print(table([['documents', 'a document', 'of it extraction', 'mentions', 'entities', 'facts'], ...builds.map((row) => [formatCount(row['documents']!), bytes(row['document']!), bytes(row['extraction']!), row['mentions']!.toFixed(1), row['entities']!.toFixed(1), row['facts']!.toFixed(1)])], right(6)));
    print(heading('the same documents in parts, bytes a document'));
    print(table([['documents', 'a document', "of it the journal's index"], ...parts.map((row) => [formatCount(row['documents']!), bytes(row['document']!), bytes(row['index']!)])], right(3)));
    print(heading('a compact copy, bytes; of the larger one what is held once it is read, facts and mentions included'));
    print(table([['an entity', 'a fact', 'once read', 'with 1 MiB before it spills', 'in the file'], [bytes(compact.entity), bytes(compact.fact), mebibytes(many['tables']!), mebibytes(spilled['tables']!), mebibytes(spilled['spilled']!)]], right(5)));
    print(`16 GB are full, reckoned from these: at ${formatCount(Math.round(full.documents))} documents of a build as objects, at ${formatCount(Math.round(full.inParts))} of one in parts; at ${formatCount(Math.round(full.objects))} facts of a graph of objects, ${FACTS_OF_AN_ENTITY} an entity (a Map ends at 16,777,216); at ${formatCount(Math.round(full.compact))} facts of a compact copy, with nothing made of it yet.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** From the journal of so many documents to a graph in a store: as objects, where they fit into this process, and in parts. */
async function measureBuild(documents: number): Promise<void> {
  const folder = flags.folder ?? (await mkdtemp(join(tmpdir(), 'engram-large-')));
  const size = { folder, entities: 0, facts: 0, documents };
  try {
    const { bytes: journal } = await child({ step: 'journal', ...size });
    const [parts, ...held] = [await child({ step: 'build', ...size, memory: Number(flags.memory) }), ...(flags.held ? [await child({ step: 'build', ...size, memory: 1_000_000 })] : [])] as [Measured, ...Measured[]];
    if (flags.json) return printJson({ ...size, journal, parts, held: held[0] });
    print(heading(`${plural(documents, 'document')}, a journal of ${mebibytes(journal!)}`));
    print(
      table(
        [
          ['', 'graph', 'store', 'peak memory', 'in the file', 'entities', 'facts'],
          ...[parts, ...held].map((each) => [each['isHeld'] === 1 ? 'as objects' : `${flags.memory} MiB, in parts`, seconds(each['seconds']!), seconds(each['storeSeconds']!), mebibytes(each['peak']!), mebibytes(each['spilled']!), formatCount(each['entities']!), formatCount(each['facts']!)]),
        ],
        right(7),
      ),
    );
    for (const each of held) print(`In parts ${(parts['seconds']! / each['seconds']!).toFixed(2)} times as long, ${parts['digest'] === each['digest'] ? 'the same graph' : 'NOT THE SAME GRAPH'}.`);
  } finally {
    if (flags.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function measureSteps(facts: number, entities: number): Promise<void> {
  const folder = flags.folder ?? (await mkdtemp(join(tmpdir(), 'engram-large-')));
  const size = { folder, entities, facts };
  const memory = Number(flags.memory);
  try {
    const generated = await child({ step: 'generate', ...size });
    const snapshots = [await child({ step: 'snapshot', ...size }), await child({ step: 'snapshot', ...size, memory })];
    const features = [await child({ step: 'features', ...size }), await child({ step: 'features', ...size, memory })];
    const exported = await child({ step: 'neo4j-admin', ...size });
    const imported = flags.neo4j ? await child({ step: 'neo4j', ...size }) : undefined;
    if (flags.json) return printJson({ ...size, memory, generated, snapshots, features, exported, imported });
    const [free, tight] = ['all memory', `${memory} MiB`];
    print(heading(`${plural(facts, 'fact')} of ${plural(entities, 'entity', 'entities')}`));
    const row = (what: string, of: readonly Measured[], tell: (measured: Measured) => string): string[] => [what, ...of.map(tell)];
    const whole = (measured: Measured): string => `${seconds(measured['seconds']!)}, ${mebibytes(measured['peak']!)}`;
    print(
      table(
        [
          ['', free, tight],
          [`generated, ${mebibytes(generated['bytes']!)}`, whole(generated), ''],
          row('read from JSON lines', snapshots, (each) => seconds(each['read']!)),
          row('compact copy', snapshots, (each) => `${seconds(each['copy']!)}, ${mebibytes(each['copied']!)}`),
          row('arcs', snapshots, (each) => formatCount(each['arcs']!)),
          row('activation from three: median, p99', snapshots, (each) => `${each['median']!.toFixed(1)} ms, ${each['p99']!.toFixed(1)} ms`),
          row('PageRank', snapshots, (each) => seconds(each['ranking']!)),
          row('communities', snapshots, (each) => seconds(each['communities']!)),
          row('vectors', snapshots, (each) => seconds(each['vectors']!)),
          row('peak of all these, in the file', snapshots, (each) => `${mebibytes(each['peak']!)}, ${mebibytes(each['spilled']!)}`),
          row('features as Parquet, from the store on', features, (each) => `${whole(each)}, ${mebibytes(each['spilled']!)} in the file`),
          row(`neo4j-admin, ${mebibytes(exported['bytes']!)}`, [exported], whole),
        ],
        [{}, { align: 'right' }, { align: 'right' }],
      ),
    );
    if (imported === undefined) return;
    const [documents, held, stated] = [imported['documents']!, imported['entities']!, imported['facts']!].map(formatCount);
    print(`Taken in by Neo4j, and the server started: ${seconds(imported['started']!)}; constraints and indexes: ${seconds(imported['indexed']!)}; ${documents} documents, ${held} entities, ${stated} facts read back in ${seconds(imported['verified']!)}, ${imported['isSame'] === 1 ? 'every row as it was exported' : 'NOT THE SAME'}.`);
  } finally {
    if (flags.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
}
