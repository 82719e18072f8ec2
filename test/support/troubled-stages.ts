// Small stages that some documents bring down: a word of the text says how.
import { appendFileSync } from 'node:fs';
import type { Stages } from '../../pipeline/extract.ts';
import { createFakeStages, type FakeOptions } from './fake-stages.ts';

const troubles: Readonly<Record<string, () => void>> = {
  throws: () => {
    throw new Error('no such word');
  },
  exits: () => process.exit(7),
  hangs: () => {
    for (;;);
  },
  fills: () => {
    const kept: number[][] = [];
    for (;;) kept.push(new Array<number>(1e6).fill(kept.length));
  },
  breaks: () => {
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  },
};
export const TROUBLES = Object.keys(troubles);

/** Every text that is read is noted in the file of `ENGRAM_TEST_LOG`, a line each. */
export function createTroubledStages(options?: FakeOptions): Stages {
  const stages = createFakeStages(options);
  return {
    ...stages,
    ner: {
      name: 'ner:troubled',
      process: (batch) => {
        const log = process.env['ENGRAM_TEST_LOG'];
        if (log !== undefined) appendFileSync(log, batch.map(({ text }) => `${text}\n`).join(''));
        for (const { text } of batch) for (const trouble of TROUBLES) if (text.includes(trouble)) troubles[trouble]!();
        return stages.ner.process(batch);
      },
    },
  };
}
