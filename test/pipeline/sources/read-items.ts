// What a source gives, in a form that is short to compare.
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Document } from '../../../pipeline/core/model.ts';
import type { DeadLetter } from '../../../pipeline/core/stage.ts';
import { DEFAULT_SOURCE_OPTIONS, openSource, type SourceOptions } from '../../../pipeline/sources/index.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

export interface Read {
  readonly documents: readonly Document[];
  readonly deadLetters: readonly DeadLetter[];
  readonly path: string;
}

export async function readPath(path: string, options: Partial<SourceOptions> = {}): Promise<Read> {
  const documents: Document[] = [];
  const deadLetters: DeadLetter[] = [];
  for await (const item of openSource(path, { ...DEFAULT_SOURCE_OPTIONS, ...options }).read()) {
    if ('document' in item) documents.push(item.document);
    else if ('deadLetter' in item) deadLetters.push(item.deadLetter);
  }
  return { documents, deadLetters, path };
}

/** Reads a file of that name with that content. */
export async function readContent(
  t: ExecutionContext<unknown>,
  name: string,
  content: string | Uint8Array,
  options: Partial<SourceOptions> = {},
): Promise<Read> {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, { [name]: content });
  return readPath(join(folder, name), options);
}

/** `line:CODE` of each. */
export function briefly({ deadLetters }: Read): string[] {
  return deadLetters.map(({ line, code }) => `${line ?? '-'}:${code}`);
}

export function textsOf({ documents }: Read): string[] {
  return documents.map(({ text }) => text);
}

/** In pieces of a few bytes, as a slow pipe gives them. */
export async function* inPieces(content: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
