// Which data sets the shipped tagger is trained and judged on, and how each set's types become our labels.
import { join } from 'node:path';
import type { Random } from '../../pipeline/core/random.ts';
import { readDocredDocuments, readNerFile, type LabelledSentence, type LabelledSpan, type SpanMapper } from './data-formats.ts';

export interface TrainingMix {
  readonly train: LabelledSentence[];
  /** By name: redocredTest, unerEwtTest, wnut17Dev, gmbLast, and conll2003Test, a set nothing was trained on. */
  readonly development: Record<string, LabelledSentence[]>;
}

/** GMB is tagged by machine and large: more of it would drown the sets that people checked. */
const GMB_SENTENCES = 15_000;
/** So many of its last sentences are kept to judge by. */
const GMB_HELD_OUT = 4_000;

const NAMES: readonly string[] = ['PER', 'ORG', 'LOC', 'MISC'];
const NAMES_WITHOUT_MISC: readonly string[] = ['PER', 'ORG', 'LOC'];

const WNUT17_LABELS: Readonly<Record<string, string>> = {
  person: 'PER',
  location: 'LOC',
  group: 'ORG',
  corporation: 'ORG',
  product: 'MISC',
  'creative-work': 'MISC',
};

/** The parts of CrossNER that are in use; its news part is a copy of CoNLL-2003. */
export const CROSSNER_DOMAINS = ['ai', 'literature', 'music', 'politics', 'science'] as const;

const CROSSNER_LABELS: Readonly<Record<string, string>> = {
  ...labelled('PER', 'person politician writer musicalartist scientist researcher'),
  ...labelled('ORG', 'organisation politicalparty band university'),
  ...labelled('LOC', 'location country astronomicalobject'),
  ...labelled('MISC', 'misc event election award conference book poem magazine album song academicjournal product programlang'),
  ...labelled('MISC', 'algorithm field task metrics literarygenre musicgenre musicalinstrument discipline theory'),
  ...labelled('MISC', 'chemicalcompound chemicalelement protein enzyme'),
};

const GMB_LABELS: Readonly<Record<string, string>> = {
  ...labelled('PER', 'per'),
  ...labelled('ORG', 'org'),
  ...labelled('LOC', 'geo gpe'),
  ...labelled('TIME', 'tim'),
  ...labelled('MISC', 'art eve nat'),
};

const TITLES: ReadonlySet<string> = new Set(
  ('mr. mrs. ms. dr. mr mrs ms dr sir president vice vice-president prime minister minister foreign defense deputy general secretary ' +
    'secretary-general senator chancellor king queen prince princess pope premier governor ambassador judge colonel captain ' +
    'lieutenant major sergeant archbishop cardinal ayatollah sheikh former then-president ex-president')
    .split(' '),
);

/** Roles of a contract that the loan agreements mark as persons. */
const CONTRACT_ROLES: ReadonlySet<string> = new Set(['borrower', 'borrowers', 'lender', 'lenders']);

function labelled(label: string, types: string): Record<string, string> {
  return Object.fromEntries(types.split(' ').map((type) => [type, label]));
}

const mapWnut17: SpanMapper = ({ start, end, type }) => span(start, end, WNUT17_LABELS[type]);

/** A MISC of CrossNER in small letters is a common noun ("poem", "machine learning"), not a name. */
export const mapCrossner: SpanMapper = ({ start, end, type }, tokens) => {
  const label = CROSSNER_LABELS[type];
  const isName = /\p{Lu}/u.test(tokens.slice(start, end).join(' '));
  return label === 'MISC' && !isName ? undefined : span(start, end, label);
};

/** Titles leave persons; nationalities ("Iraqi", "Palestinians") leave the places they are tagged with. */
export const mapGmb: SpanMapper = ({ start, end, type }, tokens, partsOfSpeech) => {
  const label = GMB_LABELS[type];
  if (type === 'per') {
    let first = start;
    while (first < end && TITLES.has(tokens[first].toLowerCase())) first++;
    return span(first, end, label);
  }
  if (type !== 'gpe') return span(start, end, label);
  const isCountry = partsOfSpeech[start] !== 'JJ' && /^NNPS?$|^IN$/.test(partsOfSpeech[end - 1]);
  return span(start, end, isCountry ? 'LOC' : 'MISC');
};

