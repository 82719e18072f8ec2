// Labels that trained taggers add to sentences: to those of a set that leaves labels out, and to text that has none
// (self-training: Scudder 1965; an ensemble distilled into one model: arXiv:1503.02531).
import { EngramError } from '../../pipeline/core/errors.ts';
import { spansFromBioes } from './bioes.ts';
import { createTransitions, Crf } from './crf.ts';
import type { LabelledSentence } from './data-formats.ts';
import { forEachEmissions, type Tagger } from './tagger-model.ts';

const LEAST_PROBABILITY = 1e-12;

/**
 * Spans of the labels that a sentence's set does not annotate, from the mean of the teachers' marginals.
 * @param teachers at least one, all of the same labels
 * @throws EngramError `ENGRAM_USAGE` when they are not
 */
export async function completeLabels(sentences: readonly LabelledSentence[], teachers: readonly Tagger[]): Promise<LabelledSentence[]> {
  const { labels } = teachers[0]!;
  const other = teachers.find((teacher) => teacher.labels.join(' ') !== labels.join(' '));
  if (other) throw new EngramError('ENGRAM_USAGE', { problem: `One teacher knows ${labels.join(' ')}, another ${other.labels.join(' ')}; --teachers takes models of the same labels.` });
  const texts = sentences.map((s) => s.tokens);
  const means: Float32Array[] = [];
  for (const teacher of teachers) {
    await forEachEmissions(texts, teacher, (index, emissions) => {
      const marginals = teacher.crf.marginals(emissions);
      const mean = (means[index] ??= new Float32Array(marginals.length));
      marginals.forEach((value, at) => (mean[at]! += value / teachers.length));
    });
  }
  const crf = new Crf(createTransitions(labels.length));
  return sentences.map((sentence, index): LabelledSentence => {
    const mean = means[index];
    if (!mean) return sentence;
    const tokens = sentence.tokens.length;
    const path = crf.bestPath({ scores: mean.map((p) => Math.log(Math.max(p, LEAST_PROBABILITY))), offset: 0, stride: crf.tags, tokens });
    const taken = new Set(sentence.spans.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));
    const isFree = ({ start, end }: { start: number; end: number }): boolean => {
      for (let i = start; i < end; i++) if (taken.has(i)) return false;
      return true;
    };
    const added = spansFromBioes(path, labels).filter((span) => !sentence.annotated.includes(span.label) && isFree(span));
    return {
      ...sentence,
      spans: [...sentence.spans, ...added].sort((a, b) => a.start - b.start),
      annotated: [...new Set([...sentence.annotated, ...labels])],
    };
  });
}
