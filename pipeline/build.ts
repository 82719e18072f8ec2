// From inputs and settings to a folder with a journal, a graph in a store, and run.json: the only place that knows every
// part. The order is journal first, then graph, then store, so that whatever stops a build, the next one goes on from there.
import { stat } from 'node:fs/promises';
import { openStore, STORES } from '../graph/stores/index.ts';
import { withoutCredentials } from './core/address.ts';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DeadLetter, GraphStore, SourceItem, StoreCounts, SyncReport } from './core/stage.ts';
import { openDeadLetters } from './dead-letter.ts';
import type { Extractor } from './extract.ts';
import { processesOf, startExtractor } from './extraction-process.ts';
import { openJournal, type JournalProblem } from './journal.ts';
import {
  engramVersion,
  readManifest,
  writeManifest,
  type InputRecord,
  type RunManifest,
} from './manifest.ts';
import type { OpenedGraph } from './open-graph.ts';
import { findRemoved, mergeInputs } from './removal.ts';
import { runExtraction, type RunProgress } from './run.ts';
import { findInputs, openSource } from './sources/index.ts';
import { deadLetterOf } from './sources/records.ts';
import { writeGraph } from './write-graph.ts';

export type BuildPhase = 'models' | 'extract' | 'graph' | 'store' | 'done';

export interface BuildProgress extends RunProgress {
  readonly phase: BuildPhase;
  readonly seconds: number;
  /** Bytes of the inputs read so far, and of all; standard input counts none. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface BuildOptions {
  /** Files, folders, globs, `-`. */
  readonly inputs: readonly string[];
  readonly out: string;
  readonly config: Config;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Aborted: batches in flight have a few seconds to end, then `ENGRAM_RUN_INTERRUPTED` is thrown. */
  readonly signal?: AbortSignal;
  /** Parts to use in place of those the config names. */
  readonly parts?: Partial<BuildParts>;
}

export interface BuildParts {
  createExtractor(config: Config, signal?: AbortSignal): Promise<Extractor>;
  openStore(config: Config, out: string): Promise<GraphStore>;
}

export interface BuildResult {
  readonly manifest: RunManifest;
  /** With what it was built from; left out where it would take more than `graph.memory`: the store has it. */
  readonly held?: OpenedGraph;
  readonly store: StoreCounts;
  /** What was written into it. */
  readonly sync: SyncReport;
  /** Records of the journal that were damaged; their documents were read anew where the inputs still hold them. */
  readonly journalProblems: readonly JournalProblem[];
  /** The first inputs that could not be read; dead-letter.jsonl has all. */
  readonly deadLetters: readonly DeadLetter[];
}

const MOST_TOLD = 3;

/**
 * Builds, resumes or updates, whichever the folder asks for.
 * @throws EngramError with exit 3 when stopped or when the store is out of reach: the journal is whole, run it again
 */
