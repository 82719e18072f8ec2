// Scores a tagger on labelled sentences: exact spans against gold, per label, with its speed.
import { createRandom } from '../../pipeline/core/random.ts';
import type { EngineKind } from '../engine/engine.ts';
import { createEngine } from '../engine/index.ts';
import { calibrationOf, claimsOf, type Calibration } from './calibration.ts';
import { mapperOf, readNerFile, type LabelledSentence, type NerFormat } from './data-formats.ts';
import { findErrors, type TaggerErrors } from './errors-of-tagger.ts';
import { scoreSentences, type Scores } from './span-scores.ts';
import { createTaggerOf, type Tagger } from './tagger-model.ts';
import { loadTagger } from './tagger.ts';
import { lowercased, uppercased, withNoise } from './variants.ts';

export interface TaggerEvaluationOptions {
  readonly engine: EngineKind;
  readonly precision: 'int8' | 'float32';
  /** As `taggerFolder` takes it; `shipped` when left out. */
  readonly model?: string;
  readonly data: string;
  readonly format?: NerFormat;
  /** Names of types, as `mapperOf` takes them; a type without a label is left out of the score. */
  readonly map?: string;
  /** Sentences to read from the start of the file. */
  readonly limit?: number;
  /** Mentions of a lower probability count as not found; 0 when left out. */
  readonly minProbability?: number;
  /** Also scores the sentences in small letters, in capitals and with wrong characters. */
  readonly robustness?: boolean;
  /** How many of the errors that the tagger was surest of to list; none when left out. */
  readonly errors?: number;
}

export interface TaggerEvaluation extends Scores, Calibration, TaggerErrors {
  readonly task: 'ner';
  readonly model: string;
  readonly byType: Readonly<Record<string, Scores>>;
  readonly tokensPerSecond: number;
  readonly sentences: number;
  /** Gold mentions of labels that the model does not know, by label: they are not scored. */
  readonly leftOut: Readonly<Record<string, number>>;
  /** F1 in percent by the way the same sentences are written. */
  readonly robustness?: Readonly<Record<string, number>>;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` when the file is not what the format says */
export async function evaluateTagger(options: TaggerEvaluationOptions): Promise<TaggerEvaluation> {
  const network = loadTagger(options.model);
  const read = (await readNerFile(options.data, options.format, { map: options.map === undefined ? undefined : mapperOf(options.map) })).slice(0, options.limit);
  const leftOut: Record<string, number> = {};
  for (const { label } of read.flatMap((s) => s.spans)) if (!network.labels.includes(label)) leftOut[label] = (leftOut[label] ?? 0) + 1;
  const sentences = read.map((s) => ({ ...s, spans: s.spans.filter(({ label }) => network.labels.includes(label)) }));
  const engine = await createEngine(options.engine);
  const encoder = await engine.createEncoder(network.encoder, options.precision);
  const tagger = createTaggerOf(network, encoder);
  const started = performance.now();
  const counter = await scoreSentences(sentences, tagger, options.minProbability);
  const seconds = (performance.now() - started) / 1000;
  const calibration = calibrationOf(await claimsOf(sentences, tagger));
  const errors = await findErrors(sentences, tagger, options.errors ?? 0);
  const robustness = options.robustness ? await scoreVariants(sentences, tagger, options.minProbability) : undefined;
  await encoder.dispose();
  const tokens = sentences.reduce((n, s) => n + s.tokens.length, 0);
  return {
    task: 'ner',
    model: `tagger@${network.version}`,
    ...counter.total(),
    byType: counter.byLabel(),
    tokensPerSecond: Math.round(tokens / seconds),
    sentences: sentences.length,
    leftOut,
    ...(robustness && { robustness }),
    ...calibration,
    ...errors,
  };
}

const NOISE_SHARE = 0.05;
const NOISE_SEED = 5;

/** F1 in percent of the sentences as they are, in small letters, in capitals, and with 5 % wrong characters. */
export async function scoreVariants(sentences: readonly LabelledSentence[], tagger: Tagger, minProbability?: number): Promise<Record<string, number>> {
  const random = createRandom(NOISE_SEED);
  const variants: Readonly<Record<string, (tokens: readonly string[]) => readonly string[]>> = {
    clean: (tokens) => tokens,
    lower: lowercased,
    upper: uppercased,
    'noise 5 %': (tokens) => withNoise(tokens, NOISE_SHARE, random),
  };
  const scores: Record<string, number> = {};
  for (const [name, vary] of Object.entries(variants)) {
    scores[name] = (await scoreSentences(sentences.map((s) => ({ ...s, tokens: vary(s.tokens) })), tagger, minProbability)).total().f1;
  }
  return scores;
}
