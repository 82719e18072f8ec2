// Reads documents in processes of their own, so that one that hangs, fills the memory or brings the process down costs nothing but itself. What a lost process
// was reading is read again in another one, a document at a time: then it is certain which of them is to blame.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { isDevice, type Config } from './core/config.ts';
import { EngramError, messageOf, type ErrorCode } from './core/errors.ts';
import type { Document } from './core/model.ts';
import { extractorOf, letterOf, secondsBy, type ExtractedBatch, type Extractor, type Stages } from './extract.ts';

/** To the process: the config first, then batches. */
type Request = { readonly config: Config } | { readonly batch: number; readonly documents: readonly Document[] };

/** What reads, once models are loaded. */
type Ready = Pick<Extractor, 'versions' | 'device'>;

/** From the process: that it is ready, what became of a batch, or what is in the way of all. */
type Answer =
  | Ready
  | { readonly batch: number; readonly result: ExtractedBatch }
  | { readonly failed: { readonly code?: ErrorCode; readonly message: string } };

/** Bytes of text that `extract.deadline` is for. */
const DEADLINE_BYTES = 100_000;
/** What a stopped run waits for documents in flight; they are read anew by the next one. */
const DRAIN_MS = 3000;
/** To load models. */
const START_SECONDS = 300;
/** Of a document that was in a process when it was lost. */
const TRIES_ALONE = 2;

/** What a process keeps busy: its first thread, which prepares batches and decodes what the networks say, and 2.3 times as much on all its others (`npm run bench:processes`). */
const CORES_A_PROCESS = 3;
/** Of memory, so that models and batches have room. */
const BYTES_A_PROCESS = 2 * 2 ** 30;

/** Most processes that read for a build. By themselves never more than one for a device: each would want all of its memory. */
export function processesOf({ engine, extract: { processes } }: Config, cores = availableParallelism(), bytes = totalmem()): number {
  if (processes !== 'auto') return processes;
  if (isDevice(engine.kind)) return 1;
  return Math.max(1, Math.min(Math.ceil(cores / CORES_A_PROCESS), Math.floor(bytes / BYTES_A_PROCESS)));
}

const PROGRAM = new URL(import.meta.url.endsWith('.js') ? './extraction-child.js' : './extraction-child.ts', import.meta.url);

/**
 * Starts a process with the stages that the config names, and further ones, up to `processesOf`, once all that there are have `extract.concurrency` batches.
 * @param signal aborted: what is in flight has `DRAIN_MS` to end; then, and while models are loading, `ENGRAM_RUN_INTERRUPTED` is thrown
 * @param program calls `readForParent`
 * @throws EngramError as `createStages`
 */
export async function startExtractor(config: Config, signal?: AbortSignal, program = PROGRAM): Promise<Extractor> {
  const start = (): Promise<Reader> => startReader(config, signal, program);
  const most = processesOf(config);
  const slots: Slot[] = [{ reader: start(), batches: 0 }];
  let suspicious: Promise<Reader> | undefined;
  const alone = new PQueue({ concurrency: 1 });

  const freeSlot = (): Slot => {
    const slot = slots.reduce((freest, slot) => (slot.batches < freest.batches ? slot : freest));
    if (slot.batches < config.extract.concurrency || slots.length >= most) return slot;
    const further = { reader: start(), batches: 0 };
    // Who waits for it is told.
    further.reader.catch(() => undefined);
    slots.push(further);
    return further;
  };
  const liveReader = async (slot: Slot): Promise<Reader> => {
    const known = slot.reader;
    if (!(await known).isLost()) return known;
    if (slot.reader === known) slot.reader = start();
    return slot.reader;
  };
  const readAlone = async (document: Document): Promise<ExtractedBatch> => {
    let problem = '';
    for (let tries = 0; tries < TRIES_ALONE; tries++) {
      if (suspicious === undefined || (await suspicious).isLost()) suspicious = start();
      try {
        return await (await suspicious).read([document]);
      } catch (error) {
        if (!(error instanceof ReaderLost) || signal?.aborted) throw error;
        problem = error.message;
      }
    }
    const lost = new EngramError('ENGRAM_STAGE_LOST', { uri: document.uri, problem, times: TRIES_ALONE + 1 });
    return { results: [{ deadLetter: letterOf(document, 'extract', lost) }], seconds: secondsBy(() => 0) };
  };

  const readTogether = async (documents: readonly Document[]): Promise<ExtractedBatch> => {
    const slot = freeSlot();
    slot.batches++;
    try {
      return await (await liveReader(slot)).read(documents);
    } catch (error) {
      if (!(error instanceof ReaderLost) || signal?.aborted) throw error;
    } finally {
      slot.batches--;
    }
    const batches = await Promise.all(documents.map((document) => alone.add(() => readAlone(document))));
    return {
      results: batches.flatMap(({ results }) => results),
      seconds: secondsBy((stage) => batches.reduce((sum, { seconds }) => sum + seconds[stage], 0)),
    };
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...slots.map(({ reader }) => reader), suspicious].map(async (open) => (await open?.catch(() => undefined))?.stop()));
  };
  const orInterrupted = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw signal?.aborted ? new EngramError('ENGRAM_RUN_INTERRUPTED', { documents: 0 }, { cause: error }) : error;
    }
  };
  let drain: NodeJS.Timeout | undefined;
  const onAbort = (): void => void (drain = setTimeout(() => void stop(), DRAIN_MS).unref());
  signal?.addEventListener('abort', onAbort);
  return {
    ...(await orInterrupted(slots[0]!.reader)).ready,
    extract: (documents) => orInterrupted(readTogether(documents)),
    async close() {
      signal?.removeEventListener('abort', onAbort);
      clearTimeout(drain);
      await stop();
    },
  };
}

