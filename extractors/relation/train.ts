// `engram train relations`: which passages the models learn from, and which of the two models is trained.
import { statSync } from 'node:fs';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { readLabelledPassages, readRelationMix, type RelationFormat, type RelationMix } from './datasets.ts';
import type { FitOptions, RelationTrainingReport } from './fit.ts';
import { fitPairs } from './fit-pairs.ts';
import { fitPassages } from './fit-passages.ts';
import type { LabelledPassage } from './labelled-passages.ts';

/** Which model: of pairs of mentions of a sentence, or of whole passages. */
export const READINGS = ['pairs', 'passages'] as const;
export type ReadingKind = (typeof READINGS)[number];

export interface RelationTrainingOptions extends Omit<FitOptions, 'train' | 'validation' | 'development' | 'epochs'> {
  /** Folder with one subfolder a data set, as `readRelationMix` wants it, or labelled files. */
  readonly data: readonly string[];
  readonly format?: RelationFormat;
  /** Decides epoch, calibration and threshold; every tenth passage of the data when left out. Of a folder it is known. */
  readonly development?: string;
  /** Scored after each epoch, for the report only. */
  readonly test?: string;
  readonly reads: ReadingKind;
  readonly epochs?: number;
}

const EPOCHS: Readonly<Record<ReadingKind, number>> = { pairs: 8, passages: 20 };

/** @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_USAGE`, `ENGRAM_MODEL_INVALID` when the word vectors are missing */
export async function trainRelations(options: RelationTrainingOptions): Promise<RelationTrainingReport> {
  const fit = options.reads === 'pairs' ? fitPairs : fitPassages;
  return fit({ ...options, epochs: options.epochs ?? EPOCHS[options.reads], ...(await readData(options)) });
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
