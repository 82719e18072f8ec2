// Fits what the two models of a folder say together: the mean of their log odds as a probability, and the threshold that serves best.
import { join } from 'node:path';
import { calibrationOf } from '../ner/calibration.ts';
import { saveNetwork } from '../network/model-file.ts';
import { fitCalibration } from './calibrate.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import type { PredictedRelation } from './passage-model.ts';
import { createRelationReader, JOINT_TABLE, loadPassageModel, PASSAGES_FILE, UNFITTED } from './relation-reader.ts';
import { bestThreshold, rankRelations, thresholdOfPrecision, type RankedRelation } from './relation-scores.ts';

export interface JointFit {
  readonly threshold: number;
  /** From it on at least 80 % of the relations that a sentence states are right, and how many are found then, in percent. */
  readonly thresholdOfPrecision80?: number;
  readonly recallAtPrecision80?: number;
  readonly expectedCalibrationError: number;
  /** In percent, of the relations that a sentence states among all. */
  readonly f1: number;
}

const LEAST_PROBABILITY = 0.02;
const WANTED_PRECISION = 80;

/**
 * @param model folder of both models; what is fitted is written beside the model of passages
 * @param validation passages that neither was trained on
 * @throws EngramError `ENGRAM_MODEL_INVALID`
 */
export async function fitTogether(model: string, validation: readonly LabelledPassage[]): Promise<JointFit> {
  const path = join(model, PASSAGES_FILE);
  const save = (joint: readonly number[]): void => {
    const network = loadPassageModel(path);
    saveNetwork(path, { ...network, tables: { ...network.tables, [JOINT_TABLE]: Float32Array.from(joint) } });
  };
  const rank = async (): Promise<{ readonly ranked: readonly RankedRelation<PredictedRelation>[]; readonly gold: number }> => {
    const reader = await createRelationReader({ engine: 'wasm', precision: 'float32', model });
    const { ranked, gold } = rankRelations(validation, await reader.read(validation, LEAST_PROBABILITY));
    await reader.close();
    return { ranked, gold };
  };
  save(UNFITTED);
  const calibration = fitCalibration((await rank()).ranked.map(({ relation, correct }) => ({ score: relation.score, isRight: correct })));
  save([...calibration, 0]);
  const ranking = await rank();
  const { threshold, scores } = bestThreshold(ranking);
  save([...calibration, threshold]);
  const precise = thresholdOfPrecision(ranking, WANTED_PRECISION);
  const { expectedCalibrationError } = calibrationOf(ranking.ranked.map(({ probability, correct }) => ({ probability, isRight: correct })));
  return { threshold, thresholdOfPrecision80: precise?.threshold, recallAtPrecision80: precise?.scores.recall, expectedCalibrationError, f1: scores.f1 };
}
