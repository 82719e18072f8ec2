// Drives documents through the stages into the journal: what is skipped, how many batches are in flight, what happens
// to a document that fails, and how a run stops. Knows no part by name; `build.ts` hands them in.
import { createHash } from 'node:crypto';
import PQueue from 'p-queue';
import { EngramError, messageOf } from './core/errors.ts';
import { digestOf } from './core/ids.ts';
import type { ChainedDocument, Document, DocumentId, Extraction, RelatedDocument, SegmentedDocument, TaggedDocument } from './core/model.ts';
import type { DeadLetter, SourceItem, Stage } from './core/stage.ts';

export interface Stages {
  readonly segment: Stage<Document, SegmentedDocument>;
  readonly ner: Stage<SegmentedDocument, TaggedDocument>;
  readonly coreference: Stage<TaggedDocument, ChainedDocument>;
  readonly relation: Stage<ChainedDocument, RelatedDocument>;
  /** Versions of all that decides an extraction: another version reads every document anew. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What a run needs of the journal. */
export interface RunJournal {
  keyOf(id: DocumentId): string | undefined;
  append(records: readonly { readonly key: string; readonly extraction: Extraction }[]): Promise<void>;
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
  readonly stages: Stages;
  readonly journal: RunJournal;
  readonly onDeadLetter: (letter: DeadLetter) => Promise<void> | void;
  readonly batchDocuments: number;
  /** Batches worked on at once; one more may wait, and reading stops until it is taken. */
  readonly concurrency: number;
  readonly onProgress?: (progress: RunProgress) => void;
  /** Aborted: no more is read, batches in flight are finished. */
  readonly signal?: AbortSignal;
}

export interface RunResult extends RunProgress {
  readonly interrupted: boolean;
  /** Documents of this run that the journal now holds as they were read. */
  readonly current: ReadonlySet<DocumentId>;
  /** Seconds spent in each stage, all batches added up; batches overlap. */
  readonly stageSeconds: Readonly<Record<StageName, number>>;
}

export type StageName = 'segment' | 'ner' | 'coreference' | 'relation' | 'journal';

/** Errors that no other document would escape: the run stops. */
const FATAL_CODES: ReadonlySet<string> = new Set(['ENGRAM_MODEL_INVALID', 'ENGRAM_MODEL_ENGINE_MISSING', 'ENGRAM_CONFIG_INVALID']);

/** Records of tables that are written to the journal together. */
const ROWS_AT_ONCE = 1024;

interface Batch {
  readonly documents: readonly Document[];
  readonly keys: readonly string[];
}

/** Tells unchanged documents from changed ones: all that a document says, and all that reads it. */
export function journalKeyOf(document: Document, versions: Readonly<Record<string, string>>): string {
  const metadata = Object.entries(document.metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const sortedVersions = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = [document.uri, document.text, document.title ?? null, document.date ?? null, metadata, sortedVersions];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
}

/** @throws what a stage threw when no document would escape it, and what the journal or the source threw */
export async function runExtraction(options: RunOptions): Promise<RunResult> {
  const { stages, journal, batchDocuments, concurrency, signal } = options;
  const queue = new PQueue({ concurrency });
  const firstUriOf = new Map<DocumentId, string>();
  const current = new Set<DocumentId>();
  const counts = { read: 0, extracted: 0, unchanged: 0, deadLetters: 0, words: 0 };
  const stageSeconds: Record<StageName, number> = { segment: 0, ner: 0, coreference: 0, relation: 0, journal: 0 };
  let failure: { readonly error: unknown } | undefined;

  const timed = async <T>(stage: StageName, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      stageSeconds[stage] += (performance.now() - start) / 1000;
    }
  };
  const refuse = async (letter: DeadLetter): Promise<void> => {
    counts.deadLetters++;
    await options.onDeadLetter(letter);
  };
  const extract = (documents: readonly Document[]) => passStages(documents, stages, timed);
  const keep = async (documents: readonly RelatedDocument[], keys: readonly string[]): Promise<void> => {
    const extractor = stages.versions['relation'] ?? stages.relation.name;
    const records = documents.map((document, i) => ({ key: keys[i]!, extraction: extractionOf(document, extractor) }));
    await timed('journal', () => journal.append(records));
    for (const document of documents) {
      current.add(document.id);
      counts.extracted++;
      for (const sentence of document.sentences) counts.words += sentence.tokens.length;
    }
  };
  const workOn = async (batch: Batch): Promise<void> => {
    const done = await attempt(() => extract(batch.documents));
    if ('value' in done) return keep(done.value, batch.keys);
    for (const [i, document] of batch.documents.entries()) {
      const alone = batch.documents.length === 1 ? done : await attempt(() => extract([document]));
      if ('value' in alone) await keep(alone.value, [batch.keys[i]!]);
      else await refuse(letterOf(document, alone.failure));
    }
  };
  const send = async (batch: Batch): Promise<void> => {
    void queue.add(async () => {
      if (failure) return;
      try {
        await workOn(batch);
      } catch (error) {
        failure ??= { error };
      }
      options.onProgress?.({ ...counts });
    });
    await queue.onSizeLessThan(1);
  };

  let documents: Document[] = [];
  let keys: string[] = [];
  const flush = async (): Promise<void> => {
    const batch = { documents, keys };
    documents = [];
    keys = [];
    if (batch.documents.length > 0) await send(batch);
  };
  let rows: { readonly key: string; readonly extraction: Extraction }[] = [];
  const flushRows = async (): Promise<void> => {
    const records = rows;
    rows = [];
    await timed('journal', () => journal.append(records));
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
        await refuse(letterOf(document, new StageFailure('read', error)));
        continue;
      }
      firstUriOf.set(document.id, document.uri);
      const key = 'extraction' in item ? digestOf(JSON.stringify(item.extraction)) : journalKeyOf(document, stages.versions);
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
      if (documents.length >= batchDocuments) await flush();
    }
    if (!failure) await flushRows();
    if (!failure && !signal?.aborted) await flush();
  } finally {
    await queue.onIdle();
  }
  if (failure) throw failure.error;
  return { ...counts, current, stageSeconds, interrupted: signal?.aborted ?? false };
}

