// Which data sets the shipped relation model is trained and judged on, and how each becomes labelled pairs.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import type { Random } from '../../pipeline/core/random.ts';
import { readDocredDocuments, withoutBlankTokens, withoutOverlaps, type DocredDocument } from '../ner/data-formats.ts';
import { parseJson, readJson, readLines } from '../text/data-files.ts';
import { tokenize } from '../text/tokenize.ts';
import { isHeldOut, readKnowledgeNet } from './knowledgenet.ts';
import { nationalityLabel, predicateOfProperty, RelationSet, type LabelledPairSentence } from './labelled-pairs.ts';
import { predicateNamed } from './schema.ts';

export { isHeldOut } from './knowledgenet.ts';
export { withoutPronouns } from './labelled-pairs.ts';
export type { LabelledPairSentence, LabelledRelation } from './labelled-pairs.ts';

export interface RelationMix {
  /** In random order. */
  readonly train: LabelledPairSentence[];
  /** A tenth of the KnowledgeNet documents. */
  readonly heldOut: LabelledPairSentence[];
  /** Re-DocRED test documents, pairs within a sentence. */
  readonly development: LabelledPairSentence[];
}

/** FewRel marks one pair a sentence and no pair without a relation: its even 700 a property must not set the frequencies. */
const FEWREL_WEIGHT = 0.5;
/** Text2KGBench was aligned by machine. */
const TEXT2KG_WEIGHT = 0.3;

/**
 * Everything the relation model learns from and is judged by, read from a folder with one subfolder a data set
 * (redocred, knowledgenet, fewrel, text2kgbench-tekgen). Train holds no document and no sentence of the other two.
 */
export async function readRelationMix(dataDir: string, random: Random): Promise<RelationMix> {
  const knowledgeNetPath = join(dataDir, 'knowledgenet', 'rows.folds1-3.html.gz');
  const knowledgeNet = await readKnowledgeNet(knowledgeNetPath);
  const heldOut = await readPairSentences(knowledgeNetPath);
  const development = await readRedocredPairs(join(dataDir, 'redocred', 'test_revised.first250.json'));
  const redocred = await readRedocredPairs(join(dataDir, 'redocred', 'dev_revised.json'));
  const labels = labelsByName(redocred);
  const sources = [
    redocred,
    knowledgeNet.filter((sentence) => !isHeldOut(sentence.document)),
    await readFewRel(join(dataDir, 'fewrel', 'val_wiki.json'), labels),
    await readText2Kg(join(dataDir, 'text2kgbench-tekgen', 'train'), labels),
  ];
  // Tokenisers differ between the sets, so texts are compared by their letters and digits alone.
  const textOf = (sentence: LabelledPairSentence): string => sentence.tokens.join('').toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const judged = new Set([...heldOut, ...development].map(textOf));
  const documents = new Set(development.map((sentence) => sentence.document));
  const train = sources.flat().filter((s) => !judged.has(textOf(s)) && !(s.source === 'redocred' && documents.has(s.document)));
  return { train: random.shuffle(train), heldOut, development };
}

export const RELATION_FORMATS = ['knowledgenet', 'docred'] as const;
export type RelationFormat = (typeof RELATION_FORMATS)[number];

/** The format given, else the one that the name of the file tells. */
export function formatOf(path: string, format?: RelationFormat): RelationFormat {
  return format ?? (/\.html(\.gz)?$/.test(path) ? 'knowledgenet' : 'docred');
}

/**
 * Sentences to evaluate on: of KnowledgeNet rows the held-out tenth of the documents, of a DocRED file all.
 * @param format by the file name when left out
 */
export async function readPairSentences(path: string, format?: RelationFormat): Promise<LabelledPairSentence[]> {
  if (formatOf(path, format) === 'docred') return readRedocredPairs(path);
  return (await readKnowledgeNet(path)).filter((sentence) => isHeldOut(sentence.document)).map((sentence) => ({ ...sentence, complete: true }));
}

/** Re-DocRED: two entities with mentions in the same sentence; it was annotated again for completeness, so other pairs are negatives. */
export async function readRedocredPairs(path: string): Promise<LabelledPairSentence[]> {
  return (await readDocredDocuments(path)).flatMap(redocredSentences);
}

function redocredSentences(document: DocredDocument): LabelledPairSentence[] {
  return document.sents.flatMap((words, index) => {
    const here = document.vertexSet.flatMap((mentions, entity) =>
      mentions
        .filter((m) => m.sent_id === index && m.pos[0] < m.pos[1] && m.pos[1] <= words.length)
        .map((m) => ({ start: m.pos[0], end: m.pos[1], label: m.type, entity })),
    );
    const { tokens, spans } = withoutBlankTokens(words, withoutOverlaps(here));
    if (spans.length < 2) return [];
    const mentions = spans.map(({ start, end, label }) => ({ start, end, label }));
    const relations = new RelationSet(mentions);
    for (const { h, t, r } of document.labels ?? []) {
      spans.forEach((head, i) => {
        if (head.entity !== h) return;
        spans.forEach((tail, j) => {
          if (tail.entity === t) relations.addProperty(i, j, r);
        });
      });
    }
    return [{ tokens, mentions, relations: relations.list(), complete: true, negatives: [], document: document.title, source: 'redocred', weight: 1 }];
  });
}

type LabelsByName = ReadonlyMap<string, string>;

/** The label of each name that people labelled, its last one where they differ: for sets whose arguments bear none. */
function labelsByName(sentences: readonly LabelledPairSentence[]): LabelsByName {
  const named = ({ tokens, mentions }: LabelledPairSentence): [string, string][] =>
    mentions.map(({ start, end, label }) => [tokens.slice(start, end).join(' '), label]);
  return new Map(sentences.flatMap(named));
}

