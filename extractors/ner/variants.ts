// How a sentence may also be written: in small letters, in capitals, with the errors of typing and of character recognition.
import type { Random } from '../../pipeline/core/random.ts';

/** Shares of the sentences, in [0, 1], that training sees in each way. */
export interface VariantShares {
  readonly lowercased: number;
  readonly uppercased: number;
  readonly noisy: number;
}

/** Share of the characters that are wrong in a noisy sentence of the training. */
const TRAINING_NOISE = 0.06;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Pairs that character recognition takes for each other. */
const LOOK_ALIKE = new Map(['o0', 'l1', 'i1', 'i l', 's5', 'b6', 'e c', 'O0', 'I1', 'I l', 'S5', 'B8', 'u v', 'n h'].flatMap((pair) => {
  const [a, b] = [pair[0]!, pair.at(-1)!];
  return [[a, b], [b, a]] as const;
}));

/** The tokens as training sees them this time. */
export function variantOf(tokens: readonly string[], shares: VariantShares, random: Random): readonly string[] {
  const chance = random.next();
  if (chance < shares.lowercased) return lowercased(tokens);
  if (chance < shares.lowercased + shares.uppercased) return uppercased(tokens);
  if (chance < shares.lowercased + shares.uppercased + shares.noisy) return withNoise(tokens, TRAINING_NOISE, random);
  return tokens;
}

export function lowercased(tokens: readonly string[]): string[] {
  return tokens.map((token) => token.toLowerCase());
}

export function uppercased(tokens: readonly string[]): string[] {
  return tokens.map((token) => token.toUpperCase());
}

/**
 * Replaces, drops, doubles or swaps characters; no token becomes empty.
 * @param share of the characters to change, in [0, 1]
 */
export function withNoise(tokens: readonly string[], share: number, random: Random): string[] {
  return tokens.map((token) => {
    const characters = [...token];
    for (let i = 0; i < characters.length; i++) {
      if (random.next() >= share) continue;
      const letter = LETTERS[random.integer(LETTERS.length)]!;
      switch (random.integer(4)) {
        case 0:
          characters[i] = LOOK_ALIKE.get(characters[i]!) ?? letter;
          break;
        case 1:
          if (characters.length > 1) characters.splice(i, 1);
          break;
        case 2:
          characters.splice(i, 0, letter);
          i++;
          break;
        default:
          if (i + 1 < characters.length) [characters[i], characters[i + 1]] = [characters[i + 1]!, characters[i]!];
      }
    }
    return characters.join('');
  });
}
