// Trains both relation models, one after the other, and what they say together; beside them a report of all three.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { readLabelledPassages, readRelationMix, type RelationFormat, type RelationMix } from './datasets.ts';
import type { FitOptions, FitReport } from './fit.ts';
import { fitPairs } from './fit-pairs.ts';
import { fitPassages } from './fit-passages.ts';
import { fitTogether, type JointFit } from './fit-together.ts';
import type { LabelledPassage } from './labelled-passages.ts';

export interface RelationTrainingOptions extends Pick<FitOptions, 'out' | 'seed' | 'hidden' | 'engine' | 'report'> {
  /** Folder with one subfolder a data set, as `readRelationMix` wants it, or labelled files. */
  readonly data: readonly string[];
  readonly format?: RelationFormat;
  /** Decides epoch, calibration and threshold; every tenth passage of the data when left out. Of a folder it is known. */
  readonly development?: string;
  /** Scored after each epoch, for the report only. */
  readonly test?: string;
  /** Of each of the two models; `EPOCHS` when left out. */
  readonly epochs?: number;
}

export interface RelationTrainingReport {
  readonly pairs: FitReport;
  readonly passages: FitReport;
  readonly together: JointFit;
}

const EPOCHS = { pairs: 8, passages: 14 } as const;

/** @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_USAGE`, `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export async function trainRelations(options: RelationTrainingOptions): Promise<RelationTrainingReport> {
  const mix = await readData(options);
  const pairs = await fitPairs({ ...options, ...mix, epochs: options.epochs ?? EPOCHS.pairs });
  const passages = await fitPassages({ ...options, ...mix, epochs: options.epochs ?? EPOCHS.passages });
  const together = await fitTogether(options.out, mix.validation);
  options.report(`both together, relations within a sentence: F1 ${together.f1.toFixed(2)}, calibration error ${together.expectedCalibrationError.toFixed(3)}`);
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, 'relations.training.json'), `${JSON.stringify({ seed: options.seed, pairs, passages, together }, null, 2)}\n`);
  return { pairs, passages, together };
}

async function readData({ data, format, development, test }: RelationTrainingOptions): Promise<RelationMix> {
  if (data.length === 1 && statSync(data[0]!, { throwIfNoEntry: false })?.isDirectory()) {
    const loose = Object.entries({ dev: development, test, format }).find(([, value]) => value !== undefined);
    if (loose !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `--${loose[0]} goes with labelled files; the data sets of a folder have their own.` });
    return readRelationMix(data[0]!);
  }
  const read = async (paths: readonly string[]): Promise<LabelledPassage[]> => (await Promise.all(paths.map((path) => readLabelledPassages(path, format)))).flat();
  const passages = await read(data);
  const isDevelopment = ({ document }: LabelledPassage): boolean => Number.parseInt(digestOf('development', document).slice(0, 8), 16) % 10 === 0;
  const train = development === undefined ? passages.filter((passage) => !isDevelopment(passage)) : passages;
  const validation = development === undefined ? passages.filter(isDevelopment) : await read([development]);
  for (const [part, used] of [['to train on', train], ['to decide on epoch and threshold', validation]] as const) {
    if (used.some(({ relations }) => relations.length > 0)) continue;
    throw new EngramError('ENGRAM_DATA_INVALID', { path: data.join(', '), problem: `${passages.length} passages found and no relation among those ${part}; give more, or name a file with --dev` });
  }
  return { train, validation, development: test === undefined ? {} : { test: await read([test]) } };
}
