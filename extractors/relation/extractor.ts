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
    async process(batch) {
      const groups = reader.readsTogether ? [batch] : batch.map((document) => [document]);
      return (await Promise.all(groups.map((documents) => relate(documents, reader, options.threshold)))).flat();
    },
    close: () => reader.close(),
  };
}

/** The documents with one relation for each pair of mentions that carries it. @param least as `RelationReader.read` takes it */
export async function relate<T extends ChainedDocument>(documents: readonly T[], reader: RelationReader, least?: number): Promise<(T & { readonly relations: readonly Relation[] })[]> {
  const passages = documents.map(documentPassages);
  const found = await reader.read(passages.flat(), least);
  return documents.map((document, at) => {
    const own = found.splice(0, passages[at]!.length);
    const relations = passages[at]!.flatMap(({ origin }, passage) =>
      own[passage]!.flatMap(({ label, evidence }) => evidence.map(({ head, tail, probability }): Relation => ({ head: origin[head]!, tail: origin[tail]!, label, score: probability }))),
    );
    return { ...document, relations };
  });
}
