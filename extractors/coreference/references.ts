// What the pronouns and the descriptions of a text ("she", "the company") stand for: the most salient thing that agrees in gender
// and kind, or nothing where two are nearly alike, since a wrong merge is worse than a missed one. Salience after Lappin & Leass
// (1994): a mention adds weight by its place in the sentence, each sentence halves what was there before.
import type { Chain, Mention, Sentence } from '../../pipeline/core/model.ts';
import { countryOf } from '../../pipeline/core/names/countries.ts';
import { normalizeName } from '../../pipeline/core/names/normalize-name.ts';
import type { Gender } from './gender.ts';

export interface Reference {
  /** Index into the chains; none for a "he" or "she" of which no name is known. */
  readonly chain?: number;
  readonly kind: 'pronoun' | 'noun';
  readonly sentence: number;
  /** Tokens of the sentence, half-open. */
  readonly tokenStart: number;
  readonly tokenEnd: number;
}

interface Asked {
  readonly kind: 'pronoun' | 'noun';
  readonly tokenEnd: number;
  readonly label: string;
  readonly gender?: Gender;
  /** An object ("him") is hardly ever the subject of its own clause. */
  readonly object?: boolean;
  /** The word a description is made of. */
  readonly noun?: string;
  readonly margin: number;
}

const SENTENCE_DECAY = 0.5;
const SUBJECT_WEIGHT = 1;
const OTHER_WEIGHT = 0.6;
const POSSESSIVE_WEIGHT = 0.4;
/** The thing that the text opens with stays at hand. */
const TOPIC_WEIGHT = 0.3;
const LEAST_SALIENCE = 0.15;
const FORGOTTEN = 0.01;
/** Before the name that a text opens with: "The", a quotation mark. */
const OPENING_TOKENS = 1;
const UNKNOWN_GENDER = 0.7;
const OWN_SUBJECT = 0.2;
/** How many times as salient as the next one the best must be. */
const PRONOUN_MARGIN = 1.3;
const DESCRIPTION_MARGIN = 2;

const PRONOUNS = new Map<string, Omit<Asked, 'kind' | 'tokenEnd'>>([
  ...['he', 'his', 'himself'].map((word) => [word, { label: 'PER', gender: 'male', margin: PRONOUN_MARGIN }] as const),
  ['him', { label: 'PER', gender: 'male', object: true, margin: PRONOUN_MARGIN }] as const,
  ...['she', 'her', 'hers', 'herself'].map((word) => [word, { label: 'PER', gender: 'female', margin: PRONOUN_MARGIN }] as const),
]);

/** Descriptions that stand only for a name with that word in it: "the university" after "University of Leeds". */
const NAME_WORDS = new Map([
  ...'university college school institute academy club party bank museum foundation orchestra association laboratory agency'.split(' ').map((word) => [word, 'ORG'] as const),
  ...'island province river county district'.split(' ').map((word) => [word, 'LOC'] as const),
  ...'prize award war treaty festival tour'.split(' ').map((word) => [word, 'MISC'] as const),
]);
/** Descriptions that names of their kind rarely contain. */
const KIND_WORDS = new Map([
  ...'company firm corporation manufacturer airline band newspaper magazine publisher'.split(' ').map((word) => [word, 'ORG'] as const),
  ...'country city town village'.split(' ').map((word) => [word, 'LOC'] as const),
]);
/** Right after a person's name, or after it and a comma, these stand for that person. */
const RELATIVES = new Set(['who', 'whose', 'whom']);
const LINKS = new Set([',', 'and', 'or', '&']);
const DETERMINERS = new Set(['the', 'this']);

/** How well a name may be what the description says: 0 when it cannot. */
function fitOf(noun: string, surface: string): number {
  const words = surface.toLowerCase().split(/\W+/);
  if (NAME_WORDS.has(noun)) return words.includes(noun) ? 1 : 0;
  const isCountry = countryOf(normalizeName(surface, 'LOC')) !== undefined;
  if (noun === 'country') return isCountry ? 1 : 0;
  if (isCountry || words.some((word) => NAME_WORDS.has(word))) return 0;
  return words.includes(noun) ? 2 : 1;
}

