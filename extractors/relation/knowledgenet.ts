// How KnowledgeNet (Mesquita et al., EMNLP 2019) becomes labelled pairs: table rows → passages → sentences.
// One row is one fact, or one "-" row: a passage that holds no fact of the property.
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf, documentIdOf } from '../../pipeline/core/ids.ts';
import type { Sentence } from '../../pipeline/core/model.ts';
import { withoutOverlaps, type LabelledSpan } from '../ner/data-formats.ts';
import { readLines } from '../text/data-files.ts';
import { segmentText } from '../text/segmenter.ts';
import { splitSentences } from '../text/split-sentences.ts';
import { tokenize } from '../text/tokenize.ts';
import type { MarkedDocument } from './found-passages.ts';
import { clustersOfOne, RelationSet, type LabelledPassage, type LabelledRelation } from './labelled-passages.ts';

interface Property {
  /** Labels of the model that mean it; the passage tells which of two (see `labelOf`). */
  readonly labels: readonly string[];
  /** Labels that mean it read from object to subject. */
  readonly inverse?: readonly string[];
  readonly subject: string;
  readonly object: string;
}

const PROPERTIES: Readonly<Record<string, Property>> = {
  CEO: { labels: ['P169'], subject: 'ORG', object: 'PER' },
  CHILD_OF: { labels: ['P22', 'P25'], inverse: ['P40'], subject: 'PER', object: 'PER' },
  DATE_FOUNDED: { labels: ['P571'], subject: 'ORG', object: 'TIME' },
  DATE_OF_BIRTH: { labels: ['P569'], subject: 'PER', object: 'TIME' },
  DATE_OF_DEATH: { labels: ['P570'], subject: 'PER', object: 'TIME' },
  EDUCATED_AT: { labels: ['P69'], subject: 'PER', object: 'ORG' },
  EMPLOYEE_OR_MEMBER_OF: { labels: ['P108', 'P463'], subject: 'PER', object: 'ORG' },
  FOUNDED_BY: { labels: ['P112'], subject: 'ORG', object: 'PER' },
  HEADQUARTERS: { labels: ['P159'], subject: 'ORG', object: 'LOC' },
  NATIONALITY: { labels: ['P27'], subject: 'PER', object: 'LOC' },
  PLACE_OF_BIRTH: { labels: ['P19'], subject: 'PER', object: 'LOC' },
  PLACE_OF_RESIDENCE: { labels: ['P551'], subject: 'PER', object: 'LOC' },
  POLITICAL_AFFILIATION: { labels: ['P102'], subject: 'PER', object: 'ORG' },
  SPOUSE: { labels: ['P26'], inverse: ['P26'], subject: 'PER', object: 'PER' },
  SUBSIDIARY_OF: { labels: ['P749'], subject: 'ORG', object: 'ORG' },
};
const ANNOTATED: ReadonlySet<string> = new Set(Object.values(PROPERTIES).flatMap(({ labels, inverse = [] }) => [...labels, ...inverse]));
/** Between child and parent it tells a mother from a father. */
const MOTHER = /\bmother\b/i;

/** Words between a person and an organisation that speak of membership rather than work. */
const MEMBERSHIP = /\b(?:members?|membership|band|singer|guitarist|drummer|bassist|vocalist|fellow)\b/i;

export interface KnowledgeNetFact {
  readonly property: string;
  readonly subject: CharacterSpan;
  readonly object: CharacterSpan;
}

export interface CharacterSpan {
  readonly start: number;
  readonly end: number;
}

export interface Passage {
  readonly document: string;
  /** Characters of the document that come before it. */
  readonly start: number;
  readonly text: string;
  readonly properties: Set<string>;
  readonly facts: KnowledgeNetFact[];
}

/** Whether a document belongs to the tenth that is kept for judging: a property of its id alone. */
export function isHeldOut(documentId: string): boolean {
  return Number.parseInt(digestOf('knowledgenet', documentId).slice(0, 8), 16) % 10 === 0;
}

/** Sentences with at least two marked mentions. Pairs of an annotated property without a fact are its negatives. */
export async function readKnowledgeNet(path: string): Promise<LabelledPassage[]> {
  return (await readPassages(path)).flatMap(sentencesOf);
}

/** What a relation says as a property of KnowledgeNet, subject first; none where it has no such property. */
export function asProperty({ head, tail, label }: Pick<LabelledRelation, 'head' | 'tail' | 'label'>): { readonly property: string; readonly head: number; readonly tail: number } | undefined {
  for (const [property, { labels, inverse = [] }] of Object.entries(PROPERTIES)) {
    if (labels.includes(label)) return { property, head, tail };
    if (inverse.includes(label)) return { property, head: tail, tail: head };
  }
  return undefined;
}

/** Each passage with what people marked in it, in the order of the rows. */
export async function readPassages(path: string): Promise<Passage[]> {
  const passages = new Map<string, Passage>();
  for await (const { line, number } of readLines(path)) {
    if (line.includes('<tr')) addRow(passages, line, path, number);
  }
  if (passages.size === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no KnowledgeNet row in it' });
  return [...passages.values()];
}

function addRow(passages: Map<string, Passage>, row: string, path: string, line: number): void {
  const cells = row.split('</td>').slice(0, -1).map((cell) => cell.slice(cell.indexOf('>', cell.indexOf('<td')) + 1));
  const [, document, start, end, subjectStart, subjectEnd, objectStart, objectEnd, property, html] = cells;
  if (cells.length !== 10 || !PROPERTIES[property]) {
    const problem = cells.length === 10 ? `unknown property '${property}'` : `${cells.length} cells where a row has 10`;
    throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem });
  }
  const key = `${document}:${start}:${end}`;
  const passage = passages.get(key) ?? { document, start: Number(start), text: plainText(html), properties: new Set(), facts: [] };
  passages.set(key, passage);
  passage.properties.add(property);
  if (subjectStart === '-') return;
  const within = (from: string, to: string): CharacterSpan => ({ start: Number(from) - Number(start), end: Number(to) - Number(start) });
  passage.facts.push({ property, subject: within(subjectStart, subjectEnd), object: within(objectStart, objectEnd) });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** Text of the passage cell; offsets count from after the `<p> ` that opens it. */
