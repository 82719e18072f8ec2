// The state of a training between two epochs: weights, moments, averages, and whatever its loop needs to go on as if it had
// never stopped. Written beside the model under another name first, so that a stop while writing leaves the one before.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors, type StoredTensor } from '../engine/safetensors.ts';
import type { Parameter } from './parameters.ts';
import type { AveragedWeights } from './training.ts';

const CHECKPOINT_FILE = 'checkpoint.safetensors';

export interface Checkpoint<State> {
  /** Keeps the state after an epoch. */
  save(state: State): void;
  /** Puts weights, moments and averages back. @returns undefined when there is none, or one of another training */
  restore(): State | undefined;
  /** The training is over. */
  remove(): void;
}

/** @param fingerprint everything that a training follows from: a checkpoint of another one is not gone on from */
export function openCheckpoint<State>(folder: string, fingerprint: string, parameters: readonly Parameter[], average: AveragedWeights): Checkpoint<State> {
  const path = join(folder, CHECKPOINT_FILE);
  const arrays = (): Record<string, Float32Array> =>
    Object.fromEntries(
      parameters.flatMap(({ value, mean, variance }, index) =>
        Object.entries({ value, mean, variance, average: average.values[index]! }).map(([name, data]) => [`${index}.${name}`, data] as const),
      ),
    );
  return {
    save(state) {
      const tensors = Object.entries(arrays()).map(([name, data]): [string, StoredTensor] => [name, { dtype: 'F32', shape: [data.length], data }]);
      writeFileSync(`${path}.part`, writeSafetensors(Object.fromEntries(tensors), { fingerprint, state: JSON.stringify(state) }));
      renameSync(`${path}.part`, path);
    },
    restore() {
      if (!existsSync(path)) return undefined;
      const { tensors, metadata } = readSafetensors(readFileSync(path), path);
      if (metadata['fingerprint'] !== fingerprint) return undefined;
      for (const [name, target] of Object.entries(arrays())) target.set(tensors[name]!.data);
      return JSON.parse(metadata['state']!) as State;
    },
    remove: () => rmSync(path, { force: true }),
  };
}
