import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runBuild } from '../../pipeline/build.ts';
import { openConfiguredStore } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { Document } from '../../pipeline/core/model.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { openLiveBuild, type LiveBuildParts } from '../../pipeline/live-build.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { verifyStore } from '../../pipeline/sync.ts';
import { createFakeStages, itemsOf } from '../support/fake-stages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const configWith = (address: string): Config => ({ ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address } });
const createExtractor = async () => extractorOf(createFakeStages());
const documentOf = (uri: string, text: string): Document => ({ id: documentIdOf(uri), uri, text });

async function built(t: ExecutionContext, config: Config) {
  const folder = await temporaryFolder(t);
  const [docs, out] = [join(folder, 'docs'), join(folder, 'out')];
  await mkdir(docs);
  await writeFile(join(docs, 'a.txt'), 'Ada Kingston met Grace Boston');
  await writeFile(join(docs, 'b.txt'), 'Linus Arlington left');
  await runBuild({ inputs: [docs], out, config, parts: { createExtractor } });
  return { folder, docs, out, open: (parts: Partial<LiveBuildParts> = {}) => openLiveBuild(out, config, { createExtractor, ...parts }) };
}

for (const address of ['jsonl', 'embedded']) {
  test(`${address}: documents that come, change and go leave folder and store as a build of what is there`, async (t) => {
    const config = configWith(address);
    const { folder, docs, out, open } = await built(t, config);
    const build = await open();
    const added = await build.change(itemsOf(documentOf('api:1', 'Ada Washington met Dennis'), documentOf('api:2', 'Grace Kingston')));
    t.is(added.current.size, 2);
    t.true(added.delta.entities.length > 0);
    await build.change(itemsOf(documentOf('api:1', 'Ada Houston')));
    const same = await build.change(itemsOf(documentOf('api:1', 'Ada Houston')));
    t.deepEqual([same.delta.entities, same.delta.documents], [[], []]);
    const { removed } = await build.remove([documentIdOf('api:2'), documentIdOf('nothing')]);
    t.deepEqual(removed, [documentIdOf('api:2')]);
    t.is(build.documents.size, 3);
    await build.close();
    t.deepEqual((await verifyStore(out, config, false)).found, []);
    const fresh = await openFresh(folder, docs, config, documentOf('api:1', 'Ada Houston'));
    t.is((await readManifest(out))!.digest!.graph, fresh);
    const { counts } = (await readManifest(out))!;
    t.is(counts!.documents, 3);
    // A build of the folder's inputs keeps what came from elsewhere, and finds nothing to do.
    const { manifest } = await runBuild({ inputs: [docs], out, config, parts: { createExtractor } });
    t.deepEqual([manifest.counts!.extracted, manifest.digest!.graph], [0, fresh]);
    const { documents, entities, facts, attributes, rejected } = manifest.counts!;
    t.like(counts, { documents, entities, facts, attributes, rejected });
  });
}

async function openFresh(folder: string, docs: string, config: Config, document: Document): Promise<string> {
  const out = join(folder, 'fresh');
  await runBuild({ inputs: [docs], out, config, parts: { createExtractor } });
  const build = await openLiveBuild(out, config, { createExtractor });
  await build.change(itemsOf(document));
  await build.close();
  return (await readManifest(out))!.digest!.graph;
}

test('what the store refused, and what was journalled before a reading failed, is there after the next change', async (t) => {
  const config = configWith('jsonl');
  const { out, open } = await built(t, config);
  let [isAway, fails] = [false, false];
  const build = await open({
    createExtractor: async () => extractorOf(createFakeStages({ before: (stage, ids) => { if (fails && stage === 'ner' && ids.includes(documentIdOf('api:3'))) throw new Error('gone'); } })),
    openStore: async (settings, dir) => {
      const store = await openConfiguredStore(settings, dir);
      return { ...store, write: async (delta) => { if (isAway) throw new Error('away'); return store.write(delta); } };
    },
  });
  isAway = true;
  await t.throwsAsync(build.change(itemsOf(documentOf('api:1', 'Ada Houston'))), { message: 'away' });
  isAway = false;
  fails = true;
  const { deadLetters } = await build.change(itemsOf(documentOf('api:2', 'Grace Houston'), documentOf('api:3', 'Dennis')));
  t.is(deadLetters.length, 1);
  await build.close();
  t.deepEqual((await verifyStore(out, config, false)).found, []);
  t.is((await readManifest(out))!.counts!.documents, 4);
});

test('nobody else writes to the folder meanwhile, and afterwards anybody may', async (t) => {
  const config = configWith('jsonl');
  const { docs, out, open } = await built(t, config);
  const build = await open();
  await t.throwsAsync(open(), { code: 'ENGRAM_CHECKPOINT_LOCKED' });
  await t.throwsAsync(runBuild({ inputs: [docs], out, config, parts: { createExtractor } }), { code: 'ENGRAM_CHECKPOINT_LOCKED' });
  await build.close();
  await (await open()).close();
});