type FewRelArgument = readonly [name: string, id: string, indexes: readonly (readonly number[])[]];
type FewRelFile = Readonly<Record<string, readonly { tokens: readonly string[]; h: FewRelArgument; t: FewRelArgument }[]>>;

/** FewRel: the properties that the schema has; one pair a sentence, labels from the predicate's domain and range where `labels` has none that fits. */
export async function readFewRel(path: string, labels: LabelsByName = new Map()): Promise<LabelledPairSentence[]> {
  const file = (await readJson(path)) as FewRelFile;
  const isFewRel = typeof file === 'object' && file !== null && !Array.isArray(file) && Object.values(file).every(Array.isArray);
  if (!isFewRel) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'not FewRel: an object of lists by property' });
  return Object.entries(file).flatMap(([property, examples]) =>
    examples.flatMap(({ tokens: words, h, t }, index) => {
      const spans = [h, t].map(([, , [indexes]]) => ({ start: indexes[0], end: indexes[indexes.length - 1] + 1 }));
      const { tokens, spans: arguments_ } = withoutBlankTokens(words, spans);
      const [head, tail] = arguments_;
      return onePair(tokens, head, tail, property, { document: `${property}-${index}`, source: 'fewrel', weight: FEWREL_WEIGHT }, labels);
    }),
  );
}

interface Text2KgRow {
  readonly id: string;
  readonly sent: string;
  readonly sub_label: string;
  readonly rel: string;
  readonly obj_label: string;
}

/** Text2KGBench: every .jsonl file of a folder; one triple a sentence, kept where both names stand in it; labels as in `readFewRel`. */
export async function readText2Kg(dir: string, labels: LabelsByName = new Map()): Promise<LabelledPairSentence[]> {
  const names = await readdir(dir).catch(() => {
    throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path: dir });
  });
  const sentences: LabelledPairSentence[] = [];
  for (const name of names.filter((file) => file.endsWith('.jsonl')).sort()) {
    const path = join(dir, name);
    for await (const { line, number } of readLines(path)) {
      if (line.trim() !== '') sentences.push(...text2KgPair(parseJson(line, path, number) as Text2KgRow, labels));
    }
  }
  return sentences;
}

function text2KgPair(row: Text2KgRow, labels: LabelsByName): LabelledPairSentence[] {
  const tokens = tokenize(withoutMojibake(row.sent)).map((token) => token.text);
  const head = findWords(tokens, [row.sub_label]);
  const tail = findWords(tokens, [row.obj_label, ...datesAs(row.obj_label)]);
  if (!head || !tail) return [];
  return onePair(tokens, head, tail, row.rel, { document: row.id, source: 'text2kgbench', weight: TEXT2KG_WEIGHT }, labels);
}

/** Undoes UTF-8 that was read as ISO-8859-1 ("Ã©" for "é"), where the whole text allows it. */
export function withoutMojibake(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\u0000-\u00ff]/.test(text)) return text;
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? text : decoded;
}

/** Other ways a sentence may write "01 April 1995", the most precise first; a year alone is written as its 1 January. */
function datesAs(label: string): string[] {
  const [, day, month, year] = /^(\d\d) ([A-Z][a-z]+) (\d{4})$/.exec(label) ?? [];
  return day ? [`${Number(day)} ${month} ${year}`, `${month} ${Number(day)}, ${year}`, `${month} ${year}`, year] : [];
}

/** Where the first of the texts that occurs among the tokens does so first. */
function findWords(tokens: readonly string[], texts: readonly string[]): { start: number; end: number } | undefined {
  for (const text of texts) {
    const words = tokenize(withoutMojibake(text)).map((token) => token.text);
    const start = tokens.findIndex((_token, i) => words.every((word, k) => tokens[i + k] === word));
    if (start !== -1 && words.length > 0) return { start, end: start + words.length };
  }
  return undefined;
}

/** A sentence with one pair, or none when the schema lacks the property or the arguments overlap. */
function onePair(
  tokens: readonly string[],
  head: { start: number; end: number },
  tail: { start: number; end: number },
  property: string,
  origin: { document: string; source: string; weight: number },
  labels: LabelsByName,
): LabelledPairSentence[] {
  const directed = predicateOfProperty.get(property);
  const overlap = head.start < tail.end && tail.start < head.end;
  if (!directed || overlap || head.start >= head.end || tail.start >= tail.end) return [];
  const { name, reversed } = directed;
  const label = (span: { start: number; end: number }, isHead: boolean): string => {
    const surface = tokens.slice(span.start, span.end).join(' ');
    const labelled = labels.get(surface);
    const allowed = isHead ? predicateNamed.get(name)!.domain : predicateNamed.get(name)!.range;
    if (labelled && allowed.includes(labelled)) return labelled;
    if (name === 'nationality' && !isHead) return nationalityLabel(surface);
    return USUAL_LABELS[name]?.[isHead ? 0 : 1] ?? allowed[0];
  };
  const arguments_ = [
    { ...head, label: label(head, !reversed) },
    { ...tail, label: label(tail, reversed) },
  ];
  const mentions = arguments_.toSorted((a, b) => a.start - b.start);
  const relations = new RelationSet(mentions);
  relations.addProperty(mentions.indexOf(arguments_[0]), mentions.indexOf(arguments_[1]), property);
  return [{ tokens, mentions, relations: relations.list(), complete: false, negatives: [], ...origin }];
}

/** Works and their parts stand first where the schema's own first choice is rare in the sets read here. */
const USUAL_LABELS: Readonly<Record<string, readonly [head: string, tail: string]>> = {
  partOf: ['MISC', 'MISC'],
  country: ['MISC', 'LOC'],
  ownedBy: ['ORG', 'ORG'],
};
