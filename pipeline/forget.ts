// Documents taken out of a build folder. Removed, they are gone from graph and store, and the journal says that they are; forgotten, nothing that Engram wrote in
// the folder holds a word of theirs any more, which is then looked for.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DocumentId } from './core/model.ts';
import { readDeadLetters } from './dead-letter.ts';
import { compactJournal, openJournal, type Journal, type JournalView } from './journal.ts';
import { manifestOf, writeManifest, type RunManifest } from './manifest.ts';
import { rebuild } from './rebuild.ts';
import { replaceFile } from './replace-file.ts';
import type { WrittenGraph } from './write-graph.ts';

export interface RemovedDocuments {
  readonly removed: readonly { readonly id: DocumentId; readonly uri: string }[];
  readonly documents: number;
  readonly entities: number;
  readonly facts: number;
}

export interface ForgottenDocuments extends RemovedDocuments {
  /** Files of the folder that were searched, and where a sentence or the name of a document was still found. */
  readonly searched: number;
  readonly found: readonly string[];
}

/** Shorter sentences may stand in other documents by chance. */
const LEAST_CHARACTERS = 20;

/**
 * @param names uris or ids; a file stands for all documents that were read from it
 * @throws EngramError `ENGRAM_USAGE` for a name that no document has: nothing is removed then
 */
export async function removeDocuments(dir: string, config: Config, names: readonly string[]): Promise<RemovedDocuments> {
  const manifest = await manifestOf(dir);
  const journal = await openJournal(dir);
  try {
    const removed = named(journal, names);
    await appendRemovals(journal, removed);
    return { removed, ...countsOf(await rebuild(dir, config, journal, manifest)) };
  } finally {
    await journal.close();
  }
}

/**
 * As `removeDocuments`, and what was removed earlier is forgotten too: without names only that, which also finishes what was stopped on the way.
 * What names the documents is cleaned before they are removed, so that a stop leaves nothing that no later call would find.
 */
export async function forgetDocuments(dir: string, config: Config, names: readonly string[]): Promise<ForgottenDocuments> {
  const manifest = await manifestOf(dir);
  let removed: RemovedDocuments['removed'];
  let sentences: readonly string[];
  const journal = await openJournal(dir);
  try {
    removed = named(journal, names);
    sentences = await sentencesOf(journal, new Set(removed.map(({ id }) => id)));
    const letters = (await readDeadLetters(dir)).filter(({ uri }) => !removed.some((document) => document.uri === uri));
    await replaceFile(join(dir, 'dead-letter.jsonl'), letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''));
    await writeManifest(dir, withoutFiles(manifest, new Set(removed.map(({ uri }) => uri))));
    await appendRemovals(journal, removed);
  } finally {
    await journal.close();
  }
  await compactJournal(dir, new Set(removed.map(({ id }) => id)));
  const compacted = await openJournal(dir);
  try {
    const counts = countsOf(await rebuild(dir, config, compacted, await manifestOf(dir), true));
    return { removed, ...counts, ...(await searchFor(dir, [...removed.map(({ uri }) => uri), ...sentences])) };
  } finally {
    await compacted.close();
  }
}

const countsOf = ({ counts: { documents, entities, facts } }: WrittenGraph) => ({ documents, entities, facts });

function named(journal: JournalView, names: readonly string[]): RemovedDocuments['removed'] {
  const documents = [...journal.documents()];
  const unknown = names.find((name) => !documents.some(({ id, uri }) => isNamed(name, id, uri)));
  if (unknown !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `The build has no document '${unknown}'; \`engram export --format jsonl\` lists them all.` });
  return documents.filter(({ id, uri }) => names.some((name) => isNamed(name, id, uri)));
}

async function appendRemovals(journal: Journal, removed: RemovedDocuments['removed']): Promise<void> {
  await journal.append(...removed.map(({ id }) => ({ kind: 'removed', id }) as const));
  await journal.flush();
}

const isNamed = (name: string, id: DocumentId, uri: string): boolean => name === id || name === uri || uri.startsWith(`${name}#`);

/** Those that no other document has: what another says too is not the forgotten one's alone. */
async function sentencesOf(journal: JournalView, ids: ReadonlySet<DocumentId>): Promise<string[]> {
  const own = new Set<string>();
  if (ids.size === 0) return [];
  for await (const { id, text, sentences } of journal.extractions()) {
    if (ids.has(id)) for (const [start, end] of sentences) if (end - start >= LEAST_CHARACTERS) own.add(text.slice(start, end));
  }
  for await (const { id, text } of journal.extractions()) {
    if (!ids.has(id)) for (const sentence of own) if (text.includes(sentence)) own.delete(sentence);
  }
  return [...own];
}

function withoutFiles(manifest: RunManifest, uris: ReadonlySet<string>): RunManifest {
  const inputs = manifest.inputs.map(({ argument, files }) => ({ argument, files: files.filter((file) => !uris.has(file)) }));
  return { ...manifest, inputs: inputs.filter(({ argument }) => !uris.has(argument)) };
}

/** As text and as JSON writes it. */
async function searchFor(dir: string, texts: readonly string[]): Promise<{ readonly searched: number; readonly found: string[] }> {
  const needles = [...new Set(texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]))].map((text) => Buffer.from(text));
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const path of files) {
    const bytes = await readFile(path);
    if (needles.some((needle) => bytes.includes(needle))) found.push(path);
  }
  return { searched: files.length, found };
}
