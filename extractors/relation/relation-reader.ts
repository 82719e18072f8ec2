// The trained relation models of a folder as one reader of passages. pairs.safetensors reads pairs of mentions of a sentence, and
// passages.safetensors every pair of things of a passage at once. What a sentence states is judged by both from the sentence: the mean
// of their log odds decides. What stands across sentences, where that is asked for, is judged by the second from the passage.
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { createEngine, type EngineChoice } from '../engine/index.ts';
import { loadNetwork, type LoadedNetwork } from '../network/model-file.ts';
import { SHIPPED_MODELS } from '../network/word-vectors.ts';
import { ASKABLE_SIZE, ROLES as PAIR_ROLES } from './argument-pairs.ts';
import { PAIR_HEAD_NAMES, pairHeadLengths } from './pair-head.ts';
import { DISTANCE_SIZE, PAIR_CALIBRATION_SIZE, PAIR_TASK, relatePassages, ROLE_SIZE as PAIR_ROLE_SIZE } from './pair-model.ts';
import { cutPassage, DISTANCES, ROLES, type Passage } from './passage.ts';
import { CALIBRATION_SIZE, classifyPassages, PASSAGE_TASK, probabilitiesOf, ROLE_SIZE, type AskedRelation, type PredictedRelation } from './passage-model.ts';

export const PAIRS_FILE = 'pairs.safetensors';
export const PASSAGES_FILE = 'passages.safetensors';

/** What the model of pairs holds less likely than this, or than a third of what is asked for, is not put to the other. */
const LEAST_CONSIDERED = 0.02;
/** Of judgements of both models: slope, offset and threshold; in the file of passages. */
export const JOINT_TABLE = 'joint';
export const UNFITTED: readonly number[] = [1, 0, 0];

export interface RelationReader {
  /** Of the files, 8 hex digits. */
  readonly version: string;
  readonly labels: readonly string[];
  /** Whether passages of several documents are better read at once: on a device, which wants many and reads each as if it were alone. */
  readonly readsTogether: boolean;
  /**
   * @param least probabilities below it are left out; below what was found to do best when left out
   * @returns the relations between the clusters of each passage
   */
  read(passages: readonly Passage[], least?: number): Promise<PredictedRelation[][]>;
  /** @returns for each passage the probability of one label between two clusters; 0 where it is next to nothing */
  probabilities(passages: readonly Passage[], asked: AskedRelation): Promise<number[]>;
  close(): Promise<void>;
}

