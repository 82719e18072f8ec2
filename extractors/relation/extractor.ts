// The stage that relates mentions: every pair of a sentence that the schema admits is asked about by the trained classifier.
import { join } from 'node:path';
import type { RelatedDocument, TaggedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import type { EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { classifySentences, RELATION_TASK } from './relation-model.ts';

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

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationExtractor(
  options: RelationExtractorOptions,
): Promise<Stage<TaggedDocument, RelatedDocument> & { readonly version: string }> {
  const network = loadRelationModel(options.model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const threshold = options.threshold ?? network.tables['threshold']![0]!;
  return {
    name: 'relation',
    version: network.version,
    async process(batch) {
      const places = batch.flatMap((document) => {
        const bySentence = new Map<number, number[]>();
        document.mentions.forEach(({ sentence }, index) => bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), index]));
        return document.sentences.map((sentence) => ({ document, sentence, mentions: bySentence.get(sentence.index) ?? [] }));
      });
      const asked = places.filter(({ mentions }) => mentions.length > 1);
      const found = await classifySentences(
        asked.map(({ document, sentence, mentions }) => ({
          tokens: sentence.tokens.map((token) => token.text),
          mentions: mentions.map((index) => {
            const { tokenStart, tokenEnd, label } = document.mentions[index]!;
            return { start: tokenStart, end: tokenEnd, label };
          }),
        })),
        network,
        encoder,
        threshold,
      );
      const relations = new Map<TaggedDocument, RelatedDocument['relations'][number][]>(batch.map((document) => [document, []]));
      asked.forEach(({ document, mentions }, index) => {
        for (const { head, tail, predicate, probability } of found[index]!) {
          relations.get(document)!.push({ head: mentions[head]!, tail: mentions[tail]!, label: predicate, score: probability });
        }
      });
      return batch.map((document) => ({ ...document, relations: relations.get(document)! }));
    },
    close: () => encoder.dispose(),
  };
}
