// The stage that relates mentions: every pair of things of a passage is asked about by the trained model, within and across sentences.
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { ChainedDocument, RelatedDocument, Relation } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import type { EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { documentPassages } from './document-passages.ts';
import { PAIR_HEAD_NAMES, pairHeadLengths } from './pair-head.ts';
import { ROLES } from './passage.ts';
import { CALIBRATION_SIZE, classifyPassages, PASSAGE_TASK, ROLE_SIZE } from './passage-model.ts';

export interface PassageExtractorOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
  /** Folder that holds relation.safetensors. */
  readonly model: string;
  /** Least probability of a relation, in (0, 1); `KEPT_PROBABILITY` when left out. */
  readonly threshold?: number;
}

/** What is less likely is not worth a place in the journal; the graph has a threshold of its own. */
const KEPT_PROBABILITY = 0.3;

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadPassageModel(folder: string): LoadedNetwork {
  const path = join(folder, 'relation.safetensors');
  const network = loadNetwork(path, PASSAGE_TASK);
  const lengths: Readonly<Record<string, number>> = { roles: ROLES * ROLE_SIZE, calibration: CALIBRATION_SIZE, threshold: 1, ...pairHeadLengths(network.labels.length) };
  for (const name of ['roles', 'calibration', 'threshold', ...PAIR_HEAD_NAMES]) {
    const found = network.tables[name]?.length;
    if (found !== lengths[name]) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `table '${name}' has ${found ?? 'no'} values, not ${lengths[name]}` });
  }
  return network;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createPassageExtractor(
  options: PassageExtractorOptions,
): Promise<Stage<ChainedDocument, RelatedDocument> & { readonly version: string }> {
  const network = loadPassageModel(options.model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const relate = async (document: ChainedDocument): Promise<RelatedDocument> => {
    const passages = documentPassages(document);
    const found = await classifyPassages(passages, network, encoder, options.threshold ?? KEPT_PROBABILITY);
    const relations = passages.flatMap(({ origin }, at) =>
      found[at]!.flatMap(({ label, probability, evidence }) =>
        evidence.map(({ head, tail }): Relation => ({ head: origin[head]!, tail: origin[tail]!, label, score: probability })),
      ),
    );
    return { ...document, relations };
  };
  return {
    name: 'relation',
    version: network.version,
    process: (batch) => Promise.all(batch.map(relate)),
    close: () => encoder.dispose(),
  };
}
