// How labelled sentences are read from files: CoNLL columns, Universal NER (iob2), JSON lines, the GMB table and DocRED documents.
import { parse } from 'csv-parse';
import { EngramError, messageOf } from '../../pipeline/core/errors.ts';
import { LABEL_NAME, MENTION_LABELS } from '../../pipeline/core/model.ts';
import { openText, readJson, readLines } from '../text/data-files.ts';

export interface LabelledSpan {
  /** Tokens, half-open. */
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

export interface LabelledSentence {
  readonly tokens: readonly string[];
  /** In order of position, never overlapping. */
  readonly spans: readonly LabelledSpan[];
  /** Labels this set annotates: a token outside the spans says nothing about the others. */
  readonly annotated: readonly string[];
  readonly source: string;
  /** The document it stands in, where the set tells documents apart. */
  readonly document?: string;
}

export const NER_FORMATS = ['conll', 'iob2', 'jsonl', 'gmb', 'docred'] as const;
export type NerFormat = (typeof NER_FORMATS)[number];

/** A span before its type is mapped to one of our labels. */
export interface TypedSpan {
  readonly start: number;
  readonly end: number;
  readonly type: string;
}

interface Row {
  readonly token: string;
  readonly tag: string;
  readonly partOfSpeech: string;
  readonly line: number;
  /** Counts the documents that the file marks; none before the first mark. */
  readonly document?: number;
}

/** Our span for a span of the data set; nothing when the set's type has no place in ours. */
export type SpanMapper = (span: TypedSpan, tokens: readonly string[], partsOfSpeech: readonly string[]) => LabelledSpan | undefined;

export interface NerReadOptions {
  /** Without it a type is a label of its own, unless it is a usual other name of a shipped one (PERSON, LOCATION, DATE …). */
  readonly map?: SpanMapper;
  /** Without it, the labels that occur in the file. */
  readonly annotated?: readonly string[];
  /** Without it, the path. */
  readonly source?: string;
  /** Titles of documents to leave out (DocRED only). */
  readonly withoutTitles?: ReadonlySet<string>;
}

const USUAL_NAMES: ReadonlyMap<string, string> = new Map([
  ...MENTION_LABELS.map((label) => [label, label] as const),
  ['PERSON', 'PER'],
  ['ORGANIZATION', 'ORG'],
  ['ORGANISATION', 'ORG'],
  ['LOCATION', 'LOC'],
  ['GPE', 'LOC'],
  ['MISCELLANEOUS', 'MISC'],
  ['DATE', 'TIME'],
  ['NUMBER', 'NUM'],
]);

/**
 * A mapper for types with other names, from `person=PER,location=LOC`; types it does not name are left out.
 * @throws EngramError `ENGRAM_DATA_INVALID` when a pair is not TYPE=LABEL
 */
export function mapperOf(pairs: string): SpanMapper {
  const labels = new Map<string, string>();
  for (const pair of pairs.split(',')) {
    const [type, name] = pair.split('=').map((part) => part.trim());
    if (!type || !name || !LABEL_NAME.test(name)) {
      throw new EngramError('ENGRAM_DATA_INVALID', { path: '--map', problem: `'${pair}' found; expected TYPE=LABEL, such as person=PER` });
    }
    labels.set(type, name);
  }
  return ({ start, end, type }) => {
    const label = labels.get(type);
    return label === undefined ? undefined : { start, end, label };
  };
}

/** Spans of a tag sequence in any of BIO2, IOB1, IO and BIOES: B- and S- always open, I- and E- continue a span of their type. */
export function spansFromTags(tags: readonly string[]): TypedSpan[] {
  const spans: TypedSpan[] = [];
  let open: { start: number; type: string } | undefined;
  const close = (end: number): void => {
    if (open) spans.push({ start: open.start, end, type: open.type });
    open = undefined;
  };
  tags.forEach((tag, i) => {
    const type = tag.slice(2);
    const opens = /^[BSU]-/.test(tag);
    if (tag === 'O' || opens || (open && open.type !== type)) close(i);
    if (tag !== 'O') open ??= { start: i, type };
    if (/^[ESL]-/.test(tag)) close(i + 1);
  });
  close(tags.length);
  return spans;
}

/** Keeps the longer of two spans that overlap (the earlier of two equally long), in order of position. */
export function withoutOverlaps<S extends { readonly start: number; readonly end: number }>(spans: readonly S[]): S[] {
  const byLength = [...spans].sort((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const kept: S[] = [];
  for (const span of byLength) {
    if (kept.every((other) => span.end <= other.start || span.start >= other.end)) kept.push(span);
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** The format a file's name tells: `.iob2`, `.jsonl`, `.csv` (GMB), `.json` (DocRED), any other name CoNLL columns. */
export function nerFormatOf(path: string): NerFormat {
  const name = path.replace(/\.gz$/, '');
  if (name.endsWith('.iob2')) return 'iob2';
  if (name.endsWith('.csv')) return 'gmb';
  if (name.endsWith('.jsonl')) return 'jsonl';
  return name.endsWith('.json') ? 'docred' : 'conll';
}

/** All labelled sentences of a file. Formats `conll`: token first, tag last, blank line after a sentence; `jsonl`: `readJsonSentences`. */
export async function readNerFile(path: string, format?: NerFormat, options: NerReadOptions = {}): Promise<LabelledSentence[]> {
  const kind = format ?? nerFormatOf(path);
  const source = options.source ?? path;
  const read: Omit<LabelledSentence, 'annotated'>[] = [];
  const documentOf = (index: number | undefined): { document?: string } => (index === undefined ? {} : { document: `${path} ${index}` });
  if (kind === 'docred') {
    for (const { tokens, spans, document } of await readDocredSentences(path, options.withoutTitles)) {
      read.push({ tokens, spans: mapSpans(spans, tokens, [], options.map, { path }), source, ...documentOf(document) });
    }
  } else if (kind === 'jsonl') {
    for await (const { tokens, spans, line } of readJsonSentences(path)) {
      read.push({ tokens, spans: mapSpans(spans, tokens, [], options.map, { path, line }), source });
    }
  } else {
    for await (const rows of readRows(path, kind)) {
      const tokens = rows.map((row) => row.token);
      const spans = spansFromTags(rows.map((row) => row.tag));
      const parts = rows.map((row) => row.partOfSpeech);
      read.push({ tokens, spans: mapSpans(spans, tokens, parts, options.map, { path, line: rows[0].line }), source, ...documentOf(rows[0].document) });
    }
  }
  if (read.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'no labelled sentence in it' });
  const occurring = new Set(read.flatMap((sentence) => sentence.spans.map((span) => span.label)));
  const annotated = options.annotated ?? [...occurring];
  return read.map((sentence) => ({ ...sentence, annotated }));
}

function mapSpans(
  spans: readonly TypedSpan[],
  tokens: readonly string[],
  partsOfSpeech: readonly string[],
  map: SpanMapper | undefined,
  where: { path: string; line?: number },
): LabelledSpan[] {
  const mapped: LabelledSpan[] = [];
  for (const span of spans) {
    const ours = map ? map(span, tokens, partsOfSpeech) : namedSpan(span, where);
    if (ours && ours.start < ours.end) mapped.push(ours);
  }
  return mapped;
}

function namedSpan(span: TypedSpan, where: { path: string; line?: number }): LabelledSpan {
  const label = USUAL_NAMES.get(span.type.toUpperCase()) ?? span.type;
  if (!LABEL_NAME.test(label)) {
    const problem = `'${label}' found; expected a label of up to 63 letters a to z, digits, '_', '.' and '-' that starts with a letter`;
    throw new EngramError('ENGRAM_DATA_INVALID', { ...where, problem });
  }
  return { start: span.start, end: span.end, label };
}

function readRows(path: string, format: Exclude<NerFormat, 'docred' | 'jsonl'>): AsyncGenerator<Row[]> {
  return format === 'gmb' ? readGmbRows(path) : readColumnRows(path, format);
}

const TAG = /^(?:O|[BIESLU]-.+)$/;

/** Token first and tag last; or a running number, token and tag first, as Universal NER and CoNLL04 have them. `#` opens a comment. */
async function* readColumnRows(path: string, format: 'conll' | 'iob2'): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  let document: number | undefined;
  for await (const { line, number } of readLines(path)) {
    if (line.startsWith('-DOCSTART-') || /^#\s*(?:newdoc|doc)\b/.test(line)) document = (document ?? 0) + 1;
    const columns = line.includes('\t') ? line.trimEnd().split('\t') : line.trim().split(' ');
    const last = columns.at(-1)!;
    if (line.trim() === '' || (line.startsWith('#') && !TAG.test(last))) {
      if (rows.length > 0) yield rows;
      rows = [];
      continue;
    }
    if (line.startsWith('-DOCSTART-')) continue;
    if (columns.length < (format === 'iob2' ? 3 : 2)) throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `no tag after '${line.trim()}'; expected a token and a tag` });
    const isNumbered = format === 'iob2' || (columns.length > 2 && /^\d+$/.test(columns[0]!) && TAG.test(columns[2]!) && !TAG.test(last));
    const [token, tag] = isNumbered ? [columns[1]!, columns[2]!] : [columns[0]!, last];
    if (!TAG.test(tag)) {
      throw new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem: `'${tag}' is not a tag such as O, B-PER or I-PER` });
    }
    rows.push({ token, tag, partOfSpeech: columns.length > 2 ? columns[1]! : '', line: number, ...(document !== undefined && { document }) });
  }
  if (rows.length > 0) yield rows;
}

