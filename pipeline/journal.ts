// The journal: what was extracted from each document, appended and never rewritten; the truth that a graph is built from.
// In memory there is an index (id → place in a segment file); extractions are read from disk when asked for.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EngramError, messageOf } from './core/errors.ts';
import type { Decision, DocumentId, Extraction } from './core/model.ts';
import { acquireLock } from './journal-lock.ts';
import { extractionFrom, lineAt, lineFrom, scanSegment, type JournalProblem, type JournalRecord, type RecordHead } from './journal-records.ts';

export type { DecisionRecord, JournalProblem, JournalRecord } from './journal-records.ts';

/** What a journal holds: the latest record of each document. */
export interface JournalView {
  /** Documents, without those removed. */
  readonly size: number;
  /** Of all records that count, whatever their order in the files. */
  readonly digest: string;
  /** Records that could not be read when the journal was opened. */
  readonly problems: readonly JournalProblem[];
  /** The key that a document was journalled with; undefined where it was not. */
  keyOf(id: DocumentId): string | undefined;
  /** In no order. */
  documents(): IterableIterator<{ readonly id: DocumentId; readonly uri: string }>;
  /**
   * In order of document id; of the records there are when it is called.
   * @throws EngramError `ENGRAM_CHECKPOINT_CORRUPT` where a file was changed since the journal was opened
   */
  extractions(): AsyncIterable<Extraction>;
  /** What people said of what is one and what is not, in order of the ids of the pairs. */
  decisions(): readonly Decision[];
  close(): Promise<void>;
}

export interface Journal extends JournalView {
  /**
   * Resolves when the records are written; they reach the disk within a second, in the order of the calls.
   * @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE`; nothing can be appended after it
   */
  append(...records: readonly JournalRecord[]): Promise<void>;
  /** Resolves when all that was appended is on the disk. */
  flush(): Promise<void>;
}

/** In the folder of a build. */
export const JOURNAL_FOLDER = 'journal';
const LOCK_FILE = 'lock';
const SEGMENT = /^\d{6}\.jsonl$/;
const SEGMENT_BYTES = 256 * 1024 * 1024;
const SYNC_AFTER_RECORDS = 256;
const SYNC_AFTER_MS = 1000;
const NEWLINE_BYTES = 1;

