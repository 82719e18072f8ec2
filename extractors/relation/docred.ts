// How DocRED and Re-DocRED documents (Yao et al. 2019, arXiv:1906.06127; Tan et al. 2022, arXiv:2205.12696) become labelled passages.
import { readDocredDocuments, withoutBlankTokens, type DocredDocument } from '../ner/data-formats.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { SegmentedDocument, Sentence, Token } from '../../pipeline/core/model.ts';
import type { MarkedDocument } from './found-passages.ts';
import { RelationSet, type LabelledPassage, type LabelledRelation } from './labelled-passages.ts';
import type { PassageMention } from './passage.ts';

/** Properties that the data sets always mark both ways: one of the two is learnt, the other is it read from tail to head. */
const INVERSES: ReadonlyMap<string, string> = new Map([['P527', 'P361'], ['P1344', 'P710'], ['P156', 'P155'], ['P355', 'P749'], ['P1376', 'P36'], ['P1366', 'P1365']]);
const INVERSE_OF: ReadonlyMap<string, string> = new Map([...INVERSES].map(([inverse, label]) => [label, inverse]));

/** The relation by the label that is learnt. */
export function learntRelation<R extends LabelledRelation>(relation: R): R {
  const label = INVERSES.get(relation.label);
  return label === undefined ? relation : { ...relation, label, head: relation.tail, tail: relation.head };
}

/** The relations with those that they say the other way round. */
export function withInverses<R extends LabelledRelation>(relations: readonly R[]): R[] {
  return relations.flatMap((relation) => {
    const label = INVERSE_OF.get(relation.label);
    return label === undefined ? [relation] : [relation, { ...relation, label, head: relation.tail, tail: relation.head }];
  });
}

/** The document as a text, a space between two of its tokens. */
export function segmentedOf({ tokens, sentences, document }: LabelledPassage): SegmentedDocument {
  const placed = placesOf(tokens);
  const ranges = sentences.filter(([start, end]) => start < end);
  return {
    id: documentIdOf(document),
    uri: document,
    text: tokens.join(' '),
    sentences: ranges.map(([start, end], index): Sentence => ({ index, start: placed[start]!.start, end: placed[end - 1]!.end, tokens: placed.slice(start, end) })),
  };
}

function placesOf(tokens: readonly string[]): Token[] {
  let at = 0;
  return tokens.map((text) => {
    const token = { text, start: at, end: at + text.length };
    at = token.end + 1;
    return token;
  });
}

/** Documents to be read with one's own mentions. */
export function markedDocuments(passages: readonly LabelledPassage[]): MarkedDocument[] {
  return passages.map((passage) => {
    const placed = placesOf(passage.tokens);
    const spans = passage.clusters.map((cluster) =>
      cluster.map((index) => {
        const { start, end } = passage.mentions[index]!;
        return { start: placed[start]!.start, end: placed[end - 1]!.end };
      }),
    );
    const relations = passage.relations.map(({ head, tail, label }) => ({ head: spans[head]!, tail: spans[tail]!, label }));
    return { document: segmentedOf(passage), relations, unknown: [], judged: [], annotated: passage.annotated, completeness: 1, source: 'redocred found' };
  });
}

/** The labels of the file as they are; Re-DocRED was annotated again for completeness, so other pairs are negatives. */
export async function readDocred(path: string): Promise<LabelledPassage[]> {
  const documents = await readDocredDocuments(path);
  const annotated = new Set(documents.flatMap(({ labels = [] }) => labels.map(({ r }) => r)));
  return documents.map((document) => passageOf(document, annotated));
}

function passageOf({ title, sents, vertexSet, labels = [] }: DocredDocument, annotated: ReadonlySet<string>): LabelledPassage {
  const tokens: string[] = [];
  const sentences: [number, number][] = [];
  const mentions: PassageMention[] = [];
  const clusters: number[][] = vertexSet.map(() => []);
  sents.forEach((words, sentence) => {
    const here = vertexSet.flatMap((entity, cluster) =>
      entity.flatMap(({ sent_id, pos: [start, end], type }) => (sent_id === sentence && start >= 0 && start < end && end <= words.length ? [{ start, end, label: type, cluster }] : [])),
    );
    const kept = withoutBlankTokens(words, here);
    const offset = tokens.length;
    tokens.push(...kept.tokens);
    sentences.push([offset, tokens.length]);
    const seen = new Set<string>();
    for (const { start, end, label, cluster } of kept.spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
      if (start === end || seen.has(`${start} ${end} ${cluster}`)) continue;
      seen.add(`${start} ${end} ${cluster}`);
      clusters[cluster]!.push(mentions.length);
      mentions.push({ start: offset + start, end: offset + end, label });
    }
  });
  const place = new Map<number, number>();
  clusters.forEach((cluster, index) => cluster.length > 0 && place.set(index, place.size));
  const relations = new RelationSet();
  for (const { h, t, r } of labels) {
    const [head, tail] = [place.get(h), place.get(t)];
    if (head !== undefined && tail !== undefined) relations.add(head, tail, r);
  }
  return {
    tokens, sentences, mentions,
    clusters: clusters.filter((cluster) => cluster.length > 0),
    relations: relations.list(), annotated, completeness: 1, negatives: [], unknown: [], document: title, source: 'redocred', weight: 1,
  };
}
