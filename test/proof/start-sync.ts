// A sync in a process of its own, to be killed or to be measured.
import { spawn } from 'node:child_process';
import type { GraphSize } from './synthetic-graph.ts';

export interface SyncOutcome {
  readonly error?: string;
  readonly retries: number;
  /** Bytes: the most memory that the process held. */
  readonly rss: number;
}

/** @param outageMs the patience of the store; its own when left out */
export function startSync(address: string, { entities, facts }: GraphSize, seed: number, version: number, outageMs?: number) {
  const numbers = [entities, facts, seed, version, ...(outageMs === undefined ? [] : [outageMs])].map(String);
  const child = spawn(process.execPath, ['--import=tsx', 'test/proof/sync-process.ts', address, ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  const writing = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  child.stdout.on('data', (piece: Buffer) => (told += piece.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    writing: Promise.race([writing, ended.then(() => undefined)]),
    ended,
    /** Of a process that came to its end by itself. */
    outcome: ended.then(() => JSON.parse(told.trimEnd().split('\n').at(-1)!) as SyncOutcome),
  };
}
