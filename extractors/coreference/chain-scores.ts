// How well predicted chains agree with gold ones: MUC (Vilain et al. 1995), B³ (Bagga & Baldwin 1998), CEAF-φ4 (Luo 2005),
// the mean of the three (CoNLL-2012), and the pairs of mentions wrongly joined or missed.
import munkres from 'munkres';
import { scoresOf, type Scores } from '../ner/span-scores.ts';

/** Chains of one document: each a list of names of mentions; a mention is in one chain at most. */
export type Chains = readonly (readonly string[])[];

export interface ChainScores {
  /** Percent. */
  readonly muc: MetricScores;
  readonly bCubed: MetricScores;
  readonly ceafPhi4: MetricScores;
  /** Mean of the three F1. */
  readonly mean: number;
  /** Over pairs of mentions: precision falls with each wrong merge, recall with each missed one. */
  readonly pairs: Scores;
}

export interface MetricScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Numerators and denominators of recall and precision, summed over documents. */
interface Sums {
  found: number;
  gold: number;
  right: number;
  predicted: number;
}

/** Sums over documents, as the CoNLL-2012 scorer does. */
export class ChainCounter {
  readonly #muc = { found: 0, gold: 0, right: 0, predicted: 0 };
  readonly #bCubed = { found: 0, gold: 0, right: 0, predicted: 0 };
  readonly #ceaf = { found: 0, gold: 0, right: 0, predicted: 0 };
  readonly #pairs = { gold: 0, predicted: 0, correct: 0 };

  /** @param gold, predicted chains of one document; mentions of one side that the other lacks count against it */
  add(gold: Chains, predicted: Chains): void {
    const [inGold, inPredicted] = [placesOf(gold), placesOf(predicted)];
    for (const chain of gold) {
      const { links, share, pairs } = agreement(chain, inPredicted);
      this.#muc.found += links;
      this.#muc.gold += chain.length - 1;
      this.#bCubed.found += share;
      this.#bCubed.gold += chain.length;
      this.#pairs.gold += pairsOf(chain.length);
      this.#pairs.correct += pairs;
    }
    for (const chain of predicted) {
      const { links, share } = agreement(chain, inGold);
      this.#muc.right += links;
      this.#muc.predicted += chain.length - 1;
      this.#bCubed.right += share;
      this.#bCubed.predicted += chain.length;
      this.#pairs.predicted += pairsOf(chain.length);
    }
    const similarity = bestAlignment(gold, predicted, inPredicted);
    this.#ceaf.found += similarity;
    this.#ceaf.right += similarity;
    this.#ceaf.gold += gold.length;
    this.#ceaf.predicted += predicted.length;
  }

  total(): ChainScores {
    const [muc, bCubed, ceafPhi4] = [metricFrom(this.#muc), metricFrom(this.#bCubed), metricFrom(this.#ceaf)];
    const { gold, predicted, correct } = this.#pairs;
    return { muc, bCubed, ceafPhi4, mean: (muc.f1 + bCubed.f1 + ceafPhi4.f1) / 3, pairs: scoresOf(gold, predicted, correct) };
  }
}

function metricFrom({ found, gold, right, predicted }: Sums): MetricScores {
  const recall = gold === 0 ? 0 : (100 * found) / gold;
  const precision = predicted === 0 ? 0 : (100 * right) / predicted;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function placesOf(chains: Chains): Map<string, number> {
  return new Map(chains.flatMap((chain, place) => chain.map((mention) => [mention, place] as const)));
}

/** How the other side cuts a chain: (its chain, mentions shared); a mention that the other side lacks is a part of its own. */
function partsOf(chain: readonly string[], places: ReadonlyMap<string, number>): [place: number | undefined, size: number][] {
  const sizes = new Map<number, number>();
  const alone: [undefined, number][] = [];
  for (const mention of chain) {
    const place = places.get(mention);
    if (place === undefined) alone.push([undefined, 1]);
    else sizes.set(place, (sizes.get(place) ?? 0) + 1);
  }
  return [...sizes, ...alone];
}

/** Of one chain: links that the other side has too, the B³ sum of its mentions, pairs that stay together. */
function agreement(chain: readonly string[], places: ReadonlyMap<string, number>): { links: number; share: number; pairs: number } {
  const parts = partsOf(chain, places);
  const shared = parts.flatMap(([place, n]) => (place === undefined ? [] : [n]));
  return { links: chain.length - parts.length, share: sum(shared.map((n) => (n * n) / chain.length)), pairs: sum(shared.map(pairsOf)) };
}

/** Sum of φ4 (twice the shared mentions by the sizes of both) over the best one-to-one alignment of chains. */
function bestAlignment(gold: Chains, predicted: Chains, inPredicted: ReadonlyMap<string, number>): number {
  const similarity = gold.map((chain) => {
    const row = new Array<number>(predicted.length).fill(0);
    for (const [place, n] of partsOf(chain, inPredicted)) {
      if (place !== undefined) row[place] = (2 * n) / (chain.length + predicted[place]!.length);
    }
    return row;
  });
  // Chains that share a mention with one chain alone, which shares with it alone, need no search.
  const open = (row: readonly number[]): number[] => row.flatMap((value, j) => (value > 0 ? [j] : []));
  const rivals = new Array<number>(predicted.length).fill(0);
  for (const row of similarity) for (const j of open(row)) rivals[j]!++;
  let total = 0;
  const contested = similarity.filter((row) => {
    const choices = open(row);
    if (choices.length !== 1 || rivals[choices[0]!] !== 1) return choices.length > 0;
    total += row[choices[0]!]!;
    return false;
  });
  const columns = [...new Set(contested.flatMap(open))];
  if (columns.length === 0) return total;
  const costs = contested.map((row) => columns.map((j) => 1 - row[j]!));
  return total + sum(munkres(costs).map(([i, j]) => 1 - costs[i]![j]!));
}

const pairsOf = (n: number): number => (n * (n - 1)) / 2;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
