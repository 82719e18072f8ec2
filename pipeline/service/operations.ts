// What can be asked of a graph from outside: each operation with its path, what it takes and what it gives, in schemas that check requests, make the OpenAPI
// document and type the client. One table, so that the three cannot differ.
import { z } from 'zod';

/** Entities of an overview. */
export const MOST_IN_OVERVIEW = 10_000;
export const USUAL_IN_OVERVIEW = 300;

const share = z.number().min(0).max(1);
const text = z.string();
const count = z.int().min(0);

export const entityRef = z.object({ id: text, type: text.describe('PER, ORG, LOC, MISC or a type of your own'), name: text });
const span = z.object({ start: count, end: count, surface: text });
const evidence = z.object({ documentId: text, uri: text, start: count, end: count, score: share, text: text.optional().describe('the sentence, where the documents are at hand') });

export const claim = z.object({
  documentId: text,
  uri: text,
  title: text.optional(),
  sentence: count,
  start: count.describe('of the sentence in the document, in UTF-16 units'),
  end: count,
  text: text.describe('the sentence; empty where the documents are not at hand'),
  head: span.describe('the subject within the text'),
  tail: span,
  extractor: text,
  score: share,
});

export const fact = z.object({ id: text, subject: entityRef, predicate: text, object: entityRef, probability: share });
const explainedFact = fact.extend({ claims: z.array(claim).describe('strongest first') });
const attribute = z.object({ name: text, value: text, unit: text.optional(), surface: text, probability: share });
const explainedAttribute = attribute.extend({ subject: entityRef, claims: z.array(claim) });

export const pathStep = z.object({
  from: entityRef,
  to: entityRef,
  predicate: text,
  reversed: z.boolean().describe('whether the fact reads from `to` to `from`'),
  probability: share,
  evidence: z.array(evidence),
  origin: text.optional().describe('of a link that no document states'),
  because: text.optional(),
});

/** What a change made of the graph. */
const changed = { entities: z.array(entityRef).describe('new or changed'), removed: count.describe('entities that are no more'), facts: count.describe('new or changed') };

const feeling = z.number().min(-1).max(1);
const documentRecord = z.object({
  id: text,
  uri: text,
  title: text.optional(),
  date: text.optional(),
  metadata: z.record(text, text).optional(),
  sentiment: feeling.optional().describe('from -1, negative, to 1, positive; of a build with sentiment'),
  topics: z.array(z.object({ label: text, probability: share })).optional().describe('likeliest first; of a build with topics'),
});

const spoken = z.object({ score: feeling.describe('mean over the mentions'), mentions: count.describe('that were judged'), positive: count.describe('in sentences that speak well of it'), negative: count });
const topicShares = z.array(z.object({ label: text, documents: count })).describe('of the documents that name it, by how many are about each');

const page = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: text.optional().describe('cursor of the next page; absent on the last') });

const limit = (most: number) => z.coerce.number().int().min(1).max(most).default(Math.min(20, most)).describe(`at most ${most}`);
const cursor = text.max(200).optional().describe('`next` of the page before');
const oneType = text.max(100);
const types = z.union([oneType, z.array(oneType).max(20)]).transform((given) => (typeof given === 'string' ? [given] : given)).optional().describe('only entities of these types; may be repeated');
const named = text.min(1).max(500).describe('id of an entity, or a name, which stands for the entity that fits it best');
const someNamed = z.union([named, z.array(named).min(1).max(10)]).transform((given) => (typeof given === 'string' ? [given] : given));
const flag = z.enum(['true', 'false']).transform((given) => given === 'true');
const inferred = flag.optional().describe('whether to go along links that no document states: inferred ones, and what conversations had together; left out, as the server is configured');
const topic = text.min(1).max(300).describe('as `/topics` names it');
const id = z.object({ id: text.min(1).max(200) });

export const reference = z.object({ type: text.max(100), key: text.max(1000).describe('the name as it is compared'), documentId: text.max(200) });
const namedThere = reference.extend({ name: text, uri: text, title: text.optional(), start: count.describe('of the sentence in the document'), end: count, text: text.describe('the sentence'), mention: span.describe('within the text') });
const comparison = z.object({ name: text, found: text, weight: z.number().nullable().describe('natural log of the odds that it adds; null where it rules a match out'), veto: z.literal(true).optional() });
const weighedPair = z.object({
  a: namedThere.extend({ entity: entityRef }),
  b: namedThere.extend({ entity: entityRef }),
  level: text.optional().describe('how alike the names are; absent where they say that there are two'),
  comparisons: z.array(comparison),
  logOdds: z.number(),
  probability: share.describe('that the two are one'),
  decision: z.enum(['same', 'different']).optional().describe('what a person said of exactly these two'),
});
const oneOfTwo = text.min(1).max(1500).describe('id of an entity, a name, "NAME @ DOCUMENT", or "NAME @ ID" for a name of one entity');
const decided = entityRef.extend({ reference: reference.describe('what was decided about, in one of its documents') }).describe('what it is from now on');

