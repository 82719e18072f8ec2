// The stage that finds mentions: segmented documents in, the same documents with scored mentions out.
import { join } from 'node:path';
import type { Mention, SegmentedDocument, Sentence, TaggedDocument } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createEngine, type EngineChoice } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { tagCountOf } from './bioes.ts';
import { agreeOnLabels } from './document-vote.ts';
import { createTaggerOf, TAGGER_FILE, TAGGER_TASK, tagSentences, type ScoredSpan, type Tagger } from './tagger-model.ts';

/** Enough to keep every thread of the engine busy, few enough to keep memory small. */
const DOCUMENTS_AT_ONCE = 4;

export interface TaggerOptions extends EngineChoice {
  /** As `taggerFolder` takes it; `shipped` when left out. */
  readonly model?: string;
}

/** The folder of a tagger: `shipped`, `small` (shipped too: less exact, faster), or the folder itself. */
export function taggerFolder(model = 'shipped'): string {
  if (model === 'shipped') return SHIPPED_MODELS;
  return model === 'small' ? join(SHIPPED_MODELS, 'small') : model;
}

/** @param model as `taggerFolder` takes it @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadTagger(model?: string): LoadedNetwork {
  const path = join(taggerFolder(model), TAGGER_FILE);
  const network = loadNetwork(path, TAGGER_TASK);
  const tags = tagCountOf(network.labels.length);
  const { transitions, temperature } = network.tables;
  if (network.encoder.outputs !== tags || transitions?.length !== (tags + 1) ** 2 || !(Number(temperature?.[0]) > 0)) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `its tables do not fit its ${network.labels.length} labels: an earlier version wrote it` });
  }
  return network;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createTagger(options: TaggerOptions): Promise<Stage<SegmentedDocument, TaggedDocument> & { readonly version: string }> {
  const network = loadTagger(options.model);
  const engine = await createEngine(options.engine, options);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const tagger = createTaggerOf(network, encoder);
  return {
    name: 'ner',
    version: network.version,
    async process(batch) {
      const words = batch.map(({ sentences }) => sentences.map(({ tokens }) => tokens.map(({ text }) => text)));
      const spans = encoder.batchTokens === undefined ? await tagOneByOne(words, tagger) : await tagTogether(words, tagger);
      return batch.map((document, index) => {
        const agreed = agreeOnLabels(words[index]!, spans[index]!);
        return { ...document, mentions: document.sentences.flatMap((sentence, at) => mentionsOf(document.text, sentence, agreed[at]!)) };
      });
    },
    close: () => encoder.dispose(),
  };
}

type Words = readonly (readonly string[])[];

/**
 * A batch of the network holds sentences of one document: int8 scores depend on what shares their batch, and the mentions of a document must
 * not depend on its neighbours.
 */
async function tagOneByOne(documents: readonly Words[], tagger: Tagger): Promise<ScoredSpan[][][]> {
  const spans: ScoredSpan[][][] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < documents.length) {
      const index = next++;
      spans[index] = await tagSentences(documents[index]!, tagger);
    }
  };
  await Promise.all(Array.from({ length: DOCUMENTS_AT_ONCE }, work));
  return spans;
}

/** A batch of the network holds sentences of whatever documents: in float32 no row depends on another, and a device wants many. */
async function tagTogether(documents: readonly Words[], tagger: Tagger): Promise<ScoredSpan[][][]> {
  const spans = await tagSentences(documents.flat(), tagger);
  return documents.map((words) => spans.splice(0, words.length));
}

function mentionsOf(text: string, sentence: Sentence, spans: readonly ScoredSpan[]): Mention[] {
  return spans.map(({ start, end, label, score }) => {
    const from = sentence.tokens[start]!.start;
    const to = sentence.tokens[end - 1]!.end;
    return { label, sentence: sentence.index, tokenStart: start, tokenEnd: end, start: from, end: to, surface: text.slice(from, to), score };
  });
}
