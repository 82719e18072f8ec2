// The explorer page as it is sent: its script is bundled from `explorer/` when a server first needs it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

export interface ExplorerFile {
  readonly type: string;
  readonly content: string;
}

const FOLDER = join(import.meta.dirname, 'explorer');

/** What a page may do: its own script, style and server, and nothing else. */
export const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** By path. */
export async function explorerFiles(): Promise<Readonly<Record<string, ExplorerFile>>> {
  const [page, style] = await Promise.all(['index.html', 'explorer.css'].map((name) => readFile(join(FOLDER, name), 'utf8')));
  return {
    '/': { type: 'text/html; charset=utf-8', content: page! },
    '/explorer.css': { type: 'text/css; charset=utf-8', content: style! },
    '/explorer.js': { type: 'text/javascript; charset=utf-8', content: await bundle() },
  };
}

async function bundle(): Promise<string> {
  const entry = ['main.ts', 'main.js'].map((name) => join(FOLDER, name)).find((path) => existsSync(path))!;
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', platform: 'browser', legalComments: 'none', logLevel: 'silent' });
  return outputFiles[0]!.text;
}
