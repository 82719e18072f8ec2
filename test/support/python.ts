// Runs Python with packages that Engram is compared with: pandas, pyarrow, duckdb, networkx with scipy, igraph, schemathesis.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';

const PYTHON = process.env['ENGRAM_TEST_PYTHON'];

/** @returns what the program prints, as JSON; undefined, said aloud, where there is no such Python */
export async function runPython(t: ExecutionContext, program: string, ...args: readonly string[]): Promise<unknown> {
  if (PYTHON === undefined) {
    t.log('NOT RUN: no Python. Set ENGRAM_TEST_PYTHON to one with pandas, pyarrow, duckdb, networkx, scipy, igraph and schemathesis.');
    t.pass();
    return undefined;
  }
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', program, ...args], { maxBuffer: 2 ** 28 });
  return JSON.parse(stdout);
}
