import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { runBuild } from '../../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../../pipeline/core/config.ts';
import type { DeadLetter } from '../../../pipeline/core/stage.ts';
import { extractorOf } from '../../../pipeline/extract.ts';
import { openLiveBuild } from '../../../pipeline/live-build.ts';
import { createGraphService } from '../../../pipeline/service/graph-service.ts';
import { watchFolders } from '../../../pipeline/service/watch.ts';
import { createFakeStages } from '../../support/fake-stages.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
const createExtractor = async () => extractorOf(createFakeStages());

test('files that come, change, move and go are in the graph, and nothing from outside the folder is', async (t) => {
  const folder = await temporaryFolder(t);
  const [docs, out] = [join(folder, 'docs'), join(folder, 'out')];
  await writeFiles(docs, { 'a.txt': 'Ada Kingston', 'old.txt': 'Grace Boston', 'rows.jsonl': '{"id":"1","text":"Linus Arlington"}\n{"id":"2","text":"Dennis Houston"}\n' });
  await writeFile(join(folder, 'secret.txt'), 'Rumpel Washington');
  await mkdir(join(docs, '.kept'));
  await writeFile(join(docs, '.kept', 'b.txt'), 'Barbara Lexington');
  await symlink(join(docs, '.kept', 'b.txt'), join(docs, 'within.txt'));
  await runBuild({ inputs: [docs], out, config, parts: { createExtractor } });
  // Gone while nobody looked.
  await rm(join(docs, 'old.txt'));
  const build = await openLiveBuild(out, config, { createExtractor });
  const service = await createGraphService({ name: out, graph: build.live.graph, documents: build.documents, build }, config);
  const letters: DeadLetter[] = [];
  const watching = await watchFolders(service, [docs], config, { onDeadLetter: (letter) => letters.push(letter), onFailure: (error) => t.fail(String(error)) });
  t.teardown(async () => {
    await watching.close();
    await service.close();
    await build.close();
  });
  const names = (): string[] => build.live.graph.entities().map(({ name }) => name).sort();
  /** Until it is so, for as long as a test may take. */
  const become = async (...expected: string[]): Promise<void> => {
    while (JSON.stringify(names()) !== JSON.stringify(expected.sort())) await new Promise<void>((resolve) => { const stop = service.onChange(() => { stop(); resolve(); }); });
    await watching.settled();
    t.deepEqual(names(), expected.sort());
  };
  // A link that stays within the folder counts, as it does for a build.
  await become('Ada', 'Arlington', 'Barbara', 'Dennis', 'Houston', 'Kingston', 'Lexington', 'Linus');

  await mkdir(join(docs, 'deep'));
  await writeFile(join(docs, 'deep', 'b.txt'), 'Tim Princeton');
  await become('Ada', 'Arlington', 'Barbara', 'Dennis', 'Houston', 'Kingston', 'Lexington', 'Linus', 'Princeton', 'Tim');
  await writeFile(join(docs, 'rows.jsonl'), '{"id":"2","text":"Dennis Houston"}\n');
  await become('Ada', 'Barbara', 'Dennis', 'Houston', 'Kingston', 'Lexington', 'Princeton', 'Tim');
  await rename(join(docs, 'a.txt'), join(docs, 'c.txt'));
  await rm(join(docs, 'deep'), { recursive: true });
  await become('Ada', 'Barbara', 'Dennis', 'Houston', 'Kingston', 'Lexington');
  await symlink(join(folder, 'secret.txt'), join(docs, 'link.txt'));
  await writeFile(join(docs, '.hidden.txt'), 'Hidden Wellington');
  await writeFile(join(docs, 'rows.jsonl'), Buffer.from([0xff, 0xfe, 0xfd]));
  await writeFile(join(docs, 'd.txt'), 'Edsger Clinton');
  await become('Ada', 'Barbara', 'Clinton', 'Dennis', 'Edsger', 'Houston', 'Kingston', 'Lexington');
  t.true(letters.some(({ uri }) => uri.includes('rows.jsonl')), 'what cannot be read now is told of, and what it held stays');
});
