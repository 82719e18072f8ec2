// Scores a relation classifier on gold mentions: predicted (head, tail, predicate) against gold, pairs within a sentence.
// A pair without a gold relation is a negative. Only predicates the data set annotates are asked for.
import type { EngineKind, Precision } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import type { ScoreCounter} from '../ner/span-scores.ts';
import { type Scores } from '../ner/span-scores.ts';
import { readPairSentences, type RelationFormat } from './datasets.ts';
import { loadRelationModel } from './extractor.ts';
import { withoutPronouns, type LabelledPairSentence } from './labelled-pairs.ts';
import { classifySentences } from './relation-model.ts';
import { scoreRelations } from './relation-scores.ts';

export interface RelationEvaluationOptions {
  readonly engine: EngineKind;
  readonly precision: Precision;
  /** Folder of the model; the shipped one when left out. */
  readonly model?: string;
  readonly data: string;
  /** `knowledgenet` scores the held-out tenth of the documents; `docred` the whole file. */
  readonly format?: RelationFormat;
  readonly limit?: number;
  readonly threshold?: number;
}

export interface RelationEvaluation extends Scores {
  readonly task: 'relations';
  readonly model: string;
  readonly threshold: number;
  readonly byType: Readonly<Record<string, Scores>>;
  /** The same without the pairs that have a pronoun in them. */
  readonly namesOnly: Scores;
  readonly predicates: number;
  readonly sentences: number;
  readonly pairsPerSecond: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not what the format says */
export async function evaluateRelations(options: RelationEvaluationOptions): Promise<RelationEvaluation> {
  const sentences = (await readPairSentences(options.data, options.format)).slice(0, options.limit);
  const network = loadRelationModel(options.model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const threshold = options.threshold ?? network.tables['threshold']![0]!;
  const started = performance.now();
  const score = async (given: readonly LabelledPairSentence[]): Promise<ScoreCounter> =>
    scoreRelations(given, await classifySentences(given, network, encoder, threshold));
  const counter = await score(sentences);
  const seconds = (performance.now() - started) / 1000;
  const names = await score(sentences.map(withoutPronouns));
  await encoder.dispose();
  const pairs = sentences.reduce((n, s) => n + s.mentions.length * (s.mentions.length - 1), 0);
  return {
    task: 'relations',
    model: `relation@${network.version}`,
    threshold,
    ...counter.total(),
    byType: counter.byLabel(),
    namesOnly: names.total(),
    predicates: network.labels.length,
    sentences: sentences.length,
    pairsPerSecond: Math.round(pairs / seconds),
  };
}
