// A trained network on disk: one safetensors file with the word input, the encoder and what a task adds; read with checks.
// Encoder weights are stored as float16, the model's own word vectors as int8 with one scale a row.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { BiLstmLayer, EncoderSpec, LstmDirection } from '../engine/engine.ts';
import { readSafetensors, writeSafetensors } from '../engine/safetensors.ts';
import { readStatedFile, sha256Of, writeStatedFile } from './stated-files.ts';
import { WordInput } from './word-input.ts';
import { loadWordVectors } from './word-vectors.ts';

const FORMAT = 'engram-network/1';

export interface Network {
  readonly task: string;
  readonly input: WordInput;
  readonly encoder: EncoderSpec;
  /** Tables a task adds, float32. */
  readonly tables: Readonly<Record<string, Float32Array>>;
  /** Names the outputs mean, in order. */
  readonly labels: readonly string[];
}

export interface LoadedNetwork extends Network {
  /** First 8 hex digits of the SHA-256 of the file. */
  readonly version: string;
}

interface Layout {
  readonly format: string;
  readonly task: string;
  readonly labels: readonly string[];
  readonly layers: readonly { readonly input: number; readonly hidden: number }[];
  readonly head: EncoderSpec['head'];
  readonly tables: readonly string[];
}

type Entry = { dtype: 'F32' | 'F16' | 'I8' | 'U8'; shape: number[]; data: Float32Array | Int8Array | Uint8Array };

const half = (data: Float32Array): Entry => ({ dtype: 'F16', shape: [data.length], data });
const text = (lines: readonly string[]): Entry => {
  const data = new Uint8Array(Buffer.from(JSON.stringify(lines)));
  return { dtype: 'U8', shape: [data.length], data };
};

function quantizeRows(values: Float32Array, columns: number): { rows: Int8Array; scales: Float32Array } {
  const rows = new Int8Array(values.length);
  const scales = new Float32Array(values.length / columns);
  scales.forEach((_, row) => {
    let most = 1e-8;
    for (let i = row * columns; i < (row + 1) * columns; i++) most = Math.max(most, Math.abs(values[i]!));
    scales[row] = most / 127;
    for (let i = row * columns; i < (row + 1) * columns; i++) rows[i] = Math.round((values[i]! / most) * 127);
  });
  return { rows, scales };
}

/** Writes the network to `path`, and its SHA-256 beside it. */
export function saveNetwork(path: string, network: Network): void {
  const { input, encoder } = network;
  const weights = input.weights();
  const own = quantizeRows(weights.own, weights.own.length / (input.spec.ownWords.length + 1));
  const entries: Record<string, Entry> = {
    'input.words': text(input.spec.ownWords),
    'input.characters': text(input.spec.characters),
    'input.own': { dtype: 'I8', shape: [own.rows.length], data: own.rows },
    'input.ownScales': { dtype: 'F32', shape: [own.scales.length], data: own.scales },
    'input.characterTable': half(weights.characterTable),
    'input.characterBias': half(weights.characterBias),
    'input.caseTable': half(weights.caseTable),
    'head.kernel': half(encoder.outputKernel),
    'head.bias': half(encoder.outputBias),
  };
  encoder.layers.forEach((layer, index) => {
    for (const name of ['forward', 'backward'] as const) {
      for (const part of ['kernel', 'recurrent', 'bias'] as const) entries[`layer${index}.${name}.${part}`] = half(layer[name][part]);
    }
  });
  for (const [name, table] of Object.entries(network.tables)) entries[`table.${name}`] = half(table);
  const layout: Layout = {
    format: FORMAT,
    task: network.task,
    labels: network.labels,
    layers: encoder.layers.map((l) => ({ input: l.inputSize, hidden: l.hiddenSize })),
    head: encoder.head,
    tables: Object.keys(network.tables),
  };
  writeStatedFile(path, writeSafetensors(entries, { layout: JSON.stringify(layout) }));
}

