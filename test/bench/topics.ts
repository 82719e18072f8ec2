// `npm run bench:topics -- --data DIR [--documents 1900]`: communities of documents beside the topics that people gave them (AG News), and what they cost.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { documentTopics } from '../../graph/topics.ts';
import { note, print, table } from '../../pipeline/cli/output.ts';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { createRandom } from '../../pipeline/core/random.ts';

const { values: flags } = parseArgs({ options: { data: { type: 'string' }, documents: { type: 'string', default: '1900' } } });
if (flags.data === undefined) throw new Error('Name the folder of the data sets: npm run bench:topics -- --data DIR');
const SEED = 17;
const rows = createRandom(SEED).shuffle(parse(await readFile(join(flags.data, 'ag-news', 'test.csv')), { relax_quotes: true }) as string[][]).slice(0, Number(flags.documents));

const folder = await mkdtemp(join(tmpdir(), 'engram-topics-'));
try {
  const path = join(folder, 'news.jsonl');
  await writeFile(path, rows.map(([label, title, text], at) => `${JSON.stringify({ id: `news-${at}`, title, text: `${title}. ${text}`, label })}\n`).join(''));
  note(`building the graph of ${rows.length} documents …`);
  const { held } = await runBuild({ inputs: [path], out: join(folder, 'out'), config: { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } } });
  const { graph } = held!;
  const labelOf = new Map(graph.documents().map(({ id, metadata }) => [id, metadata!['label']!]));
  const began = performance.now();
  const { topics } = documentTopics(graph);
  const seconds = (performance.now() - began) / 1000;
  const right = { align: 'right' } as const;
  const counted = topics.map(({ label, documents }) => {
    const counts = new Map<string, number>();
    for (const id of documents) counts.set(labelOf.get(id)!, (counts.get(labelOf.get(id)!) ?? 0) + 1);
    return { label, size: documents.length, most: Math.max(...counts.values()) };
  });
  const all = counted.reduce((sum, { size }) => sum + size, 0);
  const pure = counted.reduce((sum, { most }) => sum + most, 0);
  const largest = new Map<string, number>();
  for (const { documents } of topics) for (const id of documents) largest.set(labelOf.get(id)!, (largest.get(labelOf.get(id)!) ?? 0) + 1);
  print(table([['topic', 'documents', 'of one label'], ...counted.slice(0, 15).map(({ label, size, most }) => [label, String(size), `${((100 * most) / size).toFixed(0)} %`])], [{}, right, right]));
  print(`${rows.length} documents, ${graph.counts.entities} entities: ${topics.length} topics of ${all} documents in ${seconds.toFixed(2)} s`);
  print(`purity ${((100 * pure) / all).toFixed(1)} % (all in one: ${((100 * Math.max(...largest.values())) / all).toFixed(1)} %)`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
