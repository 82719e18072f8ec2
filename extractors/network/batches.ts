// Which rows run together: like lengths share a batch, so that little of it is padding.
import type { Encoder } from '../engine/engine.ts';

/** Words of a batch with padding; larger batches gain nothing and cost memory. */
const BATCH_TOKENS = 2048;
const BATCH_SENTENCES = 64;
/** A row shorter than this share of the longest one starts a batch of its own, once the batch has enough rows to run fast. */
const LEAST_FILL = 0.9;
const ENOUGH_ROWS = 8;

/** Sentences of like length together: indexes into `lengths`, which are in tokens. Empty sentences are left out. */
export function bucketByLength(lengths: readonly number[], batchTokens = BATCH_TOKENS, batchSentences = BATCH_SENTENCES, leastFill = LEAST_FILL): number[][] {
  const order = lengths.map((_, index) => index).filter((index) => lengths[index]! > 0);
  order.sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const batches: number[][] = [];
  let current: number[] = [];
  for (const index of order) {
    const time = current.length ? lengths[current[0]!]! : lengths[index]!;
    const isFull = current.length >= batchSentences || (current.length > 0 && time * (current.length + 1) > batchTokens);
    if (isFull || (current.length >= ENOUGH_ROWS && lengths[index]! < leastFill * time)) {
      batches.push(current);
      current = [];
    }
    current.push(index);
  }
  if (current.length) batches.push(current);
  return batches;
}

/** As `bucketByLength` for a CPU; for a device, which steps through many rows as fast as through few, as full as it takes them. */
export function batchesFor({ batchTokens }: Pick<Encoder, 'batchTokens'>, lengths: readonly number[], cpuTokens?: number, cpuSentences?: number): number[][] {
  return batchTokens === undefined ? bucketByLength(lengths, cpuTokens, cpuSentences) : bucketByLength(lengths, batchTokens, Infinity, 0);
}
