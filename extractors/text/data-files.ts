// How a data set file is opened: as lines or as JSON, gzip by its name, every failure with the path in its message.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';

export type TextEncoding = 'utf8' | 'latin1';

/** The decoded text of a file as a stream of strings. */
export async function openText(path: string, encoding: TextEncoding = 'utf8'): Promise<Readable> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
  const file = createReadStream(path);
  // A failure of either stream reaches the reader through the last one, so the callback has nothing to add.
  const text: Readable = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  return text.setEncoding(encoding);
}

/** The lines of a file without their line ends, with numbers counted from 1. */
export async function* readLines(path: string, encoding?: TextEncoding): AsyncGenerator<{ line: string; number: number }> {
  let rest = '';
  let number = 0;
  for await (const chunk of readText(path, encoding)) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { line: line.replace(/\r$/, ''), number: ++number };
  }
  if (rest !== '') yield { line: rest, number: ++number };
}

/** The whole file as JSON; the caller says what it should hold. */
export async function readJson(path: string): Promise<unknown> {
  let text = '';
  for await (const chunk of readText(path)) text += chunk;
  return parseJson(text, path);
}

async function* readText(path: string, encoding?: TextEncoding): AsyncGenerator<string> {
  const text = await openText(path, encoding);
  try {
    yield* text as AsyncIterable<string>;
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
}

export function parseJson(text: string, path: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem: `not JSON: ${messageOf(cause)}` }, { cause });
  }
}
