// How a file of labelled passages is read whatever its format, and which data sets a model of Wikidata properties is trained on.
import { basename, join } from 'node:path';
import { z } from 'zod';
import { EngramError } from '../../pipeline/core/errors.ts';
import { digestOf } from '../../pipeline/core/ids.ts';
import { isHeldOut, readPassages } from '../relation/knowledgenet.ts';
import { parseJson, readLines } from '../text/data-files.ts';
import { readConll04 } from './conll04.ts';
import { learntRelation, markedDocuments as docredDocuments, readDocred } from './docred.ts';
import { findPassages } from './found-passages.ts';
import { markedDocuments as knowledgeNetDocuments } from './knowledgenet.ts';
import type { LabelledPassage, MarkedPair } from './labelled-passages.ts';
import { readSemeval } from './semeval.ts';

export const PASSAGE_FORMATS = ['docred', 'semeval', 'conll04', 'jsonl'] as const;
export type PassageFormat = (typeof PASSAGE_FORMATS)[number];

/** The format given, else the one that the name of the file tells. */
export function passageFormatOf(path: string, format?: PassageFormat): PassageFormat {
  if (format !== undefined) return format;
  if (/\.jsonl(\.gz)?$/.test(path)) return 'jsonl';
  if (/\.json(\.gz)?$/.test(path)) return 'docred';
  if (/file/i.test(basename(path))) return 'semeval';
  return 'conll04';
}

/** @throws EngramError `ENGRAM_DATA_INVALID` with the line and what was expected */
export async function readLabelledPassages(path: string, format?: PassageFormat): Promise<LabelledPassage[]> {
  const read = { docred: readDocred, semeval: readSemeval, conll04: readConll04, jsonl: readJsonLines };
  return read[passageFormatOf(path, format)](path);
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

export interface PassageMix {
  readonly train: readonly LabelledPassage[];
  /** Every sixteenth document of Re-DocRED dev and of the KnowledgeNet training part, as found: for epoch, calibration and threshold. */
  readonly validation: readonly LabelledPassage[];
  readonly development: Readonly<Record<string, readonly LabelledPassage[]>>;
}

const validates = ({ document }: LabelledPassage): boolean => digestOf(document).startsWith('0');

/**
 * Re-DocRED with gold mentions and as the pipeline finds them, and KnowledgeNet as found, from a folder with one subfolder a data set.
 * @param silver passages that a teacher labelled, as JSON lines
 */
export async function readPassageMix(dataDir: string, silver: string): Promise<PassageMix> {
  const redocred = await readDocred(join(dataDir, 'redocred', 'dev_revised.json'));
  const redocredTest = await readDocred(join(dataDir, 'redocred', 'test_revised.first250.json'));
  const passages = await readPassages(join(dataDir, 'knowledgenet', 'rows.folds1-3.html.gz'));
  const training = passages.filter(({ document }) => !isHeldOut(document));
  const judgedText = new Set([...redocredTest.flatMap(sentencesOf), ...passages.filter(({ document }) => isHeldOut(document)).map(({ text }) => lettersOf(text))]);
  const documents = new Set(redocredTest.map(({ document }) => document));
  const isFree = (passage: LabelledPassage): boolean => !documents.has(passage.document) && !sentencesOf(passage).some((text) => judgedText.has(text));
  const found = (await findPassages([...docredDocuments(redocred), ...knowledgeNetDocuments(training)])).filter(isFree);
  const taught = (await readLabelledPassages(silver, 'jsonl')).map((passage) => ({ ...passage, weight: SILVER_WEIGHT }));
  const train = [...redocred, ...found, ...taught].filter((passage) => isFree(passage) && !validates(passage));
  // Probabilities are fitted to what the pipeline finds, since that is what they are for.
  return { train, validation: found.filter(validates), development: { redocred: redocredTest } };
}

/** There are more passages of a teacher than of people: each is seen in this share of the epochs. */
const SILVER_WEIGHT = 0.6;
/** Letters and digits; shorter sentences are the same by chance. */
const SHORTEST_COMPARED = 30;

/** Tokenisers differ between the sets, so texts are compared by their letters and digits alone. */
const lettersOf = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function sentencesOf({ tokens, sentences }: LabelledPassage): string[] {
  return sentences.map(([start, end]) => lettersOf(tokens.slice(start, end).join(''))).filter((text) => text.length > SHORTEST_COMPARED);
}
