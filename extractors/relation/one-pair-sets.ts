// How FewRel (Han et al. 2018, arXiv:1810.10147) and Text2KGBench (Mihindukulasooriya et al. 2023, arXiv:2308.02357) become labelled
// passages: a sentence with one marked pair each, and no word on what else it says.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { withoutBlankTokens } from '../ner/data-formats.ts';
import { parseJson, readJson, readLines } from '../text/data-files.ts';
import { tokenize } from '../text/tokenize.ts';
import { nationalityLabel } from './knowledgenet.ts';
import { RelationSet, type LabelledPassage } from './labelled-passages.ts';

/** The label of each name that people labelled, its last one where they differ: for sets whose arguments bear none. */
export type LabelsByName = ReadonlyMap<string, string>;

export function labelsByName(passages: readonly LabelledPassage[]): LabelsByName {
  return new Map(passages.flatMap(({ tokens, mentions }) => mentions.map(({ start, end, label }): [string, string] => [tokens.slice(start, end).join(' '), label])));
}

/** What head and tail of a property mostly are, where the sets read here have it. */
const USUAL: Readonly<Record<string, readonly [head: string, tail: string]>> = {
  P17: ['MISC', 'LOC'], P19: ['PER', 'LOC'], P20: ['PER', 'LOC'], P22: ['PER', 'PER'], P25: ['PER', 'PER'], P26: ['PER', 'PER'], P27: ['PER', 'LOC'],
  P36: ['LOC', 'LOC'], P40: ['PER', 'PER'], P50: ['MISC', 'PER'], P54: ['PER', 'ORG'], P57: ['MISC', 'PER'], P58: ['MISC', 'PER'], P69: ['PER', 'ORG'],
  P86: ['MISC', 'PER'], P102: ['PER', 'ORG'], P108: ['PER', 'ORG'], P112: ['ORG', 'PER'], P118: ['ORG', 'ORG'], P123: ['MISC', 'ORG'], P127: ['ORG', 'ORG'],
  P131: ['LOC', 'LOC'], P136: ['MISC', 'MISC'], P155: ['MISC', 'MISC'], P156: ['MISC', 'MISC'], P159: ['ORG', 'LOC'], P161: ['MISC', 'PER'],
  P162: ['MISC', 'PER'], P166: ['PER', 'MISC'], P170: ['MISC', 'PER'], P175: ['MISC', 'PER'], P176: ['MISC', 'ORG'], P178: ['MISC', 'ORG'], P206: ['LOC', 'LOC'],
  P241: ['PER', 'ORG'], P264: ['MISC', 'ORG'], P272: ['MISC', 'ORG'], P276: ['MISC', 'LOC'], P355: ['ORG', 'ORG'], P361: ['MISC', 'MISC'], P364: ['MISC', 'MISC'],
  P400: ['MISC', 'MISC'], P463: ['PER', 'ORG'], P495: ['MISC', 'LOC'], P527: ['MISC', 'MISC'], P551: ['PER', 'LOC'], P569: ['PER', 'TIME'], P570: ['PER', 'TIME'],
  P571: ['ORG', 'TIME'], P577: ['MISC', 'TIME'], P607: ['PER', 'MISC'], P674: ['MISC', 'PER'], P740: ['ORG', 'LOC'], P749: ['ORG', 'ORG'], P800: ['PER', 'MISC'],
  P3373: ['PER', 'PER'],
};

type FewRelArgument = readonly [name: string, id: string, indexes: readonly (readonly number[])[]];
type FewRelFile = Readonly<Record<string, readonly { tokens: readonly string[]; h: FewRelArgument; t: FewRelArgument }[]>>;

/** @param wanted properties to read */
export async function readFewRel(path: string, wanted: ReadonlySet<string>, labels: LabelsByName = new Map()): Promise<LabelledPassage[]> {
  const file = (await readJson(path)) as FewRelFile;
  const isFewRel = typeof file === 'object' && file !== null && !Array.isArray(file) && Object.values(file).every(Array.isArray);
  if (!isFewRel) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'not FewRel: an object of lists by property' });
  const annotated = new Set(Object.keys(file));
  return Object.entries(file).flatMap(([property, examples]) =>
    examples.flatMap(({ tokens: words, h, t }, index) => {
      const spans = [h, t].map(([, , [indexes]]) => ({ start: indexes![0]!, end: indexes![indexes!.length - 1]! + 1 }));
      const { tokens, spans: arguments_ } = withoutBlankTokens(words, spans);
      const origin = { annotated, document: `${property}-${index}`, source: 'fewrel' };
      return wanted.has(property) ? onePair(tokens, arguments_[0]!, arguments_[1]!, property, origin, labels) : [];
    }),
  );
}