/** What the model of a file is for; undefined where there is no such file or it is none of this version. */
export function taskOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const layout = layoutOf(path, readSafetensors(readStatedFile(path), path).metadata);
  return layout.format === FORMAT ? layout.task : undefined;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` when the file is missing, damaged, or of another task */
export function loadNetwork(path: string, task: string): LoadedNetwork {
  const invalid = (problem: string): EngramError => new EngramError('ENGRAM_MODEL_INVALID', { path, problem });
  const bytes = readStatedFile(path);
  const { tensors, metadata } = readSafetensors(bytes, path);
  const layout = layoutOf(path, metadata);
  if (layout.format !== FORMAT || layout.task !== task) throw invalid(`it is not a ${task} model of this version`);
  if (!isWhole(layout)) throw invalid('its layout is not whole');
  const floats = (name: string, length?: number): Float32Array => {
    const entry = tensors[name];
    if (!entry || !(entry.data instanceof Float32Array)) throw invalid(`tensor '${name}' is missing`);
    if (length !== undefined && entry.data.length !== length) throw invalid(`tensor '${name}' has ${entry.data.length} values, not ${length}`);
    for (const value of entry.data) if (!Number.isFinite(value)) throw invalid(`tensor '${name}' holds a value that is not a number`);
    return entry.data;
  };
  const lines = (name: string): string[] => {
    const entry = tensors[name];
    if (!entry || !(entry.data instanceof Uint8Array)) throw invalid(`tensor '${name}' is missing`);
    const found = parsed(path, Buffer.from(entry.data).toString('utf8'));
    if (!areTexts(found)) throw invalid(`tensor '${name}' is no list of texts`);
    return found;
  };
  const vectors = loadWordVectors(dirname(path));
  const scales = floats('input.ownScales');
  const rows = tensors['input.own']?.data;
  if (!(rows instanceof Int8Array) || rows.length !== scales.length * vectors.dimensions) throw invalid('its word vectors do not fit word-vectors.safetensors');
  const own = Float32Array.from(rows, (value, index) => value * scales[Math.floor(index / vectors.dimensions)]!);
  const ownWords = lines('input.words');
  if (ownWords.length + 1 !== scales.length) throw invalid(`it has ${ownWords.length} words of its own and vectors of ${scales.length - 1}`);
  const input = new WordInput({ ownWords, characters: lines('input.characters') }, vectors, {
    own,
    characterTable: floats('input.characterTable'),
    characterBias: floats('input.characterBias'),
    caseTable: floats('input.caseTable'),
  });
  const layers = layout.layers.map(({ input: inputSize, hidden }, index): BiLstmLayer => {
    const direction = (name: string): LstmDirection => ({
      kernel: floats(`layer${index}.${name}.kernel`, inputSize * 4 * hidden),
      recurrent: floats(`layer${index}.${name}.recurrent`, hidden * 4 * hidden),
      bias: floats(`layer${index}.${name}.bias`, 4 * hidden),
    });
    return { inputSize, hiddenSize: hidden, forward: direction('forward'), backward: direction('backward') };
  });
  const outputs = floats('head.bias').length;
  return {
    task,
    input,
    encoder: { layers, head: layout.head, outputKernel: floats('head.kernel'), outputBias: floats('head.bias'), outputs },
    tables: Object.fromEntries(layout.tables.map((name) => [name, floats(`table.${name}`)])),
    labels: layout.labels,
    version: sha256Of(bytes).slice(0, 8),
  };
}

function layoutOf(path: string, metadata: Readonly<Record<string, string>>): Partial<Layout> {
  const layout = parsed(path, metadata['layout'] ?? '{}');
  if (typeof layout !== 'object' || layout === null) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: 'its layout is not an object' });
  return layout;
}

function parsed(path: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (cause) {
    throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: 'a part of it is not JSON' }, { cause });
  }
}

const areTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');
const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;

function isWhole(layout: Partial<Layout>): layout is Layout {
  const { layers, head, tables, labels } = layout;
  if (!areTexts(tables) || !areTexts(labels) || head === undefined) return false;
  return Array.isArray(layers) && layers.length > 0 && (layers as Layout['layers']).every((layer) => isSize(layer?.input) && isSize(layer.hidden));
}
