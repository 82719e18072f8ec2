// Whether probabilities mean what they say: reliability by bins, expected calibration error (Naeini, Cooper & Hauskrecht 2015),
// and the temperature that makes a tagger's probabilities fit labelled sentences best (Guo et al. 2017, arXiv:1706.04599).
import type { Emissions } from '../engine/crf-kernel.ts';
import { spansFromBioes } from './bioes.ts';
import { Crf } from './crf.ts';
import type { LabelledSentence, LabelledSpan } from './data-formats.ts';
import { forEachEmissions, probabilitiesOf, tagLabelled, type Tagger } from './tagger-model.ts';

/** A claim with its probability, and whether it was right. */
export interface Claim {
  readonly probability: number;
  readonly isRight: boolean;
}

export interface ReliabilityBin {
  /** Probabilities from here … */
  readonly from: number;
  /** … to here. */
  readonly to: number;
  readonly count: number;
  readonly meanProbability: number;
  /** Share of the claims that were right, in [0, 1]. */
  readonly shareRight: number;
}

export interface Calibration {
  /** Mean distance between probability and share right, weighted by the counts of the bins; in [0, 1]. */
  readonly expectedCalibrationError: number;
  /** Ten bins of equal width, empty ones left out. */
  readonly reliability: readonly ReliabilityBin[];
}

const BINS = 10;

export function calibrationOf(claims: readonly Claim[]): Calibration {
  const reliability = Array.from({ length: BINS }, (_, bin): ReliabilityBin => {
    const inside = claims.filter(({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === bin);
    const mean = (value: (claim: Claim) => number): number => inside.reduce((sum, claim) => sum + value(claim), 0) / inside.length;
    return { from: bin / BINS, to: (bin + 1) / BINS, count: inside.length, meanProbability: mean((c) => c.probability), shareRight: mean((c) => Number(c.isRight)) };
  }).filter(({ count }) => count > 0);
  const distance = reliability.reduce((sum, bin) => sum + bin.count * Math.abs(bin.meanProbability - bin.shareRight), 0);
  return { expectedCalibrationError: claims.length ? distance / claims.length : 0, reliability };
}

/** What a tagger claims of labelled sentences: every mention it finds of a label that the sentence's set annotates. */
export async function claimsOf(sentences: readonly LabelledSentence[], tagger: Tagger): Promise<Claim[]> {
  const found = await tagLabelled(sentences, tagger);
  return sentences.flatMap(({ spans, annotated }, index) => {
    const gold = new Set(spans.map(keyOf));
    const asked = found[index]!.filter(({ label }) => annotated.includes(label));
    return asked.map((span) => ({ probability: span.score, isRight: gold.has(keyOf(span)) }));
  });
}

const keyOf = ({ start, end, label }: LabelledSpan): string => `${start} ${end} ${label}`;

const LOWEST_TEMPERATURE = 0.5;
const HIGHEST_TEMPERATURE = 4;
const SEARCH_STEPS = 14;
const LEAST_PROBABILITY = 1e-9;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** The temperature of least log loss over what the tagger claims, by golden-section search. @param transitions the tagger's */
export async function fitTemperature(sentences: readonly LabelledSentence[], tagger: Tagger, transitions: Float32Array): Promise<number> {
  const claims: { readonly emissions: Emissions; readonly spans: readonly LabelledSpan[]; readonly isRight: readonly boolean[] }[] = [];
  await forEachEmissions(sentences.map((s) => s.tokens), tagger, (index, emissions) => {
    const { spans: gold, annotated } = sentences[index]!;
    const spans = spansFromBioes(tagger.crf.bestPath(emissions), tagger.labels).filter(({ label }) => annotated.includes(label));
    const isGold = new Set(gold.map(keyOf));
    if (spans.length > 0) claims.push({ emissions, spans, isRight: spans.map((span) => isGold.has(keyOf(span))) });
  });
  const lossAt = (temperature: number): number => {
    const warmed = { ...tagger, crf: new Crf(transitions, temperature) };
    let loss = 0;
    for (const { emissions, spans, isRight } of claims) {
      probabilitiesOf(warmed, emissions, spans).forEach((p, at) => (loss -= Math.log(Math.max(LEAST_PROBABILITY, isRight[at] ? p : 1 - p))));
    }
    return loss;
  };
  return claims.length > 0 ? bestTemperature(lossAt) : 1;
}

/** The temperature of least loss, by golden-section search. */
export function bestTemperature(lossAt: (temperature: number) => number): number {
  let [low, high] = [LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [lossA, lossB] = [lossAt(a), lossAt(b)];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    if (lossA < lossB) {
      [high, b, lossB] = [b, a, lossA];
      a = high - GOLDEN * (high - low);
      lossA = lossAt(a);
    } else {
      [low, a, lossA] = [a, b, lossB];
      b = low + GOLDEN * (high - low);
      lossB = lossAt(b);
    }
  }
  return (low + high) / 2;
}
