// The relation model's forward pass: passages in length-bucketed batches through the BiLSTM, their pairs of clusters through the
// pair head, a calibrated probability for each pair and label, and the mentions that carry it.
import type { Encoder, EncoderBatch } from '../engine/engine.ts';
import { batchesFor } from '../network/batches.ts';
import type { Network } from '../network/model-file.ts';
import { PAIR_HEAD_NAMES, scorePairs, type PairHeadWeights } from './pair-head.ts';
import { sharesSentence, structureOf, type Passage, type PassageStructure } from './passage.ts';

export const PASSAGE_TASK = 'passages';
export const ROLE_SIZE = 20;
const BATCH_TOKENS = 2048;
const BATCH_PASSAGES = 32;
/** Batches in flight. */
const CONCURRENCY = 2;

export interface PredictedRelation {
  /** Indexes into the clusters of the passage. */
  readonly head: number;
  readonly tail: number;
  readonly label: string;
  readonly probability: number;
  /** Log odds before calibration. */
  readonly score: number;
  readonly withinSentence: boolean;
  /** Pairs of mentions that carry it, the strongest first; never empty. */
  readonly evidence: readonly (MentionPair & { readonly probability: number })[];
}

export interface AskedRelation {
  /** Indexes into the clusters of the passage. */
  readonly head: number;
  readonly tail: number;
  readonly label: string;
}

export interface MentionPair {
  /** Indexes into the mentions of the passage. */
  readonly head: number;
  readonly tail: number;
}

/** Slope and offset for pairs that share a sentence, then for those that do not. */
export const CALIBRATION_SIZE = 4;
export const UNCALIBRATED: readonly number[] = [1, 0, 1, 0];

/** Scores are odds of a label over the pair's own threshold; probability = 1 / (1 + exp(−(slope · score + offset))), after Platt 1999. */
function probabilityOf(score: number, calibration: Float32Array, withinSentence: boolean): number {
  const at = withinSentence ? 0 : 2;
  return 1 / (1 + Math.exp(-(calibration[at]! * score + calibration[at + 1]!)));
}

function pairHeadOf({ tables }: Pick<Network, 'tables'>): PairHeadWeights {
  return Object.fromEntries(PAIR_HEAD_NAMES.map((name) => [name, tables[name]!])) as PairHeadWeights;
}

function batchOf({ input: words, tables }: Network, batch: readonly PassageStructure[]): EncoderBatch {
  const time = Math.max(...batch.map(({ roles }) => roles.length));
  const width = words.size + ROLE_SIZE;
  const inputs = new Float32Array(time * batch.length * width);
  batch.forEach(({ passage, roles }, b) => {
    passage.tokens.forEach((token, t) => {
      const at = (t * batch.length + b) * width;
      words.writeCached(token, inputs, at);
      inputs.set(tables['roles']!.subarray(roles[t]! * ROLE_SIZE, (roles[t]! + 1) * ROLE_SIZE), at + words.size);
    });
  });
  return { inputs, time, batch: batch.length, lengths: Int32Array.from(batch, ({ roles }) => roles.length) };
}

/** Runs the passages that have pairs, in batches; `visit` is given the indexes of a batch, its structures, outputs and scores. */
async function eachBatch(
  passages: readonly Passage[],
  network: Network,
  encoder: Encoder,
  visit: (rows: readonly number[], batch: readonly PassageStructure[], outputs: Float32Array, scores: Float32Array) => void,
): Promise<void> {
  const structures = passages.map(structureOf);
  const weights = pairHeadOf(network);
  const asked = structures.flatMap(({ heads }, index) => (heads.length > 0 ? [index] : []));
  const batches = batchesFor(encoder, asked.map((index) => passages[index]!.tokens.length), BATCH_TOKENS, BATCH_PASSAGES);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const rows = batches[next++]!.map((at) => asked[at]!);
      const batch = rows.map((index) => structures[index]!);
      const outputs = await encoder.run(batchOf(network, batch));
      visit(rows, batch, outputs, scorePairs(weights, outputs, batch).scores);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, batches.length) }, work));
}

/**
 * @param least probabilities below it are left out
 * @param acrossOnly leaves out pairs that share a sentence
 * @returns the relations of each passage, in order of the pairs, then of the labels
 */
export async function classifyPassages(passages: readonly Passage[], network: Network, encoder: Encoder, least: number, acrossOnly = false): Promise<PredictedRelation[][]> {
  const result: PredictedRelation[][] = passages.map(() => []);
  await eachBatch(passages, network, encoder, (rows, batch, outputs, scores) => {
    const found = decode(batch, scores, network, least, acrossOnly);
    const evidence = evidenceOf(batch, found, outputs, network);
    found.forEach(({ row, relation }, i) => result[rows[row]!]!.push({ ...relation, evidence: evidence[i]!.map((pair) => ({ ...pair, probability: relation.probability })) }));
  });
  return result;
}