interface JsonSentence {
  readonly tokens: readonly string[];
  readonly spans: readonly TypedSpan[];
  readonly line: number;
}

/** One sentence a line: `{"tokens": ["Ada", "slept"], "spans": [{"start": 0, "end": 1, "label": "PER"}]}`, end exclusive. */
async function* readJsonSentences(path: string): AsyncGenerator<JsonSentence> {
  for await (const { line, number } of readLines(path)) {
    if (line.trim() === '') continue;
    const invalid = (problem: string, cause?: unknown): EngramError => new EngramError('ENGRAM_DATA_INVALID', { path, line: number, problem }, { cause });
    let value: { tokens?: unknown; spans?: unknown } | null;
    try {
      value = JSON.parse(line) as typeof value;
    } catch (cause) {
      throw invalid(messageOf(cause), cause);
    }
    const tokens = value?.tokens;
    const given = value?.spans;
    const areTokens = Array.isArray(tokens) && tokens.length > 0 && tokens.every((token) => typeof token === 'string' && token.trim() !== '');
    if (!areTokens || !Array.isArray(given)) throw invalid("expected an object with 'tokens' (a list of words) and 'spans' (a list)");
    const spans = given.map((span: Partial<Record<'start' | 'end' | 'label', unknown>> | null) => {
      const { start, end, label } = span ?? {};
      if (!Number.isInteger(start) || !Number.isInteger(end) || typeof label !== 'string' || !((start as number) >= 0 && (start as number) < (end as number) && (end as number) <= tokens.length)) {
        throw invalid(`span ${JSON.stringify(span)} found; expected {start, end, label} with 0 <= start < end <= ${tokens.length}`);
      }
      return { start: start as number, end: end as number, type: label };
    });
    const kept = withoutOverlaps(spans);
    if (kept.length < spans.length) throw invalid('two of its spans overlap; expected spans apart from each other');
    yield { tokens: tokens as string[], spans: kept, line: number };
  }
}

