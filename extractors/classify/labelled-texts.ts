// Texts with labels, read from CSV, TSV or JSON lines with a column of texts and one of labels, or from a folder with a folder of texts for each label.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { openText, parseJson, readLines } from '../text/data-files.ts';
import { segmentText } from '../text/segmenter.ts';

export interface LabelledText {
  /** Tokens by sentence. */
  readonly sentences: readonly (readonly string[])[];
  /** One, or, where texts may have several, any number. */
  readonly labels: readonly string[];
  /** What a teacher thinks of all labels, by label; training learns it in place of the labels. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

export interface TextReadOptions {
  /** Column or field of the text. */
  readonly text?: string;
  /** Column or field of the label. */
  readonly label?: string;
  /** Whether a text may have several labels, or none: a list in JSON, with | between them in a table. */
  readonly multiLabel?: boolean;
  /** The text is words with spaces between them, one sentence, as it is. */
  readonly keepTokens?: boolean;
}

export interface ReadTexts {
  readonly texts: readonly LabelledText[];
  /** Texts without words, which are left out. */
  readonly empty: number;
}

const TABLE = /\.(csv|tsv)(\.gz)?$/i;
const JSON_LINES = /\.jsonl(\.gz)?$/i;
const TEXT = /\.(txt|md)(\.gz)?$/i;
const BETWEEN_LABELS = '|';

interface Row {
  readonly text: unknown;
  readonly label: unknown;
  readonly line?: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` for a file without the columns, or a row without a label; `ENGRAM_SOURCE_NOT_FOUND` */
export async function readLabelledTexts(paths: readonly string[], options: TextReadOptions = {}): Promise<ReadTexts> {
  const texts: LabelledText[] = [];
  let empty = 0;
  for (const path of paths) {
    for await (const { text, label, line } of rowsOf(path, options)) {
      if (typeof text !== 'string') throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem: `${JSON.stringify(text)} found as the text; expected a string` });
      const labels = labelsOf(label, options.multiLabel ?? false);
      if (labels === undefined) throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem: `${JSON.stringify(label)} found as the label; expected ${options.multiLabel ? 'a list of names' : 'a name'}` });
      const sentences = tokensOf(text, options.keepTokens ?? false);
      if (sentences.length === 0) empty++;
      else texts.push({ sentences, labels });
    }
  }
  return { texts, empty };
}

/**
 * What a teacher thinks of texts.
 * @param path JSON lines of {"text", "probabilities": {"LABEL": 0.9, …}}
 * @throws EngramError `ENGRAM_DATA_INVALID`, `ENGRAM_SOURCE_NOT_FOUND`
 */
export async function readTaughtTexts(path: string, keepTokens = false): Promise<LabelledText[]> {
  const texts: LabelledText[] = [];
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '') continue;
    const { text, probabilities } = (parseJson(line, path, number) ?? {}) as { readonly text?: unknown; readonly probabilities?: unknown };
    const isWhole = typeof text === 'string' && typeof probabilities === 'object' && probabilities !== null && Object.values(probabilities).every((value) => typeof value === 'number' && value >= 0 && value <= 1);
    if (!isWhole) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: 'expected an object with "text" and "probabilities", a number in [0, 1] for each label' });
    const sentences = tokensOf(text, keepTokens);
    if (sentences.length > 0) texts.push({ sentences, labels: [], probabilities: probabilities as Readonly<Record<string, number>> });
  }
  return texts;
}

export function tokensOf(text: string, keepTokens: boolean): (readonly string[])[] {
  if (!keepTokens) return segmentText(text).map(({ tokens }) => tokens.map((token) => token.text));
  const tokens = text.split(/\s+/).filter((token) => token !== '');
  return tokens.length === 0 ? [] : [tokens];
}

function labelsOf(given: unknown, isMultiLabel: boolean): readonly string[] | undefined {
  const names = isMultiLabel && typeof given === 'string' ? given.split(BETWEEN_LABELS) : Array.isArray(given) && isMultiLabel ? given : [given];
  const labels = names.map((name) => (typeof name === 'number' || typeof name === 'boolean' ? String(name) : typeof name === 'string' ? name.trim() : undefined));
  if (labels.includes(undefined)) return undefined;
  const named = [...new Set(labels as string[])].filter((name) => name !== '');
  return named.length === 0 && !isMultiLabel ? undefined : named;
}

async function* rowsOf(path: string, { text = 'text', label = 'label' }: TextReadOptions): AsyncGenerator<Row> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
  if (found.isDirectory()) yield* folderRows(path);
  else if (TABLE.test(path)) yield* tableRows(path, text, label);
  else if (JSON_LINES.test(path)) yield* jsonRows(path, text, label);
  else throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'its name tells of no known kind; expected .csv, .tsv or .jsonl, each also with .gz, or a folder with a folder of texts for each label' });
}

async function* tableRows(path: string, text: string, label: string): AsyncGenerator<Row> {
  const input = await openText(path);
  const table = parse({ bom: true, delimiter: /\.tsv(\.gz)?$/i.test(path) ? '\t' : ',', relax_column_count: true, relax_quotes: true, skip_empty_lines: true, info: true });
  input.on('error', (error) => table.destroy(error));
  let places: readonly [text: number, label: number] | undefined;
  try {
    for await (const { record, info } of input.pipe(table) as AsyncIterable<{ readonly record: readonly string[]; readonly info: { readonly lines: number } }>) {
      if (places !== undefined) {
        yield { text: record[places[0]] ?? '', label: record[places[1]] ?? '', line: info.lines };
        continue;
      }
      for (const column of [text, label]) {
        if (!record.includes(column)) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: info.lines, problem: `there is no column '${column}'; the first line names ${record.map((name) => `'${name}'`).join(', ')}: say which it is with --text and --label` });
      }
      places = [record.indexOf(text), record.indexOf(label)];
    }
  } catch (cause) {
    if (cause instanceof EngramError) throw cause;
    throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: messageOf(cause) }, { cause });
  }
}

async function* jsonRows(path: string, text: string, label: string): AsyncGenerator<Row> {
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '') continue;
    const record = parseJson(line, path, number);
    const has = (field: string): boolean => typeof record === 'object' && record !== null && Object.hasOwn(record, field);
    for (const field of [text, label]) if (!has(field)) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `there is no field '${field}': say which it is with --text and --label` });
    const fields = record as Readonly<Record<string, unknown>>;
    yield { text: fields[text], label: fields[label], line: number };
  }
}

async function* folderRows(path: string): AsyncGenerator<Row> {
  const folders = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  if (folders.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'it holds no folder; expected one for each label, named after it' });
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    for (const file of (await readdir(join(path, name))).filter((each) => TEXT.test(each)).sort()) {
      let text = '';
      for await (const { line } of readLines(join(path, name, file))) text += `${line}\n`;
      yield { text, label: name };
    }
  }
}
