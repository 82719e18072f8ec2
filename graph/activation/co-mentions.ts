// Which entities sentences name together, and how strongly that joins them: sentences that name both / √(sentences that name the one × those that name the
// other).
import { Buckets, MemoryBudget } from '../compact/buckets.ts';
import type { SnapshotSource } from './snapshot.ts';

/** Pairs of entities; the same each time they are gone through. */
export interface CoMentions {
  /** Each pair once, the smaller first. */
  forEach(visit: (a: number, b: number, strength: number) => void): void;
  /** They are needed no longer. */
  close(): void;
}

/** Documents, and nodes, whose mentions and pairs are gone through together. */
const BLOCK = 4096;

/**
 * @param count of the entities
 * @param most in a sentence with more entities each goes together with so many that follow it
 */
export function coMentions(source: Pick<SnapshotSource, 'forEachMention'>, count: number, most: number, budget = new MemoryBudget()): CoMentions {
  const mentions = new Buckets(budget);
  source.forEachMention((entity, document, sentence) => mentions.add(Math.floor(document / BLOCK), document, sentence, entity));
  const occurrences = new Float64Array(count);
  const pairs = new Buckets(budget);
  for (let block = 0; block < mentions.length; block++) {
    for (const named of sentencesOf(mentions.take(block))) {
      for (let at = 0; at < named.length; at++) {
        occurrences[named[at]!]!++;
        for (let next = at + 1; next < named.length && next <= at + most; next++) pairs.add(Math.floor(named[at]! / BLOCK), named[at]!, named[next]!);
      }
    }
  }
  mentions.close();
  return {
    forEach(visit) {
      for (let block = 0; block < pairs.length; block++) {
        const words = pairs.read(block);
        const keys = new Float64Array(words.length / 2);
        for (let pair = 0; pair < keys.length; pair++) keys[pair] = words[2 * pair]! * count + words[2 * pair + 1]!;
        keys.sort();
        for (let first = 0, last = 0; first < keys.length; first = last) {
          while (last < keys.length && keys[last] === keys[first]) last++;
          const [a, b] = [Math.floor(keys[first]! / count), keys[first]! % count];
          visit(a, b, (last - first) / Math.sqrt(occurrences[a]! * occurrences[b]!));
        }
      }
    },
    close: () => pairs.close(),
  };
}

/** The entities of each sentence, ascending, each once. @param words document, sentence and entity of each mention */
function* sentencesOf(words: Uint32Array): Generator<Uint32Array> {
  const groups = new Map<number, number>();
  const length = words.length / 3;
  const groupOf = new Uint32Array(length);
  const ends = [0];
  for (let mention = 0; mention < length; mention++) {
    // Both at once: a document of this block and a sentence are fewer than 2^53.
    const key = (words[3 * mention]! % BLOCK) * 2 ** 32 + words[3 * mention + 1]!;
    let group = groups.get(key);
    if (group === undefined) {
      groups.set(key, (group = groups.size));
      ends.push(0);
    }
    groupOf[mention] = group;
    ends[group + 1]!++;
  }
  for (let group = 1; group < ends.length; group++) ends[group]! += ends[group - 1]!;
  const entities = new Uint32Array(length);
  for (let mention = 0; mention < length; mention++) entities[ends[groupOf[mention]!]!++] = words[3 * mention + 2]!;
  for (let group = 0, start = 0; group < groups.size; group++) {
    const named = entities.subarray(start, ends[group]).sort();
    start = ends[group]!;
    yield named.filter((entity, at) => at === 0 || entity !== named[at - 1]);
  }
}
