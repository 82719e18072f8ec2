// One build at a time in a folder: a lock file that names its process, and is void when that process has ended.
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { EngramError } from './core/errors.ts';

export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** As /proc tells it, in clock ticks; a process id is used again, the two together are not. */
  readonly started: string | undefined;
}

/** @throws EngramError `ENGRAM_CHECKPOINT_LOCKED` while a living process holds it, this one included */
export async function acquireLock(path: string): Promise<Lock> {
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const content = JSON.stringify({ pid: process.pid, started: await startOf(process.pid) } satisfies Holder);
  try {
    await writeFile(own, content);
    // A link is made whole or not at all: nobody meets a lock that is half written.
    while (!(await linked(own, path))) await removeVoid(path, own);
  } finally {
    await rm(own, { force: true });
  }
  return {
    async release() {
      if ((await contentOf(path)) === content) await unlink(path);
    },
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** One process at a time removes a void lock: a second one, late, would remove the lock of who came after the first. */
async function removeVoid(path: string, own: string): Promise<void> {
  const content = await contentOf(path);
  if (content === undefined) return;
  const holder = holderFrom(content);
  if (holder !== undefined && (await isAlive(holder))) throw new EngramError('ENGRAM_CHECKPOINT_LOCKED', { path, pid: holder.pid });
  const guard = `${path}.removal`;
  if (!(await linked(own, guard))) {
    const remover = holderFrom((await contentOf(guard)) ?? '');
    if (remover !== undefined && !(await isAlive(remover))) await rm(guard, { force: true });
    else await setTimeout(1);
    return;
  }
  try {
    if ((await contentOf(path)) === content) await unlink(path);
  } finally {
    await unlink(guard);
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function holderFrom(content: string): Holder | undefined {
  try {
    const { pid, started } = JSON.parse(content) as Holder;
    return Number.isInteger(pid) && pid > 0 ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive({ pid, started }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
  }
  const now = await startOf(pid);
  return started === undefined || now === undefined || now === started;
}

/** Undefined where there is no /proc; `ended` for a process that waits for its parent to take note of its end. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await contentOf(`/proc/${pid}/stat`).catch(() => undefined);
  if (stat === undefined) return undefined;
  // The name in parentheses may hold anything; the state is the third field, the start the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'ended' : fields[19];
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
