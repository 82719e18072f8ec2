// KnowledgeNet (Mesquita et al., EMNLP 2019) in Wikidata properties: whole documents to be read with one's own mentions, and what a
// relation says in the terms of the data set.
import { documentIdOf } from '../../pipeline/core/ids.ts';
import { MEMBERSHIP, type CharacterSpan, type KnowledgeNetFact, type Passage } from '../relation/knowledgenet.ts';
import { segmentText } from '../text/segmenter.ts';
import type { MarkedDocument } from './found-passages.ts';
import type { LabelledRelation } from './labelled-passages.ts';

interface Property {
  /** Labels of the model that mean it; the passage tells which of two (see `labelOf`). */
  readonly labels: readonly string[];
  /** Labels that mean it read from object to subject. */
  readonly inverse?: readonly string[];
}

const PROPERTIES: Readonly<Record<string, Property>> = {
  CEO: { labels: ['P169'] },
  CHILD_OF: { labels: ['P22', 'P25'], inverse: ['P40'] },
  DATE_FOUNDED: { labels: ['P571'] },
  DATE_OF_BIRTH: { labels: ['P569'] },
  DATE_OF_DEATH: { labels: ['P570'] },
  EDUCATED_AT: { labels: ['P69'] },
  EMPLOYEE_OR_MEMBER_OF: { labels: ['P108', 'P463'] },
  FOUNDED_BY: { labels: ['P112'] },
  HEADQUARTERS: { labels: ['P159'] },
  NATIONALITY: { labels: ['P27'] },
  PLACE_OF_BIRTH: { labels: ['P19'] },
  PLACE_OF_RESIDENCE: { labels: ['P551'] },
  POLITICAL_AFFILIATION: { labels: ['P102'] },
  SPOUSE: { labels: ['P26'], inverse: ['P26'] },
  SUBSIDIARY_OF: { labels: ['P749'] },
};
const ANNOTATED: ReadonlySet<string> = new Set(Object.values(PROPERTIES).flatMap(({ labels, inverse = [] }) => [...labels, ...inverse]));
/** Between child and parent it tells a mother from a father. */
const MOTHER = /\bmother\b/i;

/** What a relation says as a property of KnowledgeNet, subject first; none where it has no such property. */
export function asProperty({ head, tail, label }: Pick<LabelledRelation, 'head' | 'tail' | 'label'>): { readonly property: string; readonly head: number; readonly tail: number } | undefined {
  for (const [property, { labels, inverse = [] }] of Object.entries(PROPERTIES)) {
    if (labels.includes(label)) return { property, head, tail };
    if (inverse.includes(label)) return { property, head: tail, tail: head };
  }
  return undefined;
}

const BETWEEN_PASSAGES = '\n\n';

export interface PassagesOfDocument {
  readonly document: string;
  /** The passages in their order, an empty line between two. */
  readonly text: string;
  readonly passages: readonly { readonly passage: Passage; /** Characters of `text` before it. */ readonly offset: number }[];
}

export function groupByDocument(passages: readonly Passage[]): PassagesOfDocument[] {
  const byDocument = new Map<string, Passage[]>();
  for (const passage of passages) byDocument.set(passage.document, [...(byDocument.get(passage.document) ?? []), passage]);
  return [...byDocument].map(([document, group]) => {
    let offset = 0;
    const placed = group
      .toSorted((a, b) => a.start - b.start)
      .map((passage) => {
        const at = offset;
        offset += passage.text.length + BETWEEN_PASSAGES.length;
        return { passage, offset: at };
      });
    return { document, text: placed.map(({ passage }) => passage.text).join(BETWEEN_PASSAGES), passages: placed };
  });
}

/** Documents to be read with one's own mentions: facts and what was looked at, in characters of the document. */
export function markedDocuments(passages: readonly Passage[]): MarkedDocument[] {
  return groupByDocument(passages).map(({ document, text, passages: placed }) => {
    const relations: MarkedDocument['relations'][number][] = [];
    const unknown: MarkedDocument['relations'][number][] = [];
    const judged: MarkedDocument['judged'][number][] = [];
    for (const { passage, offset } of placed) {
      const spans = (span: CharacterSpan): CharacterSpan[] => [{ start: span.start + offset, end: span.end + offset }];
      for (const fact of passage.facts) {
        const [head, tail] = [spans(fact.subject), spans(fact.object)];
        const { labels, inverse = [] } = PROPERTIES[fact.property]!;
        const label = labelOf(fact, passage);
        relations.push({ head, tail, label }, ...inverse.map((other) => ({ head: tail, tail: head, label: other })));
        unknown.push(...labels.filter((other) => other !== label).map((other) => ({ head, tail, label: other })));
      }
      const stretch = { start: offset, end: offset + passage.text.length };
      for (const property of passage.properties) {
        const { labels, inverse = [] } = PROPERTIES[property]!;
        for (const label of new Set([...labels, ...inverse])) judged.push({ stretch, label });
      }
    }
    return {
      document: { id: documentIdOf(document), uri: document, text, sentences: segmentText(text) },
      relations, unknown, judged, annotated: ANNOTATED, completeness: UNMARKED, source: 'knowledgenet found',
    };
  });
}

/** A property that the passage was not checked for holds now and then: pairs not marked with it count this much as negatives. */
const UNMARKED = 0.35;

const keyOf = (span: CharacterSpan): string => `${span.start}:${span.end}`;

/** Of two labels the one that the words tell: the subject nearest to the object speaks for the other names of that subject. */
function labelOf({ property, object, subject }: KnowledgeNetFact, { facts, text }: Passage): string {
  const [usual, other] = PROPERTIES[property]!.labels as [string, string?];
  if (other === undefined) return usual;
  if (property === 'CHILD_OF') return MOTHER.test(text.slice(Math.min(subject.end, object.end), Math.max(subject.start, object.start))) ? other : usual;
  const ties = facts
    .filter((fact) => fact.property === property && keyOf(fact.object) === keyOf(object))
    .map((fact) => text.slice(Math.min(fact.subject.end, object.end), Math.max(fact.subject.start, object.start)));
  return MEMBERSHIP.test(ties.reduce((shortest, tie) => (tie.length < shortest.length ? tie : shortest))) ? other : usual;
}
