// Precision, recall and F1 of relations between clusters, and the threshold that serves best. Each data set is scored in its own
// terms: DocRED with the inverse properties it marks, SemEval by one relation a sentence.
import { ScoreCounter, scoresOf, type Scores } from '../ner/span-scores.ts';
import { withInverses } from './docred.ts';
import type { LabelledPassage, LabelledRelation, MarkedPair } from './labelled-passages.ts';
import { surestOf } from './semeval.ts';

export interface ScoredRelation extends LabelledRelation {
  readonly probability: number;
}

/** Relations as [label, "head>tail"], each once with its largest probability. */
function inTermsOf<R extends LabelledRelation>(source: string, relations: readonly R[]): Map<string, { label: string; key: string; probability: number; relation: R }> {
  const terms = new Map<string, { label: string; key: string; probability: number; relation: R }>();
  const add = (label: string, head: number, tail: number, relation: R): void => {
    const key = `${head}>${tail}`;
    const probability = relation.probability ?? 1;
    const known = terms.get(`${label} ${key}`);
    if (known === undefined || known.probability < probability) terms.set(`${label} ${key}`, { label, key, probability, relation });
  };
  const own = source === 'semeval' ? surestOf(relations) : source.startsWith('redocred') ? withInverses(relations) : relations;
  for (const relation of own) add(relation.label, relation.head, relation.tail, relation);
  return terms;
}

/** Where a set looked at some pairs for some labels only, nothing else counts. */
function counts(passage: LabelledPassage, label: string, { head, tail, label: own }: LabelledRelation): boolean {
  if (passage.completeness < 1) return [...passage.relations.map((r): MarkedPair => [r.head, r.tail, r.label]), ...passage.negatives].some(([h, t, l]) => h === head && t === tail && l === own);
  return passage.annotated.has(label);
}

/** @param keep which relations count, gold and predicted; all when left out */
export function scoreRelations(
  passages: readonly LabelledPassage[],
  predicted: readonly (readonly ScoredRelation[])[],
  keep: (passage: LabelledPassage, head: number, tail: number, label: string) => boolean = () => true,
): ScoreCounter {
  const counter = new ScoreCounter();
  passages.forEach((passage, index) => {
    const keysOf = (relations: readonly LabelledRelation[]): (readonly [string, string])[] =>
      [...inTermsOf(passage.source, relations).values()]
        .filter(({ label, relation }) => counts(passage, label, relation) && keep(passage, relation.head, relation.tail, label))
        .map(({ label, key }) => [label, key] as const);
    counter.add(keysOf(passage.relations), keysOf(predicted[index]!));
  });
  return counter;
}

export interface RankedRelation<R> {
  readonly probability: number;
  readonly correct: boolean;
  readonly relation: R;
}

/** Every predicted relation with whether it is right, surest first, and how many there are to find. */
export function rankRelations<R extends ScoredRelation>(passages: readonly LabelledPassage[], predicted: readonly (readonly R[])[]): { readonly ranked: RankedRelation<R>[]; readonly gold: number } {
  let gold = 0;
  const ranked: RankedRelation<R>[] = [];
  passages.forEach((passage, index) => {
    const expected = inTermsOf(passage.source, passage.relations);
    gold += expected.size;
    for (const [term, { label, probability, relation }] of inTermsOf(passage.source, predicted[index]!)) {
      if (counts(passage, label, relation)) ranked.push({ probability, correct: expected.has(term), relation });
    }
  });
  ranked.sort((a, b) => b.probability - a.probability);
  return { ranked, gold };
}

interface Ranking {
  readonly ranked: readonly { readonly probability: number; readonly correct: boolean }[];
  readonly gold: number;
}

/** Half way to the next probability, so that a threshold that is rounded still lets in the one it was set by. */
function below(ranked: Ranking['ranked'], index: number): number {
  return (ranked[index]!.probability + (ranked[index + 1]?.probability ?? 0)) / 2;
}

/** @param ranked with every probability down to the least threshold of interest */
export function bestThreshold({ ranked, gold }: Ranking): { readonly threshold: number; readonly scores: Scores } {
  let best = { threshold: 0.5, scores: scoresOf(gold, 0, 0) };
  let correct = 0;
  ranked.forEach((relation, index) => {
    if (relation.correct) correct++;
    const scores = scoresOf(gold, index + 1, correct);
    if (scores.f1 > best.scores.f1) best = { threshold: below(ranked, index), scores };
  });
  return best;
}

/** The lowest threshold from which on at least this share is right, in percent; undefined where none is. */
export function thresholdOfPrecision({ ranked, gold }: Ranking, precision: number): { readonly threshold: number; readonly scores: Scores } | undefined {
  let [found, correct]: [ReturnType<typeof bestThreshold> | undefined, number] = [undefined, 0];
  ranked.forEach((relation, index) => {
    if (relation.correct) correct++;
    const scores = scoresOf(gold, index + 1, correct);
    if (scores.precision >= precision) found = { threshold: below(ranked, index), scores };
  });
  return found;
}
