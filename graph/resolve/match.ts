// How sure it is that two things of two documents are one: what each comparison says, in natural log odds that add up (Fellegi & Sunter
// 1969). What surroundings and company say is learnt without labels (`npm run resolution-weights`): things of one rare name against things
// of different names.
import type { EntityType } from '../../pipeline/core/model.ts';
import { isOnlyCountry } from '../../pipeline/core/names/countries.ts';
import { compareText } from '../evidence.ts';
import type { NameLevel } from './compare-names.ts';
import { cosinesOf, type ContextReader } from './context.ts';
import { datesAgree } from './parse-date.ts';
import type { Companion, Profile } from './profile.ts';
import WEIGHTS from './match-weights.json' with { type: 'json' };

export interface Comparison {
  /** `name`, `rarity`, `apart`, `surroundings`, `company`, `facts`, `within`, `lifetime`, `years`, or a predicate that has one value. */
  readonly name: string;
  /** What was found, for people. */
  readonly found: string;
  /** Natural log of the odds that it adds; −Infinity where it rules the match out. */
  readonly weight: number;
}

export interface TypeWeights {
  readonly names: Readonly<Partial<Record<NameLevel, number>>>;
  readonly rarity: number;
  /** Of surroundings that have nothing in common; and what a full agreement of sentences, and of passages, adds. */
  readonly surroundings: readonly [bias: number, sentence: number, passage: number];
  /** Of persons: years that overlap, and what a hundred years between them adds. */
  readonly years?: readonly [bias: number, apart: number];
  /** Names in common, as `companyShared` measures them, and none of so many, as `companyApart` does. */
  readonly company: readonly [shared: number, apart: number];
}

const weightsOf = (type: EntityType): TypeWeights => (WEIGHTS as unknown as Readonly<Record<string, TypeWeights>>)[type] ?? WEIGHTS.MISC;

/** Nobody is born twice or dies twice: two such dates that are right with this probability rule a match out. Companies are founded anew. */
const ONCE: ReadonlySet<string> = new Set(['dateOfBirth', 'dateOfDeath']);
const SURE = 0.5;
const SURE_OF_OTHERS = 0.9;
const SAME_DAY = 5;
const SAME_YEAR = 2.5;
const SAME_FACT = 1;
const MOST_FACTS = 3;
const SAME_PLACE = 2;
const OTHER_PLACE = -3;
/** A document that speaks of both and did not take them for one. */
const APART = -2;
const MOST_APART = -6;
/** A part of a name, and what it is part of, stand in like surroundings whether they are one ("Ford") or not ("Albany" and "Albany County"). */
const PARTS: ReadonlySet<NameLevel> = new Set(['contained', 'abbreviated', 'generic']);
const OF_A_PART = 1 / 3;
/** Two names of which a document by itself could not know that they are one. */
const BLIND: ReadonlySet<NameLevel> = new Set(['equal', 'acronym', 'stated']);
/** The rarity of a name that is neither common nor rare. */
const USUAL_RARITY = 6;
/** A name may be made of common words because what has it is known to everyone. */
const LEAST_RARE = -1.5;
const MOST_RARE = 8;
/** Of a name that means one thing, however often it is used. */
const RAREST = USUAL_RARITY + MOST_RARE;
const LEAST_WEIGHT = -12;

/** How much a whole name in common tells; undefined without a lexicon. */
export function rarityOfName(key: string, reader: ContextReader | undefined): number | undefined {
  if (isOnlyCountry(key)) return RAREST;
  return reader === undefined ? undefined : key.split(' ').reduce((sum, word) => sum + reader.rarityOf(word), 0);
}

/** @param rarity of the shared name, as `ContextReader.rarityOf` measures each of its words, added up; undefined without a lexicon */
export function comparePair(type: EntityType, level: NameLevel, a: Profile, b: Profile, rarity?: number): Comparison[] {
  const weights = weightsOf(type);
  const comparisons: Comparison[] = [{ name: 'name', found: level, weight: weights.names[level] ?? 0 }];
  if (rarity !== undefined) comparisons.push({ name: 'rarity', found: rarity.toFixed(1), weight: weights.rarity * Math.max(LEAST_RARE, Math.min(MOST_RARE, rarity - USUAL_RARITY)) });
  const together = a.documents.filter((document) => b.documents.includes(document)).length;
  if (together === 0) {
    const surroundings = [...compareSurroundings(weights, a, b), ...compareCompany(weights, a, b)];
    comparisons.push(...(PARTS.has(level) ? surroundings.map(({ weight, ...rest }) => ({ ...rest, weight: weight > 0 ? weight * OF_A_PART : weight })) : surroundings));
  } else if (!BLIND.has(level)) comparisons.push({ name: 'apart', found: `${together} document${together > 1 ? 's' : ''} with both`, weight: Math.max(MOST_APART, APART * together) });
  compareValues(a, b, comparisons);
  if (type === 'PER') comparisons.push(...compareLives(a, b), ...compareYears(weights, a, b));
  const shared = [...a.facts].flatMap(([fact, score]) => (b.facts.has(fact) ? [{ fact, score: score * b.facts.get(fact)! }] : []));
  if (shared.length > 0) comparisons.push({ name: 'facts', found: shared.map(({ fact }) => fact).join(', '), weight: Math.min(MOST_FACTS, SAME_FACT * shared.reduce((sum, { score }) => sum + score, 0)) });
  if (a.within.size > 0 && b.within.size > 0) {
    const both = [...a.within].filter((place) => b.within.has(place));
    comparisons.push({ name: 'within', found: both.length > 0 ? both.join(', ') : `${[...a.within].join(', ')} / ${[...b.within].join(', ')}`, weight: both.length > 0 ? SAME_PLACE : OTHER_PLACE });
  }
  return comparisons;
}

