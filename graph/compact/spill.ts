// The file of what does not fit into memory: made when it is first needed, gone when it is closed, and where the system allows it also when the process dies.
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import type { SpillFile } from './buckets.ts';

export interface Spill extends SpillFile {
  /** Bytes written. */
  readonly size: number;
  close(): void;
}

/**
 * @param folder where the file lies; made where it is not there
 * @throws EngramError `ENGRAM_GRAPH_SPILL` where the disk is full, or the folder cannot be written
 */
export function openSpill(folder: string): Spill {
  const path = join(folder, `.spill-${randomUUID()}`);
  let file: number | undefined;
  let size = 0;
  const onDisk = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new EngramError('ENGRAM_GRAPH_SPILL', { path: folder, problem: messageOf(cause) }, { cause });
    }
  };
  const open = (): number => {
    mkdirSync(folder, { recursive: true });
    const opened = openSync(path, 'wx+');
    // An open file needs no name; Windows keeps it until it is closed.
    if (process.platform !== 'win32') rmSync(path);
    return opened;
  };
  return {
    get size() {
      return size;
    },
    write(bytes) {
      const from = size;
      onDisk(() => {
        file ??= open();
        for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, from + done);
      });
      size += bytes.length;
      return from;
    },
    read(into, from) {
      onDisk(() => {
        for (let done = 0; done < into.length; ) {
          const read = readSync(file!, into, done, into.length - done, from + done);
          if (read === 0) throw new Error('the file ends too early');
          done += read;
        }
      });
    },
    close() {
      if (file === undefined) return;
      closeSync(file);
      rmSync(path, { force: true });
      file = undefined;
    },
  };
}
