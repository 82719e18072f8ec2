// Whether a person is spoken of as "he" or as "she": told by a title, else by the word vector of the first given name, projected
// on the direction from female to male words (after Bolukbasi et al. 2016, arXiv:1607.06520).
import type { WordVectors } from '../network/word-vectors.ts';

export type Gender = 'male' | 'female';

const COUPLES = 'he she,him her,his hers,man woman,actor actress,king queen,father mother,son daughter,brother sister,husband wife';
const TITLES = new Map<string, Gender>([
  ...'mr mister sir lord king prince duke baron count monsieur herr father brother'.split(' ').map((word) => [word, 'male'] as const),
  ...'mrs ms miss lady dame queen princess duchess baroness countess madame frau sister'.split(' ').map((word) => [word, 'female'] as const),
]);
/** Least cosine to the direction, either way; given names of known bearers lie at 0.2 and −0.27 on average. */
const LEAST_COSINE = 0.08;

/** @returns the gender that a person's surface form tells, or undefined */
export function createGenderGuess(vectors: WordVectors): (surface: string) => Gender | undefined {
  const unit = (word: string): Float32Array | undefined => {
    const row = vectors.rowOf(word);
    if (row < 0) return undefined;
    const values = new Float32Array(vectors.dimensions);
    vectors.write(row, values, 0);
    const norm = Math.hypot(...values);
    return values.map((value) => value / norm);
  };
  const direction = new Float32Array(vectors.dimensions);
  for (const couple of COUPLES.split(',')) {
    const [male, female] = couple.split(' ').map(unit);
    if (male === undefined || female === undefined) continue;
    const difference = male.map((value, d) => value - female[d]!);
    const norm = Math.hypot(...difference);
    difference.forEach((value, d) => (direction[d]! += value / norm));
  }
  const length = Math.hypot(...direction);
  const known = new Map<string, Gender | undefined>();
  return (surface) => {
    const words = surface.toLowerCase().split(/[\s.]+/).filter((word) => word.length > 1);
    const titled = words.map((word) => TITLES.get(word)).find((gender) => gender !== undefined);
    if (titled !== undefined || words.length < 2) return titled;
    const [given] = words as [string];
    if (!known.has(given)) {
      const cosine = (unit(given) ?? new Float32Array(0)).reduce((sum, value, d) => sum + value * direction[d]!, 0) / length;
      known.set(given, cosine >= LEAST_COSINE ? 'male' : cosine <= -LEAST_COSINE ? 'female' : undefined);
    }
    return known.get(given);
  };
}
