// What a document tells of one of its things, in few bytes, for resolution in parts: without the words of what is made of it again.
import type { DocumentId, EntityType } from '../../pipeline/core/model.ts';
import type { Appearance, Profile } from './profile.ts';

/** To be put into `Records`. */
export type PackedProfile = readonly [
  documents: Profile['documents'],
  values: readonly (readonly [predicate: string, scores: readonly (readonly [value: string, score: number])[]])[],
  facts: readonly string[],
  factScores: Float64Array,
  company: readonly string[],
  companyTells: Float64Array,
  within: readonly string[],
  years: Profile['years'],
  context: Profile['context'],
];

/** The same; rows of tables have no such form. */
export type PackedAppearance = readonly [documentId: DocumentId, type: EntityType, key: string, names: readonly string[], acronyms: readonly string[], mentions: readonly number[], profile: PackedProfile];

const NONE = new Map<string, never>();
const NOWHERE: ReadonlySet<string> = new Set();

export function packProfile({ documents, values, facts, company, within, years, context }: Profile): PackedProfile {
  return [
    ...([documents, [...values].map(([predicate, scores]) => [predicate, [...scores]] as const)] as const),
    ...([[...facts.keys()], Float64Array.from(facts.values())] as const),
    ...([company.map(({ name }) => name), Float64Array.from(company, ({ tells }) => tells)] as const),
    ...([[...within], years, context] as const),
  ];
}

export function unpackProfile([documents, values, facts, factScores, company, companyTells, within, years, context]: PackedProfile): Profile {
  return {
    documents,
    values: values.length === 0 ? NONE : new Map(values.map(([predicate, scores]) => [predicate, new Map(scores)])),
    facts: facts.length === 0 ? NONE : new Map(facts.map((fact, at) => [fact, factScores[at]!])),
    company: company.map((name, at) => ({ name, tells: companyTells[at]! })),
    within: within.length === 0 ? NOWHERE : new Set(within),
    ...{ years, context },
  };
}

export function packAppearance({ documentId, entity: { type, key, names, acronyms, mentions }, profile }: Appearance): PackedAppearance {
  return [documentId, type, key, [...names].flat(), [...acronyms].flat(), mentions, packProfile(profile)];
}

export function unpackAppearance([documentId, type, key, names, acronyms, mentions, profile]: PackedAppearance): Appearance {
  return { documentId, entity: { type, key, names: mapOf(names), acronyms: mapOf(acronyms), mentions }, profile: unpackProfile(profile) };
}

function mapOf(flattened: readonly string[]): ReadonlyMap<string, string> {
  if (flattened.length === 0) return NONE;
  const map = new Map<string, string>();
  for (let at = 0; at < flattened.length; at += 2) map.set(flattened[at]!, flattened[at + 1]!);
  return map;
}
