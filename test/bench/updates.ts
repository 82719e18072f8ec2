// `npm run bench:updates [-- --documents 100000 --store jsonl]`: what the next build costs when one document of so many has changed, and where the time goes. Documents are synthetic
// (twelve names each) and stand in the journal already; no network runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../../graph/stores/index.ts';
import { formatCount, heading, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { openJournal } from '../../pipeline/journal.ts';
import { digestOfGraph } from '../../pipeline/manifest.ts';
import { graphOf } from '../../pipeline/open-graph.ts';
import { generateExtractions } from '../support/generate-extractions.ts';

const SEED = 17;
const { values: flags } = parseArgs({ options: { documents: { type: 'string', default: '100000' }, store: { type: 'string', default: 'embedded' }, json: { type: 'boolean', default: false } } });
const rows = [];
for (const documents of [1_000, 10_000, 100_000].filter((size) => size <= Number(flags.documents))) rows.push(await measure(documents));
if (flags.json) printJson({ seed: SEED, store: flags.store, rows });
else {
  const right = { align: 'right' } as const;
  print(heading(`one document of so many changed, ${flags.store} store (seed ${SEED})`));
  print(table([['documents', 'entities', ...Object.keys(rows[0]!.seconds), 'together', 'peak memory'], ...rows.map(({ documents, entities, seconds, mebibytes }) => [formatCount(documents), formatCount(entities), ...[...Object.values(seconds), Object.values(seconds).reduce((a, b) => a + b)].map((value) => `${value.toFixed(2)} s`), `${formatCount(mebibytes)} MiB`])], Array(10).fill(right)));
}

async function measure(documents: number) {
  const out = await mkdtemp(join(tmpdir(), 'engram-updates-'));
  const seconds: Record<string, number> = {};
  const timed = async <T>(part: string, work: () => Promise<T> | T): Promise<T> => {
    const started = performance.now();
    const result = await work();
    seconds[part] = (performance.now() - started) / 1000;
    return result;
  };
  try {
    const journal = await openJournal(out);
    for (const extraction of generateExtractions(documents, SEED)) await journal.append({ kind: 'extraction', key: 'k', extraction });
    await journal.close();
    const store = await openStore(flags.store, { directory: out });
    const write = async (): Promise<number> => {
      const open = await timed('journal', () => openJournal(out));
      const [changed] = generateExtractions(1, SEED + 1);
      await open.append({ kind: 'extraction', key: 'changed', extraction: changed! });
      const { graph } = await timed('graph', () => graphOf(open, DEFAULT_CONFIG));
      const delta = graph.toDelta();
      await timed('digest', () => digestOfGraph(delta));
      await timed('store', () => store.replaceAll(delta));
      await open.close();
      return delta.entities.length;
    };
    await store.prepare();
    await write();
    const entities = await write();
    await store.close();
    return { documents, entities, seconds, mebibytes: process.resourceUsage().maxRSS / 1024 };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
