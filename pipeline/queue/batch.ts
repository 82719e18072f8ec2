// What goes through the queue: documents to a worker, and what became of them back. Data alone, named by its content, checked before it is used.
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { z } from 'zod';
import { EngramError, messageOf } from '../core/errors.ts';
import type { Findings } from '../core/extraction.ts';
import { sha256Of } from '../core/ids.ts';
import type { Document, DocumentId } from '../core/model.ts';
import { secondsBy, type ExtractedBatch } from '../extract.ts';

/** Of what is sent; counts in the address, so that releases that write another one do not meet. */
const FORMAT = 3;
/** A value of Redis; longer ones are written in pieces. */
const PIECE_BYTES = 512 * 1024;
/** Unpacked; a batch is far smaller, what swells up to this is no batch. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Unpacked at a time: each takes a turn of the main thread, and the usual 16 KiB twice the time in all. */
const CHUNK_BYTES = 256 * 1024;
/** Of compression: a fifth larger than by the usual one, for 40 % of its time. */
const LEVEL = 1;
/** Largest number of documents in a batch, as `extract.batchDocuments` has it. */
const MOST_DOCUMENTS = 4096;
/** UTF-16 units of the name of a device; it is printed, so nothing in it steers a terminal. */
const LONGEST_DEVICE = 200;

export type Versions = Readonly<Record<string, string>>;

const jobData = z.strictObject({
  format: z.literal(FORMAT),
  versions: z.record(z.string(), z.string()),
  /** JSON, deflated, in base64. */
  documents: z.base64().max(MOST_BYTES),
});
export type BatchData = z.output<typeof jobData>;

const document = z.strictObject({
  id: z.string().transform((id) => id as DocumentId),
  text: z.string(),
  uri: z.string(),
  title: z.string().optional(),
  date: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

const [index, score] = [z.uint32(), z.number()];
const findings = z.strictObject({
  sentences: z.array(z.tuple([index, index])),
  mentions: z.array(
    z.strictObject({ label: z.string(), reference: z.enum(['pronoun', 'noun']).optional(), sentence: index, tokenStart: index, tokenEnd: index, start: index, end: index, surface: z.string(), score }),
  ),
  chains: z.array(z.strictObject({ label: z.string(), mentions: z.array(index) })),
  relations: z.array(z.strictObject({ head: index, tail: index, label: z.string(), score })),
  extractor: z.string(),
  sentiment: z.strictObject({ model: z.string(), score, sentences: z.array(score), mentions: z.array(score) }).optional(),
  topics: z.strictObject({ model: z.string(), labels: z.array(z.strictObject({ label: z.string(), probability: score })) }).optional(),
}) satisfies z.ZodType<Findings>;

/** The first line of what comes back: of each document its words, or why it could not be read, and what ran the networks. A line for each follows: its findings, or nothing. */
const headOfResult = z.strictObject({
  device: z.string().min(1).max(LONGEST_DEVICE).regex(/^\P{C}*$/u, 'has characters that are not printed').optional(),
  results: z.array(z.union([index, z.strictObject({ stage: z.string(), code: z.string(), message: z.string(), hint: z.string().optional() })])),
  seconds: z.record(z.string(), z.number()),
});

/** The address of a batch: what it holds, and what is to read it. */
export function batchIdOf(versions: Versions, documents: readonly Document[]): string {
  const sorted = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  return `b${sha256Of(JSON.stringify([FORMAT, sorted, documents]), 16)}`;
}

export async function packDocuments(versions: Versions, documents: readonly Document[]): Promise<BatchData> {
  return { format: FORMAT, versions, documents: (await pack(JSON.stringify(documents))).toString('base64') };
}

/**
 * @param batch the address, which has to be that of what is found
 * @throws EngramError `ENGRAM_QUEUE_BATCH_INVALID`
 */
export async function unpackDocuments(batch: string, data: unknown): Promise<{ readonly versions: Versions; readonly documents: readonly Document[] }> {
  try {
    const { versions, documents: packed } = jobData.parse(data);
    const documents = z.array(document).min(1).max(MOST_DOCUMENTS).parse(JSON.parse((await unpack(Buffer.from(packed, 'base64'))).toString()));
    if (batchIdOf(versions, documents) !== batch) throw new Error('its content is not that of its address');
    return { versions, documents };
  } catch (cause) {
    throw new EngramError('ENGRAM_QUEUE_BATCH_INVALID', { batch, problem: problemOf(cause) }, { cause });
  }
}

/**
 * Nothing of what was sent, so that no worker can change it.
 * @param device of the worker
 * @returns pieces of bounded size
 */
export async function packResult({ results, seconds }: ExtractedBatch, device?: string): Promise<readonly Buffer[]> {
  const head = {
    ...(device && { device: device.slice(0, LONGEST_DEVICE).replace(/\p{C}/gu, ' ') }),
    results: results.map((each) => {
      if ('findings' in each) return each.words;
      const { stage, code, message, hint } = each.deadLetter;
      return { stage, code, message, hint };
    }),
    seconds,
  } satisfies z.input<typeof headOfResult>;
  const bytes = await pack([JSON.stringify(head), ...results.map((each) => ('findings' in each ? each.findings : ''))].join('\n'));
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) pieces.push(bytes.subarray(from, from + PIECE_BYTES));
  return pieces;
}

/** @throws EngramError `ENGRAM_QUEUE_BATCH_INVALID` */
export async function unpackResult(batch: string, pieces: readonly Buffer[], documents: readonly Document[]): Promise<ExtractedBatch> {
  try {
    const [head, ...found] = linesOf(await unpack(Buffer.concat(pieces)), documents.length + 2);
    const { device, results, seconds } = headOfResult.parse(JSON.parse(head!));
    if (results.length !== documents.length) throw new Error(`${results.length} results of ${documents.length} documents`);
    if (found.length !== documents.length) throw new Error(`findings of ${found.length} documents, not of ${documents.length}`);
    return {
      results: results.map((each, at) => (typeof each === 'number' ? { findings: checkedFindings(found[at]!), words: each, ...(device !== undefined && { device }) } : { deadLetter: { uri: documents[at]!.uri, ...each } })),
      seconds: secondsBy((stage) => seconds[stage] ?? 0),
    };
  } catch (cause) {
    throw new EngramError('ENGRAM_QUEUE_BATCH_INVALID', { batch, problem: problemOf(cause) }, { cause });
  }
}

/** Only checked: what the checks return has its keys in another order, and so would the journal. */
function checkedFindings(text: string): string {
  findings.parse(JSON.parse(text));
  if (!text.startsWith('{')) throw new Error('findings begin with a space');
  return text;
}

async function pack(text: string): Promise<Buffer> {
  return promisify(deflateRaw)(text, { level: LEVEL });
}

async function unpack(bytes: Buffer): Promise<Buffer> {
  return promisify(inflateRaw)(bytes, { maxOutputLength: MOST_BYTES, chunkSize: CHUNK_BYTES });
}

/** Each a string of its own: in one of all, a single character beyond Latin-1 would make every other take two bytes, and longer to read. */
function linesOf(bytes: Buffer, most: number): string[] {
  const lines: string[] = [];
  for (let [from, end] = [0, 0]; end >= 0 && lines.length < most; from = end + 1) {
    end = bytes.indexOf('\n', from);
    lines.push(bytes.toString('utf8', from, end < 0 ? bytes.length : end));
  }
  return lines;
}

/** Not what was found there: it may be a text of any length. */
function problemOf(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return messageOf(cause);
  const { path, message } = cause.issues[0]!;
  return `${path.join('.') || 'it'}: ${message}`;
}
