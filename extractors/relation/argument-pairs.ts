// Which two mentions of a sentence are asked about, and how the pair model sees the asking: a stretch of the sentence around both,
// each token with its role and its distance to either mention (position features: Zeng et al. 2014, C14-1220).
import { MENTION_LABELS } from '../../pipeline/core/model.ts';
import { distanceBucket, type PassageMention } from './passage.ts';

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

/** First, second, both with what stands between them, everything read. */
export const PAIR_POOLS = 4;
/** Mention labels, and one for all others. */
const LABELS = MENTION_LABELS.length + 1;
export const ROLES = 1 + 3 * LABELS;

/** int8-sized index of a mention label. */
export function labelIndex(label: string): number {
  const index = (MENTION_LABELS as readonly string[]).indexOf(label);
  return index < 0 ? MENTION_LABELS.length : index;
}

/** For a pair of labels, in the order of the text, whether it is asked about; float32 [labels · labels], 1 where it is. */
export const ASKABLE_SIZE = LABELS * LABELS;
export function askableIndex(first: string, second: string): number {
  return labelIndex(first) * LABELS + labelIndex(second);
}

/** Every pair of mentions of one sentence whose labels are askable, nearest first when there are too many. */
export function argumentPairs(mentions: readonly PassageMention[], tokens: number, askable?: Float32Array): ArgumentPair[] {
  const pairs: ArgumentPair[] = [];
  mentions.forEach((a, i) => {
    mentions.forEach((b, j) => {
      if (i === j || a.start > b.start || (a.start === b.start && i > j) || askable?.[askableIndex(a.label, b.label)] === 0) return;
      if (Math.max(a.end, b.end) - a.start > MAX_PAIR_TOKENS) return;
      pairs.push({ first: i, second: j, from: Math.max(0, a.start - CONTEXT_TOKENS), to: Math.min(tokens, Math.max(a.end, b.end) + CONTEXT_TOKENS) });
    });
  });
  if (pairs.length <= MAX_PAIRS) return pairs;
  const gap = (p: ArgumentPair): number => mentions[p.second]!.start - mentions[p.first]!.end;
  return [...pairs].sort((p, q) => gap(p) - gap(q)).slice(0, MAX_PAIRS);
}

export interface PairFeatures {
  /** int32 [tokens read] */
  readonly roles: Int32Array;
  readonly firstDistances: Int32Array;
  readonly secondDistances: Int32Array;
  /** uint8 [pools, tokens read], 1 where pooled */
  readonly pools: Uint8Array;
}

export function pairFeatures(pair: ArgumentPair, mentions: readonly PassageMention[]): PairFeatures {
  const length = pair.to - pair.from;
  const [first, second] = [mentions[pair.first]!, mentions[pair.second]!];
  const roles = new Int32Array(length);
  const mark = ({ start, end, label }: PassageMention, group: number): void => {
    roles.fill(1 + group * LABELS + labelIndex(label), Math.max(start, pair.from) - pair.from, Math.max(0, Math.min(end, pair.to) - pair.from));
  };
  for (const mention of mentions) mark(mention, 2);
  mark(first, 0);
  mark(second, 1);
  const pools = new Uint8Array(PAIR_POOLS * length);
  const between: PassageMention = { start: first.start, end: Math.max(first.end, second.end), label: first.label };
  [first, second, between].forEach(({ start, end }, pool) => pools.fill(1, pool * length + start - pair.from, pool * length + end - pair.from));
  pools.fill(1, (PAIR_POOLS - 1) * length);
  const distances = (mention: PassageMention): Int32Array => Int32Array.from({ length }, (_, t) => distanceBucket(t + pair.from, mention));
  return { roles, firstDistances: distances(first), secondDistances: distances(second), pools };
}