/** @param most far more than any conversation reaches, and far from what sums of numbers can hold; left out in what is answered, which may go a little beyond */
function stateOf(most?: number) {
  const level = most === undefined ? z.number().min(0) : z.number().min(0).max(most);
  const turn = most === undefined ? z.int().min(0) : z.int().min(0).max(most);
  return z.object({
    version: z.literal(1),
    at: z.iso.datetime(),
    turn,
    active: z.array(z.object({ id: text, level })).max(1000),
    together: z.array(z.object({ a: text, b: text, weight: level })).max(10_000).optional(),
  });
}

const answer = z.object({ text, entity: entityRef.optional(), about: entityRef, predicate: text, probability: share, inferred: text.optional(), evidence: z.array(claim) });

export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  readonly response: z.ZodType;
  readonly status?: 200 | 201;
  /** What it answers stays the same while the graph does. */
  readonly isCacheable?: boolean;
}

export const OPERATIONS = {
  search: {
    method: 'GET',
    path: '/search',
    summary: 'Entities by name, alias or attribute, by what sentences say of them, and by what other words of the text lead to; best first',
    query: z.object({ q: text.min(1).max(1000), type: types, sentiment: z.enum(['positive', 'negative']).optional().describe('only what more sentences speak so of than the other way'), topic: topic.optional().describe('only what a document about it names'), limit: limit(100), cursor, by: z.enum(['context', 'name']).default('context').describe('`name`: names and attributes alone, for suggestions') }),
    response: page(entityRef.extend({ aliases: z.array(text), mentions: count, facts: count, score: z.number() })),
    isCacheable: true,
  },
  entities: {
    method: 'GET',
    path: '/entities',
    summary: 'All entities, in order of id',
    query: z.object({ type: types, limit: limit(500), cursor }),
    response: page(entityRef.extend({ mentions: count })),
    isCacheable: true,
  },
  overview: {
    method: 'GET',
    path: '/overview',
    summary: 'The entities with most facts, and the facts among them, for a first look',
    query: z.object({ limit: z.coerce.number().int().min(1).max(MOST_IN_OVERVIEW).default(USUAL_IN_OVERVIEW).describe(`at most ${MOST_IN_OVERVIEW}`) }),
    response: z.object({
      entities: z.array(entityRef.extend({ facts: count })).describe('most facts first; those without any are left out'),
      predicates: z.array(text),
      facts: z.array(z.tuple([count, count, count, share])).describe('each a row: place of the subject in `entities`, of the predicate in `predicates`, of the object in `entities`; probability'),
    }),
    isCacheable: true,
  },
  entity: {
    method: 'GET',
    path: '/entities/:id',
    summary: 'An entity with its names and attributes',
    params: id,
    response: entityRef.extend({ aliases: z.array(text).describe('most frequent first'), attributes: z.array(attribute), mentions: count, documents: count, facts: count, sentiment: spoken.optional().describe('of a build with sentiment') }),
    isCacheable: true,
  },
  sentiment: {
    method: 'GET',
    path: '/entities/:id/sentiment',
    summary: 'How the entity is spoken of, since when, and in which sentences; of a build with sentiment',
    params: id,
    query: z.object({ limit: limit(100).describe('most sentences') }),
    response: entityRef.extend({
      sentiment: spoken.optional().describe('absent where no mention was judged'),
      periods: z.array(spoken.extend({ period: text.describe('year and month, or year, or `undated`') })).describe('in order of time'),
      evidence: z.array(z.object({ documentId: text, uri: text, date: text.optional(), start: count, end: count, surface: text, sentiment: feeling, text: text.optional().describe('the sentence, where the documents are at hand'), mention: span.optional().describe('within the text') })).describe('clearest first'),
    }),
    isCacheable: true,
  },
  spokenOf: {
    method: 'GET',
    path: '/sentiment',
    summary: 'Entities that are clearly spoken well or badly of, those of whom most sentences are first; of a build with sentiment',
    query: z.object({ limit: limit(500), cursor }),
    response: page(entityRef.extend(spoken.shape)),
    isCacheable: true,
  },
  topics: {
    method: 'GET',
    path: '/topics',
    summary: 'What the documents are about: labels of a classifier or, without one, communities of documents that name the same entities; most documents first',
    query: z.object({ limit: limit(500), cursor }),
    response: page(z.object({ label: text, documents: count, entities: z.array(entityRef.extend({ documents: count.describe('of the topic, that name it') })).describe('most telling first') })).extend({ origin: z.enum(['classifier', 'communities']) }),
    isCacheable: true,
  },
  annotations: {
    method: 'POST',
    path: '/annotations',
    summary: 'For many entities at once how they are spoken of and what their documents are about; unknown ids are left out',
    body: z.object({ ids: z.array(text.min(1).max(200)).min(1).max(1000) }),
    response: z.object({ items: z.array(z.object({ id: text, sentiment: spoken.optional(), topics: topicShares })) }),
  },
  facts: {
    method: 'GET',
    path: '/entities/:id/facts',
    summary: 'Facts with the entity at either end',
    params: id,
    query: z.object({ predicate: text.max(100).optional(), minProbability: z.coerce.number().min(0).max(1).default(0), order: z.enum(['id', 'probability']).default('id'), limit: limit(500), cursor }),
    response: page(fact),
    isCacheable: true,
  },
  mentions: {
    method: 'GET',
    path: '/entities/:id/mentions',
    summary: 'Where documents name the entity, in order of document and place',
    params: id,
    query: z.object({ limit: limit(500), cursor }),
    response: page(z.object({ documentId: text, uri: text, sentence: count, start: count, end: count, surface: text, score: share, sentiment: feeling.optional().describe('what its sentence thinks of it') })),
    isCacheable: true,
  },
  related: {
    method: 'GET',
    path: '/related',
    summary: 'What activation reaches from some entities, each with the strongest path and its evidence; strongest first',
    query: z.object({ entity: someNamed.describe('may be repeated'), type: types, inferred, limit: limit(100) }),
    response: z.object({ seeds: z.array(entityRef), related: z.array(entityRef.extend({ activation: z.number(), path: z.array(pathStep) })) }),
    isCacheable: true,
  },
  path: {
    method: 'GET',
    path: '/path',
    summary: 'The path along which most activation goes from one entity to another',
    query: z.object({ from: named, to: named, inferred }),
    response: z.object({ from: entityRef, to: entityRef, path: z.array(pathStep).describe('empty where none leads there') }),
    isCacheable: true,
  },
  similar: {
    method: 'GET',
    path: '/similar',
    summary: 'Entities that have to do with the same things',
    query: z.object({ entity: named, anyType: z.enum(['true', 'false']).default('false').transform((given) => given === 'true'), limit: limit(100) }),
    response: z.object({ entity: entityRef, similar: z.array(entityRef.extend({ similarity: z.number(), shared: z.array(entityRef) })) }),
    isCacheable: true,
  },
  explain: {
    method: 'GET',
    path: '/explain',
    summary: 'The sentences behind a fact, a triple ("Ada Lovelace placeOfBirth London") or all that is said of an entity',
    query: z.object({ q: text.min(1).max(1000) }),
    response: z.object({
      asked: z.object({ kind: z.enum(['fact', 'triple', 'entity']), subject: entityRef.optional(), predicate: text.optional(), object: entityRef.optional() }),
      facts: z.array(explainedFact),
      attributes: z.array(explainedAttribute),
    }),
    isCacheable: true,
  },
  words: {
    method: 'GET',
    path: '/facts/:id/words',
    summary: 'The words without which the models would have been less sure of a fact, claim by claim as `explain` has them; a page may be shorter than asked for, since each claim is judged anew',
    params: id,
    query: z.object({ limit: limit(20), cursor }),
    response: page(z.object({ documentId: text, start: count, end: count, words: z.array(z.object({ text, start: count.describe('within the text of the claim'), end: count, effect: share.describe('what the probability loses without it') })).describe('strongest first; none where other models made the claim') })),
    isCacheable: true,
  },
  ask: {
    method: 'POST',
    path: '/ask',
    summary: 'A question answered from the facts; `state` of one answer, given with the next question, is the conversation',
    body: z.object({ question: text.min(1).max(1000), state: stateOf(1e6).optional() }),
    response: z.object({ question: text, about: z.array(entityRef), answers: z.array(answer), reason: z.enum(['no question', 'unknown name', 'nobody meant', 'not known']).optional(), state: stateOf() }),
  },
  features: {
    method: 'POST',
    path: '/features',
    summary: 'Rows of features for entities, in the order of the ids; those that are unknown are named',
    body: z.object({ ids: z.array(text.min(1).max(200)).min(1).max(1000), neighbours: z.int().min(0).max(100).default(10) }),
    response: z.object({ version: z.int(), columns: z.array(z.object({ name: text, kind: text, about: text })), rows: z.array(z.record(text, z.unknown())), unknown: z.array(text) }),
  },
  documents: {
    method: 'GET',
    path: '/documents',
    summary: 'All documents, in order of id',
    query: z.object({ topic: topic.optional().describe('only those about it'), limit: limit(500), cursor }),
    response: page(documentRecord),
    isCacheable: true,
  },
  document: {
    method: 'GET',
    path: '/documents/:id',
    summary: 'A document with the entities it names; its text where the documents are at hand',
    params: id,
    response: documentRecord.extend({ text: text.optional(), mentions: z.array(z.object({ start: count, end: count, surface: text, entity: entityRef })).describe('in order of place') }),
    isCacheable: true,
  },
  addDocument: {
    method: 'POST',
    path: '/documents',
    summary: 'Reads a document into the graph; one of the same uri takes the place of the one before',
    body: z.object({ uri: text.min(1).max(500), text: text.min(1), title: text.max(1000).optional(), date: text.max(100).optional(), metadata: z.record(text.max(100), text.max(10_000)).optional() }),
    response: z.object({ id: text, ...changed }),
    status: 201,
  },
  removeDocument: {
    method: 'DELETE',
    path: '/documents/:id',
    summary: 'Takes a document out of the graph',
    params: id,
    response: z.object({ id: text, ...changed }),
  },
  names: {
    method: 'GET',
    path: '/entities/:id/names',
    summary: 'The documents that name the entity, each with the name that it uses and a sentence',
    params: id,
    query: z.object({ limit: limit(200), cursor }),
    response: page(namedThere),
    isCacheable: true,
  },
  review: {
    method: 'GET',
    path: '/review',
    summary: 'Pairs that are neither surely one nor surely two, those whose answer tells most first',
    query: z.object({ limit: limit(100), cursor }),
    response: page(weighedPair).extend({ total: count }),
    isCacheable: true,
  },
  compare: {
    method: 'GET',
    path: '/compare',
    summary: 'Why two names are one thing, or two',
    query: z.object({ a: oneOfTwo, b: oneOfTwo }),
    response: weighedPair.extend({ one: z.boolean() }),
    isCacheable: true,
  },
  decide: {
    method: 'POST',
    path: '/decisions',
    summary: 'Says for good that two things are one or two. Without `b` it is of `a` and the rest of its entity; `none` takes back what was said of the two',
    body: z.object({ a: z.union([oneOfTwo, reference]), b: z.union([oneOfTwo, reference]).optional(), decision: z.enum(['same', 'different', 'none']) }),
    response: z.object({ a: decided, b: decided, ...changed }),
  },
  status: {
    method: 'GET',
    path: '/status',
    summary: 'What is served, and what is going on',
    response: z.object({
      engram: text,
      source: text,
      generation: count.describe('goes up with every change of the graph'),
      counts: z.object({ documents: count, entities: count, facts: count }),
      changing: z.boolean().describe('whether documents are being read or removed'),
      progress: z.object({ read: count, extracted: count, unchanged: count, deadLetters: count, words: count }).optional().describe('of the documents that are being read: those that came so far, and of them those that were read anew, known or refused'),
      writable: z.boolean(),
      reviewable: z.boolean().describe('whether it can be asked what is in doubt, and which words moved a decision'),
      judged: z.boolean().describe('whether documents were built with sentiment'),
      startedAt: z.iso.datetime(),
    }),
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

type Part<Name extends OperationName, Key extends 'params' | 'query' | 'body', Side extends 'input' | 'output'> = (typeof OPERATIONS)[Name] extends Readonly<Record<Key, infer Schema extends z.ZodType>>
  ? Side extends 'input'
    ? z.input<Schema>
    : z.output<Schema>
  : unknown;

/** What a caller gives: the parameters of path, query and body together. */
export type InputOf<Name extends OperationName> = Part<Name, 'params', 'input'> & Part<Name, 'query', 'input'> & Part<Name, 'body', 'input'>;
/** The same as the handler gets it, with defaults. */
export type CheckedInputOf<Name extends OperationName> = Part<Name, 'params', 'output'> & Part<Name, 'query', 'output'> & Part<Name, 'body', 'output'>;
export type OutputOf<Name extends OperationName> = DeepReadonly<z.output<(typeof OPERATIONS)[Name]['response']>>;

type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

export type Handlers = { readonly [Name in OperationName]: (input: CheckedInputOf<Name>) => Promise<OutputOf<Name>> | OutputOf<Name> };
