// What the relation model is asked about: a run of sentences with its mentions, chained into clusters, and every ordered pair of
// clusters in it. Which stretches of the text stand between and around a pair, and how far apart it is, is worked out here
// (position features: Zeng et al. 2014, C14-1220).
import { MENTION_LABELS } from '../../pipeline/core/model.ts';

export interface PassageMention {
  /** Tokens of the passage, half-open. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface Passage {
  readonly tokens: readonly string[];
  /** [start, end) tokens of each sentence. */
  readonly sentences: readonly (readonly [start: number, end: number])[];
  readonly mentions: readonly PassageMention[];
  /** Indexes into the mentions, of the mentions that stand for one thing; never empty. */
  readonly clusters: readonly (readonly number[])[];
}

/** A passage cut out of another, with the clusters of that one that its own come from. */
export interface CutPassage extends Passage {
  readonly origin: readonly number[];
}

/** The sentences from one to another (half-open), with what of mentions and clusters stands in them; clusters by their places in the whole. */
export function cutPassage({ tokens, sentences, mentions, clusters }: Passage, first: number, last: number): CutPassage {
  const kept = sentences.slice(first, last);
  const [from, to] = [kept[0]![0], kept.at(-1)![1]];
  const place = new Map<number, number>();
  mentions.forEach(({ start }, index) => start >= from && start < to && place.set(index, place.size));
  const cut = clusters.map((cluster) => cluster.flatMap((index) => place.get(index) ?? []));
  const origin = cut.flatMap((cluster, index) => (cluster.length > 0 ? [index] : []));
  return {
    tokens: tokens.slice(from, to),
    sentences: kept.map(([start, end]) => [start - from, end - from] as const),
    mentions: [...place.keys()].map((index) => ({ ...mentions[index]!, start: mentions[index]!.start - from, end: Math.min(to, mentions[index]!.end) - from })),
    clusters: origin.map((index) => cut[index]!),
    origin,
  };
}

/** A stretch of text around a mention of the head and one of the tail. */
export interface PairWindow {
  readonly pair: number;
  /** Indexes into the mentions. */
  readonly head: number;
  readonly tail: number;
  /** Tokens, half-open. */
  readonly from: number;
  readonly to: number;
}

export interface PassageStructure {
  readonly passage: Passage;
  /** int32 [tokens]: 0 outside of mentions, else 1 + 2 · label, and one more from the second token on. */
  readonly roles: Int32Array;
  /** int32 [clusters], index of the label. */
  readonly labels: Int32Array;
  /** int32 [pairs], clusters. */
  readonly heads: Int32Array;
  readonly tails: Int32Array;
  /** int32 [pairs], buckets of the least distance between a mention of the head and one of the tail. */
  readonly tokenDistances: Int32Array;
  /** The same in sentences; another half of the buckets where the tail is named first. */
  readonly sentenceDistances: Int32Array;
  readonly windows: readonly PairWindow[];
}

/** Mention labels, and one for all others. */
export const LABELS = MENTION_LABELS.length + 1;
export const ROLES = 1 + 2 * LABELS;
export const DISTANCES = 13;
/** Upper ends of the buckets of token distances between two mentions, and of sentence distances. */
const TOKEN_BUCKETS = [0, 2, 4, 8, 16, 32, 64, 128];
const SENTENCE_BUCKETS = [0, 1, 2, 4];
export const TOKEN_DISTANCES = TOKEN_BUCKETS.length + 1;
export const SENTENCE_DISTANCES = 2 * (SENTENCE_BUCKETS.length + 1);

/** Tokens read on either side of two mentions, between them, and in all. */
const CONTEXT_TOKENS = 6;
const MAX_GAP = 48;
const MAX_WINDOW = 64;
/** Of one pair of clusters the nearest so many pairs of mentions are read together. */
const MAX_WINDOWS = 3;

const VALUES: ReadonlySet<string> = new Set(['TIME', 'NUM']);

const labelIndex = (label: string): number => {
  const index = (MENTION_LABELS as readonly string[]).indexOf(label);
  return index < 0 ? MENTION_LABELS.length : index;
};

const bucketOf = (value: number, ends: readonly number[]): number => {
  const bucket = ends.findIndex((end) => value <= end);
  return bucket < 0 ? ends.length : bucket;
};

