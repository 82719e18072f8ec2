// The explorer page as it is sent by a server, or as one file with the graph inside; its script is bundled from `explorer/` when it is first needed.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { escapeXml } from '../../graph/export/graphml.ts';

export interface ExplorerFile {
  readonly type: string;
  readonly content: string;
}

const FOLDER = join(import.meta.dirname, 'explorer');

/** What a page may do: its own script, style and server, and nothing else. */
export const PAGE_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** By path. */
export async function explorerFiles(): Promise<Readonly<Record<string, ExplorerFile>>> {
  const [page, style, script] = await Promise.all([ownFile('index.html'), ownFile('explorer.css'), bundle('served')]);
  return {
    '/': { type: 'text/html; charset=utf-8', content: page },
    '/explorer.css': { type: 'text/css; charset=utf-8', content: style },
    '/explorer.js': { type: 'text/javascript; charset=utf-8', content: script },
  };
}

/**
 * The page with all it needs, which a browser opens from a disk: it may do nothing but run this one script and style.
 * @param embedded a graph as `textOf` writes it
 */
export async function explorerFile(title: string, embedded: string): Promise<string> {
  const [page, style, script] = await Promise.all([ownFile('index.html'), ownFile('explorer.css'), bundle('standalone')]);
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const parts: readonly (readonly [string, string])[] = [
    ['<meta charset="utf-8">', `<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="${policy}">`],
    ['<title>Engram explorer</title>', `<title>${escapeXml(title)} – Engram</title>`],
    ['<link rel="stylesheet" href="explorer.css">', `<style>${style}</style>`],
    ['<script type="module" src="explorer.js"></script>', `<script type="application/json" id="embedded-graph">${embedded}</script>\n<script type="module">${script}</script>`],
  ];
  return parts.reduce((text, [from, to]) => text.replace(from, () => to), page);
}

const ownFile = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');

/** As a policy names what may run. */
const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** As TypeScript in a checkout, compiled where it is installed. */
const ownCode = (name: string): string => ['ts', 'js'].map((extension) => join(FOLDER, `${name}.${extension}`)).find((path) => existsSync(path))!;

async function bundle(name: 'served' | 'standalone'): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [ownCode(name)], bundle: true, minify: true, write: false, format: 'esm', target: 'es2022', platform: 'browser', alias: { 'node:crypto': ownCode('crypto') }, legalComments: 'none', logLevel: 'silent' });
  return outputFiles[0]!.text;
}
