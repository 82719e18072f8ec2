import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { entityFeatures } from '../../graph/features/entity-features.ts';
import { related } from '../../graph/query/related.ts';
import { relatedRows } from '../../graph/query/related-rows.ts';
import { entitiesNamed } from '../../graph/query/rows-of.ts';
import { readActivation } from '../../pipeline/activation-weights.ts';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { openRows } from '../../pipeline/open-rows.ts';
import { collected } from '../support/collected.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const TEXTS = { 'a.txt': 'Ada Lee left Boston\nGrace Hop left Arlington', 'b.txt': 'Grace Hop saw Boston', 'c.txt': 'Linus Day saw Ada Lee\nLinus Day left Houston' };

async function built(t: ExecutionContext, address: string): Promise<{ readonly dir: string; readonly config: Config }> {
  const folder = await temporaryFolder(t);
  const [docs, dir] = [join(folder, 'docs'), join(folder, 'out')];
  await mkdir(docs);
  for (const [name, text] of Object.entries(TEXTS)) await writeFile(join(docs, name), text);
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address } };
  await runBuild({ inputs: [docs], out: dir, config, parts: { createExtractor: async () => extractorOf(createFakeStages({ joinsNames: true })) } });
  return { dir, config };
}

for (const address of ['jsonl', 'embedded']) {
  test(`${address}: what the store gives leads to the features, and to what is related, of the graph in memory`, async (t) => {
    const { dir, config } = await built(t, address);
    const [held, stored] = [await openRows(dir, config, undefined, dir), await openRows(dir, config, address, dir)];
    const graph = held.held!.graph;
    t.is(stored.held, undefined);
    t.deepEqual(await stored.counts(), graph.counts);
    t.true(graph.counts.facts > 2);
    t.deepEqual(await collected(entityFeatures(stored.rows, { budget: stored.budget })), await collected(entityFeatures(held.rows)));
    for (const options of [{}, { types: ['PER'], limit: 2 }]) t.deepEqual(await relatedRows(stored.rows, ['ada lee'], { ...options, budget: stored.budget }), related(graph, ['Ada Lee'], options));
    const [ada] = await entitiesNamed(stored.rows, ['Ada Lee']);
    t.deepEqual(await entitiesNamed(stored.rows, [ada!, 'ADA LEE']), [ada!, ada!]);
    await t.throwsAsync(entitiesNamed(stored.rows, ['Nobody']), { code: 'ENGRAM_GRAPH_UNKNOWN_ENTITY' });
    await held.close();
    await stored.close();
  });
}

test('a graph larger than graph.memory is read from the store it was built into, once that holds it whole', async (t) => {
  const { dir, config } = await built(t, 'jsonl');
  // Beyond a mebibyte of graph: what a journal holds tells.
  await writeFile(join(dir, 'journal', '000000.jsonl'), 'x'.repeat(60_000));
  const open = async (memory: number) => {
    const opened = await openRows(dir, { ...config, graph: { ...config.graph, memory } }, undefined, dir);
    await opened.close();
    return opened.store;
  };
  t.deepEqual([await open(1), await open(2)], ['jsonl', undefined]);
  await writeFile(join(dir, 'run.json'), (await readFile(join(dir, 'run.json'), 'utf8')).replace('"complete"', '"running"'));
  await t.throwsAsync(open(1), { code: 'ENGRAM_CHECKPOINT_CORRUPT' }, 'a manifest that somebody changed');
  t.deepEqual((await readdir(dir)).filter((name) => name.startsWith('.spill')), []);
});

test('what is inferred needs a graph that is held', async (t) => {
  await t.throwsAsync(readActivation({ ...DEFAULT_CONFIG.activation, inferred: true }, undefined, 'nowhere'), { code: 'ENGRAM_USAGE', message: /graph\.memory/ });
});
