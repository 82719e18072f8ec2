// Which documents are gone: those that an input named again no longer holds. Inputs that are not named keep theirs.
import type { DocumentId } from './core/model.ts';
import type { InputRecord } from './manifest.ts';

const STANDARD_INPUT = '-';

export interface RemovalQuestion {
  /** What the journal holds. */
  readonly journalled: Iterable<{ readonly id: DocumentId; readonly uri: string }>;
  /** Documents of this run that the journal holds as they were read. */
  readonly current: ReadonlySet<DocumentId>;
  readonly named: readonly InputRecord[];
  readonly before: readonly InputRecord[];
  /** Files that could not be read this time; what was read of them before stays. */
  readonly unreadable: ReadonlySet<string>;
}

/** Documents read from standard input are never gone: it does not say what it held before. */
export function findRemoved(question: RemovalQuestion): DocumentId[] {
  const { journalled, current, named, before, unreadable } = question;
  const again = new Set(named.map((input) => input.argument));
  const files = new Set<string>();
  for (const input of [...named, ...before.filter((record) => again.has(record.argument))]) {
    if (input.argument !== STANDARD_INPUT) input.files.forEach((file) => files.add(file));
  }
  const removed: DocumentId[] = [];
  for (const { id, uri } of journalled) {
    const file = fileOf(uri, files);
    if (file !== undefined && !unreadable.has(file) && !current.has(id)) removed.push(id);
  }
  return removed.sort();
}

/** The inputs to remember: those named now in place of what was known of them, all others as they were. */
export function mergeInputs(before: readonly InputRecord[], named: readonly InputRecord[], keepOldFiles: boolean): InputRecord[] {
  const merged = new Map(before.map((record) => [record.argument, record.files]));
  for (const { argument, files } of named) {
    const old = keepOldFiles ? (merged.get(argument) ?? []) : [];
    merged.set(argument, [...new Set([...old, ...files])].sort());
  }
  return [...merged].map(([argument, files]) => ({ argument, files }));
}

/** A document's uri is its file, or `file#line`. */
function fileOf(uri: string, files: ReadonlySet<string>): string | undefined {
  if (files.has(uri)) return uri;
  const file = uri.replace(/#[^#]*$/, '');
  return files.has(file) ? file : undefined;
}
