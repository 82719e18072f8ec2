// The relation classifier's forward pass: argument pairs in length-bucketed batches, one probability for each pair and output.
// A BiLSTM over words with position and role features, states pooled over both mentions (after ACL P16-2034 and C14-1220;
// outputs are independent sigmoids, since one pair may stand in several relations).
import type { Encoder, EncoderBatch } from '../engine/engine.ts';
import { bucketByLength } from '../network/batches.ts';
import type { LoadedNetwork, Network } from '../network/model-file.ts';
import { admittedOutputs, argumentPairs, pairFeatures, PAIR_OUTPUTS, PAIR_POOLS, type ArgumentPair, type PairFeatures, type PairMention } from './argument-pairs.ts';
import { PREDICATES } from './schema.ts';

export const RELATION_TASK = 'relations';
export const ROLE_SIZE = 20;
export const DISTANCE_SIZE = 8;
const EXCLUDED = -1e9;
const BATCH_TOKENS = 4096;
const BATCH_PAIRS = 128;

export interface PairSentence {
  readonly tokens: readonly string[];
  readonly mentions: readonly PairMention[];
}

export interface PredictedRelation {
  readonly head: number;
  readonly tail: number;
  readonly predicate: string;
  readonly probability: number;
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

function batchOf(network: Network, rows: readonly { tokens: readonly string[]; pair: ArgumentPair; features: PairFeatures }[]): EncoderBatch {
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
 * @returns the relations of each sentence, in order of first and second mention
 */
export async function classifySentences(
  sentences: readonly PairSentence[],
  network: Network | LoadedNetwork,
  encoder: Encoder,
  least: number,
  concurrency = 2,
): Promise<PredictedRelation[][]> {
  const result: PredictedRelation[][] = sentences.map(() => []);
  const rows = sentences.flatMap(({ tokens, mentions }, sentence) =>
    argumentPairs(mentions, tokens.length).map((pair) => ({ sentence, tokens, pair, features: pairFeatures(pair, mentions) })),
  );
  const batches = bucketByLength(rows.map(({ pair }) => pair.to - pair.from), BATCH_TOKENS, BATCH_PAIRS);
  const found: PredictedRelation[][] = rows.map(() => []);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < batches.length) {
      const indexes = batches[next++]!;
      const scores = await encoder.run(batchOf(network, indexes.map((index) => rows[index]!)));
      indexes.forEach((index, b) => {
        const { sentence, pair } = rows[index]!;
        const { mentions } = sentences[sentence]!;
        const admitted = admittedOutputs(mentions[pair.first]!.label, mentions[pair.second]!.label);
        for (let output = 0; output < PAIR_OUTPUTS; output++) {
          const probability = admitted[output] ? 1 / (1 + Math.exp(-scores[b * PAIR_OUTPUTS + output]!)) : 0;
          if (probability < least || probability === 0) continue;
          const forward = output < PREDICATES.length;
          const [head, tail] = forward ? [pair.first, pair.second] : [pair.second, pair.first];
          found[index]!.push({ head, tail, predicate: PREDICATES[output % PREDICATES.length]!.name, probability });
        }
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, batches.length) }, work));
  rows.forEach(({ sentence }, index) => result[sentence]!.push(...found[index]!));
  return result;
}
