// Tags and spans: BIOES (Begin, Inside, Outside, End, Single), which steps between tags are allowed, and conversions.
import { MENTION_LABELS, type MentionLabel } from '../../pipeline/core/model.ts';
import type { LabelledSentence, LabelledSpan } from './data-formats.ts';

export const OUTSIDE = 0;
const [BEGIN, INSIDE, END, SINGLE] = [0, 1, 2, 3];

/** `O`, then B-, I-, E-, S- of each label: the order of the tagger's outputs. */
export const TAGS: readonly string[] = ['O', ...MENTION_LABELS.flatMap((label) => ['B', 'I', 'E', 'S'].map((part) => `${part}-${label}`))];

const tagOf = (label: MentionLabel, part: number): number => 1 + MENTION_LABELS.indexOf(label) * 4 + part;
const partOf = (tag: number): number => (tag - 1) % 4;
const labelIndexOf = (tag: number): number => Math.floor((tag - 1) / 4);

/** Whether a sentence may start with the tag. */
export const mayStart = (tag: number): boolean => tag === OUTSIDE || partOf(tag) === BEGIN || partOf(tag) === SINGLE;
/** Whether a sentence may end with the tag. */
export const mayEnd = (tag: number): boolean => tag === OUTSIDE || partOf(tag) === END || partOf(tag) === SINGLE;

/** Whether BIOES allows `to` right after `from`. */
export function mayFollow(from: number, to: number): boolean {
  const open = from !== OUTSIDE && (partOf(from) === BEGIN || partOf(from) === INSIDE);
  if (!open) return mayStart(to);
  return to !== OUTSIDE && labelIndexOf(from) === labelIndexOf(to) && (partOf(to) === INSIDE || partOf(to) === END);
}

/** Spans must not overlap. @returns one tag a token */
export function bioesFromSpans(spans: readonly LabelledSpan[], tokens: number): Int32Array {
  const tags = new Int32Array(tokens);
  for (const { start, end, label } of spans) {
    if (end - start === 1) {
      tags[start] = tagOf(label, SINGLE!);
      continue;
    }
    tags[start] = tagOf(label, BEGIN!);
    for (let i = start + 1; i < end - 1; i++) tags[i] = tagOf(label, INSIDE!);
    tags[end - 1] = tagOf(label, END!);
  }
  return tags;
}

/** @param tags a sequence that BIOES allows */
export function spansFromBioes(tags: ArrayLike<number>): LabelledSpan[] {
  const spans: LabelledSpan[] = [];
  let start = 0;
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i]!;
    if (tag === OUTSIDE) continue;
    const part = partOf(tag);
    if (part === BEGIN || part === SINGLE) start = i;
    if (part === END || part === SINGLE) spans.push({ start, end: i + 1, label: MENTION_LABELS[labelIndexOf(tag)]! });
  }
  return spans;
}

/**
 * Which tags each token may have, given what a data set annotates: a token outside every span is `O` or part of a
 * mention of a label the set says nothing about; a token of `unsure` may have any tag. uint8 [tokens, tags]
 */
export function allowedTags({ spans, tokens, annotated, unsure = [] }: Omit<LabelledSentence, 'source'>): Uint8Array {
  const width = TAGS.length;
  const allowed = new Uint8Array(tokens.length * width);
  const open = TAGS.map((_, tag) => tag === OUTSIDE || !annotated.includes(MENTION_LABELS[labelIndexOf(tag)]!));
  bioesFromSpans(spans, tokens.length).forEach((gold, i) => {
    for (let tag = 0; tag < width; tag++) allowed[i * width + tag] = (gold === OUTSIDE ? open[tag] : tag === gold) ? 1 : 0;
  });
  for (const i of unsure) allowed.fill(1, i * width, (i + 1) * width);
  return allowed;
}