/** @param chains of names, in order of the first mention @param genderOf what a surface form tells */
export function findReferences(
  { sentences, mentions, title }: { sentences: readonly Sentence[]; mentions: readonly Mention[]; title?: string },
  chains: readonly Chain[],
  genderOf: (surface: string) => Gender | undefined,
): Reference[] {
  const chainOf = new Map(chains.flatMap((chain, at) => chain.mentions.map((index) => [index, at] as const)));
  const named = mentions.map((mention, index) => ({ ...mention, chain: chainOf.get(index)! }));
  const bySentence = sentences.map((): (typeof named)[number][] => []);
  for (const mention of named) bySentence[mention.sentence]?.push(mention);
  const genders = chains.map((chain) => (chain.label === 'PER' ? majority(chain.mentions.map((index) => genderOf(mentions[index]!.surface))) : undefined));
  /** Of the chains that are still at hand. */
  const salience = new Map<number, number>();
  const topic = topicOf(chains, mentions, title);
  const found: Reference[] = [];

  for (const { index, tokens } of sentences) {
    for (const [chain, value] of salience) {
      if (value * SENTENCE_DECAY < FORGOTTEN) salience.delete(chain);
      else salience.set(chain, value * SENTENCE_DECAY);
    }
    const starts = new Map(bySentence[index]!.map((mention) => [mention.tokenStart, mention]));
    const ends = new Map(bySentence[index]!.map((mention) => [mention.tokenEnd, mention]));
    const taken = new Set(bySentence[index]!.flatMap((mention) => range(mention.tokenStart, mention.tokenEnd)));
    const words = tokens.map((token) => token.text.toLowerCase());
    let subject: number | undefined;
    let last = { weight: 0, end: -1 };
    const stand = (chain: number, start: number, end: number, possessive: boolean): void => {
      const isSubject = subject === undefined && !possessive;
      if (isSubject) subject = chain;
      // "X, Y and Z" weigh the same.
      const isListed = last.end > 0 && last.end < start && words.slice(last.end, start).every((word) => LINKS.has(word));
      const weight = isListed ? last.weight : possessive ? POSSESSIVE_WEIGHT : isSubject ? SUBJECT_WEIGHT : OTHER_WEIGHT;
      last = { weight, end };
      salience.set(chain, (salience.get(chain) ?? 0) + weight);
    };
    for (let t = 0; t < tokens.length; t++) {
      const mention = starts.get(t);
      if (mention !== undefined) {
        stand(mention.chain, t, mention.tokenEnd, /^['’]s?$/.test(words[mention.tokenEnd] ?? ''));
        continue;
      }
      const before = ends.get(words[t - 1] === ',' ? t - 1 : t);
      if (RELATIVES.has(words[t]!) && before?.label === 'PER') {
        found.push({ chain: before.chain, kind: 'pronoun', sentence: index, tokenStart: t, tokenEnd: t + 1 });
        continue;
      }
      const asked = taken.has(t) ? undefined : askedAt(words, t, taken);
      if (asked === undefined) continue;
      const score = (at: number, value: number): number => {
        if (chains[at]!.label !== asked.label || (asked.gender && genders[at] && genders[at] !== asked.gender)) return 0;
        const agreement = asked.gender && genders[at] === undefined ? UNKNOWN_GENDER : 1;
        const reflexive = asked.object && at === subject ? OWN_SUBJECT : 1;
        const fit = asked.noun === undefined ? 1 : fitOf(asked.noun, mentions[chains[at]!.mentions[0]!]!.surface);
        return agreement * reflexive * fit * (value + (at === topic ? TOPIC_WEIGHT : 0));
      };
      let [best, most, next] = [-1, 0, 0];
      for (const [at, value] of salience) {
        const points = score(at, value);
        if (points > most) [best, most, next] = [at, points, most];
        else if (points > next) next = points;
      }
      const isClear = most >= LEAST_SALIENCE && most >= asked.margin * next;
      if (isClear || asked.gender) found.push({ ...(isClear && { chain: best }), kind: asked.kind, sentence: index, tokenStart: t, tokenEnd: asked.tokenEnd });
      if (!isClear) continue;
      if (asked.gender) genders[best] ??= asked.gender;
      stand(best, t, asked.tokenEnd, words[t] === 'his');
    }
  }
  return found;
}

function askedAt(words: readonly string[], t: number, taken: ReadonlySet<number>): Asked | undefined {
  const word = words[t]!;
  const pronoun = PRONOUNS.get(word);
  if (pronoun !== undefined) return { ...pronoun, kind: 'pronoun', tokenEnd: t + 1 };
  const noun = words[t + 1] ?? '';
  const label = NAME_WORDS.get(noun) ?? KIND_WORDS.get(noun);
  if (!DETERMINERS.has(word) || label === undefined || taken.has(t + 1) || taken.has(t + 2)) return undefined;
  if (/^(?:of|in|at|that|which|where|who|called|named)$/.test(words[t + 2] ?? '')) return undefined;
  return { kind: 'noun', tokenEnd: t + 2, label, noun, margin: DESCRIPTION_MARGIN };
}

/** The chain that the title names, else the one that opens the text, or −1. */
function topicOf(chains: readonly Chain[], mentions: readonly Mention[], title: string | undefined): number {
  const titled = title === undefined ? -1 : chains.findIndex((chain) => chain.mentions.some((index) => title.startsWith(mentions[index]!.surface)));
  if (titled >= 0) return titled;
  return chains.findIndex((chain) => chain.mentions.some((index) => mentions[index]!.sentence === 0 && mentions[index]!.tokenStart <= OPENING_TOKENS));
}

function majority(values: readonly (Gender | undefined)[]): Gender | undefined {
  const count = (gender: Gender): number => values.filter((value) => value === gender).length;
  const [male, female] = [count('male'), count('female')];
  return male > female ? 'male' : female > male ? 'female' : undefined;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
