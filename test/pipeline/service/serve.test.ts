import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { runBuild } from '../../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../../pipeline/core/config.ts';
import { extractorOf } from '../../../pipeline/extract.ts';
import { serve } from '../../../pipeline/service/serve.ts';
import { createFakeStages } from '../../support/fake-stages.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };

test('what cannot be served leaves nothing open: the folder may be written to again', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { 'docs/a.txt': 'Ada Kingston' });
  const out = join(folder, 'out');
  const build = () => runBuild({ inputs: [join(folder, 'docs')], out, config, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  await build();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  t.teardown(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  await t.throwsAsync(serve({ source: out, config, host: '127.0.0.1', port, writable: true }), { code: 'ENGRAM_USAGE', message: /--port/ });
  await t.throwsAsync(serve({ source: out, config, host: '127.0.0.1', port: 0, watch: [join(folder, 'nothing')] }), { code: 'ENGRAM_SOURCE_NOT_FOUND' });
  await t.throwsAsync(serve({ source: out, config, host: '0.0.0.0', port: 0 }), { code: 'ENGRAM_USAGE', message: /ENGRAM_TOKEN/ });
  await t.throwsAsync(serve({ source: `jsonl:${out}/graph`, config, host: '127.0.0.1', port: 0, writable: true }), { code: 'ENGRAM_USAGE', message: /folder/ });
  await build();
  const served = await serve({ source: out, config, host: '127.0.0.1', port: 0, writable: true });
  t.is((await fetch(`${served.url}/readyz`)).status, 200);
  await served.close();
  await build();
  t.pass();
});

test('a watched folder is read as the build read it, whatever the configuration says now', async (t) => {
  const folder = await temporaryFolder(t);
  const docs = join(folder, 'docs');
  await writeFiles(docs, { 'notes.csv': 'note,who\nAda Lovelace was born in London.,x\n' });
  const out = join(folder, 'out');
  const built = { ...config, sources: { ...config.sources, csv: { ...config.sources.csv, text: 'note' } } };
  await runBuild({ inputs: [docs], out, config: built, parts: { createExtractor: async () => extractorOf(createFakeStages()) } });
  const troubles: string[] = [];
  const served = await serve({ source: out, config, host: '127.0.0.1', port: 0, watch: [docs], onTrouble: (message) => troubles.push(message) });
  t.teardown(() => served.close());
  t.deepEqual(troubles, []);
  const { counts } = (await (await fetch(`${served.url}/status`)).json()) as { readonly counts: { readonly documents: number } };
  t.is(counts.documents, 1);
});
