// dead-letter.jsonl: what a build could not use and why, one object a line; written anew by every build.
import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngramError, messageOf } from './core/errors.ts';
import type { DeadLetter } from './core/stage.ts';

const FILE = 'dead-letter.jsonl';

export interface DeadLetters {
  readonly path: string;
  readonly count: number;
  /** Resolves when the line is in the file; calls that overlap are kept in their order. */
  append(letter: DeadLetter): Promise<void>;
  close(): Promise<void>;
}

/**
 * Empties the file of an earlier build: open it only when the journal is held.
 * @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE`, here and from `append`
 */
export async function openDeadLetters(dir: string): Promise<DeadLetters> {
  const path = join(dir, FILE);
  const writing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new EngramError('ENGRAM_CHECKPOINT_UNWRITABLE', { path, problem: messageOf(cause) }, { cause });
    }
  };
  const file = await writing(async () => {
    await mkdir(dir, { recursive: true });
    return open(path, 'w');
  });
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();
  return {
    path,
    get count() {
      return count;
    },
    append(letter) {
      const done = last.then(() => writing(() => file.appendFile(`${JSON.stringify(letter)}\n`)));
      count++;
      last = done.catch(() => undefined);
      return done;
    },
    async close() {
      await last;
      await writing(() => file.sync());
      await file.close();
    },
  };
}

/** Of the last build in `dir`; empty where there was none. A line cut off by a killed build is passed over. */
export async function readDeadLetters(dir: string): Promise<DeadLetter[]> {
  const path = join(dir, FILE);
  if (!existsSync(path)) return [];
  const letters: DeadLetter[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    try {
      letters.push(JSON.parse(line) as DeadLetter);
    } catch {
      continue;
    }
  }
  return letters;
}

export async function countDeadLetters(dir: string): Promise<number> {
  return (await readDeadLetters(dir)).length;
}