/** What a stage threw, with its name. */
class StageFailure {
  readonly stage: string;
  readonly error: unknown;
  constructor(stage: string, error: unknown) {
    this.stage = stage;
    this.error = error;
  }
}

type Timed = <T>(stage: StageName, work: () => Promise<T>) => Promise<T>;

async function passStages(documents: readonly Document[], stages: Stages, timed: Timed): Promise<readonly RelatedDocument[]> {
  const segmented = await pass('segment', stages.segment, documents, timed);
  const tagged = await pass('ner', stages.ner, segmented, timed);
  const chained = await pass('coreference', stages.coreference, tagged, timed);
  return pass('relation', stages.relation, chained, timed);
}

async function pass<In, Out>(name: StageName, stage: Stage<In, Out>, batch: readonly In[], timed: Timed): Promise<readonly Out[]> {
  let result: readonly Out[];
  try {
    result = await timed(name, () => stage.process(batch));
  } catch (error) {
    throw new StageFailure(name, error);
  }
  if (result.length === batch.length) return result;
  const context = { expected: `[${batch.length}]`, actual: `[${result.length}]`, where: `documents of stage ${stage.name}` };
  throw new StageFailure(name, new EngramError('ENGRAM_SHAPE_MISMATCH', context));
}

/** The value, or the failure of a stage that other documents may escape; everything else is thrown on. */
async function attempt<T>(work: () => Promise<T>): Promise<{ readonly value: T } | { readonly failure: StageFailure }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof StageFailure)) throw error;
    if (error.error instanceof EngramError && FATAL_CODES.has(error.error.code)) throw error.error;
    return { failure: error };
  }
}

function letterOf(document: Pick<Document, 'uri'>, failure: StageFailure): DeadLetter {
  const { stage } = failure;
  const error =
    failure.error instanceof EngramError
      ? failure.error
      : new EngramError('ENGRAM_STAGE_FAILED', { stage, uri: document.uri, problem: messageOf(failure.error) });
  return { uri: document.uri, stage, code: error.code, message: error.message, hint: error.hint };
}

export function extractionOf(document: RelatedDocument, extractor: string): Extraction {
  const { id, uri, text, title, date, metadata, mentions, chains, relations, sentences } = document;
  return {
    id,
    uri,
    text,
    ...(title === undefined ? {} : { title }),
    ...(date === undefined ? {} : { date }),
    ...(metadata === undefined ? {} : { metadata }),
    sentences: sentences.map((sentence) => [sentence.start, sentence.end] as const),
    mentions,
    chains,
    relations,
    extractor,
  };
}

/** Ends when the signal does, even while the source waits for input. */
async function* untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal?.aborted) resolve('stopped');
    signal?.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  try {
    for (;;) {
      const next = await Promise.race([stopped, iterator.next()]);
      if (next === 'stopped' || next.done) return;
      yield next.value;
    }
  } finally {
    // A source that waits for input would keep `return` waiting too.
    if (signal?.aborted) void iterator.return?.()?.catch(() => undefined);
    else await iterator.return?.();
  }
}
