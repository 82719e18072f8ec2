// run.json: what a build folder holds and how it came to be; written when a run starts and when it ends.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DEFAULT_CONFIG, type Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import { sha256Of } from './core/ids.ts';
import type { GraphDelta, GraphRows } from './core/model.ts';
import { replaceFile } from './replace-file.ts';

/** One input as it was named, and the files it stood for. */
export interface InputRecord {
  readonly argument: string;
  readonly files: readonly string[];
}

export interface RunCounts {
  readonly read: number;
  readonly extracted: number;
  readonly unchanged: number;
  readonly removed: number;
  readonly deadLetters: number;
  /** Tokens of the documents extracted in this run. */
  readonly words: number;
  readonly documents: number;
  readonly entities: number;
  readonly facts: number;
  readonly attributes: number;
  /** Relations that the schema kept out, by reason; `rejected.jsonl` lists them. */
  readonly rejected?: Readonly<Record<string, number>>;
}

export interface RunManifest {
  readonly engram: string;
  readonly status: 'running' | 'interrupted' | 'complete';
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly config: Config;
  /** Of the segmenter and the models: another version reads documents anew. */
  readonly versions: Readonly<Record<string, string>>;
  /** What ran the networks; left out where workers elsewhere did. */
  readonly device?: string;
  /** Of those workers: what each says ran its networks, with the documents extracted there in this run, most first. */
  readonly devices?: readonly { readonly device: string; readonly documents: number }[];
  /** All inputs ever named, with the files of the last time each was. */
  readonly inputs: readonly InputRecord[];
  readonly counts?: RunCounts;
  /** Seconds; those of the stages are added up over batches that overlap. */
  readonly seconds?: Readonly<Record<string, number>>;
  /** Words extracted by second of extraction, wall clock. */
  readonly wordsPerSecond?: number;
  readonly digest?: { readonly journal: string; readonly graph: string };
}

const FILE = 'run.json';

/**
 * The manifest of the last run; undefined where there was none.
 * @throws EngramError `ENGRAM_CHECKPOINT_CORRUPT`
 */
export async function readManifest(dir: string): Promise<RunManifest | undefined> {
  const path = join(dir, FILE);
  if (!existsSync(path)) return undefined;
  const text = await readFile(path, 'utf8');
  let found: RunManifest & { readonly checksum?: string };
  try {
    found = JSON.parse(text) as typeof found;
  } catch (cause) {
    throw new EngramError('ENGRAM_CHECKPOINT_CORRUPT', { path, line: 1, problem: 'is not JSON; remove it to begin a new one' }, { cause });
  }
  const { checksum, ...manifest } = found;
  if (checksum !== checksumOf(manifest)) throw new EngramError('ENGRAM_CHECKPOINT_CORRUPT', { path, line: 1, problem: 'is no longer what was written; remove it to begin a new one' });
  return { ...manifest, config: withDefaults(manifest.config) };
}

/** Settings that the version which wrote it did not know are as they are when nobody sets them. */
function withDefaults(config: Partial<Config> = {}): Config {
  const sections = Object.keys(DEFAULT_CONFIG) as (keyof Config)[];
  return Object.fromEntries(sections.map((section) => [section, { ...DEFAULT_CONFIG[section], ...config[section] }])) as unknown as Config;
}

/** @throws EngramError `ENGRAM_CHECKPOINT_MISSING` where there is no build */
export async function manifestOf(dir: string): Promise<RunManifest> {
  const manifest = await readManifest(dir);
  if (manifest === undefined) throw new EngramError('ENGRAM_CHECKPOINT_MISSING', { path: dir });
  return manifest;
}

/** @throws EngramError `ENGRAM_CHECKPOINT_UNWRITABLE` */
export async function writeManifest(dir: string, manifest: RunManifest): Promise<void> {
  await replaceFile(join(dir, FILE), `${JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, undefined, 2)}\n`);
}

const checksumOf = (manifest: RunManifest): string => sha256Of(JSON.stringify(manifest), 8);

/** The version in package.json, from the sources and from dist alike. */
export function engramVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** Records as JSON in order. Where they are in order of ids of one length, which their lines begin with, none is held. */
function* sortedLines(records: readonly { readonly id: string }[]): Generator<string> {
  const isInOrder = records.every(({ id }, at) => at === 0 || (id.length === records[at - 1]!.id.length && id > records[at - 1]!.id));
  if (isInOrder) for (const record of records) yield JSON.stringify(record);
  else yield* records.map((record) => JSON.stringify(record)).sort();
}

export function digestOfGraph(delta: GraphDelta): string {
  const hash = createHash('sha256');
  for (const records of [delta.documents, delta.entities, delta.facts]) {
    for (const line of sortedLines(records)) hash.update(line).update('\n');
    hash.update('\n');
  }
  return hash.digest('hex');
}

/** The same of a graph a record at a time, each list in order of ids of one length. */
export async function digestOfRows(rows: GraphRows): Promise<string> {
  const hash = createHash('sha256');
  for (const records of [rows.documents(), rows.entities(), rows.facts()]) {
    for await (const record of records) hash.update(JSON.stringify(record)).update('\n');
    hash.update('\n');
  }
  return hash.digest('hex');
}
