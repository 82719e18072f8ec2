// Scores a tagger on labelled sentences: exact spans against gold, per label, with its speed.
import type { EngineKind } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { mapperOf, readNerFile, type NerFormat } from './data-formats.ts';
import { scoreSentences, type Scores } from './span-scores.ts';
import { loadTagger } from './tagger.ts';

export interface TaggerEvaluationOptions {
  readonly engine: EngineKind;
  readonly precision: 'int8' | 'float32';
  /** Folder of the model; the shipped one when left out. */
  readonly model?: string;
  readonly data: string;
  readonly format?: NerFormat;
  /** Names of types, as `mapperOf` takes them; a type without a label is left out of the score. */
  readonly map?: string;
  /** Sentences to read from the start of the file. */
  readonly limit?: number;
}

export interface TaggerEvaluation extends Scores {
  readonly task: 'ner';
  readonly model: string;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly tokensPerSecond: number;
  readonly sentences: number;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not what the format says */
export async function evaluateTagger(options: TaggerEvaluationOptions): Promise<TaggerEvaluation> {
  const sentences = (await readNerFile(options.data, options.format, { map: options.map === undefined ? undefined : mapperOf(options.map) })).slice(0, options.limit);
  const network = loadTagger(options.model);
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const started = performance.now();
  const counter = await scoreSentences(sentences, network.input, encoder, network.tables['transitions']!);
  const seconds = (performance.now() - started) / 1000;
  await encoder.dispose();
  const tokens = sentences.reduce((n, s) => n + s.tokens.length, 0);
  return {
    task: 'ner',
    model: `tagger@${network.version}`,
    ...counter.total(),
    byType: counter.byLabel(),
    tokensPerSecond: Math.round(tokens / seconds),
    sentences: sentences.length,
  };
}
