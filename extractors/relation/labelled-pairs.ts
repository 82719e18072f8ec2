// What a sentence with labelled mention pairs is, and how the properties of data sets become predicates of the schema.
import type { LabelledSpan } from '../ner/data-formats.ts';
import { admits, PREDICATES, predicateNamed } from './schema.ts';

export interface LabelledRelation {
  /** Indexes into the mentions of the sentence. */
  readonly head: number;
  readonly tail: number;
  /** Name of a predicate of the schema. */
  readonly predicate: string;
}

export interface LabelledPairSentence {
  readonly tokens: readonly string[];
  /** In order of position, never overlapping. */
  readonly mentions: readonly LabelledSpan[];
  /** A pair may stand in several relations. */
  readonly relations: readonly LabelledRelation[];
  /** Whether a pair without a relation is a true negative. */
  readonly complete: boolean;
  /** Predicates a pair is known not to stand in; says more than `complete` only where that is false. */
  readonly negatives: readonly (readonly [head: number, tail: number, predicate: string])[];
  readonly document: string;
  readonly source: string;
  /** Of its examples in the loss: 1 for text checked by people, less for what was aligned by machine. */
  readonly weight: number;
}

interface DirectedPredicate {
  readonly name: string;
  /** The property runs from our tail to our head. */
  readonly reversed: boolean;
}

/**
 * Wikidata properties → predicates. Beside the schema's own: a mother is a parent, child and subsidiary and part run the other way,
 * an event's location is what it is located in, a work's country of origin is its country, its creator is its author.
 */
export const predicateOfProperty: ReadonlyMap<string, DirectedPredicate> = new Map<string, DirectedPredicate>([
  ...PREDICATES.map((p): [string, DirectedPredicate] => [p.wikidata, { name: p.name, reversed: false }]),
  ['P25', { name: 'parent', reversed: false }],
  ['P40', { name: 'parent', reversed: true }],
  ['P355', { name: 'parentOrganization', reversed: true }],
  ['P1830', { name: 'ownedBy', reversed: true }],
  ['P150', { name: 'locatedIn', reversed: true }],
  ['P276', { name: 'locatedIn', reversed: false }],
  ['P527', { name: 'partOf', reversed: true }],
  ['P495', { name: 'country', reversed: false }],
  ['P170', { name: 'author', reversed: false }],
]);

/** Predicates that hold both ways or not at all. */
const SYMMETRIC: ReadonlySet<string> = new Set(['spouse', 'sibling']);

/** Collects the relations of one sentence: each once, symmetric ones both ways, none whose mentions the schema would refuse. */
export class RelationSet {
  readonly #mentions: readonly LabelledSpan[];
  readonly #relations = new Map<string, LabelledRelation>();

  constructor(mentions: readonly LabelledSpan[]) {
    this.#mentions = mentions;
  }

  addProperty(head: number, tail: number, property: string): void {
    const directed = predicateOfProperty.get(property);
    if (!directed) return;
    if (directed.reversed) this.add(tail, head, directed.name);
    else this.add(head, tail, directed.name);
  }

  add(head: number, tail: number, predicate: string): void {
    const known = predicateNamed.get(predicate);
    if (head === tail || !known || !admits(known, this.#mentions[head].label, this.#mentions[tail].label)) return;
    this.#relations.set(`${head} ${tail} ${predicate}`, { head, tail, predicate });
    if (SYMMETRIC.has(predicate)) this.#relations.set(`${tail} ${head} ${predicate}`, { head: tail, tail: head, predicate });
  }

  has(head: number, tail: number, predicate: string): boolean {
    return this.#relations.has(`${head} ${tail} ${predicate}`);
  }

  list(): LabelledRelation[] {
    return [...this.#relations.values()];
  }
}

/** Endings that make one word an adjective of nationality ("Irish", "Canadians") rather than a country. */
const NATIONALITY = /^\S*(?:ian|[cnrx]ican|ccan|uban|german|roman|[lpr]ean|egan|ayan|ish|ese|ench|utch|zech|reek|swiss|welsh|thai|aqi|aeli|[ns]tani|afghan|ari|slovak|[aeiou]ndic|tine)s?$/i;

/** The label of the value of a nationality: MISC for an adjective, LOC for a country. */
export function nationalityLabel(surface: string): string {
  return NATIONALITY.test(surface) && !/stan$/i.test(surface) ? 'MISC' : 'LOC';
}

const PRONOUN = /^(?:i|me|my|mine|we|us|our|you|your|he|him|his|himself|she|her|hers|herself|it|its|itself|they|them|their|who|whom|whose|which|that|where)$/i;

/** The sentence with only the mentions that are names: what is left for a pipeline that tags no pronouns. */
export function withoutPronouns(sentence: LabelledPairSentence): LabelledPairSentence {
  const isName = sentence.mentions.map(({ start, end }) => end - start > 1 || !PRONOUN.test(sentence.tokens[start]));
  let next = 0;
  const indexOf = isName.map((named) => (named ? next++ : -1));
  return {
    ...sentence,
    mentions: sentence.mentions.filter((_mention, i) => isName[i]),
    relations: sentence.relations
      .filter(({ head, tail }) => isName[head] && isName[tail])
      .map(({ head, tail, predicate }) => ({ head: indexOf[head], tail: indexOf[tail], predicate })),
    negatives: sentence.negatives
      .filter(([head, tail]) => isName[head] && isName[tail])
      .map(([head, tail, predicate]) => [indexOf[head], indexOf[tail], predicate]),
  };
}
