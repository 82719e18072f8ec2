// The stage that finds mentions: segmented documents in, the same documents with scored mentions out.
import { join } from 'node:path';
import type { Mention, SegmentedDocument, TaggedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import type { EngineKind } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { TAGGER_TASK, tagSentences } from './tagger-model.ts';

export interface TaggerOptions {
  readonly engine: EngineKind;
  readonly precision: 'int8' | 'float32';
  /** Folder that holds tagger.safetensors; the shipped model when left out. */
  readonly model?: string;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadTagger(folder = SHIPPED_MODELS): LoadedNetwork {
  return loadNetwork(join(folder, 'tagger.safetensors'), TAGGER_TASK);
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createTagger(options: TaggerOptions): Promise<Stage<SegmentedDocument, TaggedDocument> & { readonly version: string }> {
  const network = loadTagger(options.model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  return {
    name: 'ner',
    version: network.version,
    async process(batch) {
      const sentences = batch.flatMap((document) => document.sentences);
      const spans = await tagSentences(sentences.map((s) => s.tokens.map((t) => t.text)), network.input, encoder, network.tables['transitions']!);
      let next = 0;
      return batch.map((document) => {
        const mentions = document.sentences.flatMap((sentence): Mention[] =>
          spans[next++]!.map(({ start, end, label, score }) => {
            const from = sentence.tokens[start]!.start;
            const to = sentence.tokens[end - 1]!.end;
            return { label, sentence: sentence.index, tokenStart: start, tokenEnd: end, start: from, end: to, surface: document.text.slice(from, to), score };
          }),
        );
        return { ...document, mentions };
      });
    },
    close: () => encoder.dispose(),
  };
}
