// Documents taken out of a build folder. Removed, they are gone from graph and store, and the journal says that they are; forgotten, nothing that Engram wrote in
// the folder holds a word of theirs any more, which is then looked for.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './core/config.ts';
import { EngramError } from './core/errors.ts';
import type { DocumentId } from './core/model.ts';
import { readDeadLetters } from './dead-letter.ts';
import { compactJournal, openJournal } from './journal.ts';
import type { RunManifest } from './manifest.ts';
import { manifestOf, rebuild } from './rebuild.ts';

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
    const documents = [...journal.documents()];
    const removed = documents.filter(({ id, uri }) => names.some((name) => isNamed(name, id, uri)));
    const unknown = names.find((name) => !documents.some(({ id, uri }) => isNamed(name, id, uri)));
    if (unknown !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `No document of '${dir}' is '${unknown}'; \`engram export --format jsonl\` lists them all.` });
    await journal.append(...removed.map(({ id }) => ({ kind: 'removed', id }) as const));
    await journal.flush();
    return { removed, ...(await rebuild(dir, config, journal, manifest)).graph.counts };
  } finally {
    await journal.close();
  }
}

/** As `removeDocuments`; run again after a stop, it finishes what was begun where the documents are named by their ids. */
export async function forgetDocuments(dir: string, config: Config, names: readonly string[]): Promise<ForgottenDocuments> {
  const sentences = await sentencesOf(dir, names);
  const done = await removeDocuments(dir, config, names);
  const gone = new Set(done.removed.map(({ id }) => id));
  const uris = new Set(done.removed.map(({ uri }) => uri));
  await compactJournal(dir, gone);
  const letters = (await readDeadLetters(dir)).filter(({ uri }) => !uris.has(uri));
  await replace(join(dir, 'dead-letter.jsonl'), letters.map((letter) => `${JSON.stringify(letter)}\n`).join(''));
  const journal = await openJournal(dir);
  try {
    await rebuild(dir, config, journal, withoutFiles(await manifestOf(dir), uris));
  } finally {
    await journal.close();
  }
  return { ...done, ...(await searchFor(dir, [...uris, ...sentences])) };
}

const isNamed = (name: string, id: DocumentId, uri: string): boolean => name === id || name === uri || uri.startsWith(`${name}#`);

async function sentencesOf(dir: string, names: readonly string[]): Promise<string[]> {
  const journal = await openJournal(dir);
  try {
    const [own, others] = [new Set<string>(), [] as string[]];
    for await (const { id, uri, text, sentences } of journal.extractions()) {
      if (!names.some((name) => isNamed(name, id, uri))) others.push(text);
      else for (const [start, end] of sentences) if (end - start >= LEAST_CHARACTERS) own.add(text.slice(start, end));
    }
    // What another document says too is not the forgotten one's alone.
    return [...own].filter((sentence) => !others.some((text) => text.includes(sentence)));
  } finally {
    await journal.close();
  }
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

async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}
