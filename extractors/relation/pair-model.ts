// The model that reads one pair of mentions of a sentence at a time: a BiLSTM over the words around them with position and role
// features, states pooled over both mentions (after P16-2034 and C14-1220), one calibrated probability for each label and direction.
import type { Encoder, EncoderBatch } from '../engine/engine.ts';
import { batchesFor } from '../network/batches.ts';
import type { Network } from '../network/model-file.ts';
import { argumentPairs, pairFeatures, PAIR_POOLS, type ArgumentPair, type PairFeatures } from './argument-pairs.ts';
import type { Passage, PassageMention } from './passage.ts';
import type { PredictedRelation } from './passage-model.ts';

export const PAIR_TASK = 'pairs';
export const ROLE_SIZE = 20;
export const DISTANCE_SIZE = 8;
/** Slope and offset: probability = 1 / (1 + exp(−(slope · score + offset))), after Platt 1999. */
export const PAIR_CALIBRATION_SIZE = 2;
const EXCLUDED = -1e9;
const BATCH_TOKENS = 4096;
const BATCH_PAIRS = 128;
/** Batches in flight. */
const CONCURRENCY = 2;

interface SentenceWithMentions {
  readonly tokens: readonly string[];
  /** In tokens of the sentence. */
  readonly mentions: readonly PassageMention[];
}

interface RelatedMentions {
  /** Indexes into the mentions. */
  readonly head: number;
  readonly tail: number;
  readonly label: string;
  readonly probability: number;
  /** Log odds before calibration. */
  readonly score: number;
}

/** float32 [pools, time, batch]: 0 where pooled. */
export function poolMasks(features: readonly PairFeatures[], time: number): Float32Array {
  const batch = features.length;
  const masks = new Float32Array(PAIR_POOLS * time * batch).fill(EXCLUDED);
  features.forEach(({ pools, roles }, b) => {
    for (let pool = 0; pool < PAIR_POOLS; pool++) {
      for (let t = 0; t < roles.length; t++) if (pools[pool * roles.length + t]) masks[(pool * time + t) * batch + b] = 0;
    }
  });
  return masks;
}

function batchOf(network: Network, rows: readonly { readonly tokens: readonly string[]; readonly pair: ArgumentPair; readonly features: PairFeatures }[]): EncoderBatch {
  const { input: words, tables } = network;
  const [roles, first, second] = [tables['roles']!, tables['firstDistances']!, tables['secondDistances']!];
  const batch = rows.length;
  const time = Math.max(...rows.map(({ features }) => features.roles.length));
  const width = words.size + ROLE_SIZE + 2 * DISTANCE_SIZE;
  const inputs = new Float32Array(time * batch * width);
  const put = (table: Float32Array, row: number, size: number, at: number): void => inputs.set(table.subarray(row * size, (row + 1) * size), at);
  rows.forEach(({ tokens, pair, features }, b) => {
    for (let t = 0; t < features.roles.length; t++) {
      let at = (t * batch + b) * width;
      words.writeCached(tokens[pair.from + t]!, inputs, at);
      at += words.size;
      put(roles, features.roles[t]!, ROLE_SIZE, at);
      put(first, features.firstDistances[t]!, DISTANCE_SIZE, at + ROLE_SIZE);
      put(second, features.secondDistances[t]!, DISTANCE_SIZE, at + ROLE_SIZE + DISTANCE_SIZE);
    }
  });
  const lengths = Int32Array.from(rows, ({ features }) => features.roles.length);
  return { inputs, time, batch, lengths, masks: poolMasks(rows.map((row) => row.features), time) };
}

/**
 * @param least probabilities below it are left out
 * @param isAsked which pairs of mentions of a sentence are read; all when left out
 * @returns the relations of each sentence, in order of first and second mention
 */
