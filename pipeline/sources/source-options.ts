// How inputs are read: which field or column means what, and how large a document may be.
import type { RecordTableConfig } from '../core/config.ts';
import type { Source } from '../core/stage.ts';

/** Names of the fields or columns that have a meaning; all others become metadata. */
export interface FieldNames {
  readonly text: string;
  readonly id?: string;
  readonly title?: string;
  readonly date?: string;
}

export interface CsvOptions extends FieldNames {
  /** Of `.csv`; one ASCII character. A `.tsv` is always separated by tabs. */
  readonly delimiter?: string;
}

export type SourceKind = 'txt' | 'md' | 'html' | 'jsonl' | 'csv' | 'tsv';

export interface SourceOptions {
  readonly csv: CsvOptions;
  readonly jsonl: FieldNames;
  /** Tables whose rows are things, not texts. */
  readonly records?: readonly RecordTableConfig[];
  /** Bytes of a text file, or of one line or row of a record file, after decompression. */
  readonly maxDocumentBytes: number;
  /** What standard input holds. */
  readonly stdinFormat?: SourceKind;
  /** Read in place of the standard input of the process. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

const FIELD_NAMES: FieldNames = { text: 'text', id: 'id', title: 'title', date: 'date' };

export const DEFAULT_SOURCE_OPTIONS: SourceOptions = {
  csv: FIELD_NAMES,
  jsonl: FIELD_NAMES,
  maxDocumentBytes: 16 * 1024 * 1024,
};

/** What a kind of source is made from. */
export interface SourceInput {
  readonly kind: SourceKind;
  readonly uri: string;
  readonly options: SourceOptions;
  /** The decompressed bytes; @throws EngramError `ENGRAM_SOURCE_UNREADABLE` while they are read */
  readonly bytes: () => AsyncIterable<Uint8Array>;
}

/** An EngramError thrown by `read` is one that ends the file; the others are dead letters among the items. */
export type SourceFactory = (input: SourceInput) => Source;
