// Drives documents through the extractor into the journal: what is skipped, how many batches are in flight, and how a run stops. Knows no part by name;
// `build.ts` hands them in.
import PQueue from 'p-queue';
import { EngramError } from './core/errors.ts';
import { digestOf, sha256Of } from './core/ids.ts';
import type { Document, DocumentId } from './core/model.ts';
import type { DeadLetter, SourceItem } from './core/stage.ts';
import { letterOf, secondsBy, type ExtractionStage, type Extractor } from './extract.ts';
import type { ExtractionRecord } from './journal-records.ts';

/** What a run needs of the journal. */
export interface RunJournal {
  keyOf(id: DocumentId): string | undefined;
  append(records: readonly ExtractionRecord[]): Promise<void>;
}

export interface RunProgress {
  /** Documents read, journalled now, found unchanged, refused. */
  readonly read: number;
  readonly extracted: number;
  readonly unchanged: number;
  readonly deadLetters: number;
  readonly words: number;
}

export interface RunOptions {
  readonly items: AsyncIterable<SourceItem>;
  readonly extractor: Extractor;
  readonly journal: RunJournal;
  readonly onDeadLetter: (letter: DeadLetter) => Promise<void> | void;
  readonly batchDocuments: number;
  /** Batches worked on at once; one more may wait, and reading stops until it is taken. */
  readonly concurrency: number;
  /** Bytes of text from which on a batch is closed before it has all its documents. */
  readonly batchBytes?: number;
  /** Bytes of text in flight from which on nothing more is read. */
  readonly bytesInFlight?: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted: no more is read; batches in flight are finished, or given up by the extractor. */
  readonly signal?: AbortSignal;
}

export interface RunResult extends RunProgress {
  readonly interrupted: boolean;
  /** Documents of this run that the journal now holds as they were read. */
  readonly current: ReadonlySet<DocumentId>;
  /** Documents extracted on each device of workers elsewhere. */
  readonly devices: ReadonlyMap<string, number>;
  /** Seconds spent in each stage, all batches added up; batches overlap. */
  readonly stageSeconds: Readonly<Record<StageName, number>>;
}

export type StageName = ExtractionStage | 'journal';

/** Names of devices, which workers tell; documents of further ones are counted under one more. */
const MOST_DEVICES = 100;
const OTHER_DEVICES = 'others';

/** Records of tables that are written to the journal together. */
const ROWS_AT_ONCE = 1024;

interface Batch {
  readonly documents: readonly Document[];
  readonly keys: readonly string[];
  readonly bytes: number;
}

