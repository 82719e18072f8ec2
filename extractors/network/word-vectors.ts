// Word vectors: frozen, four bits a value and one scale a word (`npm run vectors` makes them). The shipped networks share one
// file; a model's folder may hold its own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngramError } from '../../pipeline/core/errors.ts';
import { readSafetensors } from '../engine/safetensors.ts';
import { readStatedFile, writeStatedFile } from './stated-files.ts';

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

/** A model trained from another one needs that one's word vectors: copied where it has its own and the other folder has none. */
export function copyOwnVectors(from: string, to: string): void {
  if (from === SHIPPED_MODELS || !existsSync(join(from, VECTORS_FILE)) || existsSync(join(to, VECTORS_FILE))) return;
  writeStatedFile(join(to, VECTORS_FILE), readStatedFile(join(from, VECTORS_FILE)));
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
function readWordVectors(path: string): WordVectors {
  const { tensors } = readSafetensors(readStatedFile(path), path);
  const [words, codes, scales] = ['words', 'codes', 'scales'].map((name) => tensors[name]?.data);
  if (!(words instanceof Uint8Array) || !(codes instanceof Uint8Array) || !(scales instanceof Float32Array)) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: 'it does not hold words, codes and scales; make it anew with `npm run vectors`' });
  }
  const list = Buffer.from(words).toString('utf8').split('\n');
  const dimensions = (2 * codes.length) / list.length;
  if (scales.length !== list.length || dimensions % 2 !== 0 || dimensions === 0) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `its ${codes.length} codes and ${scales.length} scales do not fit its ${list.length} words` });
  return createWordVectors(list, codes, scales);
}

/** The positive half of the 16 levels that leave the least squared error on normal values (Max 1960, table I). */
const LEVELS = [0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.069, 2.7326] as const;

/** @param level 0 to 15, from the least value to the greatest */
export function valueOfLevel(level: number): number {
  return level < 8 ? -LEVELS[7 - level]! : LEVELS[level - 8]!;
}

export function nearestLevel(value: number): number {
  let nearest = 0;
  for (let level = 1; level < 16; level++) if (Math.abs(valueOfLevel(level) - value) < Math.abs(valueOfLevel(nearest) - value)) nearest = level;
  return nearest;
}

const VALUES = Float32Array.from({ length: 16 }, (_, level) => valueOfLevel(level));

/** @param codes uint8 [words, dimensions / 2], two levels a byte, the lower four bits first @param scales float32 [words]: value = level · scale */
export function createWordVectors(words: readonly string[], codes: Uint8Array, scales: Float32Array): WordVectors {
  const dimensions = (2 * codes.length) / words.length;
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
      const from = (row * dimensions) / 2;
      for (let d = 0; d < dimensions; d += 2) {
        const code = codes[from + d / 2]!;
        target[offset + d] = VALUES[code & 15]! * scale;
        target[offset + d + 1] = VALUES[code >> 4]! * scale;
      }
    },
  };
}
