// Which two mentions of a sentence are asked about, and how the network sees the asking: a stretch of the sentence around
// both, each token with its role and its distance to either mention (position features: Zeng et al. 2014, C14-1220).
import { MENTION_LABELS } from '../../pipeline/core/model.ts';
import { admits, PREDICATES } from './schema.ts';

export interface PairMention {
  /** Tokens of the sentence, half-open. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** Two mentions in the order of the text, and the stretch of the sentence that is read. */
export interface ArgumentPair {
  /** Indexes into the mentions; `first` begins before `second`. */
  readonly first: number;
  readonly second: number;
  /** Tokens of the sentence, half-open. */
  readonly from: number;
  readonly to: number;
}

/** Tokens read on either side of the two mentions. */
const CONTEXT_TOKENS = 8;
/** Pairs further apart are not asked about: hardly any relation is stated over so many words. */
const MAX_PAIR_TOKENS = 80;
/** Of one sentence; a list of fifty names would ask 1,225 questions. */
const MAX_PAIRS = 120;

/** One output for each predicate read from the first mention to the second, then one for each read the other way. */
export const PAIR_OUTPUTS = 2 * PREDICATES.length;
/** First, second, both with what stands between them, everything read. */
export const PAIR_POOLS = 4;
export const ROLES = 1 + 3 * MENTION_LABELS.length;
export const DISTANCES = 13;

/** Whether the labels admit an output; uint8 [outputs]. */
export function admittedOutputs(first: string, second: string): Uint8Array {
  const admitted = new Uint8Array(PAIR_OUTPUTS);
  PREDICATES.forEach((p, index) => {
    admitted[index] = admits(p, first, second) ? 1 : 0;
    admitted[index + PREDICATES.length] = admits(p, second, first) ? 1 : 0;
  });
  return admitted;
}

const askable: ReadonlySet<string> = new Set(
  MENTION_LABELS.flatMap((a) => MENTION_LABELS.filter((b) => admittedOutputs(a, b).includes(1)).map((b) => `${a} ${b}`)),
);

/** Every pair of mentions of one sentence that some predicate admits, nearest first when there are too many. */
export function argumentPairs(mentions: readonly PairMention[], tokens: number): ArgumentPair[] {
  const pairs: ArgumentPair[] = [];
  mentions.forEach((a, i) => {
    mentions.forEach((b, j) => {
      if (i === j || a.start > b.start || (a.start === b.start && i > j) || !askable.has(`${a.label} ${b.label}`)) return;
      if (Math.max(a.end, b.end) - a.start > MAX_PAIR_TOKENS) return;
      pairs.push({ first: i, second: j, from: Math.max(0, a.start - CONTEXT_TOKENS), to: Math.min(tokens, Math.max(a.end, b.end) + CONTEXT_TOKENS) });
    });
  });
  if (pairs.length <= MAX_PAIRS) return pairs;
  const gap = (p: ArgumentPair): number => mentions[p.second]!.start - mentions[p.first]!.end;
  return [...pairs].sort((p, q) => gap(p) - gap(q)).slice(0, MAX_PAIRS);
}

/** Buckets of the distance in tokens from a mention: 0 inside, 1–6 after (1, 2, 3, 4–5, 6–9, 10+), 7–12 before. */
export function distanceBucket(token: number, { start, end }: PairMention): number {
  if (token >= start && token < end) return 0;
  const after = token >= end;
  const distance = after ? token - end + 1 : start - token;
  const size = distance <= 3 ? distance : distance <= 5 ? 4 : distance <= 9 ? 5 : 6;
  return after ? size : 6 + size;
}

export interface PairFeatures {
  /** int32 [tokens read] */
  readonly roles: Int32Array;
  readonly firstDistances: Int32Array;
  readonly secondDistances: Int32Array;
  /** uint8 [pools, tokens read], 1 where pooled */
  readonly pools: Uint8Array;
}

export function pairFeatures(pair: ArgumentPair, mentions: readonly PairMention[]): PairFeatures {
  const length = pair.to - pair.from;
  const [first, second] = [mentions[pair.first]!, mentions[pair.second]!];
  const roles = new Int32Array(length);
  const labels = MENTION_LABELS.length;
  const mark = ({ start, end, label }: PairMention, group: number): void => {
    const index = (MENTION_LABELS as readonly string[]).indexOf(label);
    if (index < 0) return;
    for (let t = Math.max(start, pair.from); t < Math.min(end, pair.to); t++) roles[t - pair.from] = 1 + group * labels + index;
  };
  for (const mention of mentions) mark(mention, 2);
  mark(first, 0);
  mark(second, 1);
  const pools = new Uint8Array(PAIR_POOLS * length);
  const between: PairMention = { start: first.start, end: Math.max(first.end, second.end), label: first.label };
  [first, second, between].forEach(({ start, end }, pool) => pools.fill(1, pool * length + start - pair.from, pool * length + end - pair.from));
  pools.fill(1, (PAIR_POOLS - 1) * length);
  const distances = (mention: PairMention): Int32Array => Int32Array.from({ length }, (_, t) => distanceBucket(t + pair.from, mention));
  return { roles, firstDistances: distances(first), secondDistances: distances(second), pools };
}
