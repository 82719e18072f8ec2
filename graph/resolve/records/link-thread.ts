// A thread that takes its share of the steps of a linkage: a message names the step and holds what it takes; the answer is what it returns.
import { parentPort, workerData } from 'node:worker_threads';
import { createSteps, type Steps } from './link-steps.ts';
import type { RecordColumns } from './record-columns.ts';

const steps = createSteps(workerData as RecordColumns);
parentPort!.on('message', ({ step, parameters }: { step: keyof Steps; parameters: unknown[] }) => {
  parentPort!.postMessage((steps[step] as (...parameters: unknown[]) => unknown)(...parameters));
});
