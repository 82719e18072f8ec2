// From what the user named to the files to read: folders and globs are walked, in the order of their paths.
import type { Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, normalize, resolve, sep } from 'node:path';
import { EngramError, messageOf } from '../core/errors.ts';
import { expandBraces, isGlob, nameMatcher } from './glob.ts';

type IsKnown = (path: string) => boolean;

/** Told of a link, met while a folder is walked, that leads out of it; `root` is the folder the user named. */
export type OnOutside = (path: string, root: string) => void;

/** What a walk goes by. */
interface Walk {
  readonly isKnown: IsKnown;
  readonly root: string;
  /** Where the root really is. */
  readonly realRoot: string;
  readonly onOutside: OnOutside;
}

/** @param isKnown whether a file is of a kind that can be read */
export async function expandInputs(inputs: readonly string[], isKnown: IsKnown, onOutside: OnOutside = () => undefined): Promise<string[]> {
  const found = new Map<string, string>();
  for (const input of inputs) {
    for (const path of await filesOf(input, isKnown, onOutside)) {
      const key = path === '-' ? path : resolve(path);
      if (!found.has(key)) found.set(key, path);
    }
  }
  return [...found.values()];
}

async function filesOf(input: string, isKnown: IsKnown, onOutside: OnOutside): Promise<string[]> {
  if (input === '-') return ['-'];
  // What exists under that very name is meant, whatever signs are in it.
  const stats = await statOf(input);
  if (stats?.isDirectory()) return sorted(await walk(normalize(input), await walkFrom(input, isKnown, onOutside)));
  if (stats === undefined && isGlob(input)) {
    const matched: string[] = [];
    for (const pattern of expandBraces(input)) await match(pattern, matched, isKnown, onOutside);
    const known = matched.filter(isKnown);
    if (known.length > 0) return sorted(known);
    if (matched.length > 0) throw new EngramError('ENGRAM_SOURCE_UNKNOWN_KIND', { path: matched[0] });
  }
  if (stats === undefined) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path: input });
  if (!isKnown(input)) throw new EngramError('ENGRAM_SOURCE_UNKNOWN_KIND', { path: input });
  return [normalize(input)];
}

/** By UTF-16 units, which no locale changes. */
function sorted(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort();
}

/** Undefined where there is nothing, or links that lead in a circle. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP' || code === 'ERR_INVALID_ARG_VALUE') return undefined;
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

async function walkFrom(root: string, isKnown: IsKnown, onOutside: OnOutside): Promise<Walk> {
  return { isKnown, root: root || '.', realRoot: await realpath(root || '.'), onOutside };
}

/** Whether a link leads to the root or below it; one that leads nowhere, or in circles, does no harm. */
async function staysInside(path: string, { realRoot }: Walk): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  return real === undefined || real === realRoot || real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep);
}

/** What a folder holds; a link counts as what it leads to, one that leads nowhere as a file, and one that leads out of the root is told of and left out. */
async function entriesOf(folder: string, { isKnown, root, onOutside, ...rest }: Walk, isMeant: (name: string) => boolean): Promise<Entry[]> {
  let entries;
  try {
    entries = await readdir(folder || '.', { withFileTypes: true });
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path: folder || '.', problem: messageOf(cause) }, { cause });
  }
  const found: Entry[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const path = join(folder, name);
    if (!isMeant(name)) continue;
    const what = entry.isSymbolicLink() ? await statOf(path) : entry;
    if (entry.isSymbolicLink() && !(await staysInside(path, { isKnown, root, onOutside, ...rest }))) {
      if (what?.isDirectory() || isKnown(path)) onOutside(path, root);
      continue;
    }
    if (what?.isDirectory()) found.push({ name, path, kind: 'folder' });
    else if (what === undefined || what.isFile()) found.push({ name, path, kind: 'file' });
  }
  return found;
}

const isVisible = (name: string): boolean => !name.startsWith('.');

/** Without hidden files and folders, and without going round in circles where a link leads back up. */
async function walk(folder: string, from: Walk, above: readonly string[] = []): Promise<string[]> {
  const real = await realpath(folder || '.');
  if (above.includes(real)) return [];
  const files: string[] = [];
  for (const { path, kind } of await entriesOf(folder, from, isVisible)) {
    if (kind === 'folder') files.push(...(await walk(path, from, [...above, real])));
    else if (from.isKnown(path)) files.push(path);
  }
  return files;
}

/** Adds the files that fit a pattern without braces. */
async function match(pattern: string, found: string[], isKnown: IsKnown, onOutside: OnOutside): Promise<void> {
  const parts = normalize(pattern).replaceAll(sep, '/').split('/');
  const fixed = parts.findIndex((part, i) => isGlob(part) || i === parts.length - 1);
  const base = parts.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '');
  if (base !== '' && !(await statOf(base))?.isDirectory()) return;
  await matchBelow(base, parts.slice(fixed), found, [], await walkFrom(base, isKnown, onOutside));
}

async function matchBelow(folder: string, parts: readonly string[], found: string[], above: readonly string[], from: Walk): Promise<void> {
  const [part = '', ...rest] = parts;
  if (part === '**') {
    const real = await realpath(folder || '.');
    if (above.includes(real)) return;
    await matchBelow(folder, rest.length === 0 ? ['*'] : rest, found, [], from);
    for (const { path, kind } of await entriesOf(folder, from, isVisible)) {
      if (kind === 'folder') await matchBelow(path, parts, found, [...above, real], from);
    }
    return;
  }
  const matches = nameMatcher(part);
  for (const { path, kind } of await entriesOf(folder, from, matches)) {
    if (rest.length === 0 && kind === 'file') found.push(path);
    if (rest.length > 0 && kind === 'folder') await matchBelow(path, rest, found, [], from);
  }
}