async function relateMentions(
  sentences: readonly SentenceWithMentions[],
  network: Network,
  encoder: Encoder,
  least: number,
  isAsked: (sentence: number, first: number, second: number) => boolean = () => true,
): Promise<RelatedMentions[][]> {
  const { labels, tables } = network;
  const [slope, offset] = tables['calibration']!;
  const rows = sentences.flatMap(({ tokens, mentions }, sentence) =>
    argumentPairs(mentions, tokens.length, tables['askable']).flatMap((pair) => (isAsked(sentence, pair.first, pair.second) ? [{ sentence, tokens, pair, features: pairFeatures(pair, mentions) }] : [])),
  );
  const batches = batchesFor(encoder, rows.map(({ pair }) => pair.to - pair.from), BATCH_TOKENS, BATCH_PAIRS);
  const found: RelatedMentions[][] = rows.map(() => []);
  const outputs = 2 * labels.length;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const indexes = batches[next++]!;
      const scores = await encoder.run(batchOf(network, indexes.map((index) => rows[index]!)));
      indexes.forEach((index, b) => {
        const { first, second } = rows[index]!.pair;
        for (let output = 0; output < outputs; output++) {
          const score = scores[b * outputs + output]!;
          const probability = 1 / (1 + Math.exp(-(slope! * score + offset!)));
          if (probability < least) continue;
          const [head, tail] = output < labels.length ? [first, second] : [second, first];
          found[index]!.push({ head, tail, label: labels[output % labels.length]!, probability, score });
        }
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, batches.length) }, work));
  const result: RelatedMentions[][] = sentences.map(() => []);
  rows.forEach(({ sentence }, index) => result[sentence]!.push(...found[index]!));
  return result;
}

/**
 * @param isAsked which pairs of clusters of a passage are read, named in the order of the text; all when left out
 * @returns for each passage the relations that a sentence of it states, between its clusters, as sure as their surest pair of mentions
 */
export async function relatePassages(
  passages: readonly Passage[],
  network: Network,
  encoder: Encoder,
  least: number,
  isAsked: (passage: number, one: number, other: number) => boolean = () => true,
): Promise<PredictedRelation[][]> {
  const units = passages.flatMap(({ tokens, sentences, mentions }, passage) =>
    sentences.flatMap(([from, to]) => {
      const origin = mentions.flatMap(({ start }, index) => (start >= from && start < to ? [index] : []));
      if (origin.length < 2) return [];
      return [{ passage, origin, tokens: tokens.slice(from, to), mentions: origin.map((index) => ({ ...mentions[index]!, start: mentions[index]!.start - from, end: Math.min(to, mentions[index]!.end) - from })) }];
    }),
  );
  const clusterOf = passages.map(({ clusters }) => new Map(clusters.flatMap((cluster, c) => cluster.map((mention) => [mention, c] as const))));
  const found = await relateMentions(units, network, encoder, least, (unit, first, second) => {
    const { passage, origin } = units[unit]!;
    const [one, other] = [clusterOf[passage]!.get(origin[first]!)!, clusterOf[passage]!.get(origin[second]!)!];
    return one !== other && isAsked(passage, one, other);
  });
  const stated = passages.map(() => new Map<string, RelatedMentions[]>());
  units.forEach(({ passage, origin }, unit) => {
    for (const { head: h, tail: t, ...relation } of found[unit]!) {
      const [head, tail] = [origin[h]!, origin[t]!];
      const key = `${clusterOf[passage]!.get(head)!} ${clusterOf[passage]!.get(tail)!} ${relation.label}`;
      stated[passage]!.set(key, [...(stated[passage]!.get(key) ?? []), { head, tail, ...relation }]);
    }
  });
  return stated.map((relations, passage) =>
    [...relations.values()].map((all): PredictedRelation => {
      const evidence = all.toSorted((a, b) => b.probability - a.probability);
      const { head, tail, label, probability, score } = evidence[0]!;
      return { head: clusterOf[passage]!.get(head)!, tail: clusterOf[passage]!.get(tail)!, label, probability, score, withinSentence: true, evidence };
    }),
  );
}
