// The trained relation models of a folder as one reader of passages: pairs.safetensors reads pairs of mentions of a sentence,
// passages.safetensors whole passages. Where both are there, the first judges pairs that share a sentence and the second the others.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import type { Encoder, EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { ASKABLE_SIZE, ROLES as PAIR_ROLES } from './argument-pairs.ts';
import { PAIR_HEAD_NAMES, pairHeadLengths } from './pair-head.ts';
import { DISTANCE_SIZE, PAIR_CALIBRATION_SIZE, PAIR_TASK, relatePassages, ROLE_SIZE as PAIR_ROLE_SIZE } from './pair-model.ts';
import { clustersShareSentence, DISTANCES, ROLES, type Passage } from './passage.ts';
import { CALIBRATION_SIZE, classifyPassages, PASSAGE_TASK, ROLE_SIZE, type PredictedRelation } from './passage-model.ts';

export const PAIRS_FILE = 'pairs.safetensors';
export const PASSAGES_FILE = 'passages.safetensors';

/** Pairs of a sentence that the model of passages thinks less likely than this to stand in any relation are not read by the other. */
const PROPOSED = Number(process.env['PROP'] ?? 0.01);

export interface RelationReader {
  /** Of the files, 8 hex digits. */
  readonly version: string;
  readonly labels: readonly string[];
  /**
   * @param least probabilities below it are left out; below what each model was found to do best with when left out
   * @returns the relations between the clusters of each passage
   */
  read(passages: readonly Passage[], least?: number): Promise<PredictedRelation[][]>;
  /**
   * @param passages of one structure, in other words
   * @returns for each the probability of one label between two clusters by the model that judges the pair; 0 where it is not asked about
   */
  probabilities(passages: readonly Passage[], asked: AskedRelation): Promise<number[]>;
  close(): Promise<void>;
}

export interface AskedRelation {
  /** Indexes into the clusters of the passage. */
  readonly head: number;
  readonly tail: number;
  readonly label: string;
}

export interface ReaderOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
  /** Folder that holds one or both of the files; the shipped ones when left out. */
  readonly model?: string;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationReader({ engine: kind, precision, model = SHIPPED_MODELS }: ReaderOptions): Promise<RelationReader> {
  const [pairs, passages] = [loadIfThere(join(model, PAIRS_FILE), loadPairModel), loadIfThere(join(model, PASSAGES_FILE), loadPassageModel)];
  const networks = [pairs, passages].flatMap((network) => network ?? []);
  if (networks.length === 0) throw new EngramError('ENGRAM_MODEL_INVALID', { path: model, problem: `it holds neither ${PAIRS_FILE} nor ${PASSAGES_FILE}` });
  const engine = await createEngine(kind);
  const encoderOf = async (network: LoadedNetwork | undefined): Promise<Encoder | undefined> => network && (await engine.createEncoder(network.encoder, precision));
  const [pairEncoder, passageEncoder] = [await encoderOf(pairs), await encoderOf(passages)];
  const leastOf = (network: LoadedNetwork, least: number | undefined): number => least ?? network.tables['threshold']![0]!;
  const readPairs = (given: readonly Passage[], least?: number, isAsked?: (passage: number, one: number, other: number) => boolean): Promise<PredictedRelation[][]> =>
    relatePassages(given, pairs!, pairEncoder!, leastOf(pairs!, least), isAsked);
  const readPassages = (given: readonly Passage[], least?: number, proposing?: number): Promise<PredictedRelation[][]> =>
    classifyPassages(given, passages!, passageEncoder!, leastOf(passages!, least), proposing);
  const read = async (given: readonly Passage[], least?: number): Promise<PredictedRelation[][]> => {
    if (passages === undefined) return readPairs(given, least);
    if (pairs === undefined) return readPassages(given, least);
    const found = await readPassages(given, least, PROPOSED);
    const proposed = found.map((relations) => new Set(relations.flatMap(({ head, tail, withinSentence }) => (withinSentence ? [`${head} ${tail}`, `${tail} ${head}`] : []))));
    const within = await readPairs(given, least, (passage, one, other) => proposed[passage]!.has(`${one} ${other}`));
    return found.map((relations, at) => [...within[at]!, ...relations.filter(({ withinSentence }) => !withinSentence)]);
  };
  return {
    version: networks.length === 1 ? networks[0]!.version : digestOf(...networks.map(({ version }) => version)).slice(0, 8),
    labels: [...new Set(networks.flatMap(({ labels }) => labels))],
    read,
    async probabilities(given, asked) {
      const { head, tail, label } = asked;
      const isAsked = (_passage: number, one: number, other: number): boolean => (one === head && other === tail) || (one === tail && other === head);
      const byPairs = passages === undefined || (pairs !== undefined && clustersShareSentence(given[0]!, head, tail));
      const found = await (byPairs ? readPairs(given, Number.EPSILON, isAsked) : readPassages(given, Number.EPSILON));
      return found.map((relations) => relations.find((r) => r.head === head && r.tail === tail && r.label === label)?.probability ?? 0);
    },
    async close() {
      await pairEncoder?.dispose();
      await passageEncoder?.dispose();
    },
  };
}

const loadIfThere = (path: string, load: (path: string) => LoadedNetwork): LoadedNetwork | undefined => (existsSync(path) ? load(path) : undefined);

function loadPairModel(path: string): LoadedNetwork {
  const tables = { roles: PAIR_ROLES * PAIR_ROLE_SIZE, firstDistances: DISTANCES * DISTANCE_SIZE, secondDistances: DISTANCES * DISTANCE_SIZE, askable: ASKABLE_SIZE, calibration: PAIR_CALIBRATION_SIZE, threshold: 1 };
  return withTables(path, loadNetwork(path, PAIR_TASK), tables);
}

function loadPassageModel(path: string): LoadedNetwork {
  const network = loadNetwork(path, PASSAGE_TASK);
  const head = pairHeadLengths(network.labels.length);
  return withTables(path, network, { roles: ROLES * ROLE_SIZE, calibration: CALIBRATION_SIZE, threshold: 1, ...Object.fromEntries(PAIR_HEAD_NAMES.map((name) => [name, head[name]])) });
}

function withTables(path: string, network: LoadedNetwork, lengths: Readonly<Record<string, number>>): LoadedNetwork {
  for (const [name, length] of Object.entries(lengths)) {
    const found = network.tables[name]?.length;
    if (found !== length) throw new EngramError('ENGRAM_MODEL_INVALID', { path, problem: `table '${name}' has ${found ?? 'no'} values, not ${length}` });
  }
  return network;
}