async function* readGmbRows(path: string): AsyncGenerator<Row[]> {
  const text = await openText(path, 'latin1');
  const table = parse({ from_line: 2, relax_column_count: true });
  text.on('error', (error) => table.destroy(error));
  let rows: Row[] = [];
  let line = 1;
  try {
    for await (const [opening, token, partOfSpeech, tag] of text.pipe(table) as AsyncIterable<string[]>) {
      line++;
      if (opening && rows.length > 0) {
        yield rows;
        rows = [];
      }
      if (token) rows.push({ token, tag: tag || 'O', partOfSpeech, line });
    }
  } catch (cause) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, line, problem: messageOf(cause) }, { cause });
  }
  if (rows.length > 0) yield rows;
}

export interface DocredMention {
  readonly pos: readonly [start: number, end: number];
  readonly type: string;
  readonly sent_id: number;
}

export interface DocredDocument {
  readonly title: string;
  readonly sents: readonly (readonly string[])[];
  readonly vertexSet: readonly (readonly DocredMention[])[];
  readonly labels?: readonly { readonly h: number; readonly t: number; readonly r: string }[];
}

export async function readDocredDocuments(path: string): Promise<readonly DocredDocument[]> {
  const documents = await readJson(path);
  const isDocument = (d: Partial<DocredDocument> | null): boolean => Array.isArray(d?.sents) && Array.isArray(d?.vertexSet);
  if (!Array.isArray(documents) || !documents.every(isDocument)) {
    throw new EngramError('ENGRAM_DATA_INVALID', { path, problem: 'not a list of DocRED documents with sents and vertexSet' });
  }
  return documents as DocredDocument[];
}

async function readDocredSentences(path: string, withoutTitles?: ReadonlySet<string>): Promise<{ tokens: readonly string[]; spans: TypedSpan[]; document: number }[]> {
  const documents = await readDocredDocuments(path);
  return documents
    .filter((document) => !withoutTitles?.has(document.title))
    .flatMap((document, at) => {
      const mentions = document.vertexSet.flat();
      return document.sents.map((tokens, index) => {
        const here = mentions.filter((m) => m.sent_id === index && m.pos[0] >= 0 && m.pos[0] < m.pos[1] && m.pos[1] <= tokens.length);
        const spans = here.map((m) => ({ start: m.pos[0], end: m.pos[1], type: m.type }));
        return { ...withoutBlankTokens(tokens, withoutOverlaps(spans)), document: at };
      });
    });
}

/** Drops tokens that are only white space (a text never yields any) and moves the spans along. */
export function withoutBlankTokens<S extends { readonly start: number; readonly end: number }>(
  tokens: readonly string[],
  spans: readonly S[],
): { tokens: readonly string[]; spans: S[] } {
  const kept: string[] = [];
  const newIndex = [0];
  for (const token of tokens) {
    if (token.trim() !== '') kept.push(token);
    newIndex.push(kept.length);
  }
  return { tokens: kept, spans: spans.map((span) => ({ ...span, start: newIndex[span.start], end: newIndex[span.end] })) };
}
