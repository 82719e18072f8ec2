// Fits what `graph/resolve/match-weights.json` says: `npm run resolution-weights -- DATA`, DATA the folder that holds `redocred/`.
//
// - Names: of two names in one document at a level of likeness, the odds that one chain has both (chains that people made).
// - Surroundings and company: logistic regression that tells two documents' things of one name from things of two names of one type. No
//   labels are used: equal names of two words and more, or of one word that is no person's, are nearly always one thing in an encyclopaedia.
//
// What no data here can tell (how often equal names are one thing and how far their rarity goes, nicknames, surnames alone) is kept as it stands
// in the file. Those numbers were set on the `dev` part of `fixtures/resolution/plain`, on a first draft of its pairs of things, and on how much of
// one name stays together across the documents of Re-DocRED (dev and test[0:250]; nobody marked that).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mentionFrom, readGoldChains, type GoldDocument } from '../extractors/coreference/gold-chains.ts';
import { loadWordVectors } from '../extractors/network/word-vectors.ts';
import { compareNames, type Name } from '../graph/resolve/compare-names.ts';
import { cosinesOf, createContextReader } from '../graph/resolve/context.ts';
import { companyApart, companyShared, yearsApart, type TypeWeights } from '../graph/resolve/match.ts';
import { appearancesOf, type Profile } from '../graph/resolve/profile.ts';
import type { Extraction } from '../pipeline/core/model.ts';
import { normalizeName } from '../pipeline/core/names/normalize-name.ts';
import { createRandom } from '../pipeline/core/random.ts';

const SEED = 17;
const TYPES = ['PER', 'ORG', 'LOC', 'MISC'] as const;
const FILE = new URL('../graph/resolve/match-weights.json', import.meta.url);
/** A level seen less often keeps the weight it has. */
const LEAST_SEEN = 8;
const PAIRS_OF_A_NAME = 6;
const STEPS = 4000;
const RATE = 1;
const RIDGE = 1e-4;

const [data] = process.argv.slice(2);
if (data === undefined) throw new Error('Name the folder of the data sets: npm run resolution-weights -- DATA');
const documents = (await Promise.all(['dev_revised.json', 'docred_test_entities.json.gz'].map((file) => readGoldChains(join(data, 'redocred', file), 'docred')))).flat();
const weights = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, { -readonly [K in keyof TypeWeights]: TypeWeights[K] }>;

const seen = new Map<string, { same: number; different: number }>();
for (const document of documents) countLevels(document);
const reader = createContextReader(loadWordVectors());
const random = createRandom(SEED);
const things = documents.map(extractionOf).flatMap((extraction, document) => {
  return appearancesOf(extraction, new Set(), reader).map(({ entity: { type, key }, profile }) => ({ document, type, key, profile }));
});
for (const type of TYPES) {
  const own = weights[type]!;
  own.names = Object.fromEntries(
    Object.entries(own.names).map(([level, weight]) => {
      const { same, different } = seen.get(`${type} ${level}`) ?? { same: 0, different: 0 };
      return [level, level === 'equal' || same + different < LEAST_SEEN ? weight : round(Math.log((same + 0.5) / (different + 0.5)))];
    }),
  );
  const [bias, sentence, passage, shared, strangers, years, apart] = fitSurroundings(type);
  own.surroundings = [round(bias!), round(sentence!), round(passage!)];
  own.company = [round(shared!), round(strangers!)];
  if (type === 'PER') own.years = [round(years!), round(apart!)];
  console.log(type, JSON.stringify(own));
}
writeFileSync(FILE, `{\n${TYPES.map((type) => `  "${type}": ${JSON.stringify(weights[type])}`).join(',\n')}\n}\n`);

function countLevels(gold: GoldDocument): void {
  const names = new Map<string, Name & { readonly chain: number }>();
  for (const mention of gold.mentions) {
    const { label: type, surface } = mentionFrom(gold, mention);
    if (!(TYPES as readonly string[]).includes(type)) continue;
    const key = normalizeName(surface, type);
    names.set(`${type} ${key} ${mention.chain}`, { type, key, surface, chain: mention.chain });
  }
  const all = [...names.values()];
  all.forEach((a, i) =>
    all.slice(i + 1).forEach((b) => {
      const level = a.type === b.type ? compareNames(a, b) : undefined;
      if (level === undefined) return;
      const counts = seen.get(`${a.type} ${level}`) ?? { same: 0, different: 0 };
      counts[a.chain === b.chain ? 'same' : 'different']++;
      seen.set(`${a.type} ${level}`, counts);
    }),
  );
}

function extractionOf(gold: GoldDocument): Extraction {
  const { document } = gold;
  const mentions = gold.mentions.map((mention) => mentionFrom(gold, mention));
  const chains = new Map<number, number[]>();
  gold.mentions.forEach(({ chain }, index) => chains.set(chain, [...(chains.get(chain) ?? []), index]));
  return {
    id: document.id,
    uri: document.uri,
    text: document.text,
    sentences: document.sentences.map(({ start, end }) => [start, end] as const),
    mentions,
    chains: [...chains.values()].map((members) => ({ label: mentions[members[0]!]!.label, mentions: members })),
    relations: [],
    extractor: 'gold',
  };
}

/** Weights of a constant, of both cosines, of company in common and, for persons, of years; both kinds of pairs count the same together. */
function fitSurroundings(type: string): number[] {
  const own = things.filter((thing) => thing.type === type && (type !== 'PER' || thing.key.includes(' ')));
  const byName = new Map<string, typeof own>();
  for (const thing of own) byName.set(thing.key, [...(byName.get(thing.key) ?? []), thing]);
  const draw = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
  const [same, different]: [number[][], number[][]] = [[], []];
  for (const group of byName.values()) {
    for (let i = 0; i < Math.min(PAIRS_OF_A_NAME, (group.length * (group.length - 1)) / 2); i++) {
      const [a, b] = [draw(group), draw(group)];
      if (a.document !== b.document) same.push(featuresOf(type, a.profile, b.profile));
    }
  }
  while (different.length < 3 * same.length) {
    const [a, b] = [draw(own), draw(own)];
    if (a.key !== b.key && a.document !== b.document) different.push(featuresOf(type, a.profile, b.profile));
  }
  const rows = [...same.map((x) => ({ x, y: 1, w: 0.5 / same.length })), ...different.map((x) => ({ x, y: 0, w: 0.5 / different.length }))];
  const theta = rows[0]!.x.map(() => 0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = theta.map((value, k) => (k === 0 ? 0 : RIDGE * value));
    for (const { x, y, w } of rows) {
      const error = w * (1 / (1 + Math.exp(-x.reduce((sum, value, k) => sum + value * theta[k]!, 0))) - y);
      x.forEach((value, k) => (gradient[k]! += error * value));
    }
    gradient.forEach((value, k) => (theta[k]! -= RATE * value));
  }
  console.log(`${type}: ${same.length} pairs of one name, ${different.length} of two`);
  return theta;
}

function featuresOf(type: string, a: Profile, b: Profile): number[] {
  return [1, ...(cosinesOf(a.context!, b.context!) ?? [0, 0]), companyShared(a, b).tells, companyApart(a, b), ...(type === 'PER' ? yearsOf(a, b) : [])];
}

function yearsOf(a: Profile, b: Profile): number[] {
  const apart = yearsApart(a, b);
  return apart === undefined ? [0, 0] : [1, Math.min(1, apart / 100)];
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
