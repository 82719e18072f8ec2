// Copies what the compiler leaves behind (weights, model cards, WASM kernels, configs, package.json) next to dist's code.
import { chmod, cp, readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compiled = new Set(['.ts', '.tsx', '.mts']);

async function copyAssets(folder) {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await copyAssets(path);
    else if (!compiled.has(extname(entry.name))) await cp(join(root, path), join(root, 'dist', path));
  }
}

for (const folder of ['pipeline', 'extractors', 'graph', 'configs']) await copyAssets(folder);
await cp(join(root, 'package.json'), join(root, 'dist', 'package.json'));
await chmod(join(root, 'dist', 'pipeline', 'cli', 'main.js'), 0o755);
