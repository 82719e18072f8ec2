// A sync in a process of its own, to be killed.
import { spawn } from 'node:child_process';
import type { GraphSize } from './synthetic-graph.ts';

export function startSync(address: string, { entities, facts }: GraphSize, seed: number, version: number) {
  const numbers = [entities, facts, seed, version].map(String);
  const child = spawn(process.execPath, ['--import=tsx', 'test/proof/sync-process.ts', address, ...numbers], { stdio: ['ignore', 'pipe', 'inherit'] });
  const writing = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    writing: Promise.race([writing, ended.then(() => undefined)]),
    ended,
  };
}
