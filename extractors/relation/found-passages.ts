// Labelled documents as the pipeline sees them: its own mentions and chains, with the relations that people marked where it found both
// ends. What a model learns from these is what it will be asked.
import type { ChainedDocument, SegmentedDocument } from '../../pipeline/core/model.ts';
import { createCoreference } from '../coreference/coreference.ts';
import { createTagger } from '../ner/tagger.ts';
import { documentPassages, type DocumentPassage } from './document-passages.ts';
import { RelationSet, type LabelledPassage, type MarkedPair } from './labelled-passages.ts';

export interface Span {
  /** Characters of the document, half-open. */
  readonly start: number;
  readonly end: number;
}

export interface MarkedDocument {
  readonly document: SegmentedDocument;
  readonly relations: readonly { readonly head: readonly Span[]; readonly tail: readonly Span[]; readonly label: string }[];
  /** Labels that may hold in place of a marked one. */
  readonly unknown: MarkedDocument['relations'];
  /** Stretches that were looked at for a label: pairs in them that are not marked do not stand in it. */
  readonly judged: readonly { readonly stretch: Span; readonly label: string }[];
  readonly annotated: ReadonlySet<string>;
  readonly completeness: number;
  readonly source: string;
}

const overlap = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function findPassages(marked: readonly MarkedDocument[]): Promise<LabelledPassage[]> {
  const tagger = await createTagger({ engine: 'auto', precision: 'int8' });
  const chained = await createCoreference().process(await tagger.process(marked.map(({ document }) => document)));
  await tagger.close?.();
  return marked.flatMap((one, at) => documentPassages(chained[at]!).map((passage) => labelled(one, chained[at]!, passage)));
}

function labelled(marked: MarkedDocument, { mentions }: ChainedDocument, passage: DocumentPassage): LabelledPassage {
  const spans = passage.clusters.map((cluster) => cluster.map((index) => mentions[passage.origin[index]!]!));
  const clustersAt = (places: readonly Span[]): number[] => spans.flatMap((own, c) => (own.some((span) => places.some((place) => overlap(span, place))) ? [c] : []));
  const pairsOf = ({ head, tail }: MarkedDocument['relations'][number]): (readonly [number, number])[] => {
    const tails = clustersAt(tail);
    return clustersAt(head).flatMap((h) => tails.flatMap((t) => (h === t ? [] : [[h, t] as const])));
  };
  const relations = new RelationSet();
  for (const relation of marked.relations) for (const [h, t] of pairsOf(relation)) relations.add(h, t, relation.label);
  const unknown = marked.unknown.flatMap((relation) => pairsOf(relation).map(([h, t]): MarkedPair => [h, t, relation.label]));
  const open = new Set(unknown.map((pair) => pair.join(' ')));
  const negatives = marked.judged.flatMap(({ stretch, label }) => {
    const inside = spans.flatMap((own, c) => (own.some((span) => overlap(span, stretch)) ? [c] : []));
    return inside.flatMap((h) => inside.flatMap((t): MarkedPair[] => (h === t || relations.has(h, t, label) || open.has(`${h} ${t} ${label}`) ? [] : [[h, t, label]])));
  });
  const { tokens, sentences, mentions: own, clusters } = passage;
  return {
    tokens, sentences, mentions: own, clusters, relations: relations.list(), unknown, negatives,
    annotated: marked.annotated, completeness: marked.completeness, document: marked.document.uri, source: marked.source, weight: 1,
  };
}
