// A trained classifier, opened to be used.
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createEngine, type EngineChoice } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { CLASSIFIER_FILE, CLASSIFIER_TASK, createClassifierOf, type Classifier } from './classifier-model.ts';

export interface ClassifierOptions extends EngineChoice {
  /** The folder of a model that `engram train classify` made. */
  readonly model: string;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadClassifier(folder: string): LoadedNetwork {
  const path = join(folder, CLASSIFIER_FILE);
  const network = loadNetwork(path, CLASSIFIER_TASK);
  const { multiLabel, temperature } = network.tables;
  if (network.encoder.outputs !== 2 * network.labels.length || multiLabel?.length !== 1 || !(Number(temperature?.[0]) > 0)) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `its tables do not fit its ${network.labels.length} labels` });
  }
  return network;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function openClassifier({ engine: kind, precision, batchTokens, model }: ClassifierOptions): Promise<Classifier & { readonly version: string }> {
  const network = loadClassifier(model);
  const engine = await createEngine(kind, { batchTokens });
  return { ...createClassifierOf(network, await engine.createEncoder(network.encoder, precision)), version: network.version };
}
