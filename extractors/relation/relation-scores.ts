// Micro-averaged precision, recall and F1 of relations on gold mentions, and the threshold that serves F1 best.
import { ScoreCounter, scoresOf } from '../ner/span-scores.ts';
import type { LabelledPairSentence } from './labelled-pairs.ts';
import type { PredictedRelation } from './relation-model.ts';

/** Predicates that occur in the gold relations: what the set annotates, as far as can be told. */
function annotatedBy(sentences: readonly LabelledPairSentence[]): ReadonlySet<string> {
  return new Set(sentences.flatMap((s) => s.relations.map((r) => r.predicate)));
}

const keyOf = ({ head, tail }: { head: number; tail: number }): string => `${head}>${tail}`;

export function scoreRelations(sentences: readonly LabelledPairSentence[], predicted: readonly (readonly PredictedRelation[])[]): ScoreCounter {
  const annotated = annotatedBy(sentences);
  const counter = new ScoreCounter();
  sentences.forEach(({ relations }, index) => {
    const asked = predicted[index]!.filter(({ predicate }) => annotated.has(predicate));
    counter.add(relations.map((r) => [r.predicate, keyOf(r)] as const), asked.map((r) => [r.predicate, keyOf(r)] as const));
  });
  return counter;
}

/** @param predicted with every probability down to the least threshold of interest */
export function bestThreshold(
  sentences: readonly LabelledPairSentence[],
  predicted: readonly (readonly PredictedRelation[])[],
): { threshold: number; f1: number } {
  const annotated = annotatedBy(sentences);
  let gold = 0;
  const ranked: { probability: number; correct: boolean }[] = [];
  sentences.forEach(({ relations }, index) => {
    const expected = new Set(relations.map((r) => `${r.predicate} ${keyOf(r)}`));
    gold += expected.size;
    for (const r of predicted[index]!) {
      if (annotated.has(r.predicate)) ranked.push({ probability: r.probability, correct: expected.has(`${r.predicate} ${keyOf(r)}`) });
    }
  });
  ranked.sort((a, b) => b.probability - a.probability);
  let best = { threshold: 0.5, f1: 0 };
  let correct = 0;
  ranked.forEach((r, index) => {
    if (r.correct) correct++;
    const { f1 } = scoresOf(gold, index + 1, correct);
    if (f1 > best.f1) best = { threshold: r.probability, f1 };
  });
  return best;
}
