// Scores facts from raw text against KnowledgeNet (Mesquita et al., EMNLP 2019) as its own evaluator counts "text" facts: a gold
// fact is found when a predicted one of its passage has the same property and overlaps it in subject and object; a predicted one
// that overlaps no found fact is wrong where the passage is annotated for its property.
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { ChainedDocument, Document, Relation } from '../../pipeline/core/model.ts';
import { createCoreference } from '../coreference/coreference.ts';
import { scoresOf, type Scores } from '../ner/span-scores.ts';
import { createTagger } from '../ner/tagger.ts';
import { createSegmenter } from '../text/segmenter.ts';
import { relate } from './extractor.ts';
import { asProperty, groupByDocument, isHeldOut, readPassages, type CharacterSpan, type Passage } from './knowledgenet.ts';
import { createRelationReader, type ReaderOptions } from './relation-reader.ts';

export interface EndToEndOptions extends ReaderOptions {
  /** Tagger, as `taggerFolder` takes it. */
  readonly tagger?: string;
  /** Rows of KnowledgeNet; its held-out tenth of the documents is scored. */
  readonly data: string;
  readonly threshold?: number;
}

export interface EndToEndEvaluation extends Scores {
  readonly task: 'relations';
  readonly mentions: 'found';
  readonly model: string;
  readonly documents: number;
  readonly passages: number;
  readonly byType: Readonly<Record<string, Scores>>;
  /** Gold facts whose subject and object are both among the mentions found, in percent: what the classifier could reach. */
  readonly reachable: number;
}

export interface FoundFact {
  readonly property: string;
  readonly subject: CharacterSpan;
  readonly object: CharacterSpan;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not KnowledgeNet */
export async function evaluateEndToEnd(options: EndToEndOptions): Promise<EndToEndEvaluation> {
  const passages = (await readPassages(options.data)).filter(({ document }) => isHeldOut(document));
  const groups = groupByDocument(passages);
  const documents = groups.map(({ document, text }, at): Document => ({ id: documentIdOf(String(at)), uri: document, text }));
  const tagger = await createTagger({ engine: options.engine, precision: options.precision, model: options.tagger });
  const chained = await createCoreference().process(await tagger.process(await createSegmenter().process(documents)));
  await tagger.close?.();
  const reader = await createRelationReader(options);
  const relations = (await Promise.all(chained.map((document) => relate([document], reader, options.threshold)))).map(([document]) => document!.relations);
  await reader.close();

  const counts = new Map<string, { gold: number; predicted: number; correct: number }>();
  let reachable = 0;
  groups.forEach((group, at) => {
    for (const { passage, offset } of group.passages) {
      scorePassage(passage, factsWithin(chained[at]!, relations[at]!, offset, passage.text.length), counts);
      reachable += countReachable(passage, chained[at]!, offset);
    }
  });
  const all = [...counts.values()].reduce((sum, c) => ({ gold: sum.gold + c.gold, predicted: sum.predicted + c.predicted, correct: sum.correct + c.correct }), { gold: 0, predicted: 0, correct: 0 });
  return {
    task: 'relations',
    mentions: 'found',
    model: `relation@${reader.version}`,
    documents: groups.length,
    passages: passages.length,
    ...scoresOf(all.gold, all.predicted, all.correct),
    byType: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([property, c]) => [property, scoresOf(c.gold, c.predicted, c.correct)])),
    reachable: (100 * reachable) / Math.max(1, all.gold),
  };
}

/** Facts of a stretch of the document, in characters of the stretch; a property and two spans once. */
function factsWithin({ mentions }: ChainedDocument, relations: readonly Relation[], offset: number, length: number): FoundFact[] {
  const facts = new Map<string, FoundFact>();
  for (const relation of relations) {
    const said = asProperty(relation);
    if (said === undefined) continue;
    const { property } = said;
    const [subject, object] = [said.head, said.tail].map((index) => ({ start: mentions[index]!.start - offset, end: mentions[index]!.end - offset })) as [CharacterSpan, CharacterSpan];
    if (Math.min(subject.start, object.start) < 0 || Math.max(subject.end, object.end) > length) continue;
    facts.set(`${property} ${subject.start} ${object.start}`, { property, subject, object });
  }
  return [...facts.values()];
}

/** Adds one passage to the counts by property. @param predicted in characters of the passage */
export function scorePassage(passage: Passage, predicted: readonly FoundFact[], counts: Map<string, { gold: number; predicted: number; correct: number }>): void {
  const of = (property: string): { gold: number; predicted: number; correct: number } => {
    const known = counts.get(property) ?? { gold: 0, predicted: 0, correct: 0 };
    counts.set(property, known);
    return known;
  };
  const matched = new Set<FoundFact>();
  for (const gold of passage.facts) {
    const matches = predicted.filter((fact) => sameFact(fact, gold));
    const count = of(gold.property);
    count.gold++;
    if (matches.length === 0) continue;
    count.correct++;
    count.predicted++;
    for (const match of matches) matched.add(match);
  }
  for (const fact of predicted) {
    const isRight = [...matched].some((other) => sameFact(fact, other));
    if (!isRight && passage.properties.has(fact.property)) of(fact.property).predicted++;
  }
}

const overlap = (a: CharacterSpan, b: CharacterSpan): boolean => a.start < b.end && b.start < a.end;
const sameFact = (a: FoundFact, b: FoundFact): boolean => a.property === b.property && overlap(a.subject, b.subject) && overlap(a.object, b.object);

function countReachable({ facts }: Passage, { mentions }: ChainedDocument, offset: number): number {
  const isFound = (span: CharacterSpan): boolean => mentions.some(({ start, end }) => overlap(span, { start: start - offset, end: end - offset }));
  return facts.filter(({ subject, object }) => isFound(subject) && isFound(object)).length;
}