export const mapLoanAgreement: SpanMapper = ({ start, end, type }, tokens) => {
  const isRole = tokens.slice(start, end).every((token) => CONTRACT_ROLES.has(token.toLowerCase()));
  return isRole ? undefined : span(start, end, type as string);
};

function span(start: number, end: number, label: string | undefined): LabelledSpan | undefined {
  return label === undefined ? undefined : { start, end, label };
}

/**
 * Everything the shipped tagger learns from and is judged by, read from a folder with one subfolder a data set
 * (redocred, wikigold, wnut17, sec-filings, crossner, btc, uner-ewt, gmb; conll2003 to judge only).
 * Train holds no sentence of a development set and none twice.
 */
export async function readTrainingMix(dataDir: string, random: Random): Promise<TrainingMix> {
  const at = (...names: string[]): string => join(dataDir, ...names);
  const redocredTestPath = at('redocred', 'test_revised.first250.json');
  const development: Record<string, LabelledSentence[]> = {
    redocredTest: await readNerFile(redocredTestPath, 'docred', { source: 'redocred' }),
    unerEwtTest: await readNerFile(at('uner-ewt', 'en_ewt-ud-test.iob2'), 'iob2', { annotated: NAMES_WITHOUT_MISC, source: 'uner-ewt' }),
    wnut17Dev: await readNerFile(at('wnut17', 'emerging.dev.conll'), 'conll', { map: mapWnut17, annotated: NAMES, source: 'wnut17' }),
    conll2003Test: await readNerFile(at('conll2003', 'test.txt'), 'conll', { annotated: NAMES, source: 'conll2003' }),
  };
  const gmb = await readNerFile(at('gmb', 'ner_dataset.1-44000.csv.gz'), 'gmb', {
    map: mapGmb,
    annotated: [...NAMES, 'TIME'],
    source: 'gmb',
  });
  const judged = { ...development, gmbLast: gmb.slice(-GMB_HELD_OUT) };
  const withoutTitles = new Set((await readDocredDocuments(redocredTestPath)).map((document) => document.title));
  const sets: LabelledSentence[][] = [
    await readNerFile(at('redocred', 'dev_revised.json'), 'docred', { withoutTitles, source: 'redocred' }),
    await readNerFile(at('redocred', 'docred_test_entities.json.gz'), 'docred', { withoutTitles, source: 'docred' }),
    await readNerFile(at('wikigold', 'wikigold.conll.txt'), 'conll', { annotated: NAMES, source: 'wikigold' }),
    await readNerFile(at('wnut17', 'wnut17train.conll'), 'conll', { map: mapWnut17, annotated: NAMES, source: 'wnut17' }),
    await readNerFile(at('sec-filings', 'FIN5.train.txt'), 'conll', { map: mapLoanAgreement, annotated: NAMES, source: 'sec-filings' }),
    await readNerFile(at('uner-ewt', 'en_ewt-ud-dev.iob2'), 'iob2', { annotated: NAMES_WITHOUT_MISC, source: 'uner-ewt' }),
  ];
  for (const domain of CROSSNER_DOMAINS) {
    for (const part of ['train.txt', 'dev.txt']) {
      sets.push(await readNerFile(at('crossner', domain, part), 'conll', { map: mapCrossner, annotated: NAMES, source: 'crossner' }));
    }
  }
  for (const part of ['a', 'b', 'e', 'f', 'g', 'h']) {
    sets.push(await readNerFile(at('btc', `${part}.conll`), 'conll', { annotated: NAMES_WITHOUT_MISC, source: 'btc' }));
  }
  sets.push(random.shuffle(gmb.slice(0, -GMB_HELD_OUT)).slice(0, GMB_SENTENCES));
  return { train: withoutRepeats(sets.flat(), Object.values(judged).flat()), development: judged };
}

/** Sentences whose words (case aside) are neither in `held` nor earlier in the list. */
export function withoutRepeats(sentences: readonly LabelledSentence[], held: readonly LabelledSentence[]): LabelledSentence[] {
  const keyOf = (sentence: LabelledSentence): string => sentence.tokens.join(' ').toLowerCase();
  const seen = new Set(held.map(keyOf));
  return sentences.filter((sentence) => {
    const key = keyOf(sentence);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
