// The plan of the house, kept true: who may import whom, who may print, how long a file may be, what the top level holds.
import { execFileSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import test from 'ava';

const MOST_LINES = 450;
const TOP_LEVEL = new Set(
  'package.json package-lock.json tsconfig.json pipeline extractors graph configs fixtures test README.md LICENSE'.split(' '),
);

/** What the files of a folder may import of ours; the first row that fits a file counts. */
const MAY_IMPORT: readonly [folder: string, allowed: readonly string[]][] = [
  ['pipeline/core/', ['pipeline/core/']],
  ['pipeline/sources/', ['pipeline/core/', 'pipeline/sources/']],
  ['extractors/', ['pipeline/core/', 'extractors/']],
  ['graph/', ['pipeline/core/', 'graph/']],
  ['pipeline/', ['pipeline/', 'extractors/', 'graph/']],
];

/** Third parties that stay behind one door, or two: activation learns by tfjs as the networks do. */
const DOORS: readonly [packageName: RegExp, ...doors: string[]][] = [
  [/^onnxruntime/, 'extractors/engine/'],
  [/^@tensorflow\//, 'extractors/engine/', 'graph/activation/train-weights.ts'],
  [/^hyparquet-writer/, 'graph/features/'],
  [/^graphology/, 'graph/', 'pipeline/service/explorer/', 'pipeline/picture/'],
  [/^@resvg\//, 'pipeline/picture/'],
  [/^@noble\//, 'pipeline/service/explorer/'],
  [/^(sigma|esbuild)/, 'pipeline/service/'],
  [/^neo4j-driver/, 'graph/stores/neo4j'],
  [/^@ladybugdb\//, 'graph/stores/'],
  [/^(bullmq|ioredis)/, 'pipeline/queue/'],
  [/^(commander|cli-progress)/, 'pipeline/cli/'],
  [/^(fastify|@fastify\/|prom-client)/, 'pipeline/service/'],
  [/^@modelcontextprotocol\//, 'pipeline/service/', 'pipeline/cli/mcp.ts'],
];

async function sourceFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['pipeline', 'extractors', 'graph']) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile() && entry.name.endsWith('.ts')) found.push(join(entry.parentPath, entry.name));
  }
  return found.sort();
}

/** Specifiers of static and dynamic imports, exports from, and import types. */
function importsOf(code: string): string[] {
  const withoutComments = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s*)['"]([^'"]+)['"]/gm;
  return [...withoutComments.matchAll(pattern)].map((match) => match[1]!);
}

test('imports point one way', async (t) => {
  for (const file of await sourceFiles()) {
    const allowed = MAY_IMPORT.find(([folder]) => file.startsWith(folder))![1];
    for (const specifier of importsOf(await readFile(file, 'utf8'))) {
      if (!specifier.startsWith('.')) continue;
      const target = relative('.', join(dirname(file), specifier));
      t.true(allowed.some((folder) => target.startsWith(folder)), `${file} imports ${target}`);
    }
  }
});

test('third parties stay behind their doors', async (t) => {
  for (const file of await sourceFiles()) {
    for (const specifier of importsOf(await readFile(file, 'utf8'))) {
      for (const [name, ...doors] of DOORS) if (name.test(specifier)) t.true(doors.some((door) => file.startsWith(door)), `${file} imports ${specifier}`);
    }
  }
});

test('the check itself finds every form of import', (t) => {
  const code = `import 'a';\nimport b from "b";\nimport type { C } from './c.ts';\nexport * from './d.ts';\nawait import('e');\n// import 'f';\n`;
  t.deepEqual(importsOf(code), ['a', 'b', './c.ts', './d.ts', 'e']);
});

test('only the command line prints', async (t) => {
  for (const file of await sourceFiles()) {
    if (file.startsWith('pipeline/cli/')) continue;
    t.false(/\bconsole\.|process\.(stdout|stderr)\.write/.test(await readFile(file, 'utf8')), `${file} prints`);
  }
});

test('every file opens with a comment and stays short', async (t) => {
  for (const file of await sourceFiles()) {
    const code = await readFile(file, 'utf8');
    t.true(/^(#!.*\n)?(\/\/|\/\*)/.test(code), `${file} opens without saying what it answers`);
    const lines = code.split('\n').length - 1;
    t.true(lines <= MOST_LINES, `${file} has ${lines} lines`);
  }
});

test('no enum, namespace or parameter property: the code runs with its types removed', async (t) => {
  for (const file of await sourceFiles()) {
    if (file.endsWith('.as.ts')) continue;
    const code = await readFile(file, 'utf8');
    t.false(/^\s*(export\s+)?(const\s+)?enum\s|^\s*(export\s+)?namespace\s/m.test(code), `${file} has an enum or a namespace`);
    t.false(/constructor\((?:[^()]*,)?\s*(private|public|protected|readonly)\s/.test(code), `${file} has a parameter property`);
  }
});

test('the top level holds only what package managers and CI insist on', (t) => {
  const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const names = new Set(tracked.map((path) => path.split('/')[0]!));
  t.deepEqual([...names].filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name)), []);
});
