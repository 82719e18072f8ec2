// The first stage: gives a document its sentences and tokens.
import type { Document, SegmentedDocument, Sentence } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import { splitSentences } from './split-sentences.ts';
import type { SentenceOptions } from './split-sentences.ts';
import { tokenize } from './tokenize.ts';

/** Sentences in order; together they hold every token of the text. */
export function segmentText(text: string, options: SentenceOptions = {}): Sentence[] {
  return splitSentences(text, tokenize(text), options);
}

export function createSegmenter(options: SentenceOptions = {}): Stage<Document, SegmentedDocument> {
  return {
    name: 'segment:rules',
    async process(batch) {
      return batch.map((document) => ({ ...document, sentences: segmentText(document.text, options) }));
    },
  };
}
