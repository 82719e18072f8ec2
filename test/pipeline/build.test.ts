// A whole build into a folder, with small stages in place of the networks and the real journal, graph and stores.
import { extractorOf } from '../../pipeline/extract.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runBuild, type BuildOptions, type BuildProgress } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { GraphDelta } from '../../pipeline/core/model.ts';
import type { GraphStore } from '../../pipeline/core/stage.ts';
import { openGraph } from '../../pipeline/open-graph.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { syncStore, verifyStore } from '../../pipeline/sync.ts';
import { createFakeStages, type FakeOptions } from '../support/fake-stages.ts';

const config: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };

interface Workshop {
  readonly docs: string;
  readonly out: string;
  write(name: string, text: string): Promise<void>;
  build(fake?: FakeOptions, more?: Partial<BuildOptions>): ReturnType<typeof runBuild>;
}

async function createWorkshop(t: ExecutionContext): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'engram-build-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const docs = join(folder, 'docs');
  const out = join(folder, 'out');
  await mkdir(docs);
  return {
    docs,
    out,
    write: (name, text) => writeFile(join(docs, name), text),
    build: (fake = {}, more = {}) =>
      runBuild({ inputs: [docs], out, config, ...more, parts: { createExtractor: async () => extractorOf(createFakeStages(fake)), ...more.parts } }),
  };
}

async function threeDocuments(shop: Workshop): Promise<void> {
  await shop.write('a.txt', 'Ada Kingston met nobody');
  await shop.write('b.txt', 'Grace Washington met nobody');
  await shop.write('c.jsonl', '{"id":"c1","text":"Linus Boston"}\n{"id":"c2","text":"Dennis Arlington"}\n');
}

test('documents become a graph in a store and a manifest says so', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const phases: BuildProgress['phase'][] = [];
  const result = await shop.build({}, { onProgress: ({ phase }) => void (phases.at(-1) === phase || phases.push(phase)) });
  t.deepEqual(phases, ['models', 'extract', 'graph', 'store', 'done']);
  t.like(result.manifest.counts, { read: 4, extracted: 4, documents: 4, entities: 8, facts: 4, deadLetters: 0, removed: 0 });
  t.deepEqual(result.store, { documents: 4, entities: 8, facts: 4 });
  const manifest = await readManifest(shop.out);
  t.deepEqual(manifest, JSON.parse(JSON.stringify(result.manifest)));
  t.is(manifest!.status, 'complete');
  t.truthy(manifest!.digest!.graph);
  const again = await openGraph(shop.out, config);
  t.deepEqual(again.graph.toDelta(), result.held!.graph.toDelta());
});

test('the same command again reads nothing anew and ends in the same graph', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const first = await shop.build();
  const second = await shop.build({ before: () => t.fail('a stage was run') });
  t.like(second.manifest.counts, { extracted: 0, unchanged: 4 });
  t.deepEqual(second.manifest.digest, first.manifest.digest);
});

test('batch size and order of the inputs do not change the graph', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const first = await shop.build();
  const other = await createWorkshop(t);
  const result = await runBuild({
    inputs: ['c.jsonl', 'b.txt', 'a.txt'].map((name) => join(shop.docs, name)),
    out: other.out,
    config: { ...config, extract: { ...config.extract, batchDocuments: 1, concurrency: 4 } },
    parts: { createExtractor: async () => extractorOf(createFakeStages()) },
  });
  t.deepEqual(result.manifest.digest, first.manifest.digest);
});

test('a changed document is updated, a removed one retracted, an added one read', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  await shop.build();
  await shop.write('a.txt', 'Ada Princeton met nobody');
  await rm(join(shop.docs, 'b.txt'));
  await shop.write('c.jsonl', '{"id":"c1","text":"Linus Boston"}\n');
  await shop.write('d.txt', 'Barbara Houston');
  const result = await shop.build();
  t.like(result.manifest.counts, { extracted: 2, unchanged: 1, removed: 2, documents: 3 });
  const names = result.held!.graph.entities().map((entity) => entity.name).sort();
  t.deepEqual(names, ['Ada', 'Barbara', 'Boston', 'Houston', 'Linus', 'Princeton']);
  const fresh = await createWorkshop(t);
  const anew = await runBuild({ inputs: [shop.docs], out: fresh.out, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  t.deepEqual(anew.manifest.digest, result.manifest.digest);
});

test('an input that is not named keeps its documents', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  await shop.build();
  const result = await shop.build({}, { inputs: [join(shop.docs, 'a.txt')] });
  t.like(result.manifest.counts, { unchanged: 1, removed: 0, documents: 4 });
});

test('another model version reads everything anew', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  await shop.build();
  t.like((await shop.build({ version: '2' })).manifest.counts, { extracted: 4, unchanged: 0, documents: 4 });
});

