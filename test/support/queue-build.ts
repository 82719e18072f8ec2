// Builds through a queue, with small stages: documents, the build, and workers as processes of their own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runBuild, type BuildOptions, type BuildResult } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG, type Config } from '../../pipeline/core/config.ts';
import { extractorOf } from '../../pipeline/extract.ts';
import { createQueueExtractor } from '../../pipeline/queue/queue-extractor.ts';
import { createFakeStages } from './fake-stages.ts';

export type QueueSettings = Partial<Config['queue']>;

/** A lost worker is noticed within seconds. */
export function queueConfig(queue: QueueSettings, extract: Partial<Config['extract']> = {}): Config {
  return {
    ...DEFAULT_CONFIG,
    extract: { ...DEFAULT_CONFIG.extract, batchDocuments: 8, ...extract },
    store: { ...DEFAULT_CONFIG.store, address: 'jsonl' },
    queue: { ...DEFAULT_CONFIG.queue, lease: 1, ...queue },
  };
}

/** A file of so many small documents. */
export async function writeDocuments(folder: string, count: number, textOf = (at: number): string => `Ada${at} Kingston met Grace${at % 7} Boston`): Promise<string> {
  const path = join(folder, 'documents.jsonl');
  await writeFile(path, Array.from({ length: count }, (_, at) => `${JSON.stringify({ id: `${at}`, text: textOf(at) })}\n`).join(''));
  return path;
}

const fakeExtractor = async () => extractorOf(createFakeStages());

export const buildHere = (input: string, out: string): Promise<BuildResult> => runBuild({ inputs: [input], out, config: queueConfig({ address: 'none' }), parts: { createExtractor: fakeExtractor } });

export const buildThrough = (input: string, out: string, config: Config, more: Partial<BuildOptions> = {}): Promise<BuildResult> =>
  runBuild({ inputs: [input], out, config, parts: { createExtractor: (settings, signal) => createQueueExtractor(settings, signal, fakeExtractor) }, ...more });

export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<void>;
  readonly said: () => string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** @param command what starts it, such as `ip netns exec NAME` */
export function startWorkerProcess(queue: QueueSettings, options: { readonly ms?: number; readonly device?: string; readonly version?: string; readonly command?: readonly string[] } = {}): WorkerProcess {
  const { ms = 0, device = '', version, command = [] } = options;
  const [program = '', ...args] = [...command, process.execPath, '--import=tsx', 'test/support/queue-worker.ts', JSON.stringify({ lease: 1, ...queue }), String(ms), device, ...(version === undefined ? [] : [version])];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const closed = once(child, 'close');
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => {
        said += piece.toString();
        if (said.includes('ready')) resolve();
      });
    }
    child.once('close', () => reject(new Error(`the worker ended: ${said}`)));
  });
  ready.catch(() => undefined);
  return {
    child,
    ready,
    said: () => said,
    async stop(signal = 'SIGKILL') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await closed;
      return child.exitCode;
    },
  };
}