/** Tells unchanged documents from changed ones: all that a document says, and all that reads it. */
export function journalKeyOf(document: Document, versions: Readonly<Record<string, string>>): string {
  const metadata = Object.entries(document.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const sortedVersions = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = [document.uri, document.text, document.title ?? null, document.date ?? null, metadata, sortedVersions];
  return sha256Of(JSON.stringify(content), 16);
}

/** @throws what a stage threw when no document would escape it, and what the journal or the source threw */
export async function runExtraction(options: RunOptions): Promise<RunResult> {
  const { extractor, journal, batchDocuments, concurrency, batchBytes = Infinity, bytesInFlight = Infinity, signal } = options;
  const queue = new PQueue({ concurrency });
  const firstUriOf = new Map<DocumentId, string>();
  const current = new Set<DocumentId>();
  const devices = new Map<string, number>();
  const counts = { read: 0, extracted: 0, unchanged: 0, deadLetters: 0, words: 0 };
  const stageSeconds: Record<StageName, number> = { ...secondsBy(() => 0), journal: 0 };
  let failure: { readonly error: unknown } | undefined;

  const append: RunJournal['append'] = async (records) => {
    const start = performance.now();
    await journal.append(records);
    stageSeconds.journal += (performance.now() - start) / 1000;
  };
  const countDevice = (told: string): void => {
    const device = devices.has(told) || devices.size < MOST_DEVICES ? told : OTHER_DEVICES;
    devices.set(device, (devices.get(device) ?? 0) + 1);
  };
  const refuse = async (letter: DeadLetter): Promise<void> => {
    counts.deadLetters++;
    await options.onDeadLetter(letter);
  };
  const workOn = async ({ documents, keys }: Batch): Promise<void> => {
    const { results, seconds, taken } = await extractor.extract(documents);
    for (const stage of Object.keys(seconds) as ExtractionStage[]) stageSeconds[stage] += seconds[stage];
    const read = results.flatMap((result, i) => ('findings' in result ? [{ ...result, key: keys[i]!, document: documents[i]! }] : []));
    await append(read);
    for (const { document, words, device } of read) {
      current.add(document.id);
      if (device !== undefined) countDevice(device);
      counts.extracted++;
      counts.words += words;
    }
    for (const result of results) if ('deadLetter' in result) await refuse(result.deadLetter);
    await taken?.();
  };
  let bytesSent = 0;
  const send = async (batch: Batch): Promise<void> => {
    bytesSent += batch.bytes;
    void queue.add(async () => {
      try {
        if (!failure) await workOn(batch);
      } catch (error) {
        // Documents that a stopped run did not wait for are read by the next one.
        if (!signal?.aborted || !(error instanceof EngramError) || error.code !== 'ENGRAM_RUN_INTERRUPTED') failure ??= { error };
      }
      bytesSent -= batch.bytes;
      options.onProgress?.({ ...counts });
    });
    await queue.onSizeLessThan(1);
    while (bytesSent > bytesInFlight) await new Promise((resolve) => queue.once('next', resolve));
  };

  let documents: Document[] = [];
  let keys: string[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    const batch = { documents, keys, bytes };
    documents = [];
    keys = [];
    bytes = 0;
    if (batch.documents.length > 0) await send(batch);
  };
  let rows: Extract<ExtractionRecord, { extraction: unknown }>[] = [];
  const flushRows = async (): Promise<void> => {
    const records = rows;
    rows = [];
    await append(records);
    for (const { extraction } of records) current.add(extraction.id);
    counts.extracted += records.length;
    options.onProgress?.({ ...counts });
  };
  try {
    for await (const item of untilAborted(options.items, signal)) {
      if (failure) break;
      if ('deadLetter' in item) {
        await refuse(item.deadLetter);
        continue;
      }
      const document = 'extraction' in item ? item.extraction : item.document;
      counts.read++;
      const first = firstUriOf.get(document.id);
      if (first !== undefined) {
        const error = new EngramError('ENGRAM_SOURCE_DUPLICATE_ID', { uri: document.uri, first });
        await refuse(letterOf(document, 'read', error));
        continue;
      }
      firstUriOf.set(document.id, document.uri);
      const key = 'extraction' in item ? digestOf(JSON.stringify(item.extraction)) : journalKeyOf(document, extractor.versions);
      if (journal.keyOf(document.id) === key) {
        counts.unchanged++;
        current.add(document.id);
        options.onProgress?.({ ...counts });
        continue;
      }
      if ('extraction' in item) {
        rows.push({ key, extraction: item.extraction });
        if (rows.length >= ROWS_AT_ONCE) await flushRows();
        continue;
      }
      documents.push(document);
      keys.push(key);
      bytes += Buffer.byteLength(document.text);
      if (documents.length >= batchDocuments || bytes >= batchBytes) await flush();
    }
    if (!failure) await flushRows();
    if (!failure && !signal?.aborted) await flush();
  } finally {
    await queue.onIdle();
  }
  if (failure) throw failure.error;
  return { ...counts, current, devices, stageSeconds, interrupted: signal?.aborted ?? false };
}

/** Ends when the signal does, even while the source waits for input. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  // Not a promise that every step would race with: it would keep the document of each until it is settled.
  let stop = (): void => undefined;
  const onAbort = (): void => stop();
  signal?.addEventListener('abort', onAbort);
  try {
    while (!signal?.aborted) {
      const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // A source that waits for input would keep `return` waiting too.
    if (signal?.aborted) void iterator.return?.()?.catch(() => undefined);
    else await iterator.return?.();
  }
}
