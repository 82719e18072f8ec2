// What one document tells of a thing beside its name, and what several documents tell together: dates and numbers it has one of, facts, the
// company it keeps, the place it lies in, the surroundings in which it is spoken of.
import { isValueLabel } from '../../pipeline/core/model.ts';
import type { DocumentId, EntityType, Extraction, Relation } from '../../pipeline/core/model.ts';
import { attributeValueOf } from './attribute-value.ts';
import { MOST_MENTIONS, quantize, REACH, type Context, type ContextReader } from './context.ts';
import { localEntities, type LocalEntity } from './local-entities.ts';

/** A thing in one document. */
export interface Appearance {
  readonly documentId: DocumentId;
  readonly extraction: Extraction;
  readonly entity: LocalEntity;
}

export interface Profile {
  /** Those it is made of. */
  readonly documents: readonly DocumentId[];
  /** Of a predicate that has one value: each value with its probability. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Other claims, as predicate, direction and name of the other thing, each with its probability. */
  readonly facts: ReadonlyMap<string, number>;
  /** Names of things that stand near it, each with how much sharing it tells. */
  readonly company: ReadonlyMap<string, number>;
  /** Of a place: names of the places it is said to lie in. */
  readonly within: ReadonlySet<string>;
  /** The first and the last year that its passages name; undefined where they name none. */
  readonly years: readonly [first: number, last: number] | undefined;
  /** Undefined where no lexicon is at hand. */
  readonly context: Context | undefined;
}

/** All the things of one document. */
export interface DocumentView {
  readonly extraction: Extraction;
  readonly appearances: readonly Appearance[];
  /** Index of the thing that a mention belongs to. */
  readonly ofMention: ReadonlyMap<number, number>;
  /** Indexes of the things that a sentence mentions. */
  readonly ofSentence: ReadonlyMap<number, ReadonlySet<number>>;
  /** What is said of each thing, as head or as tail. */
  readonly relations: readonly (readonly Relation[])[];
}

