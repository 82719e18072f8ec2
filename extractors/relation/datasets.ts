// How a file of labelled passages is read whatever its format, and which data sets a model of Wikidata properties is trained on.
import { basename, join } from 'node:path';
import { z } from 'zod';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { parseJson, readLines } from '../text/data-files.ts';
import { readConll04 } from './conll04.ts';
import { learntRelation, markedDocuments as docredDocuments, readDocred } from './docred.ts';
import { findPassages } from './found-passages.ts';
import { isHeldOut, markedDocuments as knowledgeNetDocuments, readKnowledgeNet, readPassages } from './knowledgenet.ts';
import type { LabelledPassage, MarkedPair } from './labelled-passages.ts';
import { labelsByName, readFewRel, readText2Kg } from './one-pair-sets.ts';
import { readSemeval } from './semeval.ts';

export const RELATION_FORMATS = ['docred', 'knowledgenet', 'semeval', 'conll04', 'jsonl'] as const;
export type RelationFormat = (typeof RELATION_FORMATS)[number];

/** The format given, else the one that the name of the file tells. */
export function relationFormatOf(path: string, format?: RelationFormat): RelationFormat {
  if (format !== undefined) return format;
  if (/\.html(\.gz)?$/.test(path)) return 'knowledgenet';
  if (/\.jsonl(\.gz)?$/.test(path)) return 'jsonl';
  if (/\.json(\.gz)?$/.test(path)) return 'docred';
  if (/file/i.test(basename(path))) return 'semeval';
  return 'conll04';
}

/** @throws EngramError `ENGRAM_DATA_INVALID` with the line and what was expected */
export async function readLabelledPassages(path: string, format?: RelationFormat): Promise<LabelledPassage[]> {
  const read = { docred: readDocred, knowledgenet: readKnowledgeNet, semeval: readSemeval, conll04: readConll04, jsonl: readJsonLines };
  return read[relationFormatOf(path, format)](path);
}

const place = z.int().min(0);
const PASSAGE_LINE = z.object({
  tokens: z.array(z.string().min(1)),
  sentences: z.array(z.tuple([place, place])),
  mentions: z.array(z.object({ start: place, end: place, label: z.string().min(1) })),
  clusters: z.array(z.array(place).min(1)),
  relations: z.array(z.object({ head: place, tail: place, label: z.string().min(1), probability: z.number().min(0).max(1).optional() })),
  document: z.string().optional(),
});

/** What of a line points to nowhere. */
function faultOf({ tokens, sentences, mentions, clusters, relations }: Pick<LabelledPassage, 'tokens' | 'sentences' | 'mentions' | 'clusters' | 'relations'>): string | undefined {
  const outside = mentions.findIndex(({ start, end }) => start >= end || end > tokens.length || !sentences.some(([from, to]) => start >= from && start < to));
  if (outside >= 0) return `mention ${outside} (${mentions[outside]!.start} to ${mentions[outside]!.end}) is no stretch of the ${tokens.length} tokens within a sentence`;
  const empty = clusters.findIndex((cluster) => cluster.some((index) => index >= mentions.length));
  if (empty >= 0) return `cluster ${empty} names a mention that is not there (${mentions.length} mentions)`;
  const loose = relations.findIndex(({ head, tail }) => head >= clusters.length || tail >= clusters.length || head === tail);
  return loose >= 0 ? `relation ${loose} (${relations[loose]!.head} to ${relations[loose]!.tail}) does not join two of the ${clusters.length} clusters` : undefined;
}

/** One passage a line, as a teacher writes them: every pair of clusters was asked about, for every label of the file. */
async function readJsonLines(path: string): Promise<LabelledPassage[]> {
  const annotated = new Set<string>();
  const passages: LabelledPassage[] = [];
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '') continue;
    const row = parseJson(line, path, number) as Pick<LabelledPassage, 'tokens' | 'sentences' | 'mentions' | 'clusters' | 'relations' | 'document'>;
    const { tokens, sentences, mentions, clusters, relations, document } = row;
    const parsed = PASSAGE_LINE.safeParse(row);
    const [issue] = parsed.success ? [] : parsed.error.issues;
    const problem = issue === undefined ? faultOf(row) : `${issue.path.join('.') || 'the line'}: ${issue.message}`;
    if (problem !== undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `${problem}; expected an object with tokens, sentences, mentions, clusters and relations` });
    for (const { label } of relations) annotated.add(label);
    passages.push({ tokens, sentences, mentions, clusters, relations, annotated, completeness: 1, negatives: [], unknown: [], document: document ?? String(number), source: 'jsonl', weight: 1 });
  }
  return passages;
}

