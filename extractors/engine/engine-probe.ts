// Tries an engine in a process of its own: what drivers of devices write to standard error stays there, and one that crashes is a finding.
import { fork } from 'node:child_process';
import type { Engine } from './engine.ts';
import type { EngineReport } from './index.ts';

const PROGRAM = new URL(import.meta.url.endsWith('.js') ? './engine-probe-child.js' : './engine-probe-child.ts', import.meta.url);

export function examineApart(kind: Engine['kind'], hint: string): Promise<EngineReport> {
  return new Promise((resolve) => {
    const child = fork(PROGRAM, [kind], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: PROGRAM.pathname.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [] });
    const isLost = (how: string): void => resolve({ kind, available: false, detail: `the process that tried it ${how}`, hint });
    child.once('message', (report: EngineReport) => resolve(report));
    child.once('error', (error) => isLost(`did not start: ${error.message}`));
    child.once('close', (code, signal) => isLost(`ended with ${signal ?? `exit code ${code}`}`));
  });
}
