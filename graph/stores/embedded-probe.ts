// Can an embedded database file be opened at all? Asked in a child process, because opening a file that a killed
// writer left behind can end the process with a signal that nothing catches.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { messageOf } from '../../pipeline/core/errors.ts';

export interface ProbeResult {
  readonly verdict: 'sound' | 'corrupt' | 'in-use' | 'engine-missing';
  readonly problem: string;
}

const openFailed = 3;
const script = `
const { Database } = require(process.argv[1]);
const database = new Database(process.argv[2], 268435456, true, false, Number(process.argv[3]));
database.init().then(() => database.close()).then(
  () => process.exit(0),
  (error) => { require('node:fs').writeSync(2, String(error.message)); process.exit(${openFailed}); },
);`;

/** Recovers the file from its write-ahead log, as opening it does. */
export async function probeEmbedded(path: string, maxDatabaseBytes: number): Promise<ProbeResult> {
  let engine: string;
  try {
    engine = createRequire(import.meta.url).resolve('@ladybugdb/core');
  } catch (error) {
    return { verdict: 'engine-missing', problem: messageOf(error) };
  }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', script, engine, path, String(maxDatabaseBytes)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', (error) => resolve({ verdict: 'engine-missing', problem: error.message }));
    child.on('close', (code, signal) => resolve(verdictOf(code, signal, stderr)));
  });
}

function verdictOf(code: number | null, signal: string | null, stderr: string): ProbeResult {
  if (code === 0) return { verdict: 'sound', problem: '' };
  if (signal !== null) return { verdict: 'corrupt', problem: `opening it ended with ${signal}` };
  const problem = stderr.trim().split('\n').at(-1) ?? '';
  if (code !== openFailed) return { verdict: 'engine-missing', problem };
  return { verdict: /could not set lock/i.test(stderr) ? 'in-use' : 'corrupt', problem };
}
