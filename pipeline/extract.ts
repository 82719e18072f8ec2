// Passes batches of documents through the stages: what a document becomes, or why it cannot be read. One that fails is tried again by itself, so that
// the rest of its batch is kept.
import { EngramError, messageOf } from './core/errors.ts';
import { givenOf, type Findings } from './core/extraction.ts';
import type { ChainedDocument, ClassifiedDocument, Document, Extraction, RelatedDocument, SegmentedDocument, TaggedDocument } from './core/model.ts';
import type { DeadLetter, Stage } from './core/stage.ts';

export interface Stages {
  readonly segment: Stage<Document, SegmentedDocument>;
  readonly ner: Stage<SegmentedDocument, TaggedDocument>;
  readonly coreference: Stage<TaggedDocument, ChainedDocument>;
  readonly relation: Stage<ChainedDocument, RelatedDocument>;
  /** Left out where no classifier is configured. */
  readonly classify?: Stage<RelatedDocument, ClassifiedDocument>;
  /** What runs the networks, for people. */
  readonly device?: string;
  /** Versions of all that decides an extraction: another version reads every document anew. */
  readonly versions: Readonly<Record<string, string>>;
}

const STAGES = ['segment', 'ner', 'coreference', 'relation', 'classify'] as const;
export type ExtractionStage = (typeof STAGES)[number];

export const secondsBy = (secondsOf: (stage: ExtractionStage) => number): Record<ExtractionStage, number> => Object.fromEntries(STAGES.map((stage) => [stage, secondsOf(stage)])) as Record<ExtractionStage, number>;

/**
 * What one document became; its findings as JSON, so that they are written once, wherever they were made, and go into the journal as they are. The device
 * is that of a worker elsewhere, where it told.
 */
export type Extracted = { readonly findings: string; readonly words: number; readonly device?: string } | { readonly deadLetter: DeadLetter };

export interface ExtractedBatch {
  /** One a document, in their order. */
  readonly results: readonly Extracted[];
  /** Spent in each stage. */
  readonly seconds: Readonly<Record<ExtractionStage, number>>;
  /** To be called when the journal has the results: whoever keeps them elsewhere may let go. */
  readonly taken?: () => Promise<void>;
}

export interface Extractor {
  readonly versions: Stages['versions'];
  /** Left out where others read, each on what it has: what they return names it. */
  readonly device?: string;
  /** @throws EngramError where no other document would escape: a model that cannot be used, a part that is missing */
  extract(documents: readonly Document[]): Promise<ExtractedBatch>;
  close(): Promise<void>;
}

/** Errors that no other document would escape: the run stops. */
const FATAL_CODES: ReadonlySet<string> = new Set(['ENGRAM_MODEL_INVALID', 'ENGRAM_MODEL_ENGINE_MISSING', 'ENGRAM_CONFIG_INVALID']);

/** Reads in this process. */
export function extractorOf(stages: Stages): Extractor {
  const name = stages.versions['relation'] ?? stages.relation.name;
  return {
    versions: stages.versions,
    device: stages.device,
    async extract(documents) {
      const seconds = secondsBy(() => 0);
      const read = async (batch: readonly Document[]): Promise<readonly Extracted[] | StageFailure> => {
        try {
          const related = await passStages(batch, stages, seconds);
          return related.map((document) => ({ findings: JSON.stringify(findingsOf(document, name)), words: document.sentences.reduce((sum, { tokens }) => sum + tokens.length, 0) }));
        } catch (error) {
          if (!(error instanceof StageFailure)) throw error;
          if (error.error instanceof EngramError && FATAL_CODES.has(error.error.code)) throw error.error;
          return error;
        }
      };
      const together = await read(documents);
      if (!(together instanceof StageFailure)) return { results: together, seconds };
      const results: Extracted[] = [];
      for (const document of documents) {
        const alone = documents.length === 1 ? together : await read([document]);
        results.push(...(alone instanceof StageFailure ? [{ deadLetter: letterOf(document, alone.stage, alone.error) }] : alone));
      }
      return { results, seconds };
    },
    async close() {
      for (const stage of STAGES) await stages[stage]?.close?.();
    },
  };
}

/** What a stage threw, with its name. */
class StageFailure {
  readonly stage: ExtractionStage;
  readonly error: unknown;
  constructor(stage: ExtractionStage, error: unknown) {
    this.stage = stage;
    this.error = error;
  }
}

async function passStages(documents: readonly Document[], stages: Stages, seconds: Record<ExtractionStage, number>): Promise<readonly ClassifiedDocument[]> {
  const pass = async <In, Out>(name: ExtractionStage, stage: Stage<In, Out>, batch: readonly In[]): Promise<readonly Out[]> => {
    const start = performance.now();
    try {
      const result = await stage.process(batch);
      if (result.length === batch.length) return result;
      throw new EngramError('ENGRAM_SHAPE_MISMATCH', { expected: `[${batch.length}]`, actual: `[${result.length}]`, where: `documents of stage ${stage.name}` });
    } catch (error) {
      throw new StageFailure(name, error);
    } finally {
      seconds[name] += (performance.now() - start) / 1000;
    }
  };
  const segmented = await pass('segment', stages.segment, documents);
  const tagged = await pass('ner', stages.ner, segmented);
  const chained = await pass('coreference', stages.coreference, tagged);
  const related = await pass('relation', stages.relation, chained);
  return stages.classify === undefined ? related : pass('classify', stages.classify, related);
}

export function letterOf({ uri }: Pick<Document, 'uri'>, stage: string, thrown: unknown): DeadLetter {
  const error = thrown instanceof EngramError ? thrown : new EngramError('ENGRAM_STAGE_FAILED', { stage, uri, problem: messageOf(thrown) });
  return { uri, stage, code: error.code, message: error.message, hint: error.hint };
}

export function extractionOf(document: ClassifiedDocument, extractor: string): Extraction {
  return { ...givenOf(document), ...findingsOf(document, extractor) };
}

/** Always in this order: so are the bytes of the journal. */
function findingsOf({ mentions, chains, relations, sentences, sentiment, topics }: ClassifiedDocument, extractor: string): Findings {
  return {
    sentences: sentences.map((sentence) => [sentence.start, sentence.end] as const),
    mentions,
    chains,
    relations,
    extractor,
    ...(sentiment === undefined ? {} : { sentiment }),
    ...(topics === undefined ? {} : { topics }),
  };
}
