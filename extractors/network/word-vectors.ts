// The word vectors that every shipped network shares: frozen, int8 rows with one scale each (`npm run vectors` makes them).
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { readSafetensors } from '../engine/safetensors.ts';

export interface WordVectors {
  readonly dimensions: number;
  /** Row of a lower-case word, or −1. */
  rowOf(word: string): number;
  /** Writes a row as float32; zeros for row −1. */
  write(row: number, target: Float32Array, offset: number): void;
}

export const SHIPPED_MODELS = fileURLToPath(new URL('../models/', import.meta.url));

let shared: WordVectors | undefined;

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the file is missing or damaged */
export function loadWordVectors(): WordVectors {
  if (shared) return shared;
  const path = `${SHIPPED_MODELS}word-vectors.safetensors`;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  const { tensors } = readSafetensors(bytes, path);
  const words = Buffer.from(tensors['words']!.data as Uint8Array).toString('utf8').split('\n');
  const rows = tensors['rows']!.data as Int8Array;
  const scales = tensors['scales']!.data as Float32Array;
  shared = createWordVectors(words, rows, scales);
  return shared;
}

/** @param rows int8 [words, dimensions] @param scales float32 [words]: value = row · scale */
export function createWordVectors(words: readonly string[], rows: Int8Array, scales: Float32Array): WordVectors {
  const dimensions = rows.length / words.length;
  const index = new Map(words.map((word, row) => [word, row]));
  return {
    dimensions,
    rowOf: (word) => index.get(word) ?? -1,
    write: (row, target, offset) => {
      if (row < 0) {
        target.fill(0, offset, offset + dimensions);
        return;
      }
      const scale = scales[row]!;
      const from = row * dimensions;
      for (let d = 0; d < dimensions; d++) target[offset + d] = rows[from + d]! * scale;
    },
  };
}
