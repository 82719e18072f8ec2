// A line of the journal: a checksum, a space, and a record as JSON. How one is written, checked and found again.
import { createReadStream } from 'node:fs';
import { givenOf, type Findings } from './core/extraction.ts';
import { digestOf, sha256Of } from './core/ids.ts';
import type { Decision, Document, DocumentId, Extraction, Reference } from './core/model.ts';
import { splitLines } from './sources/lines.ts';

export type JournalRecord =
  | ({ readonly kind: 'extraction' } & ExtractionRecord)
  | { readonly kind: 'removed'; readonly id: DocumentId }
  | DecisionRecord;

/** An extraction, or its two parts: the document, and its findings as JSON. */
export type ExtractionRecord = {
  /** Tells whether the document, or what reads it, has changed since. */
  readonly key: string;
} & ({ readonly extraction: Extraction } | { readonly document: Document; readonly findings: string });

/** What is read back of it. */
export function extractionOfRecord(record: ExtractionRecord): Extraction {
  return 'extraction' in record ? record.extraction : { ...givenOf(record.document), ...(JSON.parse(record.findings) as Findings) };
}

/** What a person said of two things; of the same two the last one counts. `same` left out takes it back. */
export interface DecisionRecord {
  readonly kind: 'decision';
  readonly a: Reference;
  readonly b: Reference;
  readonly same?: boolean;
}

/** What the front of a record says, without its extraction. */
export interface RecordHead {
  readonly kind: JournalRecord['kind'];
  /** Of a document; of a decision that of its pair. */
  readonly id: DocumentId | string;
  readonly key?: string;
  readonly decision?: Decision;
  readonly uri?: string;
  readonly checksum: string;
}

/** A record that was lost, and why. */
export interface JournalProblem {
  readonly path: string;
  readonly line: number;
  readonly reason: string;
}

/** A head with the place of its line, or a problem. */
export type Scanned =
  | { readonly head: RecordHead; readonly offset: number; readonly length: number }
  | { readonly problem: JournalProblem; readonly tornAt?: number };

/** Hex digits: 64 bits of SHA-256. */
const CHECKSUM_DIGITS = 16;
const SPACE = 0x20;
/** Not found inside a string of JSON, where its quotes would be escaped. */
const BODY_MARK = ',"extraction":';
/** Beyond what one string of JavaScript can hold. */
const LONGEST_LINE = 1024 * 1024 * 1024;

export function lineFrom(record: JournalRecord): { readonly head: RecordHead; readonly line: Buffer } {
  const json = Buffer.from(jsonOf(record));
  const checksum = checksumOf(json);
  return { head: headFrom(json, checksum), line: Buffer.concat([Buffer.from(`${checksum} `), json, Buffer.from('\n')]) };
}

function jsonOf(record: JournalRecord): string {
  if (record.kind === 'removed') return JSON.stringify(record);
  if (record.kind === 'decision') {
    const { kind, a, b, same } = record;
    return JSON.stringify({ kind, id: decisionIdOf(a, b), ...(same === undefined ? {} : { decision: { a, b, same } }) });
  }
  const extraction = 'extraction' in record ? record.extraction : givenOf(record.document);
  const json = JSON.stringify({ kind: record.kind, id: extraction.id, key: record.key, uri: extraction.uri, extraction });
  // The fields of the one object, and on with those of the other.
  return 'extraction' in record ? json : `${json.slice(0, -2)},${record.findings.slice(1)}}`;
}

/** The same for both orders of the pair. */
export function decisionIdOf(...pair: readonly [Reference, Reference]): string {
  return `decision-${digestOf(...pair.map(({ type, key, documentId }) => `${type} ${key} ${documentId}`).sort())}`;
}

/** @param line without its end; undefined where it is no whole record with an extraction */
export function extractionFrom(line: Buffer): Extraction | undefined {
  const json = checkedJson(line);
  return json === undefined ? undefined : (JSON.parse(json.toString('utf8')) as { extraction?: Extraction }).extraction;
}

/** Every line of a segment in order; holds one line at a time. `tornAt` is the place of a last line without an end. */
export async function* scanSegment(path: string): AsyncGenerator<Scanned> {
  for await (const { number, offset, length, bytes, ended, tooLong } of splitLines(createReadStream(path), LONGEST_LINE)) {
    if (!ended) {
      yield { problem: { path, line: number, reason: 'the last record was not written to its end' }, tornAt: offset };
      return;
    }
    const line = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const json = tooLong ? undefined : checkedJson(line);
    if (json === undefined) yield { problem: { path, line: number, reason: 'the record does not have its checksum' } };
    else yield { head: headFrom(json, line.toString('latin1', 0, CHECKSUM_DIGITS)), offset, length };
  }
}

/** The number of the line that a byte lies in. */
export async function lineAt(path: string, offset: number): Promise<number> {
  let number = 1;
  for await (const line of splitLines(createReadStream(path), LONGEST_LINE)) {
    if (line.offset > offset) break;
    number = line.number;
  }
  return number;
}

function checkedJson(line: Buffer): Buffer | undefined {
  if (line[CHECKSUM_DIGITS] !== SPACE) return undefined;
  const json = line.subarray(CHECKSUM_DIGITS + 1);
  return checksumOf(json) === line.toString('latin1', 0, CHECKSUM_DIGITS) ? json : undefined;
}

function checksumOf(json: Buffer): string {
  return sha256Of(json, CHECKSUM_DIGITS / 2);
}

function headFrom(json: Buffer, checksum: string): RecordHead {
  const body = json.indexOf(BODY_MARK);
  const front = body < 0 ? json.toString('utf8') : `${json.toString('utf8', 0, body)}}`;
  return { ...(JSON.parse(front) as Omit<RecordHead, 'checksum'>), checksum };
}
