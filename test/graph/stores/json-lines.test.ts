import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createJsonLinesStore } from '../../../graph/stores/json-lines.ts';
import { entityIdOf } from '../../../pipeline/core/ids.ts';

test('a line that is not JSON is reported with its file and number', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'engram-jsonl-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'entities.jsonl'), '{"id":"e-1"}\n{"id":\n');
  await t.throwsAsync(createJsonLinesStore(folder).readAll(), { code: 'ENGRAM_STORE_CORRUPT', message: /entities\.jsonl, line 2/ });
});

test('no temporary file is left after a write, nor after one that failed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'engram-jsonl-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const store = createJsonLinesStore(folder);
  const delta = { documents: [], facts: [], entities: [{ id: entityIdOf('PER', 'x'), type: 'PER', name: 'x', aliases: [], mentions: [], attributes: [] }] } as const;
  await store.write(delta);
  t.deepEqual((await readdir(folder)).sort(), ['documents.jsonl', 'entities.jsonl', 'facts.jsonl']);
  await rm(join(folder, 'facts.jsonl'));
  await mkdir(join(folder, 'facts.jsonl'));
  await t.throwsAsync(store.replaceAll(delta), { code: 'ENGRAM_STORE_FAILED' });
  t.deepEqual((await readdir(folder)).filter((name) => name.startsWith('.')), []);
});