function plainText(html: string): string {
  return html
    .replace(/^<p> /, '')
    .replace(/<\/?(?:p|span|a)\b[^<>]*>/g, '')
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(amp|lt|gt|quot|apos|nbsp));/gi, (_whole, decimal, hex, name: string | undefined) =>
      name ? ENTITIES[name.toLowerCase()] : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex as string, 16)),
    );
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

function sentencesOf(passage: Passage): LabelledPassage[] {
  const labels = labelsOf(passage);
  return splitSentences(passage.text, tokenize(passage.text))
    .map((sentence) => sentenceOf(passage, sentence, labels))
    .filter((sentence) => sentence.mentions.length > 1);
}

const keyOf = (span: CharacterSpan): string => `${span.start}:${span.end}`;

/** The label of each marked span: of those its roles in the facts allow, the one most of them do. */
function labelsOf({ facts, text }: Passage): ReadonlyMap<string, string> {
  const votes = new Map<string, string[]>();
  const vote = (span: CharacterSpan, label: string): void => {
    votes.set(keyOf(span), [...(votes.get(keyOf(span)) ?? []), label]);
  };
  for (const { property, subject, object } of facts) {
    vote(subject, PROPERTIES[property]!.subject);
    vote(object, property === 'NATIONALITY' ? nationalityLabel(text.slice(object.start, object.end)) : PROPERTIES[property]!.object);
  }
  const count = (all: readonly string[], label: string): number => all.filter((other) => other === label).length;
  return new Map([...votes].map(([key, all]) => [key, all.reduce((best, label) => (count(all, label) > count(all, best) ? label : best))]));
}

function sentenceOf(passage: Passage, sentence: Sentence, labels: ReadonlyMap<string, string>): LabelledPassage {
  const tokenSpan = (span: CharacterSpan): CharacterSpan | undefined => {
    const start = sentence.tokens.findIndex((token) => token.end > span.start);
    const after = sentence.tokens.findIndex((token) => token.start >= span.end);
    const end = after === -1 ? sentence.tokens.length : after;
    return span.start >= sentence.start && span.end <= sentence.end && start !== -1 && start < end ? { start, end } : undefined;
  };
  const marked = new Map<string, LabelledSpan>();
  for (const span of passage.facts.flatMap((fact) => [fact.subject, fact.object])) {
    const tokens = tokenSpan(span);
    if (tokens) marked.set(keyOf(tokens), { ...tokens, label: labels.get(keyOf(span))! });
  }
  const mentions = withoutOverlaps([...marked.values()]);
  const indexOf = (span: CharacterSpan): number => {
    const tokens = tokenSpan(span);
    return tokens ? mentions.findIndex((mention) => keyOf(mention) === keyOf(tokens)) : -1;
  };
  const relations = new RelationSet();
  const unknown: [number, number, string][] = [];
  for (const fact of passage.facts) {
    const [head, tail] = [indexOf(fact.subject), indexOf(fact.object)];
    if (head < 0 || tail < 0) continue;
    const { labels: all, inverse = [] } = PROPERTIES[fact.property]!;
    const label = labelOf(fact, passage);
    relations.add(head, tail, label);
    for (const other of inverse) relations.add(tail, head, other);
    for (const other of all) if (other !== label) unknown.push([head, tail, other]);
  }
  const holds = (h: number, t: number, { labels: all, inverse = [] }: Property): boolean =>
    all.some((label) => relations.has(h, t, label)) || inverse.some((label) => relations.has(t, h, label));
  const negatives = [...passage.properties].flatMap((name) => {
    const property = PROPERTIES[name]!;
    return mentions.flatMap((_, h) =>
      mentions.flatMap((_other, t): [number, number, string][] => {
        if (h === t || holds(h, t, property)) return [];
        return [...property.labels.map((label): [number, number, string] => [h, t, label]), ...(property.inverse ?? []).map((label): [number, number, string] => [t, h, label])];
      }),
    );
  });
  return {
    tokens: sentence.tokens.map((token) => token.text),
    sentences: [[0, sentence.tokens.length]],
    mentions,
    clusters: clustersOfOne(mentions),
    relations: relations.list(),
    annotated: ANNOTATED,
    completeness: UNMARKED,
    negatives,
    unknown,
    document: passage.document,
    source: 'knowledgenet',
    weight: 1,
  };
}

/** A property that the passage was not checked for holds now and then: pairs not marked with it count this much as negatives. */
const UNMARKED = 0.35;

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

/** Endings that make one word an adjective of nationality ("Irish", "Canadians") rather than a country. */
const NATIONALITY = /^\S*(?:ian|[cnrx]ican|ccan|uban|german|roman|[lpr]ean|egan|ayan|ish|ese|ench|utch|zech|reek|swiss|welsh|thai|aqi|aeli|[ns]tani|afghan|ari|slovak|[aeiou]ndic|tine)s?$/i;

/** The label of the value of a nationality: MISC for an adjective, LOC for a country. */
export function nationalityLabel(surface: string): string {
  return NATIONALITY.test(surface) && !/stan$/i.test(surface) ? 'MISC' : 'LOC';
}
