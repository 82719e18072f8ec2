// How a relation model is trained, whichever way it reads: Adam over shuffled batches, averaged weights, after each epoch probabilities
// calibrated and a threshold chosen on the validation passages, the best epoch kept.
import { join } from 'node:path';
import type { Random } from '../../pipeline/core/random.ts';
import type { Encoder } from '../engine/engine.ts';
import { createTapeEngine, type TapeKind } from '../engine/tape-engine.ts';
import { calibrationOf } from '../ner/calibration.ts';
import { saveNetwork, type Network } from '../network/model-file.ts';
import { updateWithAdam, type Parameter } from '../network/parameters.ts';
import { AveragedWeights, learningRateAt } from '../network/training.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import type { Passage } from './passage.ts';
import type { PredictedRelation } from './passage-model.ts';
import { bestThreshold, rankRelations, scoreRelations, thresholdOfPrecision, type RankedRelation } from './relation-scores.ts';
import { scoreSemeval } from './semeval.ts';

export interface FitOptions {
  readonly train: readonly LabelledPassage[];
  /** Decides which epoch is kept, the calibration and the threshold: documents that are not trained on. */
  readonly validation: readonly LabelledPassage[];
  /** Only reported. */
  readonly development: Readonly<Record<string, readonly LabelledPassage[]>>;
  /** Folder for the model. */
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  /** States of the BiLSTM in each direction. */
  readonly hidden?: number;
  /** What it is trained on; the CPU by `wasm` when left out. */
  readonly engine?: TapeKind;
  readonly report: (line: string) => void;
}

export interface FitReport {
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly labels: number;
  readonly threshold: number;
  /** From it on at least 80 % of the validation relations are right, where such a threshold exists, and how many are found then, in percent. */
  readonly thresholdOfPrecision80?: number;
  readonly recallAtPrecision80?: number;
  readonly expectedCalibrationError: number;
  /** F1 in percent by set, of the kept epoch. */
  readonly f1: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A network that learns, as the loop sees it. */
export interface Learner<Batch> {
  /** The file that it becomes. */
  readonly file: string;
  readonly labels: readonly string[];
  readonly parameters: readonly Parameter[];
  /** One epoch's worth. */
  batches(random: Random): readonly Batch[];
  /** Adds the gradients of one batch to the parameters. @returns mean loss of a pair */
  trainBatch(batch: Batch): number;
  /** Before the weights are used for anything but training. */
  settle(): void;
  network(calibration: readonly number[], threshold: number): Network;
  readonly uncalibrated: readonly number[];
  calibrate(ranked: readonly RankedRelation<PredictedRelation>[]): readonly number[];
  predict(passages: readonly Passage[], network: Network, encoder: Encoder, least: number): Promise<PredictedRelation[][]>;
}

const LEARNING_RATE = 1.5e-3;
const AVERAGE_DECAY = 0.999;
const MAX_GRADIENT_NORM = 5;
/** Least probability at which predictions are looked at for calibration and threshold. */
const LEAST_PROBABILITY = 0.02;
const WANTED_PRECISION = 80;
/** Of one epoch's steps so many are reported. */
const REPORTS_AN_EPOCH = 4;

export async function fit<Batch>(learner: Learner<Batch>, { validation, development, out, epochs, engine: kind, report }: FitOptions, random: Random): Promise<FitReport> {
  const started = Date.now();
  const engine = await createTapeEngine(kind);
  const { labels, parameters } = learner;
  const average = new AveragedWeights(parameters, AVERAGE_DECAY);
  const batches = Array.from({ length: epochs }, () => learner.batches(random));
  const steps = batches.reduce((n, { length }) => n + length, 0);
  report(`${learner.file}: ${labels.length} labels, ${steps} steps`);

  let step = 0;
  let best: Omit<FitReport, 'epochs' | 'labels' | 'seconds'> & { readonly score: number } = { bestEpoch: 0, score: -1, threshold: 0.5, expectedCalibrationError: 1, f1: {} };
  for (const [epoch, inEpoch] of batches.entries()) {
    const every = Math.ceil(inEpoch.length / REPORTS_AN_EPOCH);
    let loss = 0;
    for (const batch of inEpoch) {
      step++;
      loss += learner.trainBatch(batch);
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, LEARNING_RATE), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % every === 0) report(`step ${step}/${steps}  loss ${(loss / every).toFixed(4)} a pair  ${((Date.now() - started) / 1000).toFixed(0)} s`);
      if (step % every === 0) loss = 0;
    }
    await average.during(async () => {
      learner.settle();
      const encoder = await engine.createEncoder(learner.network(learner.uncalibrated, 0).encoder, 'float32');
      const predict = (passages: readonly Passage[], calibration: readonly number[], least: number): Promise<PredictedRelation[][]> => learner.predict(passages, learner.network(calibration, 0), encoder, least);
      const calibration = learner.calibrate(rankRelations(validation, await predict(validation, learner.uncalibrated, LEAST_PROBABILITY)).ranked);
      const ranking = rankRelations(validation, await predict(validation, calibration, LEAST_PROBABILITY));
      const { threshold, scores } = bestThreshold(ranking);
      const precise = thresholdOfPrecision(ranking, WANTED_PRECISION);
      const { expectedCalibrationError } = calibrationOf(ranking.ranked.map(({ probability, correct }) => ({ probability, isRight: correct })));
      const f1: Record<string, number> = { validation: scores.f1 };
      for (const [name, passages] of Object.entries(development)) {
        const found = await predict(passages, calibration, threshold);
        f1[name] = passages[0]?.source === 'semeval' ? scoreSemeval(passages, found).macro.f1 : scoreRelations(passages, found).total().f1;
      }
      await encoder.dispose();
      const sure = precise ? `${WANTED_PRECISION} % right from ${precise.threshold.toFixed(3)} on, recall ${precise.scores.recall.toFixed(1)}` : `never ${WANTED_PRECISION} % right`;
      report(`epoch ${epoch + 1}: threshold ${threshold.toFixed(3)}  ${Object.entries(f1).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}  ${sure}  calibration error ${expectedCalibrationError.toFixed(3)}`);
      if (scores.f1 > best.score) {
        best = { bestEpoch: epoch + 1, score: scores.f1, threshold, thresholdOfPrecision80: precise?.threshold, recallAtPrecision80: precise?.scores.recall, expectedCalibrationError, f1 };
        saveNetwork(join(out, learner.file), learner.network(calibration, threshold));
      }
    });
  }
  const { score: _score, ...kept } = best;
  return { epochs, ...kept, labels: labels.length, seconds: (Date.now() - started) / 1000 };
}
