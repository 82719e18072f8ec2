// Scores facts of whole DocRED documents from their tokens on: own mentions, own chains, own relations. A fact that was found is right
// when both its chains name the gold entities it is about, each by at least one mention of exactly the same span.
import { createCoreference } from '../coreference/coreference.ts';
import { ScoreCounter, type Scores } from '../ner/span-scores.ts';
import { createTagger } from '../ner/tagger.ts';
import { readDocred, segmentedOf, withInverses } from './docred.ts';
import { documentPassages, type DocumentPassage } from './document-passages.ts';
import type { LabelledPassage } from './labelled-passages.ts';
import { createRelationReader, requireSharedLabels, type ReaderOptions } from './relation-reader.ts';

export interface DocumentOptions extends ReaderOptions {
  /** As `taggerFolder` takes it. */
  readonly tagger?: string;
  readonly data: string;
  readonly limit?: number;
  readonly threshold?: number;
}

export interface DocumentEvaluation extends Scores {
  readonly task: 'relations';
  readonly mentions: 'found';
  readonly measure: 'micro F1';
  readonly model: string;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly documents: number;
  /** Gold facts whose two entities were both found, in percent: what the model could reach. */
  readonly reachable: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not DocRED */
export async function evaluateDocuments(options: DocumentOptions): Promise<DocumentEvaluation> {
  const gold = (await readDocred(options.data)).slice(0, options.limit);
  const tagger = await createTagger({ engine: options.engine, precision: options.precision, model: options.tagger });
  const chained = await createCoreference().process(await tagger.process(gold.map(segmentedOf)));
  await tagger.close?.();
  const reader = await createRelationReader(options);
  requireSharedLabels(reader, gold, options.data);
  const counter = new ScoreCounter();
  let [reachable, facts] = [0, 0];
  for (const [index, passage] of gold.entries()) {
    const found = documentPassages(chained[index]!);
    const relations = await reader.read(found, options.threshold);
    const offsets = passage.sentences.map(([start]) => start);
    const goldOf = found.map((part) => goldClusters(part, passage, offsets));
    const predicted = found.flatMap((_, p) =>
      withInverses(relations[p]!).map(({ head, tail, label }): [string, string] => [label, keyOf(goldOf[p]![head], goldOf[p]![tail], `${index}.${p}.${head}.${tail}`)]),
    );
    counter.add(passage.relations.map(({ head, tail, label }): [string, string] => [label, `${head}>${tail}`]), [...new Map(predicted.map((item) => [item.join(' '), item])).values()]);
    const known = new Set(goldOf.flat());
    facts += passage.relations.length;
    reachable += passage.relations.filter(({ head, tail }) => known.has(head) && known.has(tail)).length;
  }
  await reader.close();
  return {
    task: 'relations',
    mentions: 'found',
    measure: 'micro F1',
    model: `relation@${reader.version}`,
    ...counter.total(),
    byType: counter.byLabel(),
    documents: gold.length,
    reachable: (100 * reachable) / Math.max(1, facts),
  };
}

/** Something that is no gold fact, where an end is no gold entity. */
const keyOf = (head: number | undefined, tail: number | undefined, otherwise: string): string => (head === undefined || tail === undefined ? `? ${otherwise}` : `${head}>${tail}`);

/** For each cluster of a passage the gold cluster with most mentions in common. */
function goldClusters({ mentions, clusters, members, sentences }: DocumentPassage, gold: LabelledPassage, offsets: readonly number[]): (number | undefined)[] {
  const nonEmpty = gold.sentences.flatMap(([start, end], index) => (start < end ? [offsets[index]!] : []));
  const goldAt = new Map(gold.clusters.flatMap((cluster, c) => cluster.map((m) => [`${gold.mentions[m]!.start}:${gold.mentions[m]!.end}`, c] as const)));
  const inGold = (token: number): number => {
    const sentence = sentences.findIndex(([, end]) => token < end);
    return nonEmpty[members[sentence]!]! + token - sentences[sentence]![0];
  };
  return clusters.map((cluster) => {
    const votes = new Map<number, number>();
    for (const index of cluster) {
      const { start, end } = mentions[index]!;
      const entity = goldAt.get(`${inGold(start)}:${inGold(end - 1) + 1}`);
      if (entity !== undefined) votes.set(entity, (votes.get(entity) ?? 0) + 1);
    }
    return [...votes].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0];
  });
}