/** A process that reads, and how many batches it has. */
interface Slot {
  reader: Promise<Reader>;
  batches: number;
}

/** The process ended, or was ended, with documents in it. */
class ReaderLost extends Error {}

interface Reader {
  readonly ready: Ready;
  isLost(): boolean;
  /** @throws ReaderLost; EngramError as `Extractor.extract` */
  read(documents: readonly Document[]): Promise<ExtractedBatch>;
  stop(): Promise<void>;
}

interface Pending {
  readonly bytes: number;
  readonly resolve: (result: ExtractedBatch) => void;
  readonly reject: (reason: unknown) => void;
}

async function startReader(config: Config, signal: AbortSignal | undefined, program: URL): Promise<Reader> {
  const child = fork(program, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [...process.execArgv.filter((flag) => flag.startsWith('--max-old-space-size')), ...(program.pathname.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [])],
  });
  const pending = new Map<number, Pending>();
  let isLoading = true;
  let problem: string | undefined;
  let lastBatch = 0;
  let timer: NodeJS.Timeout | undefined;
  let told = '';
  child.stderr!.on('data', (piece: Buffer) => (told = (told + piece.toString()).slice(-10_000)));
  const send = (request: Request): void => void child.send(request);
  /** Gives it its time anew. */
  const watch = (): void => {
    clearTimeout(timer);
    if (pending.size === 0 && !isLoading) return;
    const bytes = [...pending.values()].reduce((sum, batch) => sum + batch.bytes, 0);
    const seconds = isLoading ? START_SECONDS : config.extract.deadline * Math.max(1, bytes / DEADLINE_BYTES);
    timer = setTimeout(() => {
      problem = `gave no answer for ${Math.round(seconds)} s`;
      child.kill('SIGKILL');
    }, 1000 * seconds);
  };
  const rejectAll = (reason: unknown): void => {
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  };

  const isReady = new Promise<Ready>((resolve, reject) => {
    child.on('message', (answer: Answer) => {
      if ('versions' in answer) {
        isLoading = false;
        resolve(answer);
      } else if ('failed' in answer) {
        const { code, message } = answer.failed;
        const error = code === undefined ? new Error(message) : EngramError.told(code, message);
        reject(error);
        rejectAll(error);
      } else {
        pending.get(answer.batch)?.resolve(answer.result);
        pending.delete(answer.batch);
      }
      watch();
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      problem ??= /heap out of memory/.test(told) ? 'ran out of memory' : `ended with ${signal ?? `exit code ${code}`}`;
      reject(new EngramError('ENGRAM_MODEL_ENGINE_MISSING', { engine: config.engine.kind, problem: `the process that reads documents ${problem} before it was ready` }));
      rejectAll(new ReaderLost(problem));
    });
  });
  send({ config });
  watch();
  const giveUp = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', giveUp);
  if (signal?.aborted) giveUp();
  const known = await isReady
    .catch((error: unknown) => {
      giveUp();
      throw error;
    })
    .finally(() => signal?.removeEventListener('abort', giveUp));
  return {
    ready: known,
    isLost: () => problem !== undefined || !child.connected,
    read: (documents) =>
      new Promise((resolve, reject) => {
        if (!child.connected) throw new ReaderLost('ended');
        const batch = ++lastBatch;
        pending.set(batch, { bytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0), resolve, reject });
        send({ batch, documents });
        watch();
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const isClosed = once(child, 'close');
      // It holds nothing that could be lost.
      child.kill('SIGKILL');
      await isClosed;
    },
  };
}

/** The other side: reads what the process that started this one sends, and ends with it. */
export function readForParent(createStages: (config: Config) => Promise<Stages>): void {
  // Also in the middle of a document that never ends.
  const source = `const parent = ${process.ppid}; setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 500);`;
  new Worker(source, { eval: true }).unref();
  process.on('disconnect', () => process.exit());
  // Sent to all processes of a terminal; the parent decides when to stop, and batches in flight are finished.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
  const answer = (message: Answer): void => void process.send!(message);
  let extractor: Promise<Extractor> | undefined;
  process.on('message', async (request: Request) => {
    try {
      if ('config' in request) {
        extractor = createStages(request.config).then(extractorOf);
        const { versions, device } = await extractor;
        answer({ versions, device });
      } else answer({ batch: request.batch, result: await (await extractor!).extract(request.documents) });
    } catch (error) {
      answer({ failed: { ...(error instanceof EngramError ? { code: error.code } : {}), message: messageOf(error) } });
    }
  });
}
