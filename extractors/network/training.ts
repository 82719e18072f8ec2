// What training a network takes whatever its task: inputs of a batch with their gradient, dropout, averaged weights, the rate.
import type { Random } from '../../pipeline/core/random.ts';
import { bucketByLength } from './batches.ts';
import type { Parameter } from './parameters.ts';
import { CHARACTER_FILTERS, type Form, type WordInput } from './word-input.ts';

/** A lookup table beside the words: one row id for each time step and row. */
export interface SideInput {
  readonly table: Parameter;
  /** int32 [time, batch] */
  readonly ids: Int32Array;
}

export interface TrainingInputs {
  /** float32 [time, batch, width] after dropout; 0 beyond a row's length. */
  readonly inputs: Float32Array;
  /** Sends the gradient of the inputs back to the tables they came from. */
  accumulate(gradient: Float32Array): void;
}

/**
 * Each word form of the batch is looked up once. The dropout mask of a row is the same at every step (arXiv:1512.05287).
 * @param rows one list of forms for each row
 */
export function trainingInputs(
  words: WordInput,
  rows: readonly (readonly Form[])[],
  sides: readonly SideInput[],
  dropout: number,
  random: Random,
): TrainingInputs {
  const batch = rows.length;
  const time = Math.max(...rows.map((row) => row.length));
  const width = words.size + sides.reduce((sum, side) => sum + side.table.rowSize!, 0);
  const slots = new Map<Form, number>();
  for (const row of rows) for (const form of row) if (!slots.has(form)) slots.set(form, slots.size);
  const features = new Float32Array(slots.size * words.size);
  const winners = new Int32Array(slots.size * CHARACTER_FILTERS);
  const winnersOf = (slot: number): Int32Array => winners.subarray(slot * CHARACTER_FILTERS, (slot + 1) * CHARACTER_FILTERS);
  for (const [form, slot] of slots) words.write(form, features, slot * words.size, winnersOf(slot));
  const masks = dropoutMask(batch * width, dropout, random);
  const inputs = new Float32Array(time * batch * width);
  const each = (visit: (offset: number, mask: number, form: Form, position: number) => void): void => {
    rows.forEach((row, b) => row.forEach((form, t) => visit((t * batch + b) * width, b * width, form, t * batch + b)));
  };
  each((offset, mask, form, position) => {
    const from = slots.get(form)! * words.size;
    inputs.set(features.subarray(from, from + words.size), offset);
    let at = offset + words.size;
    for (const { table, ids } of sides) {
      const row = ids[position]! * table.rowSize!;
      inputs.set(table.value.subarray(row, row + table.rowSize!), at);
      at += table.rowSize!;
    }
    for (let d = 0; d < width; d++) inputs[offset + d]! *= masks[mask + d]!;
  });
  return {
    inputs,
    accumulate: (gradient) => {
      const sums = new Float32Array(features.length);
      each((offset, mask, form, position) => {
        const to = slots.get(form)! * words.size;
        for (let d = 0; d < words.size; d++) sums[to + d]! += gradient[offset + d]! * masks[mask + d]!;
        let at = words.size;
        for (const { table, ids } of sides) {
          const row = ids[position]! * table.rowSize!;
          for (let d = 0; d < table.rowSize!; d++) table.gradient[row + d]! += gradient[offset + at + d]! * masks[mask + at + d]!;
          table.touched!.add(ids[position]!);
          at += table.rowSize!;
        }
      });
      for (const [form, slot] of slots) {
        const from = slot * words.size;
        words.accumulate(form, features.subarray(from, from + words.size), sums.subarray(from, from + words.size), 0, winnersOf(slot));
      }
    },
  };
}

/** Examples that are bucketed by length together: enough to find company, few enough to stay random. */
const BATCHES_BUCKETED_TOGETHER = 40;

/** Every example once, in batches of like length and random order. */
export function shuffledBatches<T>(examples: readonly T[], lengthOf: (example: T) => number, batchTokens: number, batchRows: number, random: Random): T[][] {
  const shuffled = random.shuffle(examples);
  const chunk = batchRows * BATCHES_BUCKETED_TOGETHER;
  const batches: T[][] = [];
  for (let i = 0; i < shuffled.length; i += chunk) {
    const part = shuffled.slice(i, i + chunk);
    batches.push(...bucketByLength(part.map(lengthOf), batchTokens, batchRows).map((bucket) => bucket.map((index) => part[index]!)));
  }
  return random.shuffle(batches);
}

/** Inverted dropout: 0 with probability `rate`, else 1 / (1 − rate). */
export function dropoutMask(length: number, rate: number, random: Random): Float32Array {
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length }, () => (rate > 0 && random.next() < rate ? 0 : kept));
}

/** Linear warm-up over the first 2 % of the steps, then linear decay to 2 % of the peak. */
export function learningRateAt(step: number, steps: number, peak: number): number {
  const warmUp = Math.max(1, steps * 0.02);
  if (step < warmUp) return (peak * step) / warmUp;
  return peak * Math.max(0.02, 1 - (step - warmUp) / (steps - warmUp));
}

const AVERAGE_EVERY = 8;

/** Exponential moving average of the weights (Polyak & Juditsky 1992): smoother, and better, than the last step. */
export class AveragedWeights {
  readonly #parameters: readonly Parameter[];
  /** The averages, one array a parameter. */
  readonly values: readonly Float32Array[];
  readonly #decay: number;

  constructor(parameters: readonly Parameter[], decay: number) {
    this.#parameters = parameters;
    this.values = parameters.map((p) => p.value.slice());
    this.#decay = decay;
  }

  /** @param step 1-based */
  observe(step: number): void {
    if (step % AVERAGE_EVERY) return;
    const decay = Math.min(this.#decay, step / (step + 100)) ** AVERAGE_EVERY;
    this.#parameters.forEach(({ value }, index) => {
      const average = this.values[index]!;
      for (let i = 0; i < value.length; i++) average[i]! += (1 - decay) * (value[i]! - average[i]!);
    });
  }

  /** Runs `use` with the averages in place of the weights, then puts the weights back. */
  async during<T>(use: () => Promise<T> | T): Promise<T> {
    const kept = this.#parameters.map((p) => p.value.slice());
    this.#parameters.forEach((p, index) => p.value.set(this.values[index]!));
    try {
      return await use();
    } finally {
      this.#parameters.forEach((p, index) => p.value.set(kept[index]!));
    }
  }
}
