// What a training reads in an epoch: passages whole or in pieces of a few sentences, short ones alone or two as one. Else a model takes
// the length of a passage for the data set that it came from, and gives the facts of one thing to another nearby.
import type { Random } from '../../pipeline/core/random.ts';
import type { LabelledPassage, MarkedPair } from './labelled-passages.ts';
import { cutPassage } from './passage.ts';

/** One passage, or two that are read as one: nothing of the one has to do with anything of the other. */
export type Reading = readonly [LabelledPassage, LabelledPassage?];

/** Of the short passages this share is read together with another one. */
const JOINED_SHARE = 0.4;
const MAX_JOINED_TOKENS = 150;

/** Two passages as one. Relations between the two there are none; `annotated` and the rest of what is not listed are those of the first. */
export function joinPassages(a: LabelledPassage, b: LabelledPassage): LabelledPassage {
  const [tokens, mentions, clusters] = [a.tokens.length, a.mentions.length, a.clusters.length];
  const moved = (pairs: readonly MarkedPair[]): MarkedPair[] => pairs.map(([head, tail, label]) => [head + clusters, tail + clusters, label]);
  return {
    ...a,
    tokens: [...a.tokens, ...b.tokens],
    sentences: [...a.sentences, ...b.sentences.map(([start, end]) => [start + tokens, end + tokens] as const)],
    mentions: [...a.mentions, ...b.mentions.map(({ start, end, label }) => ({ start: start + tokens, end: end + tokens, label }))],
    clusters: [...a.clusters, ...b.clusters.map((cluster) => cluster.map((index) => index + mentions))],
    relations: [...a.relations, ...b.relations.map((relation) => ({ ...relation, head: relation.head + clusters, tail: relation.tail + clusters }))],
    negatives: [...a.negatives, ...moved(b.negatives)],
    unknown: [...a.unknown, ...moved(b.unknown)],
  };
}

/** The passage in pieces of so many sentences each, with what its labels say of the clusters in each piece. */
export function splitPassage(passage: LabelledPassage, sentences: number): LabelledPassage[] {
  const pieces: LabelledPassage[] = [];
  for (let at = 0; at < passage.sentences.length; at += sentences) {
    const { origin, ...piece } = cutPassage(passage, at, at + sentences);
    if (origin.length < 2) continue;
    const place = new Map(origin.map((cluster, index) => [cluster, index]));
    const moved = (pairs: readonly MarkedPair[]): MarkedPair[] =>
      pairs.flatMap(([head, tail, label]): MarkedPair[] => (place.has(head) && place.has(tail) ? [[place.get(head)!, place.get(tail)!, label]] : []));
    pieces.push({
      ...passage,
      ...piece,
      relations: passage.relations.flatMap((relation) =>
        place.has(relation.head) && place.has(relation.tail) ? [{ ...relation, head: place.get(relation.head)!, tail: place.get(relation.tail)! }] : [],
      ),
      negatives: moved(passage.negatives),
      unknown: moved(passage.unknown),
    });
  }
  return pieces;
}

/** Sentences of a piece, drawn anew for each passage and epoch; the last stands for the whole passage. */
const PIECES = [1, 2, 4, Infinity] as const;

/** The passages of an epoch: those with a weight below 1 now and then, whole or in pieces, some short ones two at a time. */
export function readingsOf(passages: readonly LabelledPassage[], random: Random): Reading[] {
  const seen = random.shuffle(
    passages
      .filter(({ weight }) => weight >= 1 || random.next() < weight)
      .flatMap((passage) => {
        const sentences = PIECES[random.integer(PIECES.length)]!;
        return sentences >= passage.sentences.length ? [passage] : splitPassage(passage, sentences);
      }),
  );
  const readings: Reading[] = [];
  let waiting: LabelledPassage | undefined;
  for (const passage of seen) {
    if (passage.tokens.length > MAX_JOINED_TOKENS || random.next() >= JOINED_SHARE) readings.push([passage]);
    else if (waiting === undefined) waiting = passage;
    else {
      readings.push([waiting, passage]);
      waiting = undefined;
    }
  }
  return waiting === undefined ? readings : [...readings, [waiting]];
}
