// The trained relation models of a folder as one reader of passages. pairs.safetensors reads pairs of mentions of a sentence,
// passages.safetensors whole passages. Where facts across sentences are asked for, both judge what a sentence states: the second
// proposes the pairs that the first reads, and the mean of their log odds decides; what stands across is judged by the second alone.
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import type { EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { ASKABLE_SIZE, ROLES as PAIR_ROLES } from './argument-pairs.ts';
import { PAIR_HEAD_NAMES, pairHeadLengths } from './pair-head.ts';
import { DISTANCE_SIZE, PAIR_CALIBRATION_SIZE, PAIR_TASK, relatePassages, ROLE_SIZE as PAIR_ROLE_SIZE } from './pair-model.ts';
import { DISTANCES, ROLES, type Passage } from './passage.ts';
import { CALIBRATION_SIZE, classifyPassages, PASSAGE_TASK, ROLE_SIZE, type PredictedRelation } from './passage-model.ts';

export const PAIRS_FILE = 'pairs.safetensors';
export const PASSAGES_FILE = 'passages.safetensors';

/** Pairs of a sentence that the model of passages thinks less likely than this to stand in any relation are not read by the other. */
const PROPOSED = 0.01;
/** Of judgements of both models: slope, offset and threshold; in the file of passages. */
export const JOINT_TABLE = 'joint';
export const UNFITTED: readonly number[] = [1, 0, 0];

export interface RelationReader {
  /** Of the files, 8 hex digits. */
  readonly version: string;
  readonly labels: readonly string[];
  /**
   * @param least probabilities below it are left out; below what was found to do best when left out
   * @returns the relations between the clusters of each passage
   */
  read(passages: readonly Passage[], least?: number): Promise<PredictedRelation[][]>;
  /** @returns for each passage the probability of one label between two clusters; 0 where it is next to nothing */
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
  /** Folder that holds the files; the shipped ones when left out. */
  readonly model?: string;
  /** Whether passages are read as wholes too. */
  readonly acrossSentences?: boolean;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` where labelled data have no label that the model knows */
export function requireSharedLabels({ labels }: RelationReader, passages: readonly { readonly annotated: ReadonlySet<string> }[], path: string): void {
  const known = new Set(labels);
  if (passages.length === 0 || passages.some(({ annotated }) => [...annotated].some((label) => known.has(label)))) return;
  throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `its labels (${[...passages[0]!.annotated].slice(0, 3).join(', ')} …) are not those of this model (${labels.slice(0, 3).join(', ')} …); name one trained on such data with --model` });
}

type IsAsked = (passage: number, one: number, other: number) => boolean;
type Read = (passages: readonly Passage[], least?: number, isAsked?: IsAsked) => Promise<PredictedRelation[][]>;

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationReader({ engine: kind, precision, model = SHIPPED_MODELS, acrossSentences = false }: ReaderOptions): Promise<RelationReader> {
  const engine = await createEngine(kind);
  const pairs = loadPairModel(join(model, PAIRS_FILE));
  const pairEncoder = await engine.createEncoder(pairs.encoder, precision);
  const readPairs: Read = (given, least = pairs.tables['threshold']![0]!, isAsked) => relatePassages(given, pairs, pairEncoder, least, isAsked);
  if (!acrossSentences) return readerOf([pairs], readPairs, () => pairEncoder.dispose());

  const passages = loadPassageModel(join(model, PASSAGES_FILE));
  const passageEncoder = await engine.createEncoder(passages.encoder, precision);
  const [slope = 1, offset = 0, threshold = 0] = passages.tables[JOINT_TABLE] ?? UNFITTED;
  const readBoth: Read = async (given, least, isAsked) => {
    const found = await classifyPassages(given, passages, passageEncoder, least ?? passages.tables['threshold']![0]!, PROPOSED);
    const proposals = found.map((relations) => relations.filter(({ withinSentence }) => withinSentence));
    const proposed = proposals.map((relations) => new Set(relations.flatMap(({ head, tail }) => [`${head} ${tail}`, `${tail} ${head}`])));
    const within = await readPairs(given, PROPOSED, (at, one, other) => proposed[at]!.has(`${one} ${other}`) && isAsked?.(at, one, other) !== false);
    return found.map((relations, at) => [
      ...judgedTogether(within[at]!, proposals[at]!, slope, offset, least ?? threshold),
      ...relations.filter(({ withinSentence }) => !withinSentence),
    ]);
  };
  return readerOf([pairs, passages], readBoth, async () => {
    await pairEncoder.dispose();
    await passageEncoder.dispose();
  });
}

function readerOf(networks: readonly LoadedNetwork[], read: Read, close: () => Promise<void> | void): RelationReader {
  const versions = networks.map(({ version }) => version);
  return {
    version: versions.length === 1 ? versions[0]! : digestOf(...versions).slice(0, 8),
    labels: networks[0]!.labels,
    read: (passages, least) => read(passages, least),
    async probabilities(passages, { head, tail, label }) {
      const found = await read(passages, PROPOSED, (_, one, other) => (one === head && other === tail) || (one === tail && other === head));
      return found.map((relations) => relations.find((r) => r.head === head && r.tail === tail && r.label === label)?.probability ?? 0);
    },
    close: async () => close(),
  };
}

const logOdds = (probability: number): number => Math.log(probability / (1 - probability));

/** What the model of pairs found, with the probabilities of both models together. */
function judgedTogether(stated: readonly PredictedRelation[], proposals: readonly PredictedRelation[], slope: number, offset: number, least: number): PredictedRelation[] {
  const proposed = new Map(proposals.map(({ head, tail, label, probability }) => [`${head} ${tail} ${label}`, probability]));
  return stated.flatMap((relation) => {
    const other = logOdds(proposed.get(`${relation.head} ${relation.tail} ${relation.label}`) ?? PROPOSED);
    const scoreOf = (probability: number): number => (logOdds(probability) + other) / 2;
    const together = (probability: number): number => 1 / (1 + Math.exp(-(slope * scoreOf(probability) + offset)));
    const evidence = relation.evidence.map((pair) => ({ ...pair, probability: together(pair.probability) })).filter(({ probability }) => probability >= least);
    return evidence.length === 0 ? [] : [{ ...relation, score: scoreOf(relation.probability), probability: evidence[0]!.probability, evidence }];
  });
}

function loadPairModel(path: string): LoadedNetwork {
  const tables = { roles: PAIR_ROLES * PAIR_ROLE_SIZE, firstDistances: DISTANCES * DISTANCE_SIZE, secondDistances: DISTANCES * DISTANCE_SIZE, askable: ASKABLE_SIZE, calibration: PAIR_CALIBRATION_SIZE, threshold: 1 };
  return withTables(path, loadNetwork(path, PAIR_TASK), tables);
}

/** @throws EngramError `ENGRAM_MODEL_INVALID` */
export function loadPassageModel(path: string): LoadedNetwork {
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
