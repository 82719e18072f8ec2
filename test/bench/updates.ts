// `npm run bench:updates [-- --documents 100000 --store jsonl]`: what it costs that one document of so many changes: for a program that holds the graph (a live one, from
// the changed document to the store), and for a build that begins anew, and where the time goes. Documents are synthetic (twelve names each) and
// stand in the journal already; no network runs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../../graph/stores/index.ts';
import { formatCount, heading, print, printJson, table } from '../../pipeline/cli/output.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import { openJournal } from '../../pipeline/journal.ts';
import { digestOfGraph } from '../../pipeline/manifest.ts';
import { graphOf } from '../../pipeline/open-graph.ts';
import { generateExtractions } from '../support/generate-extractions.ts';

const SEED = 17;
/** Documents changed one after the other. */
const CHANGES = 50;
const { values: flags } = parseArgs({ options: { documents: { type: 'string', default: '100000' }, store: { type: 'string', default: 'embedded' }, json: { type: 'boolean', default: false } } });
const rows = [];
for (const documents of [1_000, 10_000, 100_000].filter((size) => size <= Number(flags.documents))) rows.push(await measure(documents));
if (flags.json) printJson({ seed: SEED, changes: CHANGES, store: flags.store, rows });
else {
  const seconds = (value: number): string => `${value.toFixed(2)} s`;
  const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
  print(heading(`one document of so many changed, ${flags.store} store (seed ${SEED})`));
  const live = rows.map(({ documents, live: { journal, graph, store, slowest, rows: written } }) => [formatCount(documents), ...[journal, graph, store, slowest].map(milliseconds), formatCount(written)]);
  print(table([['documents', 'journal', 'graph', 'store', 'slowest in all', 'rows written'], ...live], Array(6).fill({ align: 'right' })));
  print(`A live graph: medians of ${CHANGES} changes.`);
  print('');
  const next = rows.map(({ documents, entities, next: { journal, graph, digest, store }, mebibytes }) => [formatCount(documents), formatCount(entities), ...[journal, graph, digest, store].map(seconds), `${formatCount(mebibytes)} MiB`]);
  print(table([['documents', 'entities', 'journal', 'graph', 'digest', 'store', 'peak memory'], ...next], Array(7).fill({ align: 'right' })));
  print('A build that begins anew, beside reading its inputs.');
}

async function measure(documents: number) {
  const out = await mkdtemp(join(tmpdir(), 'engram-updates-'));
  const timed = async <T>(work: () => Promise<T> | T): Promise<[seconds: number, result: T]> => {
    const started = performance.now();
    const result = await work();
    return [(performance.now() - started) / 1000, result];
  };
  try {
    const made = await openJournal(out);
    for (const extraction of generateExtractions(documents, SEED)) await made.append({ kind: 'extraction', key: 'k', extraction });
    await made.close();
    const store = await openStore(flags.store, { directory: out });
    await store.prepare();
    const [journalSeconds, journal] = await timed(() => openJournal(out));
    const [graphSeconds, { live }] = await timed(() => graphOf(journal, DEFAULT_CONFIG));
    const delta = live.graph.toDelta();
    await store.replaceAll(delta);

    const [random, others] = [createRandom(SEED), [...generateExtractions(CHANGES, SEED + 1)]];
    const parts: Record<'journal' | 'graph' | 'store' | 'all', number[]> = { journal: [], graph: [], store: [], all: [] };
    let written = 0;
    for (const other of others) {
      const { id, uri } = delta.documents[random.integer(documents)]!;
      const extraction = { ...other, id, uri };
      const [a] = await timed(async () => {
        await journal.append({ kind: 'extraction', key: 'changed', extraction });
        await journal.flush();
      });
      const [b, change] = await timed(() => live.update({ added: [extraction] }));
      const [c, report] = await timed(() => store.write(change));
      for (const [part, seconds] of [['journal', a], ['graph', b], ['store', c], ['all', a + b + c]] as const) parts[part].push(1000 * seconds);
      written += Object.values(report.written).reduce((sum, count) => sum + count) + Object.values(report.removed).reduce((sum, count) => sum + count);
    }
    const changed = live.graph.toDelta();
    const [digestSeconds] = await timed(() => digestOfGraph(changed));
    const [storeSeconds] = await timed(() => store.replaceAll({ ...changed, documents: changed.documents.map((document, index) => (index === 0 ? { ...document, title: 'another' } : document)) }));
    await store.close();
    await journal.close();
    return {
      documents,
      entities: changed.entities.length,
      live: { journal: medianOf(parts.journal), graph: medianOf(parts.graph), store: medianOf(parts.store), slowest: Math.max(...parts.all), rows: Math.round(written / CHANGES) },
      next: { journal: journalSeconds, graph: graphSeconds, digest: digestSeconds, store: storeSeconds },
      mebibytes: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