function compareSurroundings({ surroundings: [bias, bySentence, byPassage] }: TypeWeights, a: Profile, b: Profile): Comparison[] {
  if (a.context === undefined || b.context === undefined) return [];
  const cosines = cosinesOf(a.context, b.context);
  if (cosines === undefined) return [];
  const [sentence, passage] = cosines;
  return [{ name: 'surroundings', found: `cosine ${sentence.toFixed(2)} of the sentences, ${passage.toFixed(2)} of the passages`, weight: bias + bySentence * sentence + byPassage * passage }];
}

function compareCompany({ company: [shared, strangers] }: TypeWeights, a: Profile, b: Profile): Comparison[] {
  const { names, tells } = companyShared(a, b);
  if (names.length > 0) return [{ name: 'company', found: names.join(', '), weight: shared * tells }];
  const apart = companyApart(a, b);
  // It was weighed beside the surroundings, and says too much without them.
  return apart === 0 || a.context === undefined || b.context === undefined ? [] : [{ name: 'company', found: 'none in common', weight: strangers * apart }];
}

/** Natural log of one and the number of names around the thing that has fewer, where the two have none in common; 0 where they have. */
export function companyApart(a: Profile, b: Profile): number {
  return sharedCompany(a, b).length > 0 ? 0 : Math.log1p(Math.min(a.company.length, b.company.length));
}

/** `tells`: natural log of one and how much the names in common tell together; every further one adds less. */
export function companyShared(a: Profile, b: Profile): { readonly names: readonly string[]; readonly tells: number } {
  const shared = sharedCompany(a, b);
  return { names: shared.map(({ name }) => name), tells: Math.log1p(shared.reduce((sum, { tells }) => sum + tells, 0)) };
}

function sharedCompany({ company: a }: Profile, { company: b }: Profile): Companion[] {
  const shared: Companion[] = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    const order = compareText(a[i]!.name, b[j]!.name);
    if (order === 0) shared.push(a[i]!);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return shared;
}

function compareValues(a: Profile, b: Profile, comparisons: Comparison[]): void {
  for (const [predicate, ofA] of a.values) {
    const ofB = b.values.get(predicate);
    if (ofB === undefined) continue;
    let [best, sure, found] = [Number.NEGATIVE_INFINITY, 0, ''];
    for (const [x, p] of ofA) {
      for (const [y, q] of ofB) {
        if (p * q > sure) [sure, found] = [p * q, `${x} / ${y}`];
        if (datesAgree(x, y)) best = Math.max(best, p * q * (Math.min(x.length, y.length) >= 10 ? SAME_DAY : SAME_YEAR));
      }
    }
    if (best > Number.NEGATIVE_INFINITY) comparisons.push({ name: predicate, found, weight: best });
    else comparisons.push({ name: predicate, found, weight: sure >= (ONCE.has(predicate) ? SURE : SURE_OF_OTHERS) ? Number.NEGATIVE_INFINITY : Math.log(1 - sure) });
  }
}

/** One who was born after the other had died. */
function compareLives(a: Profile, b: Profile): Comparison[] {
  const isBefore = (one: Profile, other: Profile): Comparison[] => {
    const [death, birth] = [surest(one.values.get('dateOfDeath')), surest(other.values.get('dateOfBirth'))];
    if (death === undefined || birth === undefined || death.value >= birth.value) return [];
    const sure = death.score * birth.score;
    return [{ name: 'lifetime', found: `died ${death.value} / born ${birth.value}`, weight: sure >= SURE ? Number.NEGATIVE_INFINITY : Math.log(1 - sure) }];
  };
  return [...isBefore(a, b), ...isBefore(b, a)];
}

function surest(values: ReadonlyMap<string, number> | undefined): { readonly value: string; readonly score: number } | undefined {
  const [best] = [...(values ?? [])].sort(([a, p], [b, q]) => q - p || (a < b ? -1 : 1));
  return best === undefined ? undefined : { value: best[0], score: best[1] };
}

function compareYears({ years }: TypeWeights, a: Profile, b: Profile): Comparison[] {
  const apart = yearsApart(a, b);
  if (apart === undefined || years === undefined) return [];
  return [{ name: 'years', found: `${apart === 0 ? 'none' : apart} between those named`, weight: years[0] + years[1] * Math.min(1, apart / 100) }];
}

/** Years between those that the passages of the one name and those of the other; 0 where they overlap. */
export function yearsApart(a: Profile, b: Profile): number | undefined {
  if (a.years === undefined || b.years === undefined) return undefined;
  return Math.max(0, a.years[0] - b.years[1], b.years[0] - a.years[1]);
}

/** Natural log odds that the two are one. A weight that rules it out counts −12, so that sums stay finite. */
export function logOddsOf(comparisons: readonly Comparison[]): number {
  const sum = comparisons.reduce((total, { weight }) => total + weight, 0);
  return Math.max(LEAST_WEIGHT, sum);
}

export const isRuledOut = (comparisons: readonly Comparison[]): boolean => comparisons.some(({ weight }) => weight === Number.NEGATIVE_INFINITY);

export const probabilityOfLogOdds = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));