interface Text2KgRow {
  readonly id: string;
  readonly sent: string;
  readonly sub_label: string;
  readonly rel: string;
  readonly rel_label: string;
  readonly obj_label: string;
}

/** A row of its test part, whose relations are names. */
interface Text2KgTruth {
  readonly id: string;
  readonly sent: string;
  readonly triples: readonly { readonly sub: string; readonly rel: string; readonly obj: string }[];
}

/** The folder with train, validation and ground_truth; a triple a sentence, kept where both names stand in it. @param wanted properties to read */
export async function readText2Kg(dir: string, wanted: ReadonlySet<string>, labels: LabelsByName = new Map()): Promise<LabelledPassage[]> {
  const rows = [...(await readRows<Text2KgRow>(join(dir, 'train'))), ...(await readRows<Text2KgRow>(join(dir, 'validation')))];
  const properties = new Map(rows.map(({ rel, rel_label }) => [rel_label, rel]));
  const truths = (await readRows<Text2KgTruth>(join(dir, 'ground_truth'))).flatMap(({ id, sent, triples }) =>
    triples.map(({ sub, rel, obj }) => ({ id, sent, sub_label: sub, rel: properties.get(rel) ?? rel, obj_label: obj })),
  );
  const annotated = new Set(properties.values());
  return [...rows, ...truths].flatMap((row) => {
    const tokens = tokenize(withoutMojibake(row.sent)).map((token) => token.text);
    const head = findWords(tokens, [row.sub_label]);
    const tail = findWords(tokens, [row.obj_label, ...datesAs(row.obj_label)]);
    if (!head || !tail || !wanted.has(row.rel)) return [];
    return onePair(tokens, head, tail, row.rel, { annotated, document: row.id, source: 'text2kgbench' }, labels);
  });
}

async function readRows<Row>(dir: string): Promise<Row[]> {
  const names = await readdir(dir).catch(() => {
    throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path: dir });
  });
  const rows: Row[] = [];
  for (const name of names.filter((file) => file.endsWith('.jsonl')).sort()) {
    const path = join(dir, name);
    for await (const { line, number } of readLines(path)) if (line.trim() !== '') rows.push(parseJson(line, path, number) as Row);
  }
  return rows;
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
  return day ? [`${Number(day)} ${month} ${year}`, `${month} ${Number(day)}, ${year}`, `${month} ${year}`, year!] : [];
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

/** A sentence with one pair, or none when the arguments overlap. */
function onePair(
  tokens: readonly string[],
  head: { start: number; end: number },
  tail: { start: number; end: number },
  property: string,
  origin: Pick<LabelledPassage, 'annotated' | 'document' | 'source'>,
  labels: LabelsByName,
): LabelledPassage[] {
  if (head.start < tail.end && tail.start < head.end) return [];
  const label = (span: { start: number; end: number }, side: 0 | 1): string => {
    const surface = tokens.slice(span.start, span.end).join(' ');
    if (property === 'P27' && side === 1) return nationalityLabel(surface);
    const usual = USUAL[property]?.[side];
    const labelled = labels.get(surface);
    // Persons, places and times are what they are; the rest differs from set to set.
    return usual !== undefined && (labelled === undefined || ['PER', 'TIME'].includes(usual)) ? usual : (labelled ?? 'MISC');
  };
  const mentions = [{ ...head, label: label(head, 0) }, { ...tail, label: label(tail, 1) }];
  const relations = new RelationSet();
  relations.add(0, 1, property);
  if (property === 'P26' || property === 'P3373') relations.add(1, 0, property);
  return [{ tokens, sentences: [[0, tokens.length]], mentions, clusters: [[0], [1]], relations: relations.list(), completeness: 1, negatives: [], unknown: [], weight: 1, ...origin }];
}
