// The command as a process of its own.
import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param input what standard input holds */
export function engram(args: readonly string[], input = '', environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import=tsx', 'pipeline/cli/main.ts', ...args], { env: { ...process.env, ...environment } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (err += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}
