// Scores entities and relations together on CoNLL04, from the tokens on: a relation is right when its label and both its entities
// are, each with exact span and type (the strict measure of Bekoulis et al. 2018, arXiv:1804.07847).
import { createEngine } from '../engine/index.ts';
import { ScoreCounter, type Scores } from '../ner/span-scores.ts';
import { createTaggerOf, tagSentences } from '../ner/tagger-model.ts';
import { loadTagger } from '../ner/tagger.ts';
import { readConll04 } from './conll04.ts';
import type { DocumentOptions } from './evaluate-documents.ts';
import { clustersOfOne } from './labelled-passages.ts';
import type { PassageMention } from './passage.ts';
import { createRelationReader, requireSharedLabels } from './relation-reader.ts';

export interface StrictEvaluation extends Scores {
  readonly task: 'relations';
  readonly mentions: 'found';
  readonly measure: 'strict F1';
  readonly model: string;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly entityF1: number;
  readonly sentences: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not CoNLL04 */
export async function evaluateStrict(options: DocumentOptions): Promise<StrictEvaluation> {
  const passages = (await readConll04(options.data)).slice(0, options.limit);
  const engine = await createEngine(options.engine);
  const tagging = loadTagger(options.tagger);
  const tagEncoder = await engine.createEncoder(tagging.encoder, options.precision);
  const spans = await tagSentences(passages.map(({ tokens }) => tokens), createTaggerOf(tagging, tagEncoder));
  await tagEncoder.dispose();
  const tagged = passages.map((passage, i) => ({ ...passage, mentions: spans[i]!, clusters: clustersOfOne(spans[i]!) }));
  const reader = await createRelationReader(options);
  requireSharedLabels(reader, passages, options.data);
  const found = await reader.read(tagged, options.threshold);
  await reader.close();

  const keyOf = ({ start, end, label }: PassageMention): string => `${start}:${end}:${label}`;
  const [entities, relations] = [new ScoreCounter(), new ScoreCounter()];
  passages.forEach((passage, i) => {
    const of = (mentions: readonly PassageMention[], all: readonly { head: number; tail: number; label: string }[]): (readonly [string, string])[] =>
      all.map(({ head, tail, label }) => [label, `${keyOf(mentions[head]!)}>${keyOf(mentions[tail]!)}`] as const);
    entities.add(passage.mentions.map((m) => [m.label, keyOf(m)] as const), spans[i]!.map((m) => [m.label, keyOf(m)] as const));
    relations.add(of(passage.mentions, passage.relations), of(spans[i]!, found[i]!));
  });
  return {
    task: 'relations',
    mentions: 'found',
    measure: 'strict F1',
    model: `relation@${reader.version}`,
    ...relations.total(),
    byType: relations.byLabel(),
    entityF1: entities.total().f1,
    sentences: passages.length,
  };
}
