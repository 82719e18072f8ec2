// A tagger whose weights can be trained: a fresh one, or one that goes on from a trained model and learns further labels.
import type { Random } from '../../pipeline/core/random.ts';
import type { EncoderSpec } from '../engine/engine.ts';
import { createEncoderSpec, parametersOf } from '../network/encoder-parameters.ts';
import type { LoadedNetwork } from '../network/model-file.ts';
import { createParameter, type Parameter } from '../network/parameters.ts';
import { createWordInput, missingWordsOf, type WordInput, type WordInputOptions } from '../network/word-input.ts';
import { tagCountOf } from './bioes.ts';
import { createTransitions } from './crf.ts';

export interface TrainableTagger {
  readonly words: WordInput;
  readonly spec: EncoderSpec;
  readonly labels: readonly string[];
  /** Of the spec's own arrays, in their order. */
  readonly encoderParameters: readonly Parameter[];
  readonly transitions: Parameter;
}

function trainableOf(words: WordInput, spec: EncoderSpec, labels: readonly string[], transitions: Float32Array): TrainableTagger {
  return { words, spec, labels, encoderParameters: parametersOf(spec), transitions: createParameter(transitions) };
}

/** @param hiddenSizes one number a BiLSTM layer */
export function createTrainable(
  texts: readonly (readonly string[])[],
  labels: readonly string[],
  hiddenSizes: readonly number[],
  random: Random,
  input: WordInputOptions,
): TrainableTagger {
  const words = createWordInput(texts, random, input);
  const outputs = tagCountOf(labels.length);
  const spec = createEncoderSpec({ inputSize: words.size, hiddenSizes, head: { kind: 'tokens' }, outputs }, random);
  return trainableOf(words, spec, labels, createTransitions(labels.length));
}

/** The trained network with the labels and words it lacks added; scores of the old labels are what they were. */
export function extendTrained(trained: LoadedNetwork, texts: readonly (readonly string[])[], labels: readonly string[], random: Random): TrainableTagger {
  const all = [...trained.labels, ...labels.filter((label) => !trained.labels.includes(label))];
  const words = trained.input.withWords(missingWordsOf(texts, trained.input), random);
  const [before, outputs] = [trained.encoder.outputs, tagCountOf(all.length)];
  const width = trained.encoder.outputKernel.length / before;
  const outputKernel = new Float32Array(width * outputs);
  const outputBias = new Float32Array(outputs);
  outputBias.set(trained.encoder.outputBias);
  for (let row = 0; row < width; row++) {
    outputKernel.set(trained.encoder.outputKernel.subarray(row * before, (row + 1) * before), row * outputs);
    for (let tag = before; tag < outputs; tag++) outputKernel[row * outputs + tag] = random.normal() * NEW_OUTPUT_DEVIATION;
  }
  outputBias.fill(NEW_OUTPUT_BIAS, before);
  const transitions = createTransitions(all.length);
  const old = trained.tables['transitions']!;
  for (let from = 0; from <= before; from++) {
    for (let to = 0; to <= before; to++) {
      const at = (from === before ? outputs : from) * (outputs + 1) + (to === before ? outputs : to);
      transitions[at] = old[from * (before + 1) + to]!;
    }
  }
  return trainableOf(words, { ...trained.encoder, outputKernel, outputBias, outputs }, all, transitions);
}

/** New labels start unlikely, so that they take nothing from the old ones before they are learnt. */
const NEW_OUTPUT_BIAS = -3;
const NEW_OUTPUT_DEVIATION = 0.02;
