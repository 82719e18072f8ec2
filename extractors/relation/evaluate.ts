// Scores a relation model on labelled passages, each data set by its own measure: DocRED by F1 of facts, within and across sentences
// and without those of the training data (Ign F1); SemEval by macro F1 with direction; CoNLL04 by micro F1.
import { calibrationOf, type Calibration } from '../ner/calibration.ts';
import type { Scores } from '../ner/span-scores.ts';
import { readLabelledPassages, relationFormatOf, type RelationFormat } from './datasets.ts';
import { isHeldOut } from './knowledgenet.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import { clustersShareSentence } from './passage.ts';
import { createRelationReader, requireSharedLabels, type ReaderOptions } from './relation-reader.ts';
import { rankRelations, scoreRelations, type ScoredRelation } from './relation-scores.ts';
import { scoreSemeval } from './semeval.ts';

export interface RelationEvaluationOptions extends ReaderOptions {
  readonly data: string;
  readonly format?: RelationFormat;
  readonly limit?: number;
  readonly threshold?: number;
  /** Labelled data the model was trained on: facts between the same names are left out for Ign F1. */
  readonly trainedOn?: string;
}

export interface RelationEvaluation extends Scores, Calibration {
  readonly task: 'relations';
  readonly model: string;
  readonly mentions: 'gold';
  readonly measure: 'micro F1' | 'macro F1';
  readonly byType: Readonly<Record<string, Scores>>;
  /** Predicted relations that are gold the other way round and not this way. */
  readonly reversed: number;
  /** DocRED only: pairs that share a sentence, and those that do not. */
  readonly f1WithinSentence?: number;
  readonly f1AcrossSentences?: number;
  readonly ignF1?: number;
  readonly passages: number;
  readonly pairsPerSecond: number;
}

const LEAST_PROBABILITY = 0.02;

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not what the format says */
export async function evaluateRelations(options: RelationEvaluationOptions): Promise<RelationEvaluation> {
  const format = relationFormatOf(options.data, options.format);
  const all = await readLabelledPassages(options.data, format);
  // Of KnowledgeNet the tenth that no training sees.
  const passages = (format === 'knowledgenet' ? all.filter(({ document }) => isHeldOut(document)) : all).slice(0, options.limit);
  const reader = await createRelationReader(options);
  requireSharedLabels(reader, passages, options.data);
  const started = performance.now();
  const sure = await reader.read(passages, options.threshold);
  const seconds = (performance.now() - started) / 1000;
  const ranked = rankRelations(passages, await reader.read(passages, LEAST_PROBABILITY)).ranked;
  await reader.close();
  const counter = scoreRelations(passages, sure);
  const semeval = format === 'semeval' ? scoreSemeval(passages, sure) : undefined;
  const pairs = passages.reduce((n, { clusters }) => n + clusters.length * (clusters.length - 1), 0);
  return {
    task: 'relations',
    mentions: 'gold',
    model: `relation@${reader.version}`,
    measure: semeval ? 'macro F1' : 'micro F1',
    ...counter.total(),
    ...semeval?.macro,
    byType: semeval?.byType ?? counter.byLabel(),
    reversed: countReversed(passages, sure),
    ...(format === 'docred' ? await docredScores(passages, sure, options.trainedOn) : {}),
    ...calibrationOf(ranked.map(({ probability, correct }) => ({ probability, isRight: correct }))),
    passages: passages.length,
    pairsPerSecond: Math.round(pairs / seconds),
  };
}

function countReversed(passages: readonly LabelledPassage[], found: readonly (readonly ScoredRelation[])[]): number {
  return passages.reduce((count, { relations }, i) => {
    const gold = new Set(relations.map(({ head, tail, label }) => `${head} ${tail} ${label}`));
    return count + found[i]!.filter(({ head, tail, label }) => !gold.has(`${head} ${tail} ${label}`) && gold.has(`${tail} ${head} ${label}`)).length;
  }, 0);
}

async function docredScores(passages: readonly LabelledPassage[], found: readonly (readonly ScoredRelation[])[], trainedOn?: string): Promise<Pick<RelationEvaluation, 'f1WithinSentence' | 'f1AcrossSentences' | 'ignF1'>> {
  const f1 = (within: boolean): number => scoreRelations(passages, found, (passage, head, tail) => clustersShareSentence(passage, head, tail) === within).total().f1;
  const scores = { f1WithinSentence: f1(true), f1AcrossSentences: f1(false) };
  if (trainedOn === undefined) return scores;
  const known = new Set((await readLabelledPassages(trainedOn, 'docred')).flatMap((passage) => passage.relations.flatMap(({ head, tail, label }) => namesOf(passage, head, tail, label))));
  const isNew = (passage: LabelledPassage, head: number, tail: number, label: string): boolean => !namesOf(passage, head, tail, label).some((fact) => known.has(fact));
  // As the official scorer has it: right predictions of known facts leave precision, recall stays that of all facts.
  const { correct, predicted, gold } = scoreRelations(passages, found).total();
  const fresh = scoreRelations(passages, found, isNew).total();
  const precision = fresh.correct / Math.max(1, predicted - (correct - fresh.correct));
  const recall = correct / Math.max(1, gold);
  return { ...scores, ignF1: precision + recall === 0 ? 0 : (200 * precision * recall) / (precision + recall) };
}

function namesOf({ tokens, mentions, clusters }: LabelledPassage, head: number, tail: number, label: string): string[] {
  const names = (cluster: number): Set<string> => new Set(clusters[cluster]!.map((index) => tokens.slice(mentions[index]!.start, mentions[index]!.end).join(' ')));
  return [...names(head)].flatMap((a) => [...names(tail)].map((b) => `${label}\t${a}\t${b}`));
}

