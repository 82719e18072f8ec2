// What the record formats share: from named values to a document, ids told apart within a file, and dead letters.
import { EngramError, type ErrorCode } from '../core/errors.ts';
import { documentIdOf } from '../core/ids.ts';
import type { Document, DocumentId } from '../core/model.ts';
import type { DeadLetter, SourceItem } from '../core/stage.ts';
import type { FieldNames } from './source-options.ts';

/** @param line 1-based, in the file */
export function deadLetterOf(uri: string, error: EngramError, line?: number): DeadLetter {
  const { code, message, hint } = error;
  return { uri, ...(line === undefined ? {} : { line }), stage: 'read', code, message, hint };
}

/** One file's records: its dead letters, and its documents with ids that were not met before. */
export interface RecordReader {
  refuse(line: number, code: ErrorCode, context?: Readonly<Record<string, unknown>>): SourceItem;
  /** @param entries every field of the record in order; values that are not strings were turned away before */
  document(line: number, entries: readonly (readonly [name: string, value: string])[]): SourceItem;
}

export function createRecordReader(uri: string, names: FieldNames): RecordReader {
  // About a hundred bytes for each record that has an id: ids, never texts.
  const firstLineOf = new Map<DocumentId, number>();
  const meaningful = new Set([names.text, names.id, names.title, names.date]);

  const refuse: RecordReader['refuse'] = (line, code, context = {}) => {
    return { deadLetter: deadLetterOf(uri, new EngramError(code, { path: uri, line, ...context }), line) };
  };
  return {
    refuse,
    document(line, entries) {
      const values = new Map(entries);
      const valueOf = (name: string | undefined) => (name === undefined ? undefined : values.get(name)?.trim() || undefined);
      const place = `${uri}#L${line}`;
      const text = values.get(names.text) ?? '';
      if (text.trim() === '') return refuse(line, 'ENGRAM_TEXT_EMPTY', { path: place });
      const ownId = valueOf(names.id);
      // Two files may both count their records from 1, so an id holds within its file.
      const id = documentIdOf(ownId === undefined ? place : `${uri}#id=${ownId}`);
      if (ownId !== undefined) {
        const first = firstLineOf.get(id);
        if (first !== undefined) return refuse(line, 'ENGRAM_SOURCE_DUPLICATE_ID', { uri: place, first: `${uri}#L${first}` });
        firstLineOf.set(id, line);
      }
      const title = valueOf(names.title);
      const date = valueOf(names.date);
      const metadata = entries.filter(([name, value]) => !meaningful.has(name) && value !== '');
      const document: Document = {
        id,
        text,
        uri: place,
        ...(title === undefined ? {} : { title }),
        ...(date === undefined ? {} : { date }),
        ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
      };
      return { document };
    },
  };
}