export async function runBuild(options: BuildOptions): Promise<BuildResult> {
  const { inputs, out, config, signal } = options;
  const parts = { createExtractor: createConfiguredExtractor, openStore: openConfiguredStore, ...options.parts };
  checkStoreAddress(config.store.address);
  const startedAt = new Date();
  const seconds = createClock();
  const named: InputRecord[] = [];
  const outside = new Map<string, DeadLetter>();
  for (const argument of inputs) {
    const files = await findInputs([argument], (path, root) => outside.set(path, deadLetterOf(path, new EngramError('ENGRAM_SOURCE_OUTSIDE', { path, root }))));
    named.push({ argument, files });
  }
  const files = [...new Set(named.flatMap((input) => input.files))];
  const before = await readManifest(out);

  let counts: RunProgress = { read: 0, extracted: 0, unchanged: 0, deadLetters: 0, words: 0 };
  let bytesRead = 0;
  const bytesTotal = (await Promise.all(files.map((file) => sizeOf(file)))).reduce((sum, size) => sum + size, 0);
  const tell = (phase: BuildPhase): void => {
    options.onProgress?.({ ...counts, phase, seconds: seconds(), bytesRead, bytesTotal });
  };

  tell('models');
  const extractor = await parts.createExtractor(config, signal);
  const modelSeconds = seconds();
  const manifest: RunManifest = {
    engram: engramVersion(),
    status: 'running',
    startedAt: startedAt.toISOString(),
    config: {
      ...config,
      store: { ...config.store, address: withoutCredentials(config.store.address) },
      queue: { ...config.queue, address: withoutCredentials(config.queue.address) },
    },
    versions: extractor.versions,
    ...(extractor.device !== undefined && { device: extractor.device }),
    inputs: mergeInputs(before?.inputs ?? [], named, true),
  };
  // Holding the journal keeps a second build out of the folder until the store is written.
  const journal = await openJournal(out).catch(async (error: unknown) => {
    await extractor.close();
    throw error;
  });
  const deadLetters = await openDeadLetters(out).catch(async (error: unknown) => {
    await Promise.all([journal.close(), extractor.close()]);
    throw error;
  });
  const unreadable = new Set<string>();
  const told: DeadLetter[] = [];

  const refuse = (letter: DeadLetter): Promise<void> => {
    if (told.length < MOST_TOLD) told.push(letter);
    return deadLetters.append(letter);
  };

  async function* items(): AsyncGenerator<SourceItem> {
    for (const deadLetter of outside.values()) yield { deadLetter };
    for (const file of files) {
      const size = await sizeOf(file);
      let seen = 0;
      for await (const item of openSource(file, config.sources).read()) {
        if ('deadLetter' in item && item.deadLetter.line === undefined) unreadable.add(file);
        if (!('deadLetter' in item)) seen = Math.min(size, seen + Buffer.byteLength('document' in item ? item.document.text : item.extraction.text));
        bytesRead = finishedBytes + seen;
        yield item;
      }
      finishedBytes += size;
      bytesRead = finishedBytes;
    }
  }
  let finishedBytes = 0;

  try {
    await writeManifest(out, manifest);
    tell('extract');
    const result = await runExtraction({
      items: items(),
      extractor,
      journal: { keyOf: journal.keyOf, append: (records) => journal.append(...records.map((record) => ({ kind: 'extraction', ...record }) as const)) },
      onDeadLetter: refuse,
      batchDocuments: config.extract.batchDocuments,
      ...(isDistributed(config)
        ? { concurrency: config.queue.batches, batchBytes: config.queue.batchBytes, bytesInFlight: config.queue.bytesInFlight }
        : { concurrency: processesOf(config) * config.extract.concurrency }),
      signal,
      onProgress: (progress) => {
        counts = progress;
        tell('extract');
      },
    });
    counts = result;
    const extractSeconds = seconds() - modelSeconds;
    if (result.interrupted) {
      await writeManifest(out, { ...manifest, status: 'interrupted', finishedAt: new Date().toISOString() });
      throw new EngramError('ENGRAM_RUN_INTERRUPTED', { documents: result.extracted });
    }
    const removed = findRemoved({
      journalled: journal.documents(),
      current: result.current,
      named,
      before: before?.inputs ?? [],
      unreadable,
    });
    await journal.append(...removed.map((id) => ({ kind: 'removed', id }) as const));
    await journal.flush();

    tell('graph');
    const graphStart = seconds();
    const written = await writeGraph(journal, { out, config, openStore: () => parts.openStore(config, out), onGraph: () => tell('store') });
    const { held, store, report } = written;
    for (const { kind, id, code, reason } of report.refused) await refuse({ uri: `${kind} ${id}`, stage: 'store', code, message: `${withoutCredentials(config.store.address)} refused ${kind} ${id}: ${reason}` });
    const end = seconds();

    const complete: RunManifest = {
      ...manifest,
      status: 'complete',
      finishedAt: new Date().toISOString(),
      inputs: mergeInputs(before?.inputs ?? [], named, false),
      counts: {
        read: result.read,
        extracted: result.extracted,
        unchanged: result.unchanged,
        removed: removed.length,
        deadLetters: deadLetters.count,
        words: result.words,
        ...written.counts,
      },
      seconds: rounded({
        total: end,
        models: modelSeconds,
        extract: extractSeconds,
        ...result.stageSeconds,
        graph: end - graphStart - written.storeSeconds,
        store: written.storeSeconds,
      }),
      ...(result.devices.size > 0 && { devices: [...result.devices].map(([device, documents]) => ({ device, documents })).sort((a, b) => b.documents - a.documents || (a.device < b.device ? -1 : 1)) }),
      wordsPerSecond: result.words === 0 ? 0 : Math.round(result.words / extractSeconds),
      digest: written.digest,
    };
    await writeManifest(out, complete);
    tell('done');
    return { manifest: complete, ...(held === undefined ? {} : { held }), store, sync: report, journalProblems: journal.problems, deadLetters: told };
  } finally {
    await journal.close();
    await deadLetters.close();
    await extractor.close();
  }
}

const isDistributed = ({ queue }: Config): boolean => queue.address !== 'none';

async function createConfiguredExtractor(config: Config, signal?: AbortSignal): Promise<Extractor> {
  if (!isDistributed(config)) return startExtractor(config, signal);
  // Nobody else needs a client of Redis.
  const { createQueueExtractor } = await import('./queue/queue-extractor.ts');
  return createQueueExtractor(config, signal);
}

export function openConfiguredStore(config: Config, out: string): Promise<GraphStore> {
  const { address, user, password, writers, maxOutage } = config.store;
  return openStore(address, {
    directory: out,
    user: process.env['NEO4J_USER'] ?? user,
    password: process.env[password.env],
    onCorrupt: 'rebuild',
    writers,
    maxOutageMs: 1000 * maxOutage,
  });
}

/** Before hours of work, not after: the store is opened last. */
function checkStoreAddress(address: string): void {
  if (STORES.some(({ matches }) => matches.test(address))) return;
  const known = STORES.map(({ example }) => example).join(', ');
  const problem = `No store has the address '${withoutCredentials(address)}'. Known: ${known}.`;
  throw new EngramError('ENGRAM_USAGE', { problem });
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.size,
    () => 0,
  );
}

function createClock(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

function rounded(seconds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(seconds).map(([name, value]) => [name, Math.round(value * 1000) / 1000]));
}