const MOST_COMPANY = 64;
/** Shared, for most have nothing of the kind. */
const NONE = new Map<string, never>();
const NOWHERE: ReadonlySet<string> = new Set();
const YEAR = /\b(?:1[0-9]{3}|20[0-9]{2})\b/g;
const PLACE_AFTER = /^\s*(?:,|\(|in|in the)\s*$/;
const PLACE_PREDICATES = new Set(['locatedIn', 'country']);

export function viewDocument(extraction: Extraction): DocumentView {
  const appearances = localEntities(extraction).map((entity): Appearance => ({ documentId: extraction.id, extraction, entity }));
  const ofMention = new Map<number, number>();
  appearances.forEach(({ entity }, at) => entity.mentions.forEach((mention) => ofMention.set(mention, at)));
  const ofSentence = new Map<number, Set<number>>();
  for (const [mention, at] of ofMention) {
    const { sentence } = extraction.mentions[mention]!;
    ofSentence.set(sentence, (ofSentence.get(sentence) ?? new Set()).add(at));
  }
  const relations = appearances.map((): Relation[] => []);
  for (const relation of extraction.relations) {
    for (const at of new Set([ofMention.get(relation.head), ofMention.get(relation.tail)])) if (at !== undefined) relations[at]!.push(relation);
  }
  return { extraction, appearances, ofMention, ofSentence, relations };
}

/** @param functional names of predicates that have one value */
export function profileOf({ extraction, appearances, ofMention, ofSentence, relations }: DocumentView, at: number, functional: ReadonlySet<string>, reader?: ContextReader): Profile {
  const { entity } = appearances[at]!;
  const values = new Map<string, Map<string, number>>();
  const facts = new Map<string, number>();
  const within = new Set<string>();
  const nameOf = (mention: number): string | undefined => {
    const other = ofMention.get(mention);
    return other === undefined || other === at ? undefined : companyName(appearances[other]!.entity);
  };
  for (const { head, tail, label, score } of relations[at]!) {
    const isHead = ofMention.get(head) === at;
    const object = extraction.mentions[tail]!;
    if (isHead && isValueLabel(object.label)) {
      const { value, kind } = attributeValueOf(object);
      if (kind === 'text') continue;
      if (functional.has(label)) raise(getOrAdd(values, label), value, score);
      else raise(facts, `${label} ${value}`, score);
      continue;
    }
    const other = nameOf(isHead ? tail : head);
    if (other === undefined) continue;
    raise(facts, `${label} ${isHead ? '>' : '<'} ${other}`, score);
    if (isHead && PLACE_PREDICATES.has(label) && entity.type === 'LOC' && score >= 0.5) within.add(other);
  }
  const [near, around] = [new Set<number>(), new Set<number>()];
  for (const mention of entity.mentions.slice(0, MOST_MENTIONS)) {
    const { sentence } = extraction.mentions[mention]!;
    for (let by = -REACH; by <= REACH; by++) {
      if (extraction.sentences[sentence + by] !== undefined) around.add(sentence + by);
      for (const other of ofSentence.get(sentence + by) ?? []) near.add(other);
    }
  }
  near.delete(at);
  const company = new Map([...near].map((other): [string, number] => [companyName(appearances[other]!.entity), reader?.rarityOf(appearances[other]!.entity.key) ?? 1]));
  if (entity.type === 'LOC') {
    for (const index of entity.mentions) {
      const next = extraction.mentions[index + 1];
      if (next?.label !== 'LOC' || !PLACE_AFTER.test(extraction.text.slice(extraction.mentions[index]!.end, next.start))) continue;
      const other = nameOf(index + 1);
      if (other !== undefined) within.add(other);
    }
  }
  return {
    documents: [extraction.id],
    values: values.size === 0 ? NONE : values,
    facts: facts.size === 0 ? NONE : facts,
    company: strongest(company, MOST_COMPANY),
    within: within.size === 0 ? NOWHERE : within,
    years: rangeOf([...around].flatMap((sentence) => (extraction.text.slice(...extraction.sentences[sentence]!).match(YEAR) ?? []).map(Number))),
    context: reader?.contextOf(extraction, entity.mentions),
  };
}

const companyName = ({ type, key }: { readonly type: EntityType; readonly key: string }): string => `${type} ${key}`;

function rangeOf(years: readonly number[]): readonly [number, number] | undefined {
  return years.length === 0 ? undefined : [Math.min(...years), Math.max(...years)];
}

/** As one: contexts are averaged, of several probabilities the highest counts. */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  if (profiles.length === 1) return profiles[0]!;
  const values = new Map<string, Map<string, number>>();
  const [facts, company] = [new Map<string, number>(), new Map<string, number>()];
  const within = new Set<string>();
  const documents = new Set<DocumentId>();
  for (const profile of profiles) {
    for (const document of profile.documents) documents.add(document);
    for (const [predicate, own] of profile.values) for (const [value, score] of own) raise(getOrAdd(values, predicate), value, score);
    for (const [fact, score] of profile.facts) raise(facts, fact, score);
    for (const [name, weight] of profile.company) raise(company, name, weight);
    for (const place of profile.within) within.add(place);
  }
  const contexts = profiles.flatMap(({ context, documents: { length: weight } }) => (context === undefined ? [] : [{ context, weight }]));
  const meanOf = (part: keyof Context): Int8Array => {
    const sum = new Float32Array(contexts[0]!.context[part].length);
    for (const { context, weight } of contexts) {
      const direction = context[part];
      const length = Math.sqrt(direction.reduce((total, x) => total + x * x, 0)) || 1;
      for (let d = 0; d < sum.length; d++) sum[d]! += (weight / length) * direction[d]!;
    }
    return quantize(sum);
  };
  return { documents: [...documents], values, facts, company, within, years: rangeOf(profiles.flatMap(({ years }) => years ?? [])), context: contexts.length === 0 ? undefined : { sentence: meanOf('sentence'), passage: meanOf('passage') } };
}

function raise(scores: Map<string, number>, key: string, score: number): void {
  scores.set(key, Math.max(scores.get(key) ?? 0, score));
}

function getOrAdd(maps: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map()));
  return map;
}

function strongest(weights: ReadonlyMap<string, number>, most: number): ReadonlyMap<string, number> {
  if (weights.size <= most) return weights;
  return new Map([...weights].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, most));
}