test('a document that no stage can take is a dead letter and the rest is built', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  await shop.write('broken.jsonl', '{"text": "Ada"}\n{not json}\n');
  let poison = '';
  const result = await shop.build({
    before: (stage, ids) => {
      poison ||= ids[0]!;
      if (stage === 'relation' && ids.includes(poison)) throw new Error('too odd');
    },
  });
  t.like(result.manifest.counts, { extracted: 4, deadLetters: 2 });
  const letters = (await readFile(join(shop.out, 'dead-letter.jsonl'), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  t.deepEqual(letters.map((letter) => letter.stage).sort(), ['read', 'relation']);
  t.true(letters.some((letter) => letter.line === 2));
});

test('a stopped build says so, and the same command goes on to the same graph', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const stop = new AbortController();
  const small: Config = { ...config, extract: { ...config.extract, batchDocuments: 1, concurrency: 1 } };
  const error = await t.throwsAsync(shop.build({ before: () => stop.abort() }, { signal: stop.signal, config: small }));
  t.true(error instanceof EngramError && error.code === 'ENGRAM_RUN_INTERRUPTED' && error.exit === 3);
  t.is((await readManifest(shop.out))!.status, 'interrupted');
  const result = await shop.build({}, { config: small });
  t.true(result.manifest.counts!.unchanged >= 1);
  t.is(result.manifest.counts!.documents, 4);
  const whole = await createWorkshop(t);
  const anew = await runBuild({ inputs: [shop.docs], out: whole.out, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  t.deepEqual(anew.manifest.digest, result.manifest.digest);
});

test('a killed build goes on where it was and ends in the same graph', async (t) => {
  const shop = await createWorkshop(t);
  for (let i = 0; i < 30; i++) await shop.write(`d${i}.txt`, `Ada${i} Kingston met nobody`);
  const child = spawn(process.execPath, ['--import=tsx', 'test/support/slow-build.ts', shop.docs, shop.out], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const piece of child.stdout) if (/extracted [4-9]/.test(String(piece))) child.kill('SIGKILL');
  await ended;
  t.is((await readManifest(shop.out))!.status, 'running');
  const result = await shop.build();
  const { unchanged, extracted } = result.manifest.counts!;
  t.true(unchanged >= 4, `${unchanged} were in the journal`);
  t.is(unchanged + extracted, 30);
  const whole = await createWorkshop(t);
  const anew = await runBuild({ inputs: [shop.docs], out: whole.out, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  t.deepEqual(anew.manifest.digest, result.manifest.digest);
});

test('a store out of reach leaves the journal whole: the next build only writes the store', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  let asked = 0;
  const openStore = async (): Promise<GraphStore> => {
    asked++;
    throw new EngramError('ENGRAM_STORE_UNAVAILABLE', { store: 'far' });
  };
  const error = await t.throwsAsync(shop.build({}, { parts: { openStore } }));
  t.true(error instanceof EngramError && error.code === 'ENGRAM_STORE_UNAVAILABLE' && error.exit === 3);
  t.true(asked > 1);
  const result = await shop.build();
  t.like(result.manifest.counts, { extracted: 0, unchanged: 4 });
  t.is(result.store.entities, 8);
});

test('a store address that nobody knows is refused before any work', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const odd: Config = { ...config, store: { ...config.store, address: 'mysql://me:secret@host' } };
  const error = await t.throwsAsync(shop.build({ before: () => t.fail() }, { config: odd }));
  t.true(error instanceof EngramError && error.exit === 2);
  t.false(error!.message.includes('secret'));
});

test('the default store holds the same graph', async (t) => {
  const shop = await createWorkshop(t);
  await threeDocuments(shop);
  const seen: GraphDelta[] = [];
  const result = await shop.build({}, { config: DEFAULT_CONFIG });
  seen.push(result.held!.graph.toDelta());
  t.deepEqual(result.store, { documents: seen[0]!.documents.length, entities: seen[0]!.entities.length, facts: seen[0]!.facts.length });
});

test('a graph that takes more than graph.memory is built and synced a record at a time, the same to the byte', async (t) => {
  const shop = await createWorkshop(t);
  const names = ['Ada', 'Grace', 'Linus', 'Dennis', 'Kathleen', 'Boston', 'Arlington', 'Kingston', 'Washington'];
  const lines = Array.from({ length: 12 }, (_, line) => `and then ${names[line % 9]} of ${names[(line * 4 + 1) % 9]} met ${names[(line * 7 + 3) % 9]}`);
  for (let at = 0; at < 40; at++) await shop.write(`${at}.txt`, lines.map((line, index) => line.replaceAll('met', `met ${names[(at * 5 + index) % 9]} and`)).join('\n'));
  const read = (name: string): Promise<string> => readFile(join(shop.out, name), 'utf8');
  const filesOf = async (folder: string): Promise<string[]> => Promise.all(['documents', 'entities', 'facts'].map((table) => read(join(folder, `${table}.jsonl`))));
  const held = await shop.build({});
  const [files, rejected] = [await filesOf('graph'), await read('rejected.jsonl')];
  for (const table of ['documents', 'entities', 'facts']) await rm(join(shop.out, 'graph', `${table}.jsonl`));

  const small = { ...config, graph: { ...config.graph, memory: 1 } };
  const large = await shop.build({}, { config: small });
  t.truthy(held.held);
  t.is(large.held, undefined);
  t.deepEqual([large.manifest.digest, large.manifest.counts, large.store], [held.manifest.digest, { ...held.manifest.counts, extracted: 0, unchanged: 40, words: 0 }, held.store]);
  t.deepEqual([await filesOf('graph'), await read('rejected.jsonl')], [files, rejected]);
  t.deepEqual((await readdir(shop.out)).filter((name) => name.startsWith('.spill')), []);

  const elsewhere = { ...small, store: { ...small.store, address: `jsonl:${join(shop.out, 'elsewhere')}` } };
  t.deepEqual((await syncStore(shop.out, elsewhere)).counts, held.store);
  t.deepEqual(await filesOf('elsewhere'), files);
  const embedded = { ...small, store: { ...small.store, address: 'embedded' } };
  await syncStore(shop.out, embedded);
  t.deepEqual((await verifyStore(shop.out, embedded, false)).found, []);
});
