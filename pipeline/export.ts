// Hands the graph on as files: one file becomes the path asked for, several become a folder of them.
import { existsSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exporterNamed, type Piece } from '../graph/export/index.ts';
import { EngramError, messageOf } from './core/errors.ts';
import type { GraphRows, Rows } from './core/model.ts';

/** Text is written when there is so much of it. */
const CHARACTERS = 2 ** 18;

/** As `writeFiles`. @throws EngramError `ENGRAM_USAGE` for an unknown format */
export async function exportGraph(graph: GraphRows, format: string, out: string): Promise<string[]> {
  const { isFolder, write } = exporterNamed(format);
  return writeFiles(write(graph), out, isFolder);
}

/**
 * A reader never sees half of a file, nor one file of several: all are in place once the last piece is written.
 * @param isFolder whether there may be several files; one goes into a folder where the path is that of one
 * @returns the paths written, in order of their first pieces
 * @throws EngramError `ENGRAM_USAGE` for a place that cannot be written
 */
export async function writeFiles(pieces: Rows<Piece<string | Uint8Array>>, out: string, isFolder: boolean): Promise<string[]> {
  const asFolder = isFolder || /[/\\]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
  const files = new Map<string, FileInMaking>();
  try {
    for await (const { file, content } of pieces) {
      let making = files.get(file);
      if (making === undefined) {
        making = new FileInMaking(asFolder ? join(out, file) : out);
        files.set(file, making);
      }
      await making.add(content);
    }
    for (const file of files.values()) await file.finish();
    for (const { path, beside } of files.values()) await atPlace(path, () => rename(beside, path));
    return [...files.values()].map(({ path }) => path);
  } finally {
    for (const file of files.values()) await file.discard();
  }
}

class FileInMaking {
  readonly path: string;
  readonly beside: string;
  private file: FileHandle | undefined;
  private text = '';

  constructor(path: string) {
    this.path = path;
    this.beside = `${path}.new`;
  }

  async add(content: string | Uint8Array): Promise<void> {
    if (typeof content !== 'string') {
      await this.flush();
      await this.write(content);
    } else if ((this.text += content).length >= CHARACTERS) await this.flush();
  }

  async finish(): Promise<void> {
    await this.flush();
    await this.file?.close();
    this.file = undefined;
  }

  /** Nothing is left of what did not come into place. */
  async discard(): Promise<void> {
    await this.file?.close();
    await rm(this.beside, { force: true });
  }

  private async flush(): Promise<void> {
    const text = this.text;
    this.text = '';
    await this.write(text);
  }

  private write(content: string | Uint8Array): Promise<void> {
    return atPlace(this.path, async () => {
      await mkdir(dirname(this.path), { recursive: true });
      this.file ??= await open(this.beside, 'w');
      await this.file.writeFile(content);
    });
  }
}

async function atPlace(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new EngramError('ENGRAM_USAGE', { problem: `'${path}' cannot be written: ${messageOf(cause)}` }, { cause });
  }
}
