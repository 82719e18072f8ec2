// Thousands of requests made from the OpenAPI document by schemathesis, a peer from PyPI: no server error, and nothing answered that the document does not say.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { openLiveBuild } from '../../pipeline/live-build.ts';
import { createGraphService } from '../../pipeline/service/graph-service.ts';
import { createHttpServer } from '../../pipeline/service/http-server.ts';
import { createFakeStages } from '../support/fake-stages.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

const run = promisify(execFile);
const CHECKS = 'not_a_server_error,response_schema_conformance,content_type_conformance,status_code_conformance';
const python = process.env['ENGRAM_TEST_PYTHON'];

test('requests made from the document are answered as it says', async (t) => {
  const hasPeer = python !== undefined && (await run(python, ['-c', 'import schemathesis']).then(() => true, () => false));
  if (!hasPeer) {
    t.log('NOT RUN: no Python with schemathesis in ENGRAM_TEST_PYTHON.');
    return t.pass();
  }
  const folder = await temporaryFolder(t);
  await writeFiles(join(folder, 'docs'), { 'a.txt': 'Ada Kingston met Grace Boston', 'b.txt': 'Linus Arlington and Ada Houston' });
  const config = { ...DEFAULT_CONFIG, store: { ...DEFAULT_CONFIG.store, address: 'jsonl' } };
  const createExtractor = async () => extractorOf(createFakeStages());
  const out = join(folder, 'out');
  await runBuild({ inputs: [join(folder, 'docs')], out, config, parts: { createExtractor } });
  const build = await openLiveBuild(out, config, { createExtractor });
  const service = await createGraphService({ name: out, graph: build.live.graph, documents: build.documents, build }, config);
  const app = await createHttpServer(service, { requestsPerMinute: 1_000_000, mostDelay: 0 });
  service.warm();
  t.teardown(async () => {
    await app.close();
    await service.close();
    await build.close();
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const { stdout } = await run(python, ['-m', 'schemathesis.cli', 'run', `${url}/openapi.json`, '--checks', CHECKS, '--max-examples', '20', '--seed', '17', '--no-color'], { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).catch((error: { readonly stdout?: string; readonly message: string }) => ({ stdout: error.stdout ?? error.message }));
  const summary = stdout.slice(stdout.indexOf('SUMMARY'));
  t.log(/\d+ generated.*/.exec(summary)?.[0] ?? summary);
  t.true(/\d+ generated, \d+ passed/.test(summary), stdout.slice(stdout.indexOf('FAILURES')).slice(0, 6000));
});
