// Synthetic extractions: documents of six sentences, each of common words and one or two names. Names are drawn by Zipf's law from persons
// (given name and surname, now and then with an initial or by the surname alone), companies and places; every tenth person has a date of birth, and every
// other sentence with names of two types states a fact.
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { Chain, Extraction, Mention, Relation } from '../../pipeline/core/model.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';

const ONSETS = 'b br c d dr f fl g gr h k kr l m n p pr r s st t tr v w z'.split(' ');
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ei', 'au'];
const CODAS = ['', 'n', 'r', 'l', 's', 'nd', 'rt', 'm', 'ck', 'lt'];
const GIVEN = 'John Mary James Anna Robert Linda Michael Susan William Karen David Nancy Richard Lisa Thomas Laura Charles Emma Daniel Alice George Clara Edward Irene Frank Julia Henry Rose Walter Ruth'.split(' ');
const KINDS = ['Systems', 'Motors', 'Press', 'Bank', 'Laboratories', 'Records', 'Airlines', 'Institute'];
const WORDS = 'the a of in and was with for on as at by from after before first new old work life year school team game music film book war law court river city house road train ship engine machine theory science art party vote leader minister army church king market price trade company office factory design research study report'.split(' ');
const PREDICATES: Readonly<Record<string, string>> = { 'PER ORG': 'employer', 'PER LOC': 'residence', 'ORG LOC': 'headquartersLocation' };
const SHIFT = 20;
const SURNAMES = 20_000;
const PLACES = 5_000;
const COMPANIES = 20_000;

export function* generateExtractions(count: number, seed: number): Generator<Extraction> {
  const random = createRandom(seed);
  for (let index = 0; index < count; index++) yield extractionOf(index, random);
}

/** The law of Zipf and Mandelbrot by inversion: rank r with probability in proportion to 1 / (r + SHIFT), so that the first surname has one or two in a hundred. */
const rankOf = (random: Random, size: number): number => Math.min(size - 1, Math.floor(SHIFT * ((size / SHIFT + 1) ** random.next() - 1)));

/** A made-up name; numbers far apart and near give names that are unlike. */
function wordOf(number: number): string {
  const random = createRandom(number);
  const syllable = (): string => ONSETS[random.integer(ONSETS.length)]! + VOWELS[random.integer(VOWELS.length)]! + CODAS[random.integer(CODAS.length)]!;
  const text = syllable() + syllable() + (random.next() < 0.4 ? syllable() : '');
  return text[0]!.toUpperCase() + text.slice(1);
}

function extractionOf(index: number, random: Random): Extraction {
  const mentions: Mention[] = [];
  const chains: Chain[] = [];
  const relations: Relation[] = [];
  const sentences: [number, number][] = [];
  let text = '';
  const mention = (label: string, surface: string, sentence: number): number => {
    const start = text.length;
    text += surface;
    mentions.push({ label, sentence, tokenStart: 0, tokenEnd: 1, start, end: text.length, surface, score: 0.9 });
    return mentions.push() - 1;
  };
  const names = new Map<string, number>();
  for (let sentence = 0; sentence < 6; sentence++) {
    const start = text.length;
    const named: number[] = [];
    for (let part = 0; part < 2; part++) {
      for (let word = 0; word < 6; word++) text += `${random.next() < 0.02 ? wordOf(random.integer(4000)) : WORDS[random.integer(WORDS.length)]} `;
      const [label, surface] = nameOf(random);
      const at = mention(label, surface, sentence);
      named.push(at);
      const known = names.get(`${label} ${surface}`);
      if (known === undefined) {
        names.set(`${label} ${surface}`, chains.length);
        chains.push({ label, mentions: [at] });
      } else chains[known] = { label, mentions: [...chains[known]!.mentions, at] };
      text += ' ';
      if (label !== 'PER' || random.next() > 0.1) continue;
      const year = mention('TIME', String(1850 + (surface.length * 37) % 140), sentence);
      chains.push({ label: 'TIME', mentions: [year] });
      relations.push({ head: at, tail: year, label: 'dateOfBirth', score: 0.9 });
      text += ' ';
    }
    sentences.push([start, text.length]);
    for (const [head, tail] of [named, [...named].reverse()]) {
      const predicate = PREDICATES[`${mentions[head!]!.label} ${mentions[tail!]!.label}`];
      if (predicate !== undefined && (index + sentence) % 2 === 0) relations.push({ head: head!, tail: tail!, label: predicate, score: 0.8 });
    }
  }
  return { id: documentIdOf(`synthetic-${index}`), uri: `synthetic-${index}`, text, sentences, mentions, chains, relations, extractor: 'synthetic' };
}

function nameOf(random: Random): readonly [label: string, surface: string] {
  const kind = random.next();
  if (kind < 0.5) {
    const surname = wordOf(rankOf(random, SURNAMES));
    const given = GIVEN[rankOf(random, GIVEN.length)]!;
    const form = random.next();
    return ['PER', form < 0.1 ? surname : form < 0.2 ? `${given[0]}. ${surname}` : form < 0.3 ? `${given} ${GIVEN[random.integer(GIVEN.length)]![0]}. ${surname}` : `${given} ${surname}`];
  }
  if (kind < 0.75) return ['LOC', wordOf(SURNAMES + rankOf(random, PLACES))];
  const company = rankOf(random, COMPANIES);
  return ['ORG', `${wordOf(2 * SURNAMES + company)} ${KINDS[company % KINDS.length]}`];
}
