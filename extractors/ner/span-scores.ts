// Exact-span precision, recall and F1, micro-averaged and by label, as conlleval counts them (Tjong Kim Sang & De Meulder 2003).
import type { LabelledSentence } from './data-formats.ts';
import { tagLabelled, type Tagger } from './tagger-model.ts';

export interface Scores {
  /** Percent. */
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly gold: number;
  readonly predicted: number;
  readonly correct: number;
}

export function scoresOf(gold: number, predicted: number, correct: number): Scores {
  const precision = predicted ? (100 * correct) / predicted : 0;
  const recall = gold ? (100 * correct) / gold : 0;
  const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1, gold, predicted, correct };
}

/** Counts by label; `keys` name an item and its label, such as `3:5`. */
export class ScoreCounter {
  readonly #counts = new Map<string, { gold: number; predicted: number; correct: number }>();

  /** @param gold, predicted items of one sentence, as [label, key] */
  add(gold: readonly (readonly [string, string])[], predicted: readonly (readonly [string, string])[]): void {
    const expected = new Set(gold.map(([label, key]) => `${label} ${key}`));
    for (const [label] of gold) this.#of(label).gold++;
    for (const [label, key] of predicted) {
      const counts = this.#of(label);
      counts.predicted++;
      if (expected.has(`${label} ${key}`)) counts.correct++;
    }
  }

  #of(label: string): { gold: number; predicted: number; correct: number } {
    let counts = this.#counts.get(label);
    if (!counts) this.#counts.set(label, (counts = { gold: 0, predicted: 0, correct: 0 }));
    return counts;
  }

  total(): Scores {
    const all = [...this.#counts.values()];
    const sum = (part: 'gold' | 'predicted' | 'correct'): number => all.reduce((n, c) => n + c[part], 0);
    return scoresOf(sum('gold'), sum('predicted'), sum('correct'));
  }

  byLabel(): Record<string, Scores> {
    const entries = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([label, c]) => [label, scoresOf(c.gold, c.predicted, c.correct)]));
  }
}

/** Spans of labels the set does not annotate are not counted against the tagger. */
export async function scoreSentences(sentences: readonly LabelledSentence[], tagger: Tagger, minProbability = 0): Promise<ScoreCounter> {
  const counter = new ScoreCounter();
  const predicted = await tagLabelled(sentences, tagger);
  const keysOf = (spans: readonly { start: number; end: number; label: string }[]): (readonly [string, string])[] =>
    spans.map(({ start, end, label }) => [label, `${start}:${end}`] as const);
  sentences.forEach((sentence, index) => {
    const asked = predicted[index]!.filter(({ label, score }) => sentence.annotated.includes(label) && score >= minProbability);
    counter.add(keysOf(sentence.spans), keysOf(asked));
  });
  return counter;
}
