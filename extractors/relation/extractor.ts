// The stage that relates mentions: every pair of a sentence that the schema admits is asked about by the trained classifier.
import { join } from 'node:path';
import type { ChainedDocument, RelatedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import type { EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, taskOf, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { createPassageExtractor } from '../passages/extractor.ts';
import { PASSAGE_TASK } from '../passages/passage-model.ts';
import { classifySentences, RELATION_TASK, type PairSentence, type PredictedRelation } from './relation-model.ts';

export interface RelationExtractorOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
  /** Folder that holds relation.safetensors; the shipped model when left out. */
  readonly model?: string;
  /** Least probability of a relation, in (0, 1); what training found best when left out. */
  readonly threshold?: number;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadRelationModel(folder = SHIPPED_MODELS): LoadedNetwork {
  return loadNetwork(join(folder, 'relation.safetensors'), RELATION_TASK);
}

/** Whether the folder holds a model that reads whole passages, as `engram train relations` makes it of files. */
export function readsPassages(folder: string | undefined): folder is string {
  return folder !== undefined && taskOf(join(folder, 'relation.safetensors')) === PASSAGE_TASK;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationExtractor(
  options: RelationExtractorOptions,
): Promise<Stage<ChainedDocument, RelatedDocument> & { readonly version: string }> {
  const { model } = options;
  if (readsPassages(model)) return createPassageExtractor({ ...options, model });
  const network = loadRelationModel(model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const threshold = options.threshold ?? network.tables['threshold']![0]!;
  return {
    name: 'relation',
    version: network.version,
    process: (batch) => Promise.all(batch.map((document) => relate(document, (sentences) => classifySentences(sentences, network, encoder, threshold)))),
    close: () => encoder.dispose(),
  };
}

type Classify = (sentences: readonly PairSentence[]) => Promise<PredictedRelation[][]>;

async function relate(document: ChainedDocument, classify: Classify): Promise<RelatedDocument> {
  const inSentence = document.sentences.map((): number[] => []);
  document.mentions.forEach(({ sentence }, index) => inSentence[sentence]!.push(index));
  const asked = document.sentences.filter(({ index }) => inSentence[index]!.length > 1);
  const found = await classify(
    asked.map((sentence) => ({
      tokens: sentence.tokens.map((token) => token.text),
      mentions: inSentence[sentence.index]!.map((index) => {
        const { tokenStart, tokenEnd, label } = document.mentions[index]!;
        return { start: tokenStart, end: tokenEnd, label };
      }),
    })),
  );
  const relations = asked.flatMap((sentence, place) => {
    const mentions = inSentence[sentence.index]!;
    return found[place]!.map(({ head, tail, predicate, probability }) => ({ head: mentions[head]!, tail: mentions[tail]!, label: predicate, score: probability }));
  });
  return { ...document, relations };
}
