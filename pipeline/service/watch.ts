// Files that come, change and go are in the served graph a moment later.
import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { normalize, relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import type { DeadLetter, SourceItem } from '../core/stage.ts';
import { findInputs, kindOfPath, openSource } from '../sources/index.ts';
import { deadLetterOf } from '../sources/records.ts';
import type { GraphService } from './graph-service.ts';

export interface WatchOptions {
  readonly onDeadLetter: (letter: DeadLetter) => void;
  /** A change that could not be made; the next one tries again. */
  readonly onFailure: (error: unknown) => void;
}

export interface Watching {
  /** Resolves when all that was seen by then is in the graph. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Files that change again within so many milliseconds are read once. */
const QUIET_MS = 200;

/** Brings the graph in step with the folders, and follows them from then on. */
export async function watchFolders(service: GraphService, folders: readonly string[], config: Config, { onDeadLetter, onFailure }: WatchOptions): Promise<Watching> {
  const roots = folders.map((folder) => normalize(folder));
  const isBelow = (file: string): boolean => roots.some((root) => file === root || file.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));
  const isHidden = (path: string): boolean => roots.every((root) => relative(root, path).split(sep).some((name) => name.startsWith('.')));
  let changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  /** What files that cannot be read now held before stays. */
  const read = async (files: readonly string[], isGone: (file: string) => boolean, outside: readonly DeadLetter[] = []): Promise<void> => {
    const unreadable = new Set<string>();
    const isLost = (file: string): boolean => isGone(file) && !unreadable.has(file);
    const { deadLetters } = await service.change(itemsOf(files, outside, unreadable, config), ({ uri }) => isLost(uri) || isLost(uri.replace(/#[^#]*$/, '')));
    deadLetters.forEach(onDeadLetter);
  };
  /** A link that came later is not followed; one that leads to a file of the folder is seen when that one changes. */
  const readChanged = async (files: ReadonlySet<string>): Promise<void> => {
    const own = new Set<string>();
    for (const file of files) if ((await lstat(file).catch(() => undefined))?.isSymbolicLink() !== true) own.add(file);
    await read([...own].sort(), (file) => own.has(file));
  };
  const follow = (): void => {
    const files = changed;
    changed = new Set();
    last = last.then(() => readChanged(files)).catch((error: unknown) => {
      for (const file of files) changed.add(file);
      onFailure(error);
    });
  };
  const watcher = watch(roots, { ignoreInitial: true, followSymlinks: false });
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir' || kindOfPath(path) === undefined || isHidden(path)) return;
    changed.add(normalize(path));
    clearTimeout(timer);
    timer = setTimeout(follow, QUIET_MS);
  });
  watcher.on('error', onFailure);
  await new Promise<void>((resolve) => watcher.once('ready', resolve));

  try {
    const outside: DeadLetter[] = [];
    const files = await findInputs(roots, (path, root) => outside.push(deadLetterOf(path, new EngramError('ENGRAM_SOURCE_OUTSIDE', { path, root }))));
    await read(files, isBelow, outside);
  } catch (error) {
    await watcher.close();
    throw error;
  }
  return {
    async settled() {
      for (let waited; waited !== last; ) await (waited = last);
    },
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await last;
    },
  };
}

/** Of files that are there; one that went meanwhile holds nothing. */
async function* itemsOf(files: readonly string[], outside: readonly DeadLetter[], unreadable: Set<string>, { sources }: Config): AsyncGenerator<SourceItem> {
  for (const deadLetter of outside) yield { deadLetter };
  for (const file of files) {
    if (!existsSync(file)) continue;
    for await (const item of openSource(file, sources).read()) {
      if ('deadLetter' in item && item.deadLetter.line === undefined) unreadable.add(file);
      yield item;
    }
  }
}
