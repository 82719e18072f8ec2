// Settings: defaults, precedence, and what is said about a wrong one.
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { SPREAD_DEFAULTS } from '../../graph/activation/spread.ts';
import { DEFAULT_CONFIG, configSchema, keysAt } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { readConfig } from '../../pipeline/read-config.ts';

async function fileWith(text: string, name = 'engram.yaml'): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'engram-config-')), name);
  await writeFile(path, text);
  return path;
}

async function refusal(sources: Parameters<typeof readConfig>[0]): Promise<string> {
  try {
    await readConfig(sources);
  } catch (error) {
    if (error instanceof EngramError && error.code === 'ENGRAM_CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('the config was accepted');
}

test('configs/default.yaml says exactly the defaults', async (t) => {
  t.deepEqual(parse(await readFile('configs/default.yaml', 'utf8')), DEFAULT_CONFIG);
});

test('the defaults of activation are those of the graph', (t) => {
  const { weights, inferred, ...numbers } = DEFAULT_CONFIG.activation;
  t.is(weights, 'none');
  t.false(inferred);
  t.like(SPREAD_DEFAULTS, numbers);
});

test('every shipped config is valid as it is', async (t) => {
  const names = (await readdir('configs')).filter((name) => name.endsWith('.yaml'));
  t.true(names.length >= 3);
  for (const name of names) await t.notThrowsAsync(readConfig({ file: join('configs', name) }), name);
});

test('without sources the defaults hold', async (t) => {
  t.deepEqual(await readConfig(), DEFAULT_CONFIG);
});

test('flags win over the environment, the environment over the file, the file over the defaults', async (t) => {
  const file = await fileWith('extract:\n  batchDocuments: 2\n  concurrency: 2\n  relationThreshold: 0.2\n');
  const environment = { ENGRAM_EXTRACT_CONCURRENCY: '5', ENGRAM_EXTRACT_RELATION_THRESHOLD: '0.5' };
  const config = await readConfig({ file, environment, flags: { extract: { relationThreshold: 0.8 } } });
  t.like(config.extract, { batchDocuments: 2, concurrency: 5, relationThreshold: 0.8, ner: 'shipped' });
});

test('a flag that was not given changes nothing', async (t) => {
  const file = await fileWith('engine:\n  kind: wasm\n');
  t.is((await readConfig({ file, flags: { engine: { kind: undefined } } })).engine.kind, 'wasm');
});

test('the environment reaches nested keys and leaves other variables alone', async (t) => {
  const environment = { ENGRAM_SOURCES_CSV_TEXT: 'body', ENGRAM_STORE_PASSWORD_ENV: 'SECRET', ENGRAM_DEBUG: '1', HOME: '/' };
  const config = await readConfig({ environment });
  t.is(config.sources.csv.text, 'body');
  t.is(config.store.password.env, 'SECRET');
});

test('an unknown key is refused with its file and line, and the nearest known key', async (t) => {
  const file = await fileWith('# mine\nextract:\n  ner: shipped\n  batchDocument: 8\n');
  t.regex(await refusal({ file }), /engram\.yaml:4: unknown key 'extract\.batchDocument'\. Did you mean 'extract\.batchDocuments'\?/);
});

test('an unknown section is refused with the nearest one', async (t) => {
  t.regex(await refusal({ file: await fileWith('engnie:\n  kind: wasm\n') }), /:1: unknown key 'engnie'\. Did you mean 'engine'\?/);
});

test('a known key in the wrong section is shown where it belongs', async (t) => {
  t.regex(await refusal({ file: await fileWith('engine:\n  decay: 0.5\n') }), /:2: .*Did you mean 'activation\.decay'\?/);
});

test('a wrong value is refused with its file and line, the key and what is expected', async (t) => {
  const cases: [text: string, said: RegExp][] = [
    ['engine:\n  kind: gpu\n', /:2: 'engine\.kind' is 'gpu'; expected one of auto, onnx, wasm, onnx-cuda, webgpu, tensorflow, tensorflow-cpu/],
    ['extract:\n  batchDocuments: 0\n', /:2: 'extract\.batchDocuments' is 0; expected a whole number from 1 up to 4096/],
    ['extract:\n  relationThreshold: high\n', /:2: .*expected a number/],
    ['activation:\n  decay: 0\n', /:2: 'activation\.decay' is 0; expected a number above 0 and below 1/],
    ['sources:\n  csv:\n    text: ""\n', /:3: 'sources\.csv\.text' .*expected a text that is not empty/],
    ['engine: wasm\n', /:1: 'engine' is 'wasm'; expected a section with kind, precision/],
    ['- a\n', /:1: expected sections/],
    ['engine: {kind: wasm\n', /:\d+: /],
    ['engine:\n  kind: wasm\n  kind: onnx\n', /:3: /],
  ];
  for (const [text, said] of cases) t.regex(await refusal({ file: await fileWith(text) }), said, text);
});

test('a password written into the config is refused and not repeated', async (t) => {
  const message = await refusal({ file: await fileWith('store:\n  password: hunter2\n') });
  t.regex(message, /:2: .*secrets are named, never written/);
  t.false(message.includes('hunter2'));
});

test('JSON is read too, with its lines', async (t) => {
  const good = await fileWith('{\n\t"engine": {\n\t\t"kind": "wasm"\n\t}\n}\n', 'engram.json');
  t.is((await readConfig({ file: good })).engine.kind, 'wasm');
  const bad = await fileWith('{\n  "engine": {\n    "knd": "wasm"\n  }\n}\n', 'engram.json');
  t.regex(await refusal({ file: bad }), /engram\.json:3: .*Did you mean 'engine\.kind'\?/);
});

test('an empty file and an empty section say nothing', async (t) => {
  t.deepEqual(await readConfig({ file: await fileWith('') }), DEFAULT_CONFIG);
  t.deepEqual(await readConfig({ file: await fileWith('engine:\n') }), DEFAULT_CONFIG);
});

test('a wrong environment variable or flag is named as such', async (t) => {
  t.regex(await refusal({ environment: { ENGRAM_ENGINE_KNID: 'wasm' } }), /environment variable ENGRAM_ENGINE_KNID: .*ENGRAM_ENGINE_KIND/);
  t.regex(await refusal({ environment: { ENGRAM_EXTRACT_CONCURRENCY: 'many' } }), /variable ENGRAM_EXTRACT_CONCURRENCY: .*whole number/);
  t.regex(await refusal({ flags: { engine: { kind: 'gpu' as 'wasm' } } }), /flag for engine\.kind: /);
});

test('a config file that is not there is a config error', async (t) => {
  t.regex(await refusal({ file: 'no/such.yaml' }), /no\/such\.yaml: cannot be read/);
});

test('every setting of the schema has a default', (t) => {
  t.deepEqual(Object.keys(configSchema.parse({})), keysAt([]));
});
