// Documents to measure on.
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import type { Document } from '../../pipeline/core/model.ts';
import { findInputs, openSource } from '../../pipeline/sources/index.ts';

/** Of files, folders or globs. */
export async function readDocuments(input: string): Promise<Document[]> {
  const documents: Document[] = [];
  for (const file of await findInputs([input])) {
    for await (const item of openSource(file, DEFAULT_CONFIG.sources).read()) if ('document' in item) documents.push(item.document);
  }
  return documents;
}

/** Documents from the start, the last one cut, with about so many words in all. */
export function firstWords(documents: readonly Document[], most: number): Document[] {
  const taken: Document[] = [];
  let left = most;
  for (const document of documents) {
    if (left <= 0) break;
    const pieces = document.text.split(/(?<=\s)(?=\S)/, left);
    left -= pieces.length;
    taken.push({ ...document, text: pieces.join('') });
  }
  return taken;
}
