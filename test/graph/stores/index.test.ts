import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openStore } from '../../../graph/stores/index.ts';

test('an address that no store knows is refused with those that are known', async (t) => {
  const error = await t.throwsAsync(openStore('postgres://me:secret@host/db'), { code: 'ENGRAM_USAGE' });
  t.regex(error?.message ?? '', /embedded:PATH, neo4j:\/\/HOST:7687, jsonl:FOLDER/);
  t.notRegex(error?.message ?? '', /secret/);
});

test('a password in the address is refused and not repeated', async (t) => {
  for (const address of ['neo4j://me:secret@localhost:7687', 'bolt://secret@localhost']) {
    const error = await t.throwsAsync(openStore(address), { code: 'ENGRAM_USAGE', message: /NEO4J_PASSWORD/ });
    t.notRegex(error?.message ?? '', /secret/);
  }
});

test('a server address without a host is refused', async (t) => {
  await t.throwsAsync(openStore('neo4j://'), { code: 'ENGRAM_USAGE' });
});

test('a bare address lies in the folder of the build', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'engram-open-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const address of ['embedded', 'jsonl']) {
    const store = await openStore(address, { directory: folder });
    await store.prepare();
    await store.close();
  }
  t.deepEqual((await readdir(folder)).sort(), ['graph', 'graph.lbug']);
});
