// Documents in which people said what their names mean, and pairs of those things that are one or two: `NAME.jsonl` and `NAME.pairs.csv` of
// a folder. What is extracted from them, with the names as people marked them or as the tagger finds them.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { EngramError, messageOf } from './core/errors.ts';
import { documentIdOf } from './core/ids.ts';
import type { Chain, ChainedDocument, Document, DocumentId, Extraction, Mention, TaggedDocument } from './core/model.ts';
import { extractionOf, type Stages } from './extract.ts';

export interface MarkedThing {
  /** The same in all documents that speak of it. */
  readonly entity: string;
  readonly type: string;
  /** Every way the document names it, as the text has it. */
  readonly names: readonly string[];
}

export interface MarkedText extends Document {
  readonly entities: readonly MarkedThing[];
}

export interface MarkedPair {
  readonly a: { readonly documentId: DocumentId; readonly entity: string };
  readonly b: { readonly documentId: DocumentId; readonly entity: string };
  readonly same: boolean;
  readonly kind: 'homograph' | 'variant';
  readonly part: string;
}

export interface ResolutionSet {
  readonly documents: readonly MarkedText[];
  readonly pairs: readonly MarkedPair[];
}

const text = z.string().min(1);
const documentLine = z.strictObject({ id: text, text, entities: z.array(z.strictObject({ entity: text, type: text, names: z.array(text).min(1) })) });
const pairRow = z.strictObject({ document_a: text, entity_a: text, document_b: text, entity_b: text, same: z.enum(['0', '1']), kind: z.enum(['homograph', 'variant']), part: text });

/** @throws EngramError `ENGRAM_SOURCE_NOT_FOUND`, `ENGRAM_DATA_INVALID` with the line */
export async function readResolutionSet(folder: string): Promise<ResolutionSet> {
  const files = await readdir(folder).catch(() => {
    throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path: folder });
  });
  const documents: MarkedText[] = [];
  for (const file of files.filter((name) => name.endsWith('.jsonl')).sort()) {
    const path = join(folder, file);
    for (const [index, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
      if (line.trim() === '') continue;
      const { id, ...rest } = checked(documentLine, jsonOf(line, path, index + 1), path, index + 1);
      const missing = rest.entities.flatMap(({ names }) => names).find((name) => !rest.text.includes(name));
      if (missing !== undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: index + 1, problem: `'${missing}' does not stand in the text` });
      documents.push({ id: documentIdOf(id), uri: id, ...rest });
    }
  }
  const things = new Set(documents.flatMap(({ uri, entities }) => entities.map(({ entity }) => `${uri} ${entity}`)));
  const pairs: MarkedPair[] = [];
  for (const file of files.filter((name) => name.endsWith('.pairs.csv')).sort()) {
    const path = join(folder, file);
    const rows = parse(await readFile(path, 'utf8'), { columns: true, skip_empty_lines: true }) as unknown[];
    for (const [index, given] of rows.entries()) {
      const row = checked(pairRow, given, path, index + 2);
      const ends = [[row.document_a, row.entity_a], [row.document_b, row.entity_b]] as const;
      const unknown = ends.find(([document, entity]) => !things.has(`${document} ${entity}`));
      if (unknown !== undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: index + 2, problem: `no document '${unknown[0]}' marks '${unknown[1]}'` });
      const [a, b] = ends.map(([document, entity]) => ({ documentId: documentIdOf(document), entity }));
      pairs.push({ a: a!, b: b!, same: row.same === '1', kind: row.kind, part: row.part });
    }
  }
  if (documents.length === 0 || pairs.length === 0) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path: folder, problem: 'expected NAME.jsonl with documents and NAME.pairs.csv with pairs; fixtures/resolution/README.md has the format' });
  }
  return { documents, pairs };
}

function jsonOf(line: string, path: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `not JSON: ${messageOf(cause)}` }, { cause });
  }
}

function checked<T>(schema: z.ZodType<T>, given: unknown, path: string, line: number): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem: `${issue!.path.join('.') || basename(path)}: ${issue!.message}` });
}

/** @param marked whether names and chains of the marked things are people's; everything else is always found */
export async function extractMarked(documents: readonly MarkedText[], stages: Stages, marked: boolean): Promise<Extraction[]> {
  const segmented = await stages.segment.process(documents);
  const tagged = await stages.ner.process(segmented);
  const named = marked ? tagged.map((document, at) => withMarkedNames(document, documents[at]!.entities)) : tagged;
  const chained = await stages.coreference.process(named);
  const joined = marked ? chained.map((document, at) => withMarkedChains(document, documents[at]!.entities)) : chained;
  const related = await stages.relation.process(joined);
  return related.map((document) => extractionOf(document, stages.versions['relation'] ?? stages.relation.name));
}

/** Places of the names, the longer ones first, none within another. */
export function placesOf(source: string, entities: readonly MarkedThing[]): { readonly start: number; readonly end: number; readonly entity: MarkedThing }[] {
  const names = entities.flatMap((entity) => entity.names.map((name) => ({ name, entity }))).sort((a, b) => b.name.length - a.name.length);
  const places: { start: number; end: number; entity: MarkedThing }[] = [];
  for (const { name, entity } of names) {
    for (let start = source.indexOf(name); start >= 0; start = source.indexOf(name, start + 1)) {
      const end = start + name.length;
      if (/\w/.test(source[start - 1] ?? ' ') || /\w/.test(source[end] ?? ' ')) continue;
      if (!places.some((place) => start < place.end && place.start < end)) places.push({ start, end, entity });
    }
  }
  return places.sort((a, b) => a.start - b.start);
}

function withMarkedNames(document: TaggedDocument, entities: readonly MarkedThing[]): TaggedDocument {
  const marked = placesOf(document.text, entities).flatMap(({ start, end, entity }): Mention[] => {
    const sentence = document.sentences.find((each) => start >= each.start && end <= each.end);
    if (sentence === undefined) return [];
    const within = sentence.tokens.flatMap((token, index) => (token.start < end && token.end > start ? [index] : []));
    if (within.length === 0) return [];
    return [{ label: entity.type, sentence: sentence.index, tokenStart: within[0]!, tokenEnd: within.at(-1)! + 1, start, end, surface: document.text.slice(start, end), score: 1 }];
  });
  const others = document.mentions.filter((mention) => !marked.some(({ start, end }) => mention.start < end && start < mention.end));
  return { ...document, mentions: [...others, ...marked].sort((a, b) => a.start - b.start) };
}

/** Each marked thing in one chain, with the references that were found for its names. */
function withMarkedChains(document: ChainedDocument, entities: readonly MarkedThing[]): ChainedDocument {
  const entityAt = new Map(placesOf(document.text, entities).map(({ start, end, entity }) => [`${start} ${end}`, entity]));
  const own = new Map<MarkedThing, number[]>();
  const rest: Chain[] = [];
  for (const chain of document.chains) {
    const things = chain.mentions.map((index) => entityAt.get(`${document.mentions[index]!.start} ${document.mentions[index]!.end}`));
    const first = things.find((thing) => thing !== undefined);
    const left: number[] = [];
    chain.mentions.forEach((index, at) => {
      const thing = things[at] ?? (document.mentions[index]!.reference === undefined ? undefined : first);
      if (thing === undefined) left.push(index);
      else own.set(thing, [...(own.get(thing) ?? []), index]);
    });
    if (left.length > 0) rest.push({ ...chain, mentions: left });
  }
  return { ...document, chains: [...rest, ...[...own].map(([{ type }, mentions]): Chain => ({ label: type, mentions: mentions.sort((a, b) => a - b) }))] };
}
