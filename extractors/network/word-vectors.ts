// Word vectors: frozen, int8 rows with one scale each (`npm run vectors` makes them). The shipped networks share one file;
// a model's folder may hold its own.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const VECTORS_FILE = 'word-vectors.safetensors';
const loaded = new Map<string, WordVectors>();

/**
 * The vectors in the folder of a model; those of the shipped models when it has none of its own.
 * @throws EngramError `ENGRAM_MODEL_INVALID` when the file is missing or damaged
 */
export function loadWordVectors(folder = SHIPPED_MODELS): WordVectors {
  const path = existsSync(join(folder, VECTORS_FILE)) ? join(folder, VECTORS_FILE) : join(SHIPPED_MODELS, VECTORS_FILE);
  let vectors = loaded.get(path);
  if (!vectors) loaded.set(path, (vectors = readWordVectors(path)));
  return vectors;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
function readWordVectors(path: string): WordVectors {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
  const { tensors } = readSafetensors(bytes, path);
  const words = Buffer.from(tensors['words']!.data as Uint8Array).toString('utf8').split('\n');
  return createWordVectors(words, tensors['rows']!.data as Int8Array, tensors['scales']!.data as Float32Array);
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
