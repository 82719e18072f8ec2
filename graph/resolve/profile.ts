// What one document tells of a thing beside its name, and what several documents tell together: dates and numbers it has one of, facts, the
// company it keeps, the place it lies in, the surroundings in which it is spoken of.
import { isValueLabel } from '../../pipeline/core/model.ts';
import type { DocumentId, Extraction, RecordFields, Relation } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import { attributeValueOf } from './attribute-value.ts';
import { meanContext, MOST_MENTIONS, REACH, type Context, type ContextReader } from './context.ts';
import { localEntities, type LocalEntity } from './local-entities.ts';

/** What documents tell of a thing. */
export interface Profile {
  /** Those it is made of. */
  readonly documents: readonly DocumentId[];
  /** Of a predicate that has one value: each value with its probability. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Other claims, as predicate, direction and name of the other thing, each with its probability. */
  readonly facts: ReadonlyMap<string, number>;
  /** Things that stand near it, in order of name. */
  readonly company: readonly Companion[];
  /** Of a place: names of the places it is said to lie in. */
  readonly within: ReadonlySet<string>;
  /** The first and the last year that its passages name; undefined where they name none. */
  readonly years: readonly [first: number, last: number] | undefined;
  /** Undefined where no lexicon is at hand. */
  readonly context: Context | undefined;
}

/** A thing that others stand near. */
export interface Companion {
  /** Type and name. */
  readonly name: string;
  /** How much it tells that two things share it. */
  readonly tells: number;
}

/** A thing in one document. */
export interface Appearance {
  readonly documentId: DocumentId;
  readonly entity: LocalEntity;
  /** Of what a row of a table is about: its columns. */
  readonly row?: RecordFields;
  readonly profile: Profile;
}

const MOST_COMPANY = 64;
const YEAR = /\b(?:1[0-9]{3}|20[0-9]{2})\b/g;
const PLACE_AFTER = /^\s*(?:,|\(|in|in the)\s*$/;
const PLACE_PREDICATES = new Set(['locatedIn', 'country']);
/** Shared, for most have nothing of the kind. */
const NONE = new Map<string, never>();
const NOWHERE: ReadonlySet<string> = new Set();

/**
 * All the things of a document.
 * @param functional names of predicates that have one value
 * @param reader left out, surroundings are not looked at and all names tell the same
 */
export function appearancesOf(extraction: Extraction, functional: ReadonlySet<string>, reader?: ContextReader): Appearance[] {
  const entities = localEntities(extraction);
  const contexts = reader?.contextsOf(extraction, entities.map(({ mentions }) => mentions));
  const companions = entities.map(({ type, key }): Companion => ({ name: `${type} ${key}`, tells: reader?.rarityOf(key) ?? 1 }));
  const ofMention = new Map<number, number>();
  entities.forEach(({ mentions }, at) => mentions.forEach((mention) => ofMention.set(mention, at)));
  const ofSentence = extraction.sentences.map(() => new Set<number>());
  for (const [mention, at] of ofMention) ofSentence[extraction.mentions[mention]!.sentence]?.add(at);
  const yearsOf = extraction.sentences.map(([start, end]) => (extraction.text.slice(start, end).match(YEAR) ?? []).map(Number));
  const relationsOf = entities.map((): Relation[] => []);
  for (const relation of extraction.relations) {
    for (const at of new Set([ofMention.get(relation.head), ofMention.get(relation.tail)])) if (at !== undefined) relationsOf[at]!.push(relation);
  }

  const profileOf = ({ type, mentions }: LocalEntity, at: number): Profile => {
    const values = new Map<string, Map<string, number>>();
    const facts = new Map<string, number>();
    const within = new Set<string>();
    const nameOf = (mention: number): string | undefined => {
      const other = ofMention.get(mention);
      return other === undefined || other === at ? undefined : companions[other]!.name;
    };
    for (const { head, tail, label, score } of relationsOf[at]!) {
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
      if (isHead && PLACE_PREDICATES.has(label) && type === 'LOC' && score >= 0.5) within.add(other);
    }
    const around = new Set<number>();
    for (const mention of mentions.slice(0, MOST_MENTIONS)) {
      const { sentence } = extraction.mentions[mention]!;
      for (let by = -REACH; by <= REACH; by++) if (extraction.sentences[sentence + by] !== undefined) around.add(sentence + by);
    }
    const near = new Set([...around].flatMap((sentence) => [...ofSentence[sentence]!]));
    near.delete(at);
    if (type === 'LOC') {
      for (const index of mentions) {
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
      company: inOrder([...near].map((other) => companions[other]!).sort((a, b) => b.tells - a.tells || compareText(a.name, b.name)).slice(0, MOST_COMPANY)),
      within: within.size === 0 ? NOWHERE : within,
      years: rangeOf([...around].flatMap((sentence) => yearsOf[sentence]!)),
      context: contexts?.[at],
    };
  };
  const { id: documentId, record } = extraction;
  return entities.map((entity, at): Appearance => ({ documentId, entity, profile: profileOf(entity, at), ...(record !== undefined && entity.mentions.includes(0) ? { row: record } : {}) }));
}

const inOrder = (company: readonly Companion[]): Companion[] => [...new Map(company.map((each) => [each.name, each])).values()].sort((a, b) => compareText(a.name, b.name));

function rangeOf(years: readonly number[]): readonly [number, number] | undefined {
  return years.length === 0 ? undefined : [Math.min(...years), Math.max(...years)];
}

/** As one: contexts are averaged, of several probabilities the highest counts. */
export function mergeProfiles(profiles: readonly Profile[]): Profile {
  if (profiles.length === 1) return profiles[0]!;
  const values = new Map<string, Map<string, number>>();
  const facts = new Map<string, number>();
  const within = new Set<string>();
  const documents = new Set<DocumentId>();
  for (const profile of profiles) {
    for (const document of profile.documents) documents.add(document);
    for (const [predicate, own] of profile.values) for (const [value, score] of own) raise(getOrAdd(values, predicate), value, score);
    for (const [fact, score] of profile.facts) raise(facts, fact, score);
    for (const place of profile.within) within.add(place);
  }
  const contexts = profiles.flatMap(({ context, documents: { length: weight } }) => (context === undefined ? [] : [{ context, weight }]));
  return {
    documents: [...documents],
    values,
    facts,
    company: inOrder(profiles.flatMap(({ company }) => company)),
    within,
    years: rangeOf(profiles.flatMap(({ years }) => years ?? [])),
    context: contexts.length === 0 ? undefined : meanContext(contexts.map(({ context }) => context), contexts.map(({ weight }) => weight)),
  };
}

function raise(scores: Map<string, number>, key: string, score: number): void {
  scores.set(key, Math.max(scores.get(key) ?? 0, score));
}

function getOrAdd(maps: Map<string, Map<string, number>>, key: string): Map<string, number> {
  let map = maps.get(key);
  if (map === undefined) maps.set(key, (map = new Map()));
  return map;
}