/** Every ordered pair of clusters whose head is no value. */
export function structureOf(passage: Passage): PassageStructure {
  const { tokens, sentences, mentions, clusters } = passage;
  const roles = new Int32Array(tokens.length);
  for (const { start, end, label } of mentions) {
    const role = 1 + 2 * labelIndex(label);
    roles.fill(role + 1, start, end);
    roles[start] = role;
  }
  const sentenceOf = mentions.map(({ start }) => sentences.findIndex(([, end]) => start < end));
  const labelOf = (cluster: readonly number[]): string => mentions[cluster[0]!]!.label;
  const [heads, tails, tokenDistances, sentenceDistances]: [number[], number[], number[], number[]] = [[], [], [], []];
  const windows: PairWindow[] = [];
  const gapOf = (a: PassageMention, b: PassageMention): number => Math.max(0, a.start < b.start ? b.start - a.end : a.start - b.end);
  clusters.forEach((one, h) => {
    clusters.forEach((other, t) => {
      if (h === t || VALUES.has(labelOf(one))) return;
      const pair = heads.length;
      let [gap, apart] = [Infinity, Infinity];
      const near: { gap: number; head: number; tail: number }[] = [];
      for (const head of one) {
        for (const tail of other) {
          const distance = gapOf(mentions[head]!, mentions[tail]!);
          gap = Math.min(gap, distance);
          apart = Math.min(apart, Math.abs(sentenceOf[head]! - sentenceOf[tail]!));
          if (distance <= MAX_GAP) near.push({ gap: distance, head, tail });
        }
      }
      near.sort((a, b) => a.gap - b.gap || Math.min(a.head, a.tail) - Math.min(b.head, b.tail) || Math.max(a.head, a.tail) - Math.max(b.head, b.tail));
      for (const { head, tail } of near.slice(0, MAX_WINDOWS)) {
        const [a, b] = [mentions[head]!, mentions[tail]!];
        const from = Math.max(0, Math.min(a.start, b.start) - CONTEXT_TOKENS);
        windows.push({ pair, head, tail, from, to: Math.min(tokens.length, from + MAX_WINDOW, Math.max(a.end, b.end) + CONTEXT_TOKENS) });
      }
      const tailFirst = mentions[other[0]!]!.start <= mentions[one[0]!]!.start;
      heads.push(h);
      tails.push(t);
      tokenDistances.push(bucketOf(gap, TOKEN_BUCKETS));
      sentenceDistances.push(bucketOf(apart, SENTENCE_BUCKETS) + (tailFirst ? 0 : SENTENCE_DISTANCES / 2));
    });
  });
  return {
    passage,
    roles,
    labels: Int32Array.from(clusters, (cluster) => labelIndex(labelOf(cluster))),
    heads: Int32Array.from(heads),
    tails: Int32Array.from(tails),
    tokenDistances: Int32Array.from(tokenDistances),
    sentenceDistances: Int32Array.from(sentenceDistances),
    windows,
  };
}

/** Whether a mention of the one cluster and one of the other stand in one sentence. */
export function clustersShareSentence({ sentences, mentions, clusters }: Passage, one: number, other: number): boolean {
  const sentencesOf = (cluster: number): number[] => clusters[cluster]!.map((index) => sentences.findIndex(([, end]) => mentions[index]!.start < end));
  const ofOther = new Set(sentencesOf(other));
  return sentencesOf(one).some((sentence) => ofOther.has(sentence));
}

/** The same of a pair of a structure. */
export function sharesSentence({ sentenceDistances }: PassageStructure, pair: number): boolean {
  return sentenceDistances[pair]! % (SENTENCE_DISTANCES / 2) === 0;
}

/** Buckets of the distance in tokens from a mention: 0 inside, 1–6 after (1, 2, 3, 4–5, 6–9, 10+), 7–12 before. */
export function distanceBucket(token: number, { start, end }: { readonly start: number; readonly end: number }): number {
  if (token >= start && token < end) return 0;
  const after = token >= end;
  const distance = after ? token - end + 1 : start - token;
  const size = distance <= 3 ? distance : distance <= 5 ? 4 : distance <= 9 ? 5 : 6;
  return after ? size : 6 + size;
}
