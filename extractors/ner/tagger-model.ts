// The tagger's forward pass: sentences in length-bucketed batches through word input and encoder, then the best BIOES path.
import type { Encoder } from '../engine/engine.ts';
import { bucketByLength } from '../network/batches.ts';
import type { WordInput } from '../network/word-input.ts';
import { exponentiate, tagMarginals, viterbi } from './crf.ts';
import { spansFromBioes, TAGS } from './bioes.ts';
import type { LabelledSpan } from './data-formats.ts';

export const TAGGER_TASK = 'ner';
export interface ScoredSpan extends LabelledSpan {
  /** Least marginal probability of the span's tags, in [0, 1]. */
  readonly score: number;
}

/**
 * @param transitions float32 [tags, tags]
 * @param concurrency batches that run at once
 * @returns the spans of each sentence, in order
 */
export async function tagSentences(
  sentences: readonly (readonly string[])[],
  words: WordInput,
  encoder: Encoder,
  transitions: Float32Array,
  concurrency = 2,
): Promise<ScoredSpan[][]> {
  const result: ScoredSpan[][] = sentences.map(() => []);
  const batches = bucketByLength(sentences.map((s) => s.length));
  const exponentials = exponentiate(transitions);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const rows = batches[next++]!;
      const time = sentences[rows[0]!]!.length;
      const batch = rows.length;
      const inputs = new Float32Array(time * batch * words.size);
      rows.forEach((row, b) => sentences[row]!.forEach((word, t) => words.writeCached(word, inputs, (t * batch + b) * words.size)));
      const lengths = Int32Array.from(rows, (row) => sentences[row]!.length);
      const scores = await encoder.run({ inputs, time, batch, lengths });
      rows.forEach((row, b) => (result[row] = decode(scores, b, batch, lengths[b]!, transitions, exponentials)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
  return result;
}

function decode(scores: Float32Array, b: number, batch: number, tokens: number, transitions: Float32Array, exponentials: Float64Array): ScoredSpan[] {
  const width = TAGS.length;
  const emissions = new Float32Array(tokens * width);
  for (let t = 0; t < tokens; t++) {
    const from = (t * batch + b) * width;
    emissions.set(scores.subarray(from, from + width), t * width);
  }
  const path = viterbi(emissions, tokens, transitions);
  const spans = spansFromBioes(path);
  if (spans.length === 0) return [];
  const marginals = tagMarginals(emissions, tokens, exponentials);
  return spans.map((span) => {
    let score = 1;
    for (let t = span.start; t < span.end; t++) score = Math.min(score, marginals[t * width + path[t]!]!);
    return { ...span, score };
  });
}
