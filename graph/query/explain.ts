// Why the graph says something: each claim behind a fact or an attribute, with the sentence it was read from.
import type { DocumentId, DocumentText, EntityId, FactId, Provenance } from '../../pipeline/core/model.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef } from './related.ts';
import { createSearch, entityNamed, type EntitySearch } from './search.ts';

export interface Claim {
  readonly documentId: DocumentId;
  readonly uri: string;
  readonly title?: string;
  readonly sentence: number;
  /** Characters of the sentence in the document, half-open. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The two names within `text`. */
  readonly head: { readonly start: number; readonly end: number; readonly surface: string };
  readonly tail: { readonly start: number; readonly end: number; readonly surface: string };
  readonly extractor: string;
  readonly score: number;
}

export interface ExplainedFact {
  readonly id: FactId;
  readonly subject: EntityRef;
  readonly predicate: string;
  readonly object: EntityRef;
  readonly probability: number;
  readonly claims: readonly Claim[];
}

export interface ExplainedAttribute {
  readonly subject: EntityRef;
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly surface: string;
  readonly probability: number;
  readonly claims: readonly Claim[];
}

export interface Explanation {
  /** What the question was taken to mean. */
  readonly asked: { readonly kind: 'fact' | 'triple' | 'entity'; readonly subject?: EntityRef; readonly predicate?: string; readonly object?: EntityRef };
  readonly facts: readonly ExplainedFact[];
  readonly attributes: readonly ExplainedAttribute[];
}

/**
 * @param texts of the documents that the graph was built from
 * @param question id of a fact, "Subject predicate Object" (or "Subject predicate"), or the name or id of an entity
 * @throws EngramError `ENGRAM_GRAPH_UNKNOWN_ENTITY` when a name in it fits no entity
 */
export function explain(
  graph: KnowledgeGraph,
  texts: ReadonlyMap<DocumentId, DocumentText>,
  question: string,
  search: EntitySearch = createSearch(graph),
): Explanation {
  const text = question.trim();
  const asked = graph.fact(text as FactId);
  if (asked !== undefined) {
    const { subject, predicate, object } = asked;
    return {
      asked: { kind: 'fact', subject: refOf(graph, subject), predicate, object: refOf(graph, object) },
      facts: factsAbout(graph, texts, subject, predicate, object),
      attributes: [],
    };
  }
  const resolve = (name: string): EntityId => entityNamed(graph, name, search);
  const triple = splitTriple(graph, text);
  if (triple === undefined) {
    const subject = resolve(text);
    return {
      asked: { kind: 'entity', subject: refOf(graph, subject) },
      facts: factsAbout(graph, texts, subject),
      attributes: attributesOf(graph, texts, subject),
    };
  }
  const { predicate } = triple;
  const subject = resolve(triple.subject);
  const attributes = attributesOf(graph, texts, subject).filter(({ name }) => name === predicate);
  // The tail of an attribute is a date or a number, not an entity to be looked for.
  const object = triple.object === '' || attributes.length > 0 ? undefined : resolve(triple.object);
  return {
    asked: { kind: 'triple', subject: refOf(graph, subject), predicate, ...(object === undefined ? {} : { object: refOf(graph, object) }) },
    facts: factsAbout(graph, texts, subject, predicate, object).filter((fact) => fact.subject.id === subject),
    attributes: attributes.filter(({ value, surface }) => triple.object === '' || [value, surface].some((said) => said.toLowerCase().includes(triple.object.toLowerCase()))),
  };
}

function factsAbout(graph: KnowledgeGraph, texts: ReadonlyMap<DocumentId, DocumentText>, subject: EntityId, predicate?: string, object?: EntityId): ExplainedFact[] {
  return graph
    .factsOf(subject)
    .filter((fact) => predicate === undefined || fact.predicate === predicate)
    .filter((fact) => object === undefined || (fact.subject === subject && fact.object === object))
    .sort((a, b) => b.probability - a.probability)
    .map((fact) => ({
      id: fact.id,
      subject: refOf(graph, fact.subject),
      predicate: fact.predicate,
      object: refOf(graph, fact.object),
      probability: fact.probability,
      claims: claimsOf(graph, texts, fact.provenance),
    }));
}

function attributesOf(graph: KnowledgeGraph, texts: ReadonlyMap<DocumentId, DocumentText>, id: EntityId): ExplainedAttribute[] {
  const subject = refOf(graph, id);
  return (graph.entity(id)?.attributes ?? []).map(({ name, value, unit, surface, probability, provenance }) => ({
    subject,
    name,
    value,
    ...(unit === undefined ? {} : { unit }),
    surface,
    probability,
    claims: claimsOf(graph, texts, provenance),
  }));
}

/** Strongest first. */
export function claimsOf(graph: KnowledgeGraph, texts: ReadonlyMap<DocumentId, DocumentText>, provenance: readonly Provenance[]): Claim[] {
  return [...provenance]
    .sort((a, b) => b.score - a.score)
    .map((p) => {
      const { uri = '', title } = texts.get(p.documentId) ?? graph.document(p.documentId) ?? {};
      const text = texts.get(p.documentId)?.text ?? '';
      const within = ([start, end]: readonly [number, number]): Claim['head'] => ({
        start: start - p.start,
        end: end - p.start,
        surface: text.slice(start, end),
      });
      return {
        documentId: p.documentId,
        uri,
        ...(title === undefined ? {} : { title }),
        sentence: p.sentence,
        start: p.start,
        end: p.end,
        text: text.slice(p.start, p.end),
        head: within(p.head),
        tail: within(p.tail),
        extractor: p.extractor,
        score: p.score,
      };
    });
}

/** A predicate of the graph as a word inside the question, with the subject before it. */
function splitTriple(graph: KnowledgeGraph, text: string): { readonly subject: string; readonly predicate: string; readonly object: string } | undefined {
  const words = text.split(/\s+/);
  if (words.length < 2) return undefined;
  const predicates = new Map(graph.predicates().map((predicate) => [predicate.toLowerCase(), predicate]));
  for (let i = 1; i < words.length; i++) {
    const predicate = predicates.get(words[i].toLowerCase());
    if (predicate !== undefined) return { subject: words.slice(0, i).join(' '), predicate, object: words.slice(i + 1).join(' ') };
  }
  return undefined;
}
