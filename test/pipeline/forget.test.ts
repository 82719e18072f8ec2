import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { extractorOf } from '../../pipeline/extract.ts';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import { forgetDocuments, removeDocuments } from '../../pipeline/forget.ts';
import { compactJournal, openJournal, readJournal } from '../../pipeline/journal.ts';
import { readManifest } from '../../pipeline/manifest.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const config: Config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };

async function built(t: ExecutionContext) {
  const folder = await temporaryFolder(t);
  const [docs, out] = [join(folder, 'docs'), join(folder, 'out')];
  await mkdir(docs);
  await writeFile(join(docs, 'a.txt'), 'Ada Kingston was met by nobody at all');
  await writeFile(join(docs, 'b.txt'), 'Grace Washington kept a secret of her own');
  await writeFile(join(docs, 'c.jsonl'), '{"id":"c1","text":"Linus Boston told the other secret"}\n{"id":"c2","text":"Dennis Arlington"}\n{broken\n');
  const build = (to: string, inputs = [docs]) => runBuild({ inputs, out: to, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  await build(out);
  return { folder, docs, out, build };
}

/** Files below the folder that hold the text. */
async function holding(folder: string, text: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = await Promise.all(names.map(async (name) => ((await readFile(name)).includes(text) ? [name] : [])));
  return found.flat();
}

test('a removed document leaves the graph of a build without it; a file stands for all its records', async (t) => {
  const { docs, folder, out, build } = await built(t);
  const { removed, documents } = await removeDocuments(out, config, [join(docs, 'c.jsonl')]);
  t.is(removed.length, 2);
  t.is(documents, 2);
  const fresh = await build(join(folder, 'fresh'), [join(docs, 'a.txt'), join(docs, 'b.txt')]);
  t.is((await readManifest(out))!.digest!.graph, fresh.manifest.digest!.graph);
  t.like((await readManifest(out))!.counts, fresh.store);
});

test('an unknown document is refused, and nothing is removed', async (t) => {
  const { docs, out } = await built(t);
  await t.throwsAsync(removeDocuments(out, config, [join(docs, 'a.txt'), 'nothing.txt']), { code: 'ENGRAM_USAGE', message: /nothing\.txt/ });
  t.is((await readManifest(out))!.counts!.documents, 4);
});

test('of a forgotten document nothing is left in the folder, of a removed one its text is', async (t) => {
  const { docs, out } = await built(t);
  await removeDocuments(out, config, [join(docs, 'b.txt')]);
  t.deepEqual((await holding(out, 'a secret of her own')).map((path) => path.slice(out.length)), ['/journal/000001.jsonl']);
  const { removed, found, searched } = await forgetDocuments(out, config, [`${join(docs, 'c.jsonl')}#L1`]);
  t.is(removed.length, 1);
  t.true(searched > 4);
  t.deepEqual(found, []);
  for (const text of ['a secret of her own', 'the other secret', 'c.jsonl#L1', 'b.txt']) t.deepEqual(await holding(join(out, 'journal'), text), [], text);
  t.deepEqual(await holding(out, 'Linus'), []);
  await removeDocuments(out, config, [join(docs, 'a.txt')]);
  t.true((await holding(out, 'Kingston')).length > 0);
  t.like(await forgetDocuments(out, config, []), { removed: [], documents: 1 });
  t.deepEqual(await holding(join(out, 'journal'), 'Kingston'), []);
  t.true((await holding(out, 'Arlington')).length > 0);
  t.true((await holding(out, 'c.jsonl, line 3')).length > 0, 'the dead letter of another record stays');
});

test('a compacted journal says the same, also where it was stopped before the old segments were gone', async (t) => {
  const { docs, out } = await built(t);
  await removeDocuments(out, config, [join(docs, 'b.txt')]);
  const journal = await openJournal(out);
  const reference = (name: string) => ({ type: 'PER', key: name, documentId: documentIdOf(name) });
  await journal.append({ kind: 'decision', a: reference('x'), b: reference('y'), same: true }, { kind: 'decision', a: reference('x'), b: reference('z'), same: false });
  await journal.close();
  const before = await readJournal(out);
  await before.close();
  await cp(join(out, 'journal'), `${out}-old`, { recursive: true });
  await compactJournal(out, new Set());
  const after = await readJournal(out);
  t.is(after.digest, before.digest);
  t.is(after.decisions().length, 2);
  await after.close();
  await cp(`${out}-old`, join(out, 'journal'), { recursive: true });
  const both = await readJournal(out);
  t.is(both.digest, before.digest);
  await both.close();
  await compactJournal(out, new Set([documentIdOf('z')]));
  const fewer = await readJournal(out);
  t.is(fewer.decisions().length, 1);
  await fewer.close();
});