export interface ReaderOptions extends EngineChoice {
  /** Folder that holds the files; the shipped ones when left out. */
  readonly model?: string;
  /** Whether passages are read as wholes too, for what stands across sentences. */
  readonly acrossSentences?: boolean;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` where labelled data have no label that the model knows */
export function requireSharedLabels({ labels }: RelationReader, passages: readonly { readonly annotated: ReadonlySet<string> }[], path: string): void {
  const known = new Set(labels);
  if (passages.length === 0 || passages.some(({ annotated }) => [...annotated].some((label) => known.has(label)))) return;
  throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: `its labels (${[...passages[0]!.annotated].slice(0, 3).join(', ')} …) are not those of this model (${labels.slice(0, 3).join(', ')} …); name one trained on such data with --model` });
}

type IsAsked = (passage: number, one: number, other: number) => boolean;

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationReader({ engine: kind, precision, batchTokens, model = SHIPPED_MODELS, acrossSentences = false }: ReaderOptions): Promise<RelationReader> {
  const [pairs, passages] = [loadPairModel(join(model, PAIRS_FILE)), loadPassageModel(join(model, PASSAGES_FILE))];
  const engine = await createEngine(kind, { batchTokens });
  const [pairEncoder, passageEncoder] = [await engine.createEncoder(pairs.encoder, precision), await engine.createEncoder(passages.encoder, precision)];
  const [slope = 1, offset = 0, threshold = 0] = passages.tables[JOINT_TABLE] ?? UNFITTED;

  const readSentences = async (given: readonly Passage[], least: number, isAsked?: IsAsked): Promise<PredictedRelation[][]> => {
    const stated = await relatePassages(given, pairs, pairEncoder, Math.max(LEAST_CONSIDERED, least / 3), isAsked);
    const units = given.flatMap((passage, at) => sentencesOf(passage, stated[at]!).map((unit) => ({ at, ...unit })));
    const others = await probabilitiesOf(units.map(({ sentence }) => sentence), units.map(({ asked }) => asked), passages, passageEncoder);
    const likeliest = stated.map((relations) => new Map(relations.map((relation) => [relation, LEAST_CONSIDERED])));
    units.forEach(({ at, relations }, unit) => relations.forEach((relation, i) => likeliest[at]!.set(relation, Math.max(likeliest[at]!.get(relation)!, others[unit]![i]!))));
    return stated.map((relations, at) => relations.flatMap((relation) => judgedTogether(relation, likeliest[at]!.get(relation)!, slope, offset, least)));
  };
  const read = async (given: readonly Passage[], least?: number, isAsked?: IsAsked): Promise<PredictedRelation[][]> => {
    const within = await readSentences(given, least ?? threshold, isAsked);
    if (!acrossSentences) return within;
    const across = await classifyPassages(given, passages, passageEncoder, least ?? passages.tables['threshold']![0]!, true);
    return within.map((relations, at) => [...relations, ...across[at]!]);
  };
  return {
    version: digestOf(pairs.version, passages.version, String(acrossSentences)).slice(0, 8),
    labels: pairs.labels,
    readsTogether: pairEncoder.batchTokens !== undefined,
    read: (given, least) => read(given, least),
    async probabilities(given, { head, tail, label }) {
      const found = await read(given, LEAST_CONSIDERED, (_, one, other) => (one === head && other === tail) || (one === tail && other === head));
      return found.map((relations) => relations.find((r) => r.head === head && r.tail === tail && r.label === label)?.probability ?? 0);
    },
    async close() {
      await pairEncoder.dispose();
      await passageEncoder.dispose();
    },
  };
}

/** The sentences of a passage that state a relation, each a passage of its own, with what is asked of it. */
function sentencesOf(passage: Passage, stated: readonly PredictedRelation[]): { readonly sentence: Passage; readonly asked: readonly AskedRelation[]; readonly relations: readonly PredictedRelation[] }[] {
  const saying = passage.sentences.map((): PredictedRelation[] => []);
  for (const relation of stated) {
    const places = new Set(relation.evidence.map(({ head }) => passage.sentences.findIndex(([, end]) => passage.mentions[head]!.start < end)));
    for (const place of places) saying[place]!.push(relation);
  }
  return saying.flatMap((relations, index) => {
    if (relations.length === 0) return [];
    const { origin, ...sentence } = cutPassage(passage, index, index + 1);
    const place = new Map(origin.map((cluster, own) => [cluster, own]));
    return [{ sentence, relations, asked: relations.map(({ head, tail, label }) => ({ head: place.get(head)!, tail: place.get(tail)!, label })) }];
  });
}

/** Probabilities nearer to 0 or 1 than this are as good as it. */
const NEAREST = 1e-6;
function logOdds(probability: number): number {
  const kept = Math.max(NEAREST, Math.min(1 - NEAREST, probability));
  return Math.log(kept / (1 - kept));
}

/** What the model of pairs found, with the probability of both models together, where that is likely enough. */
function judgedTogether(relation: PredictedRelation, other: number, slope: number, offset: number, least: number): PredictedRelation[] {
  const scoreOf = (probability: number): number => (logOdds(probability) + logOdds(other)) / 2;
  const together = (probability: number): number => 1 / (1 + Math.exp(-(slope * scoreOf(probability) + offset)));
  const evidence = relation.evidence.map((pair) => ({ ...pair, probability: together(pair.probability) })).filter(({ probability }) => probability >= least);
  return evidence.length === 0 ? [] : [{ ...relation, score: scoreOf(relation.probability), probability: evidence[0]!.probability, evidence }];
}

function loadPairModel(path: string): LoadedNetwork {
  const tables = { roles: PAIR_ROLES * PAIR_ROLE_SIZE, firstDistances: DISTANCES * DISTANCE_SIZE, secondDistances: DISTANCES * DISTANCE_SIZE, askable: ASKABLE_SIZE, calibration: PAIR_CALIBRATION_SIZE };
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