/** The passage by the labels that are learnt; what the data mark both ways is learnt one way. */
export function toLearn(passage: LabelledPassage): LabelledPassage {
  const turned = (pairs: readonly MarkedPair[]): MarkedPair[] =>
    pairs.map(([head, tail, label]) => {
      const relation = learntRelation({ head, tail, label });
      return [relation.head, relation.tail, relation.label];
    });
  const annotated = new Set([...passage.annotated].map((label) => learntRelation({ head: 0, tail: 0, label }).label));
  return { ...passage, annotated, relations: passage.relations.map(learntRelation), negatives: turned(passage.negatives), unknown: turned(passage.unknown) };
}

export interface RelationMix {
  readonly train: readonly LabelledPassage[];
  /** Every sixteenth document of Re-DocRED dev and of the KnowledgeNet training part, as found: for epoch, calibration and threshold. */
  readonly validation: readonly LabelledPassage[];
  readonly development: Readonly<Record<string, readonly LabelledPassage[]>>;
}

const validates = ({ document }: LabelledPassage): boolean => digestOf(document).startsWith('0');

/** The share of the epochs that sees a passage, by its set: gold and found are two readings of one text; the last two mark one pair a sentence, the last by machine. */
const WEIGHTS: Readonly<Record<string, number>> = { redocred: 0.6, 'redocred found': 0.6, knowledgenet: 0.7, 'knowledgenet found': 0.7, fewrel: 0.5, text2kgbench: 0.4 };

/**
 * What the shipped models learn from, read from a folder with one subfolder a data set: Re-DocRED and KnowledgeNet with the mentions
 * that people marked and with those that the pipeline finds, FewRel and Text2KGBench. No document and no sentence that is judged is in it.
 */
export async function readRelationMix(dataDir: string): Promise<RelationMix> {
  const redocred = await readDocred(join(dataDir, 'redocred', 'dev_revised.json'));
  const redocredTest = await readDocred(join(dataDir, 'redocred', 'test_revised.first250.json'));
  const rows = join(dataDir, 'knowledgenet', 'rows.folds1-3.html.gz');
  const passages = await readPassages(rows);
  const sentences = await readKnowledgeNet(rows);
  const training = passages.filter(({ document }) => !isHeldOut(document));
  const heldOut = sentences.filter(({ document }) => isHeldOut(document));
  const judgedText = new Set([...redocredTest.flatMap(sentencesOf), ...passages.filter(({ document }) => isHeldOut(document)).map(({ text }) => lettersOf(text))]);
  const documents = new Set(redocredTest.map(({ document }) => document));
  const isFree = (passage: LabelledPassage): boolean => !documents.has(passage.document) && !sentencesOf(passage).some((text) => judgedText.has(text));
  const found = (await findPassages([...docredDocuments(redocred), ...knowledgeNetDocuments(training)])).filter(isFree);
  const names = labelsByName(redocred);
  const wanted = new Set([...redocred[0]!.annotated, ...sentences[0]!.annotated]);
  const one = [...(await readFewRel(join(dataDir, 'fewrel', 'val_wiki.json'), wanted, names)), ...(await readText2Kg(join(dataDir, 'text2kgbench-tekgen'), wanted, names))];
  const marked = [...redocred, ...sentences.filter(({ document }) => !isHeldOut(document)), ...found].filter((passage) => !validates(passage));
  const train = [...marked, ...one].filter(isFree).map((passage) => ({ ...passage, weight: WEIGHTS[passage.source]! }));
  // Probabilities are fitted to what the pipeline finds, since that is what they are for.
  return { train, validation: found.filter(validates), development: { knowledgenet: heldOut, redocred: redocredTest } };
}

/** Letters and digits; shorter sentences are the same by chance. */
const SHORTEST_COMPARED = 30;

/** Tokenisers differ between the sets, so texts are compared by their letters and digits alone. */
const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function sentencesOf({ tokens, sentences }: LabelledPassage): string[] {
  return sentences.map(([start, end]) => lettersOf(tokens.slice(start, end).join(''))).filter((text) => text.length > SHORTEST_COMPARED);
}