/** @returns the probability of each relation that is asked about, passage by passage; 0 where the model has no such label or asks no such pair */
export async function probabilitiesOf(passages: readonly Passage[], asked: readonly (readonly AskedRelation[])[], network: Network, encoder: Encoder): Promise<number[][]> {
  const result: number[][] = asked.map((relations) => relations.map(() => 0));
  const columns = network.labels.length + 1;
  const labelIds = new Map(network.labels.map((label, id) => [label, id]));
  await eachBatch(passages, network, encoder, (rows, batch, _outputs, scores) => {
    let offset = 0;
    batch.forEach((structure, row) => {
      const { heads, tails } = structure;
      const pairOf = new Map(Array.from(heads, (head, pair) => [`${head} ${tails[pair]!}`, pair]));
      asked[rows[row]!]!.forEach(({ head, tail, label }, index) => {
        const [pair, id] = [pairOf.get(`${head} ${tail}`), labelIds.get(label)];
        if (pair === undefined || id === undefined) return;
        const at = offset + pair * columns;
        result[rows[row]!]![index] = probabilityOf(scores[at + id]! - scores[at + columns - 1]!, network.tables['calibration']!, sharesSentence(structure, pair));
      });
      offset += heads.length * columns;
    });
  });
  return result;
}

interface Found {
  readonly row: number;
  readonly pair: number;
  readonly label: number;
  readonly relation: Omit<PredictedRelation, 'evidence'>;
}

function decode(batch: readonly PassageStructure[], scores: Float32Array, { labels, tables }: Network, least: number, acrossOnly: boolean): Found[] {
  const calibration = tables['calibration']!;
  const columns = labels.length + 1;
  const found: Found[] = [];
  let offset = 0;
  batch.forEach((structure, row) => {
    const { heads, tails } = structure;
    heads.forEach((head, pair) => {
      const threshold = scores[offset + labels.length]!;
      const withinSentence = sharesSentence(structure, pair);
      if (acrossOnly && withinSentence) {
        offset += columns;
        return;
      }
      labels.forEach((name, label) => {
        const score = scores[offset + label]! - threshold;
        const probability = probabilityOf(score, calibration, withinSentence);
        if (probability >= least) found.push({ row, pair, label, relation: { head, tail: tails[pair]!, label: name, probability, score, withinSentence } });
      });
      offset += columns;
    });
  });
  return found;
}

/** Pairs of mentions whose own score is this close to the best one of the relation say it too. */
const EVIDENCE_MARGIN = 1.5;

/** Each relation asked again of one pair of mentions at a time, as if nothing else of the two clusters stood there. */
function evidenceOf(batch: readonly PassageStructure[], found: readonly Found[], outputs: Float32Array, network: Network): MentionPair[][] {
  const { labels } = network;
  const candidates = found.map(({ row, pair }) => mentionPairsOf(batch[row]!, pair));
  const questions: { structure: PassageStructure; row: number; at: number; pair: MentionPair }[] = [];
  candidates.forEach((pairs, at) => {
    if (pairs.length < 2) return;
    const { row } = found[at]!;
    for (const pair of pairs) questions.push({ structure: structureOf({ ...batch[row]!.passage, clusters: [[pair.head], [pair.tail]] }), row, at, pair });
  });
  if (questions.length === 0) return candidates;
  const { scores } = scorePairs(pairHeadOf(network), outputs, questions.map(({ structure }) => structure), undefined, { rows: questions.map(({ row }) => row), batch: batch.length });
  const columns = labels.length + 1;
  const scored = new Map<number, { pair: MentionPair; score: number }[]>();
  let offset = 0;
  for (const { structure, at, pair } of questions) {
    // Of the pairs of such a passage the one from its first cluster to its second comes first.
    const score = scores[offset + found[at]!.label]! - scores[offset + labels.length]!;
    scored.set(at, [...(scored.get(at) ?? []), { pair, score }]);
    offset += structure.heads.length * columns;
  }
  return candidates.map((pairs, at) => {
    const ranked = scored.get(at)?.toSorted((a, b) => b.score - a.score);
    return ranked === undefined ? pairs : ranked.filter(({ score }) => score >= ranked[0]!.score - EVIDENCE_MARGIN).map(({ pair }) => pair);
  });
}

/** Those that share a window; the first mentions of the two clusters where none are near. */
function mentionPairsOf({ windows, heads, tails, passage }: PassageStructure, pair: number): MentionPair[] {
  const near = windows.filter((window) => window.pair === pair).map(({ head, tail }) => ({ head, tail }));
  return near.length > 0 ? near : [{ head: passage.clusters[heads[pair]!]![0]!, tail: passage.clusters[tails[pair]!]![0]! }];
}
