// The stage that relates mentions: every pair of things of a passage is asked about by the trained models, within and across sentences.
import type { ChainedDocument, RelatedDocument, Relation } from '../../pipeline/core/model.ts';
import type { Stage } from '../../pipeline/core/stage.ts';
import { documentPassages } from './document-passages.ts';
import { createRelationReader, type ReaderOptions, type RelationReader } from './relation-reader.ts';

export interface RelationExtractorOptions extends ReaderOptions {
  /** Least probability of a relation, in (0, 1]; as `RelationReader.read` takes it. */
  readonly threshold?: number;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function createRelationExtractor(options: RelationExtractorOptions): Promise<Stage<ChainedDocument, RelatedDocument> & { readonly version: string }> {
  const reader = await createRelationReader(options);
  return {
    name: 'relation',
    version: reader.version,
    process: (batch) => Promise.all(batch.map(async (document) => ({ ...document, relations: await relationsOf(document, reader, options.threshold) }))),
    close: () => reader.close(),
  };
}

/** One relation for each pair of mentions that carries it. @param least as `RelationReader.read` takes it */
export async function relationsOf(document: ChainedDocument, reader: RelationReader, least?: number): Promise<Relation[]> {
  const passages = documentPassages(document);
  const found = await reader.read(passages, least);
  return passages.flatMap(({ origin }, at) =>
    found[at]!.flatMap(({ label, evidence }) => evidence.map(({ head, tail, probability }): Relation => ({ head: origin[head]!, tail: origin[tail]!, label, score: probability }))),
  );
}
