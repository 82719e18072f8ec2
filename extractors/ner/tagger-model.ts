// The tagger's forward pass: sentences in length-bucketed batches through word input and encoder, then the best BIOES path.
import type { Emissions } from '../engine/crf-kernel.ts';
import type { Encoder } from '../engine/engine.ts';
import { batchesFor } from '../network/batches.ts';
import type { LoadedNetwork } from '../network/model-file.ts';
import type { WordInput } from '../network/word-input.ts';
import { spansFromBioes } from './bioes.ts';
import { Crf } from './crf.ts';
import type { LabelledSentence, LabelledSpan } from './data-formats.ts';
import { agreeOnLabels } from './document-vote.ts';

export const TAGGER_TASK = 'ner';
export const TAGGER_FILE = 'tagger.safetensors';

export interface ScoredSpan extends LabelledSpan {
  /** Probability that the text has exactly this mention, in [0, 1]. */
  readonly score: number;
}

/** A tagger at work. */
export interface Tagger {
  readonly words: WordInput;
  readonly encoder: Encoder;
  readonly crf: Crf;
  readonly labels: readonly string[];
}

export function createTaggerOf({ input, tables, labels }: LoadedNetwork, encoder: Encoder): Tagger {
  return { words: input, encoder, crf: new Crf(tables['transitions']!, tables['temperature']![0]), labels };
}

/** Inputs of batches that were computed, to be used again: shared memory, so that handing it to a thread copies nothing. */
const freeBuffers: SharedArrayBuffer[] = [];
const SMALLEST_BUFFER_BYTES = 1 << 20;

function takeBuffer(floats: number): SharedArrayBuffer {
  const bytes = floats * Float32Array.BYTES_PER_ELEMENT;
  const at = freeBuffers.findIndex((buffer) => buffer.byteLength >= bytes);
  return at < 0 ? new SharedArrayBuffer(Math.max(bytes, SMALLEST_BUFFER_BYTES)) : freeBuffers.splice(at, 1)[0]!;
}

/** Shows each sentence's emission scores to `visit`, batch by batch. @param concurrency batches that run at once */
export async function forEachEmissions(
  sentences: readonly (readonly string[])[],
  { words, encoder, crf }: Tagger,
  visit: (sentence: number, emissions: Emissions) => void,
  concurrency = 2,
): Promise<void> {
  const batches = batchesFor(encoder, sentences.map((s) => s.length));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const rows = batches[next++]!;
      const time = sentences[rows[0]!]!.length;
      const batch = rows.length;
      const buffer = takeBuffer(time * batch * words.size);
      const inputs = new Float32Array(buffer, 0, time * batch * words.size).fill(0);
      rows.forEach((row, b) => sentences[row]!.forEach((word, t) => words.writeCached(word, inputs, (t * batch + b) * words.size)));
      const lengths = Int32Array.from(rows, (row) => sentences[row]!.length);
      const scores = await encoder.run({ inputs, time, batch, lengths });
      freeBuffers.push(buffer);
      rows.forEach((row, b) => visit(row, { scores, offset: b * crf.tags, stride: batch * crf.tags, tokens: lengths[b]! }));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
}

/** @returns the spans of each sentence, in order */
export async function tagSentences(sentences: readonly (readonly string[])[], tagger: Tagger, concurrency?: number): Promise<ScoredSpan[][]> {
  const result: ScoredSpan[][] = sentences.map(() => []);
  await forEachEmissions(sentences, tagger, (index, emissions) => void (result[index] = decode(tagger, emissions)), concurrency);
  return result;
}

/** `tagSentences` on labelled sentences, those of one document agreeing on the labels of their names. */
export async function tagLabelled(sentences: readonly LabelledSentence[], tagger: Tagger): Promise<ScoredSpan[][]> {
  const texts = sentences.map((s) => s.tokens);
  const found = await tagSentences(texts, tagger);
  const documents = new Map<string, number[]>();
  sentences.forEach(({ document }, index) => {
    if (document === undefined) return;
    const indexes = documents.get(document);
    if (indexes) indexes.push(index);
    else documents.set(document, [index]);
  });
  for (const indexes of documents.values()) {
    const voted = agreeOnLabels(indexes.map((index) => texts[index]!), indexes.map((index) => found[index]!));
    indexes.forEach((index, at) => (found[index] = voted[at]!));
  }
  return found;
}

function decode(tagger: Tagger, emissions: Emissions): ScoredSpan[] {
  const spans = spansFromBioes(tagger.crf.bestPath(emissions), tagger.labels);
  if (spans.length === 0) return [];
  const probabilities = probabilitiesOf(tagger, emissions, spans);
  return spans.map((span, index) => ({ ...span, score: probabilities[index]! }));
}

/** The probability of each span, whether the best path has it or not; 0 for a label the tagger does not know. */
export function probabilitiesOf({ crf, labels }: Tagger, emissions: Emissions, spans: readonly LabelledSpan[]): number[] {
  const known = spans.filter(({ label }) => labels.includes(label));
  const probabilities = crf.spanProbabilities(emissions, known.map(({ start, end, label }) => [start, end, labels.indexOf(label)] as const));
  return spans.map((span) => probabilities[known.indexOf(span)] ?? 0);
}
