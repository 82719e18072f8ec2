// The classifier's forward pass. Every token has a score for each label and a weight of attention for each; a text's score is the mean of its tokens'
// scores by attention (Yang et al. 2016, NAACL; one attention a label as in Mullenbach et al. 2018, NAACL). The encoder gives both, so that a text of
// many sentences is read sentence by sentence, and what each word says for a label is known by itself.
import type { Encoder } from '../engine/engine.ts';
import { batchesFor } from '../network/batches.ts';
import type { LoadedNetwork } from '../network/model-file.ts';
import type { WordInput } from '../network/word-input.ts';

export const CLASSIFIER_TASK = 'classify';
export const CLASSIFIER_FILE = 'classifier.safetensors';

/** Tokens of one sentence; longer ones are read in pieces. */
export const MAX_TOKENS = 110;

export interface Classifier {
  readonly words: WordInput;
  readonly encoder: Encoder;
  readonly labels: readonly string[];
  /** Whether a text may have several labels, or none. */
  readonly isMultiLabel: boolean;
  /** Scores are divided by it before they become probabilities. */
  readonly temperature: number;
}

export function createClassifierOf({ input, tables, labels }: LoadedNetwork, encoder: Encoder): Classifier {
  return { words: input, encoder, labels, isMultiLabel: tables['multiLabel']![0] === 1, temperature: tables['temperature']![0]! };
}

/** What the encoder gives of a text: for each token `labels` scores, then `labels` logits of attention. */
export class TokenScores {
  readonly labels: number;
  /** float32 [tokens, 2 · labels] */
  readonly values: Float32Array;

  constructor(values: Float32Array, labels: number) {
    this.values = values;
    this.labels = labels;
  }

  get tokens(): number {
    return this.values.length / (2 * this.labels);
  }

  /** Of the tokens from one to another, half-open. */
  slice(from: number, to: number): TokenScores {
    return new TokenScores(this.values.subarray(from * 2 * this.labels, to * 2 * this.labels), this.labels);
  }

  /** The attention of each token and label from one token to another, half-open. @returns float32 [to − from, labels], each column summing to 1 */
  attention(from = 0, to = this.tokens): Float32Array {
    const { labels, values } = this;
    const shares = new Float32Array((to - from) * labels);
    for (let label = 0; label < labels; label++) {
      const logit = (token: number): number => values[token * 2 * labels + labels + label]!;
      let most = Number.NEGATIVE_INFINITY;
      for (let token = from; token < to; token++) most = Math.max(most, logit(token));
      let sum = 0;
      for (let token = from; token < to; token++) sum += shares[(token - from) * labels + label] = Math.exp(logit(token) - most);
      for (let token = from; token < to; token++) shares[(token - from) * labels + label]! /= sum;
    }
    return shares;
  }

  /** The score of each label over the tokens, before the temperature. @returns float32 [labels]; zeros where there is no token */
  pooled(from = 0, to = this.tokens): Float32Array {
    const { labels, values } = this;
    const shares = this.attention(from, to);
    const scores = new Float32Array(labels);
    for (let token = from; token < to; token++) for (let label = 0; label < labels; label++) scores[label]! += shares[(token - from) * labels + label]! * values[token * 2 * labels + label]!;
    return scores;
  }

  /** The gradient of `values` from that of `pooled()` over all tokens. @param pooled what it gave */
  backward(pooled: Float32Array, gradient: Float32Array): Float32Array {
    const { labels, values } = this;
    const shares = this.attention();
    const back = new Float32Array(values.length);
    for (let token = 0; token < this.tokens; token++) {
      for (let label = 0; label < labels; label++) {
        const at = token * 2 * labels + label;
        const up = gradient[label]! * shares[token * labels + label]!;
        back[at] = up;
        back[at + labels] = up * (values[at]! - pooled[label]!);
      }
    }
    return back;
  }
}

/** Of scores: softmax, or, of several labels, the logistic function of each. @returns float32 [labels] */
export function probabilitiesOf(scores: Float32Array, { isMultiLabel, temperature }: Pick<Classifier, 'isMultiLabel' | 'temperature'>): Float32Array {
  if (isMultiLabel) return scores.map((score) => 1 / (1 + Math.exp(-score / temperature)));
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Pieces of at most `MAX_TOKENS` tokens, as even as they can be; a text is read as its pieces. */
export function piecesOf(sentences: readonly (readonly string[])[]): (readonly string[])[] {
  return sentences.flatMap((tokens) => {
    if (tokens.length <= MAX_TOKENS) return tokens.length === 0 ? [] : [tokens];
    const size = Math.ceil(tokens.length / Math.ceil(tokens.length / MAX_TOKENS));
    return Array.from({ length: Math.ceil(tokens.length / size) }, (_, piece) => tokens.slice(piece * size, (piece + 1) * size));
  });
}

/** Large ones, at once: one is computed while the next is prepared. */
const DEVICE_BATCHES = 2;

/** @param sentences of one text, as tokens; on a device of any number of texts */
export async function scoreTokens(sentences: readonly (readonly string[])[], { words, encoder, labels }: Classifier): Promise<TokenScores> {
  const pieces = piecesOf(sentences);
  const width = 2 * labels.length;
  const starts: number[] = [];
  let tokens = 0;
  for (const piece of pieces) {
    starts.push(tokens);
    tokens += piece.length;
  }
  const values = new Float32Array(tokens * width);
  const batches = batchesFor(encoder, pieces.map(({ length }) => length));
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const rows = batches[next++]!;
      const [time, batch] = [pieces[rows[0]!]!.length, rows.length];
      const inputs = new Float32Array(time * batch * words.size);
      rows.forEach((row, b) => pieces[row]!.forEach((word, t) => words.writeCached(word, inputs, (t * batch + b) * words.size)));
      const scores = await encoder.run({ inputs, time, batch, lengths: Int32Array.from(rows, (row) => pieces[row]!.length) });
      rows.forEach((row, b) => {
        for (let t = 0; t < pieces[row]!.length; t++) values.set(scores.subarray((t * batch + b) * width, (t * batch + b + 1) * width), (starts[row]! + t) * width);
      });
    }
  };
  await Promise.all(Array.from({ length: encoder.batchTokens === undefined ? batches.length : DEVICE_BATCHES }, work));
  return new TokenScores(values, labels.length);
}
