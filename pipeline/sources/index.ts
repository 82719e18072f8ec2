// Which kinds of input there are, and how a path becomes a source. To add a kind: one file, and one line in the table.
import { EngramError } from '../core/errors.ts';
import type { Source, SourceItem } from '../core/stage.ts';
import { readBytes, refusing } from './bytes.ts';
import { createCsvSource } from './csv.ts';
import { expandInputs, type OnOutside } from './find-inputs.ts';
import { createJsonLinesSource } from './jsonl.ts';
import { deadLetterOf } from './records.ts';
import type { SourceFactory, SourceKind, SourceOptions } from './source-options.ts';
import { createTextFileSource } from './text-files.ts';

export { DEFAULT_SOURCE_OPTIONS } from './source-options.ts';
export type { CsvOptions, FieldNames, SourceKind, SourceOptions } from './source-options.ts';

const SOURCES: Readonly<Record<SourceKind, SourceFactory>> = {
  txt: createTextFileSource,
  md: createTextFileSource,
  html: createTextFileSource,
  jsonl: createJsonLinesSource,
  csv: createCsvSource,
  tsv: createCsvSource,
};

export const SOURCE_KINDS = Object.keys(SOURCES) as readonly SourceKind[];

/** The argument that stands for standard input. */
export const STANDARD_INPUT = '-';
const STANDARD_INPUT_URI = 'stdin';

/** By extension, with or without `.gz`; undefined where it is none of ours. */
export function kindOfPath(path: string): SourceKind | undefined {
  const extension = /\.([a-z]+)(?:\.gz)?$/i.exec(path)?.[1]?.toLowerCase();
  return SOURCE_KINDS.find((kind) => kind === extension);
}

/**
 * Files, folders, globs and `-` as a list of files, in the order of the inputs and by path within one; each file once.
 * Folders and globs give the files of known kinds; hidden ones are passed over.
 * A link that the user names is followed; one met in a folder, only where it stays within that folder.
 * @param onOutside told of each link that leads out
 * @throws EngramError `ENGRAM_SOURCE_NOT_FOUND`, `ENGRAM_SOURCE_UNKNOWN_KIND`, or `ENGRAM_SOURCE_UNREADABLE` for a folder
 */
export function findInputs(inputs: readonly string[], onOutside?: OnOutside): Promise<string[]> {
  return expandInputs(inputs, (path) => kindOfPath(path) !== undefined, onOutside);
}

/**
 * @param path one of `findInputs`, or `-`
 * @throws EngramError `ENGRAM_SOURCE_UNKNOWN_KIND`; all else that may be wrong is a dead letter when it is read
 */
export function openSource(path: string, options: SourceOptions): Source {
  const standard = path === STANDARD_INPUT;
  const kind = standard ? (options.stdinFormat ?? 'txt') : kindOfPath(path);
  if (kind === undefined) throw new EngramError('ENGRAM_SOURCE_UNKNOWN_KIND', { path });
  const uri = standard ? STANDARD_INPUT_URI : path;
  const bytes = () => (standard ? refusing(uri, options.stdin ?? process.stdin) : readBytes(path));
  const source = SOURCES[kind]({ kind, uri, options, bytes });
  return { kind, read: () => endingInDeadLetter(uri, source.read()) };
}

async function* endingInDeadLetter(uri: string, items: AsyncIterable<SourceItem>): AsyncGenerator<SourceItem> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof EngramError)) throw error;
    yield { deadLetter: deadLetterOf(uri, error) };
  }
}
