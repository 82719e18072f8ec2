// Documents whose chains people marked: DocRED (names and values) and the WebAnno table of GUM (every nominal mention).
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EngramError } from '../../pipeline/core/errors.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import type { Mention, SegmentedDocument, Token } from '../../pipeline/core/model.ts';
import { readDocredDocuments } from '../ner/data-formats.ts';
import { readLines } from '../text/data-files.ts';

export const CHAIN_FORMATS = ['docred', 'gum'] as const;
export type ChainFormat = (typeof CHAIN_FORMATS)[number];

export interface GoldMention {
  readonly sentence: number;
  /** Tokens of the sentence, half-open. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
  readonly chain: number;
}

export interface GoldDocument {
  readonly document: SegmentedDocument;
  readonly mentions: readonly GoldMention[];
}

/** The format given, else the one that the path tells. @throws EngramError `ENGRAM_SOURCE_NOT_FOUND` */
export async function chainFormatOf(path: string, format?: ChainFormat): Promise<ChainFormat> {
  const found = await stat(path).catch(() => {
    throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
  });
  return format ?? (found.isDirectory() || path.endsWith('.tsv') ? 'gum' : 'docred');
}

/**
 * @param path a DocRED file, a GUM file or a folder of GUM files
 * @param format by the name of the file when left out
 * @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_SOURCE_NOT_FOUND`
 */
export async function readGoldChains(path: string, format?: ChainFormat): Promise<GoldDocument[]> {
  if ((await chainFormatOf(path, format)) === 'docred') return readDocred(path);
  if (!(await stat(path)).isDirectory()) return [await readGum(path)];
  const names = (await readdir(path)).filter((name) => name.endsWith('.tsv')).sort();
  if (names.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no .tsv file in it' });
  return Promise.all(names.map((name) => readGum(join(path, name))));
}

async function readDocred(path: string): Promise<GoldDocument[]> {
  return (await readDocredDocuments(path)).map(({ title, sents, vertexSet }) => ({
    document: documentFrom(title, sents),
    mentions: vertexSet.flatMap((mentions, chain) => {
      const unique = new Map(mentions.map((m) => [`${m.sent_id} ${m.pos[0]} ${m.pos[1]}`, m]));
      return [...unique.values()].map(({ sent_id, pos, type }) => ({ sentence: sent_id, start: pos[0], end: pos[1], label: type, chain }));
    }),
  }));
}

/** Links that say that two mentions are one thing; `bridge` and `disc` do not. */
const IDENTITY = new Set(['ana', 'appos', 'cata', 'coref', 'pred']);

/** A token row: sentence-token, characters, token, the five columns of a referent, type and target of its links. */
async function readGum(path: string): Promise<GoldDocument> {
  const sentences: string[][] = [];
  const spans = new Map<string, { sentence: number; start: number; end: number; label: string }>();
  const links: [string, string][] = [];
  for await (const { line, number } of readLines(path)) {
    if (line === '' || line.startsWith('#')) continue;
    const cells = line.split('\t');
    const [id, , token, labels, , , , kinds, targets] = cells;
    const [, sentence, place] = /^(\d+)-(\d+)$/.exec(id ?? '') ?? [];
    if (sentence === undefined || place === undefined || targets === undefined) {
      throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `${cells.length} cells where a row of GUM has 9, its first like 3-1` });
    }
    const [at, t] = [Number(sentence) - 1, Number(place) - 1];
    (sentences[at] ??= [])[t] = token!;
    for (const [label, key] of unitsOf(labels!, id!)) {
      const span = spans.get(key);
      if (span === undefined) spans.set(key, { sentence: at, start: t, end: t + 1, label });
      else span.end = t + 1;
    }
    const types = kinds!.split('|');
    // `2-9[4_3]`: from unit 3 of this token to unit 4 of token 2-9; 0 or no bracket is the only unit of a token.
    targets.split('|').forEach((target, i) => {
      const [, other, from, to] = /^([\d-]+)(?:\[(\d+)_(\d+)\])?$/.exec(target) ?? [];
      if (other !== undefined && IDENTITY.has(types[i] ?? '')) links.push([keyOf(from, other), keyOf(to, id!)]);
    });
  }
  if (sentences.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no row of a token in it' });
  const keys = [...spans.keys()];
  const root = new Map(keys.map((key) => [key, key]));
  const rootOf = (key: string): string => (root.get(key) === key ? key : rootOf(root.get(key)!));
  for (const [a, b] of links) if (root.has(a) && root.has(b)) root.set(rootOf(a), rootOf(b));
  const chains = new Map([...new Set(keys.map(rootOf))].map((key, chain) => [key, chain]));
  return {
    document: documentFrom(basename(path, '.tsv'), sentences),
    mentions: keys.map((key) => ({ ...spans.get(key)!, chain: chains.get(rootOf(key))! })),
  };
}

const keyOf = (unit: string | undefined, token: string): string => (unit === undefined || unit === '0' ? token : unit);

/** `person[2]|time[5]` as (label, key of the unit); a unit without a number is the only one of its token. */
function unitsOf(cell: string, token: string): [label: string, key: string][] {
  if (cell === '_') return [];
  return cell.split('|').map((unit) => {
    const [, label, number] = /^(.*?)(?:\[(\d+)\])?$/.exec(unit)!;
    return [label!, keyOf(number, token)];
  });
}

/** The words of a set, joined by spaces. */
export function documentFrom(name: string, sentences: readonly (readonly string[])[]): SegmentedDocument {
  let text = '';
  const segmented = sentences.map((words, index) => {
    const start = text.length;
    const tokens = words.map((word): Token => {
      const from = text.length;
      text += `${word} `;
      return { text: word, start: from, end: from + word.length };
    });
    return { index, start, end: Math.max(start, text.length - 1), tokens };
  });
  return { id: documentIdOf(name), uri: name, title: name, text, sentences: segmented };
}

export function mentionFrom({ document }: GoldDocument, mention: GoldMention): Mention {
  const { tokens } = document.sentences[mention.sentence]!;
  const [start, end] = [tokens[mention.start]!.start, tokens[mention.end - 1]!.end];
  return { label: mention.label, sentence: mention.sentence, tokenStart: mention.start, tokenEnd: mention.end, start, end, surface: document.text.slice(start, end), score: 1 };
}
