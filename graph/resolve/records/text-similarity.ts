// How alike two texts are by the words they share: those that few records have tell most; slips, compounds and cut words count too.
import { jaroWinkler } from './similarity.ts';

/** Weights: of the words that both have, and of those that only one has. */
export interface SharedWords {
  readonly shared: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

/** Words that differ by a slip of the pen are the same one. */
const SAME_WORD = 0.93;
/** Characters of the shortest word that may stand for a longer one that begins with it. */
const SHORTEST_CUT = 3;
/** A word that is cut short says so much of what the whole one says. */
const CUT_SHARE = 0.7;
/** Beyond so many words only equal ones are paired: long texts share enough of them. */
const MOST_WORDS = 40;

/** @param weightOf how much a word tells */
export function shareWords(a: readonly string[], b: readonly string[], weightOf: (word: string) => number): SharedWords {
  const [openA, openB] = [new Set(a), new Set(b)];
  let shared = 0;
  const pair = (own: readonly string[], others: readonly string[], weight: number): void => {
    for (const word of own) openA.delete(word);
    for (const word of others) openB.delete(word);
    shared += weight;
  };
  for (const word of a) if (openB.has(word)) pair([word], [word], weightOf(word));
  if (a.length <= MOST_WORDS && b.length <= MOST_WORDS && openA.size > 0 && openB.size > 0) {
    for (const [x, y] of pairWords([...openA], [...openB], slipLikeness)) pair([x], [y], Math.min(weightOf(x), weightOf(y)));
    for (const [x, y, whole] of findCompounds(a, openA, openB)) pair([x, y], [whole], weightOf(whole));
    for (const [x, y, whole] of findCompounds(b, openB, openA)) pair([whole], [x, y], weightOf(whole));
    for (const [x, y] of pairWords([...openA], [...openB], cutLikeness)) pair([x], [y], CUT_SHARE * Math.min(weightOf(x), weightOf(y)));
  }
  const sum = (words: ReadonlySet<string>): number => [...words].sort().reduce((total, word) => total + weightOf(word), 0);
  return { shared, onlyA: sum(openA), onlyB: sum(openB) };
}

/** In [0, 1]: shared weight over the geometric mean of both. */
export function cosineOf({ shared, onlyA, onlyB }: SharedWords): number {
  return shared === 0 ? 0 : shared / Math.sqrt((shared + onlyA) * (shared + onlyB));
}

/** In [0, 1]: shared weight over that of the one that says less, 1 where all of it is in the other. */
export function containmentOf({ shared, onlyA, onlyB }: SharedWords): number {
  return shared === 0 ? 0 : shared / (shared + Math.min(onlyA, onlyB));
}

/** Pairs from the most alike down, each word in one at most; which list comes first plays no part. */
function pairWords(a: readonly string[], b: readonly string[], likenessOf: (x: string, y: string) => number): (readonly [string, string])[] {
  const found: { readonly x: string; readonly y: string; readonly likeness: number; readonly key: string }[] = [];
  for (const x of a) {
    for (const y of b) {
      if (x[0] !== y[0]) continue;
      const likeness = likenessOf(x, y);
      if (likeness > 0) found.push({ x, y, likeness, key: x < y ? `${x} ${y}` : `${y} ${x}` });
    }
  }
  if (found.length > 1) found.sort((p, q) => q.likeness - p.likeness || (p.key < q.key ? -1 : 1));
  const taken = new Set<string>();
  return found.flatMap(({ x, y }) => {
    if (taken.has(`a${x}`) || taken.has(`b${y}`)) return [];
    taken.add(`a${x}`).add(`b${y}`);
    return [[x, y] as const];
  });
}

function slipLikeness(x: string, y: string): number {
  if (x.length < 4 || y.length < 4 || Math.abs(x.length - y.length) > 2 || /^\d+$/.test(x) || /^\d+$/.test(y)) return 0;
  const likeness = jaroWinkler(x, y);
  return likeness >= SAME_WORD ? likeness : 0;
}

/** "prem" for "premier", not "20" for "2007". */
function cutLikeness(x: string, y: string): number {
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  return short.length >= SHORTEST_CUT && long.startsWith(short) && !/\d/.test(short) ? short.length / long.length : 0;
}

/** Two words beside each other that the other text writes as one: "photo shop", "photoshop". */
function findCompounds(words: readonly string[], open: ReadonlySet<string>, others: ReadonlySet<string>): (readonly [string, string, string])[] {
  const found: (readonly [string, string, string])[] = [];
  for (let at = 0; at + 1 < words.length; at++) {
    const [x, y] = [words[at], words[at + 1]];
    if (!open.has(x) || !open.has(y) || !others.has(x + y)) continue;
    found.push([x, y, x + y]);
    at++;
  }
  return found;
}
