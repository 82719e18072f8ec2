// Tags and spans: BIOES (Begin, Inside, Outside, End, Single), which steps between tags are allowed, and conversions.
// A tag is a number: 0 is outside, then B-, I-, E-, S- of each label in the order of the labels.
import type { LabelledSentence, LabelledSpan } from './data-formats.ts';

export const OUTSIDE = 0;
export const [BEGIN, INSIDE, END, SINGLE] = [0, 1, 2, 3] as const;

/** How many tags so many labels have. */
export const tagCountOf = (labels: number): number => 1 + 4 * labels;
/** @param part `BEGIN`, `INSIDE`, `END` or `SINGLE` */
export const tagOf = (label: number, part: number): number => 1 + label * 4 + part;
const partOf = (tag: number): number => (tag - 1) % 4;
const labelOf = (tag: number): number => Math.floor((tag - 1) / 4);

/** Whether a sentence may start with the tag. */
export const mayStart = (tag: number): boolean => tag === OUTSIDE || partOf(tag) === BEGIN || partOf(tag) === SINGLE;
/** Whether a sentence may end with the tag. */
export const mayEnd = (tag: number): boolean => tag === OUTSIDE || partOf(tag) === END || partOf(tag) === SINGLE;

/** Whether BIOES allows `to` right after `from`. */
export function mayFollow(from: number, to: number): boolean {
  if (mayEnd(from)) return mayStart(to);
  return to !== OUTSIDE && labelOf(from) === labelOf(to) && (partOf(to) === INSIDE || partOf(to) === END);
}

/** Spans must not overlap and have labels of the list. @returns one tag a token */
export function bioesFromSpans(spans: readonly LabelledSpan[], tokens: number, labels: readonly string[]): Int32Array {
  const tags = new Int32Array(tokens);
  for (const { start, end, label } of spans) {
    const index = labels.indexOf(label);
    if (end - start === 1) {
      tags[start] = tagOf(index, SINGLE);
      continue;
    }
    tags[start] = tagOf(index, BEGIN);
    for (let i = start + 1; i < end - 1; i++) tags[i] = tagOf(index, INSIDE);
    tags[end - 1] = tagOf(index, END);
  }
  return tags;
}

/** @param tags a sequence that BIOES allows */
export function spansFromBioes(tags: ArrayLike<number>, labels: readonly string[]): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  let start = 0;
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i]!;
    if (tag === OUTSIDE) continue;
    const part = partOf(tag);
    if (part === BEGIN || part === SINGLE) start = i;
    if (part === END || part === SINGLE) spans.push({ start, end: i + 1, label: labels[labelOf(tag)]! });
  }
  return spans;
}

/**
 * Which tags each token may have, given what a data set annotates: a token outside every span is `O` or part of a
 * mention of a label the set says nothing about. uint8 [tokens, tags]
 */
export function allowedTags({ spans, tokens, annotated }: Omit<LabelledSentence, 'source'>, labels: readonly string[]): Uint8Array {
  const width = tagCountOf(labels.length);
  const allowed = new Uint8Array(tokens.length * width);
  const open = Array.from({ length: width }, (_, tag) => tag === OUTSIDE || !annotated.includes(labels[labelOf(tag)]!));
  bioesFromSpans(spans, tokens.length, labels).forEach((gold, i) => {
    for (let tag = 0; tag < width; tag++) allowed[i * width + tag] = (gold === OUTSIDE ? open[tag] : tag === gold) ? 1 : 0;
  });
  return allowed;
}
