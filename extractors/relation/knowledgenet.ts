// How KnowledgeNet (Mesquita et al., EMNLP 2019) becomes labelled pairs: table rows → passages → sentences.
// One row is one fact, or one "-" row: a passage that holds no fact of the property.
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import type { Sentence } from '../../pipeline/core/model.ts';
import { withoutOverlaps, type LabelledSpan } from '../ner/data-formats.ts';
import { readLines } from '../text/data-files.ts';
import { splitSentences } from '../text/split-sentences.ts';
import { tokenize } from '../text/tokenize.ts';
import { nationalityLabel, RelationSet, type LabelledPairSentence } from './labelled-pairs.ts';
import { admits, predicateNamed } from './schema.ts';

/** Predicates of each property; the passage tells which of two (see `predicateOf`). */
const PREDICATES_OF: Readonly<Record<string, readonly string[]>> = {
  CEO: ['chiefExecutive'],
  CHILD_OF: ['parent'],
  DATE_FOUNDED: ['dateFounded'],
  DATE_OF_BIRTH: ['dateOfBirth'],
  DATE_OF_DEATH: ['dateOfDeath'],
  EDUCATED_AT: ['educatedAt'],
  EMPLOYEE_OR_MEMBER_OF: ['employer', 'memberOf'],
  FOUNDED_BY: ['foundedBy'],
  HEADQUARTERS: ['headquarters'],
  NATIONALITY: ['nationality'],
  PLACE_OF_BIRTH: ['placeOfBirth'],
  PLACE_OF_RESIDENCE: ['residence'],
  POLITICAL_AFFILIATION: ['politicalAffiliation'],
  SPOUSE: ['spouse'],
  SUBSIDIARY_OF: ['parentOrganization'],
};

/** Words between a person and an organisation that speak of membership rather than work. */
export const MEMBERSHIP = /\b(?:members?|membership|band|singer|guitarist|drummer|bassist|vocalist|fellow)\b/i;

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
export async function readKnowledgeNet(path: string): Promise<LabelledPairSentence[]> {
  return (await readPassages(path)).flatMap(sentencesOf);
}

/** The property that a predicate is of, if any. */
export function propertyOf(predicate: string): string | undefined {
  return Object.keys(PREDICATES_OF).find((property) => PREDICATES_OF[property]!.includes(predicate));
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
  const cells = [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map((match) => match[1]);
  const [, document, start, end, subjectStart, subjectEnd, objectStart, objectEnd, property, html] = cells;
  if (cells.length !== 10 || !PREDICATES_OF[property]) {
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
    .replace(/<\/?(?:p|span|a)\b[^>]*>/g, '')
    .replace(/&(?:#(\d+)|#x([\da-f]+)|(amp|lt|gt|quot|apos|nbsp));/gi, (_whole, decimal, hex, name: string | undefined) =>
      name ? ENTITIES[name.toLowerCase()] : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex as string, 16)),
    );
}

function sentencesOf(passage: Passage): LabelledPairSentence[] {
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
    const predicate = predicateNamed.get(PREDICATES_OF[property][0])!;
    vote(subject, predicate.domain[0]);
    vote(object, property === 'NATIONALITY' ? nationalityLabel(text.slice(object.start, object.end)) : predicate.range[0]);
  }
  const count = (all: readonly string[], label: string): number => all.filter((other) => other === label).length;
  return new Map([...votes].map(([key, all]) => [key, all.reduce((best, label) => (count(all, label) > count(all, best) ? label : best))]));
}

function sentenceOf(passage: Passage, sentence: Sentence, labels: ReadonlyMap<string, string>): LabelledPairSentence {
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

  const relations = new RelationSet(mentions);
  for (const fact of passage.facts) {
    const head = indexOf(fact.subject);
    const tail = indexOf(fact.object);
    if (head >= 0 && tail >= 0) relations.add(head, tail, predicateOf(fact, passage));
  }
  const checked = [...passage.properties].flatMap((property) => PREDICATES_OF[property]);
  return {
    tokens: sentence.tokens.map((token) => token.text),
    mentions,
    relations: relations.list(),
    complete: false,
    negatives: negativesOf(mentions, relations, checked),
    document: passage.document,
    source: 'knowledgenet',
    weight: 1,
  };
}

/** The subject nearest to the object tells what kind of tie it is; the other names of that subject follow it. */
function predicateOf({ property, object }: KnowledgeNetFact, { facts, text }: Passage): string {
  const [usual, other] = PREDICATES_OF[property];
  if (!other) return usual;
  const ties = facts
    .filter((fact) => fact.property === property && keyOf(fact.object) === keyOf(object))
    .map(({ subject }) => text.slice(Math.min(subject.end, object.end), Math.max(subject.start, object.start)));
  return MEMBERSHIP.test(ties.reduce((shortest, tie) => (tie.length < shortest.length ? tie : shortest))) ? other : usual;
}

function negativesOf(mentions: readonly LabelledSpan[], relations: RelationSet, checked: readonly string[]): [number, number, string][] {
  const negatives: [number, number, string][] = [];
  for (const name of checked) {
    const predicate = predicateNamed.get(name)!;
    const group = Object.values(PREDICATES_OF).find((names) => names.includes(name))!;
    mentions.forEach((head, h) =>
      mentions.forEach((tail, t) => {
        const holds = group.some((member) => relations.has(h, t, member));
        if (h !== t && !holds && admits(predicate, head.label, tail.label)) negatives.push([h, t, name]);
      }),
    );
  }
  return negatives;
}
