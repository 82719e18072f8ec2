// Hands the graph on as files: one file becomes the path asked for, several become a folder of them.
import { createWriteStream, existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exporterNamed, type ExportFile } from '../graph/export/index.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import { EngramError, messageOf } from './core/errors.ts';

/** As `writeFiles`. @throws EngramError `ENGRAM_USAGE` for an unknown format */
export const exportGraph = (graph: KnowledgeGraph, format: string, out: string): Promise<string[]> => writeFiles(exporterNamed(format)(graph), out);

/** @returns the paths written @throws EngramError `ENGRAM_USAGE` for a place that cannot be written */
export async function writeFiles(files: readonly ExportFile<string | Uint8Array>[], out: string): Promise<string[]> {
  const asFolder = files.length > 1 || /[/\\]$/.test(out) || (existsSync(out) && statSync(out).isDirectory());
  const written: string[] = [];
  for (const { name, pieces } of files) {
    const path = asFolder ? join(out, name) : out;
    await writeWhole(path, pieces());
    written.push(path);
  }
  return written;
}

/** A reader never sees half of a file. */
async function writeWhole(path: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  const beside = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(Readable.from(pieces), createWriteStream(beside));
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new EngramError('ENGRAM_USAGE', { problem: `'${path}' cannot be written: ${messageOf(cause)}` }, { cause });
  }
}