interface Entry {
  readonly key: string;
  readonly uri: string;
  readonly checksum: string;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Opens the journal of a build folder for writing, and makes it where there is none.
 * @throws EngramError `ENGRAM_CHECKPOINT_LOCKED` while another build has it open; `ENGRAM_CHECKPOINT_UNWRITABLE`
 */
export async function openJournal(dir: string): Promise<Journal> {
  const folder = join(dir, JOURNAL_FOLDER);
  await writing(folder, () => mkdir(folder, { recursive: true }));
  const lock = await writing(folder, () => acquireLock(join(folder, LOCK_FILE)));
  try {
    const segments = await segmentsOf(folder);
    if (segments.length === 0) segments.push(await createSegment(folder, 1));
    const index = await readIndex(segments);
    const last = segments.at(-1)!;
    if (index.tornAt !== undefined) await writing(last, () => truncate(last, index.tornAt!));
    return await createJournal(folder, segments, index, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/**
 * Writes the records that count into new segments and removes the old ones, so that nothing is left of what was removed or replaced. Stopped at any place it
 * leaves a journal that says the same.
 * @param forgotten documents whose decisions go too
 * @throws EngramError as `openJournal`
 */
export async function compactJournal(dir: string, forgotten: ReadonlySet<DocumentId>): Promise<void> {
  const folder = join(dir, JOURNAL_FOLDER);
  const lock = await writing(folder, () => acquireLock(join(folder, LOCK_FILE)));
  try {
    const old = await segmentsOf(folder);
    const { entries, decisions } = await readIndex(old);
    const reader = createReader(old);
    let number = old.length === 0 ? 0 : numberOf(old.at(-1)!);
    let path = await createSegment(folder, ++number);
    let [file, size] = [await open(path, 'a'), 0];
    try {
      const write = async (line: Buffer): Promise<void> => {
        if (size >= SEGMENT_BYTES) {
          await file.sync();
          await file.close();
          path = await createSegment(folder, ++number);
          [file, size] = [await open(path, 'a'), 0];
        }
        await writing(path, () => file.appendFile(line));
        size += line.length;
      };
      for (const [id, entry] of [...entries].sort(([, a], [, b]) => a.segment - b.segment || a.offset - b.offset)) {
        await write(lineFrom({ kind: 'extraction', key: entry.key, extraction: await reader.read(id, entry) }).line);
      }
      for (const { decision } of decisions.values()) if (!forgotten.has(decision.a.documentId) && !forgotten.has(decision.b.documentId)) await write(lineFrom({ kind: 'decision', ...decision }).line);
      await writing(path, () => file.sync());
    } finally {
      await file.close();
      await reader.close();
    }
    // The first first: a removal stands behind what it removes.
    for (const segment of old) await writing(segment, () => unlink(segment));
  } finally {
    await lock.release();
  }
}

/**
 * Reads the journal of a build folder, also while a build is writing to it.
 * @throws EngramError `ENGRAM_CHECKPOINT_MISSING`
 */
export async function readJournal(dir: string): Promise<JournalView> {
  const folder = join(dir, JOURNAL_FOLDER);
  const segments = existsSync(folder) ? await segmentsOf(folder) : [];
  if (segments.length === 0) throw new EngramError('ENGRAM_CHECKPOINT_MISSING', { path: dir });
  const index = await readIndex(segments);
  const reader = createReader(segments);
  return viewOf(index, reader, () => reader.close());
}

async function createJournal(folder: string, segments: string[], index: Index, release: () => Promise<void>): Promise<Journal> {
  const reader = createReader(segments);
  let file = await writing(segments.at(-1)!, () => open(segments.at(-1)!, 'a'));
  let size = (await file.stat()).size;
  let unsynced = 0;
  let lastSync = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  /** After all that was asked before; nothing more once a write has failed, which may have left half a record. */
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(async () => {
      if (failure !== undefined) throw failure;
      try {
        await writing(segments.at(-1)!, work);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    last = done.catch(() => undefined);
    return done;
  };
  const sync = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (unsynced > 0) await file.datasync();
    unsynced = 0;
    lastSync = Date.now();
  };
  const write = async (records: readonly JournalRecord[]): Promise<void> => {
    if (size >= SEGMENT_BYTES) {
      await sync();
      await file.close();
      segments.push(await createSegment(folder, numberOf(segments.at(-1)!) + 1));
      file = await open(segments.at(-1)!, 'a');
      size = 0;
    }
    const lines = records.map(lineFrom);
    await file.appendFile(Buffer.concat(lines.map(({ line }) => line)));
    for (const { head, line } of lines) {
      index.apply(head, segments.length - 1, size, line.length);
      size += line.length;
    }
    unsynced += lines.length;
    if (unsynced >= SYNC_AFTER_RECORDS || Date.now() - lastSync >= SYNC_AFTER_MS) await sync();
    else timer ??= setTimeout(() => void inOrder(sync).catch(() => undefined), SYNC_AFTER_MS).unref();
  };
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await last;
    try {
      if (failure === undefined) await writing(segments.at(-1)!, sync);
    } finally {
      clearTimeout(timer);
      await file.close();
      await reader.close();
      await release();
    }
  };
  const view = viewOf(index, reader, close);
  return Object.assign(view, {
    append: (...records: readonly JournalRecord[]) => {
      if (!closed) return inOrder(() => write(records));
      return Promise.reject(new EngramError('ENGRAM_CHECKPOINT_UNWRITABLE', { path: folder, problem: 'the journal was closed' }));
    },
    flush: () => inOrder(sync),
  });
}

interface Index {
  readonly entries: ReadonlyMap<DocumentId, Entry>;
  readonly decisions: ReadonlyMap<string, { readonly decision: Decision; readonly checksum: string }>;
  readonly problems: readonly JournalProblem[];
  /** Where the last segment has half a record. */
  readonly tornAt: number | undefined;
  apply(head: RecordHead, segment: number, offset: number, length: number): void;
}

async function readIndex(segments: readonly string[]): Promise<Index> {
  const entries = new Map<DocumentId, Entry>();
  const decisions = new Map<string, { readonly decision: Decision; readonly checksum: string }>();
  const problems: JournalProblem[] = [];
  let tornAt: number | undefined;
  const apply: Index['apply'] = (head, segment, offset, length) => {
    const { kind, key = '', uri = '', checksum, decision } = head;
    const id = head.id as DocumentId;
    if (kind === 'decision') {
      if (decision === undefined) decisions.delete(id);
      else decisions.set(id, { decision, checksum });
    } else if (kind === 'removed') entries.delete(id);
    else entries.set(id, { key, uri, checksum, segment, offset, length });
  };
  for (const [segment, path] of segments.entries()) {
    for await (const scanned of scanSegment(path)) {
      if ('head' in scanned) apply(scanned.head, segment, scanned.offset, scanned.length);
      else {
        problems.push(scanned.problem);
        if (segment === segments.length - 1) tornAt = scanned.tornAt;
      }
    }
  }
  return { entries, decisions, problems, tornAt, apply };
}

function viewOf(index: Index, reader: Reader, close: () => Promise<void>): JournalView {
  const { entries, decisions } = index;
  const sortedDecisions = () => [...decisions].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    get size() {
      return entries.size;
    },
    get digest() {
      const hash = createHash('sha256');
      for (const id of [...entries.keys()].sort()) hash.update(`${id} ${entries.get(id)!.checksum}\n`);
      for (const [id, { checksum }] of sortedDecisions()) hash.update(`${id} ${checksum}\n`);
      return hash.digest('hex');
    },
    problems: index.problems,
    keyOf: (id) => entries.get(id)?.key,
    *documents() {
      for (const [id, { uri }] of entries) yield { id, uri };
    },
    extractions: () => {
      const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
      return (async function* () {
        for (const [id, entry] of sorted) yield await reader.read(id, entry);
      })();
    },
    decisions: () => sortedDecisions().map(([, { decision }]) => decision),
    close,
  };
}

interface Reader {
  read(id: DocumentId, entry: Entry): Promise<Extraction>;
  close(): Promise<void>;
}

function createReader(segments: readonly string[]): Reader {
  const files = new Map<number, Promise<FileHandle>>();
  const fileOf = (segment: number): Promise<FileHandle> => {
    const known = files.get(segment) ?? open(segments[segment]!, 'r');
    files.set(segment, known);
    return known;
  };
  return {
    async read(id, { segment, offset, length }) {
      const line = Buffer.alloc(length - NEWLINE_BYTES);
      const { bytesRead } = await (await fileOf(segment)).read(line, 0, line.length, offset);
      const extraction = bytesRead === line.length ? extractionFrom(line) : undefined;
      if (extraction?.id === id) return extraction;
      const path = segments[segment]!;
      const problem = `the record of '${id}' is no longer what it was`;
      throw new EngramError('ENGRAM_CHECKPOINT_CORRUPT', { path, line: await lineAt(path, offset), problem });
    },
    async close() {
      const open = [...files.values()];
      files.clear();
      await Promise.all(open.map(async (file) => (await file).close()));
    },
  };
}

/** In the order they were begun. */
async function segmentsOf(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => SEGMENT.test(name)).sort();
  return names.map((name) => join(folder, name));
}

function numberOf(segment: string): number {
  return Number.parseInt(basename(segment), 10);
}

async function createSegment(folder: string, number: number): Promise<string> {
  const path = join(folder, `${String(number).padStart(6, '0')}.jsonl`);
  await writing(path, async () => {
    await (await open(path, 'a')).close();
    if (process.platform === 'win32') return;
    // The name is on the disk only when its folder is.
    const parent = await open(folder, 'r');
    await parent.sync().finally(() => parent.close());
  });
  return path;
}

async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(length);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof EngramError) throw cause;
    throw new EngramError('ENGRAM_CHECKPOINT_UNWRITABLE', { path, problem: messageOf(cause) }, { cause });
  }
}
