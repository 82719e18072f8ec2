// Scores a classifier on labelled texts, with its speed.
import { EngramError } from '../../pipeline/core/errors.ts';
import { classifyAll } from './score-texts.ts';
import { faithfulnessOf, type Faithfulness } from './decisive-words.ts';
import { openClassifier, type ClassifierOptions } from './classifier.ts';
import { scoreLabels, type LabelScores } from './label-scores.ts';
import { readLabelledTexts, type TextReadOptions } from './labelled-texts.ts';

export interface ClassifierEvaluationOptions extends ClassifierOptions, TextReadOptions {
  readonly data: string;
  /** Texts to read from the start of the file. */
  readonly limit?: number;
}

export interface ClassifierEvaluation extends LabelScores {
  readonly task: 'classify';
  readonly model: string;
  readonly texts: number;
  /** Texts without words. */
  readonly empty: number;
  /** Texts with a label that the model does not know, by label: they are not scored. */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly wordsPerSecond: number;
  readonly faithfulness: Faithfulness;
}

/** @throws EngramError `ENGRAM_DATA_INVALID` where the file has none of the model's labels */
export async function evaluateClassifier(options: ClassifierEvaluationOptions): Promise<ClassifierEvaluation> {
  const classifier = await openClassifier(options);
  const { labels, isMultiLabel, encoder } = classifier;
  try {
    const { texts: read, empty } = await readLabelledTexts([options.data], { ...options, multiLabel: isMultiLabel });
    const leftOut: Record<string, number> = {};
    for (const label of read.flatMap((text) => text.labels)) if (!labels.includes(label)) leftOut[label] = (leftOut[label] ?? 0) + 1;
    const texts = read.filter((text) => text.labels.every((label) => labels.includes(label))).slice(0, options.limit);
    if (texts.length === 0) throw new EngramError('ENGRAM_DATA_INVALID', { path: options.data, problem: `no text has a label of the model, which knows ${labels.join(', ')}` });
    const started = performance.now();
    const found = await classifyAll(texts, classifier);
    const seconds = (performance.now() - started) / 1000;
    const words = texts.reduce((sum, { sentences }) => sum + sentences.reduce((n, { length }) => n + length, 0), 0);
    return { task: 'classify', model: `classify@${classifier.version}`, ...scoreLabels(texts, found, labels, isMultiLabel), texts: texts.length, empty, leftOut, wordsPerSecond: Math.round(words / seconds), faithfulness: await faithfulnessOf(texts, classifier) };
  } finally {
    await encoder.dispose();
  }
}
