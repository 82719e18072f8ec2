// Text files: one document a file. Plain text and Markdown stay unaltered, so that positions hold in the file itself.
import { EngramError } from '../core/errors.ts';
import { documentIdOf } from '../core/ids.ts';
import type { SourceItem } from '../core/stage.ts';
import { decodeUtf8, firstBadLine, withoutMark } from './bytes.ts';
import { isTooNested, readHtml } from './html-text.ts';
import type { SourceFactory, SourceInput } from './source-options.ts';

export const createTextFileSource: SourceFactory = (input) => ({ kind: input.kind, read: () => readTextFile(input) });

async function* readTextFile({ kind, uri, options, bytes }: SourceInput): AsyncGenerator<SourceItem> {
  const content = await collect(uri, withoutMark(uri, bytes()), options.maxDocumentBytes);
  const decoded = decodeUtf8(content);
  if (decoded === undefined) throw new EngramError('ENGRAM_TEXT_ENCODING', { path: uri, line: firstBadLine(content) });
  if (kind === 'html' && isTooNested(decoded)) throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path: uri, problem: 'its tags are nested too deeply; save its text as .txt' });
  const written = { text: decoded, title: kind === 'md' ? headingOf(decoded) : undefined };
  const { text, title } = kind === 'html' ? await readHtml(decoded) : written;
  if (text.trim() === '') throw new EngramError('ENGRAM_TEXT_EMPTY', { path: uri });
  yield { document: { id: documentIdOf(uri), text, uri, ...(title === undefined ? {} : { title }) } };
}

async function collect(path: string, chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new EngramError('ENGRAM_TEXT_TOO_LONG', { path, size: `more than ${limit}`, limit });
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

const FENCE = /^ {0,3}(```|~~~)/;

/** The first heading of level one outside of code; undefined where there is none. */
function headingOf(markdown: string): string | undefined {
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = FENCE.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    if (fence !== undefined || !/^ {0,3}#[ \t]/.test(line)) continue;
    const words = line.trim().split(/[ \t]+/).slice(1);
    if (/^#+$/.test(words.at(-1) ?? '')) words.pop();
    if (words.length > 0) return words.join(' ');
  }
  return undefined;
}
