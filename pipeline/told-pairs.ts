// What people are shown of two things that may be one: the names in their sentences, what each comparison says, how surely they are one.
import type { LiveGraph } from '../graph/live-graph.ts';
import type { WeighedPair } from '../graph/resolve/doubts.ts';
import { probabilityOfLogOdds } from '../graph/resolve/match.ts';
import type { Reference } from './core/model.ts';

/** A name as a document uses it first. */
export interface ToldName extends Reference {
  readonly name: string;
  readonly uri: string;
  readonly title?: string;
  /** Of the sentence in the document, half-open. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Within the text. */
  readonly mention: { readonly start: number; readonly end: number; readonly surface: string };
}

export interface ToldPair {
  readonly a: ToldName;
  readonly b: ToldName;
  readonly level?: string;
  /** A weight of `null` rules the match out. */
  readonly comparisons: readonly { readonly name: string; readonly found: string; readonly weight: number | null; readonly veto?: true }[];
  /** Natural log. */
  readonly logOdds: number;
  readonly probability: number;
  readonly decision?: 'same' | 'different';
}

/** The least sure first, and of pairs about one name only the first: an answer to it may settle the others. */
export function mostTelling(pairs: readonly WeighedPair[]): WeighedPair[] {
  const asked = new Set<string>();
  const [first, again]: WeighedPair[][] = [[], []];
  for (const pair of pairs) {
    const names = [pair.a, pair.b].map(({ type, key }) => `${type} ${key}`);
    if (names.some((name) => asked.has(name))) again!.push(pair);
    else first!.push(pair);
    for (const name of names) asked.add(name);
  }
  return [...first!, ...again!];
}

/** @param reference to a name that its document uses */
export function toldName(live: LiveGraph, reference: Reference): ToldName {
  const { type, key, documentId } = reference;
  const { entity } = live.resolver.find(reference)!;
  const { uri, title, text, mentions, sentences } = live.extraction(documentId)!;
  const name = entity.names.get(key) ?? key;
  const { sentence, ...mention } = mentions[entity.mentions.find((index) => mentions[index]!.surface === name) ?? entity.mentions[0]!]!;
  const [start, end] = sentences[sentence] ?? [0, text.length];
  return { type, key, documentId, name, uri, ...(title === undefined ? {} : { title }), start, end, text: text.slice(start, end), mention: { start: mention.start - start, end: mention.end - start, surface: mention.surface } };
}

export function toldPair(live: LiveGraph, { a, b, level, comparisons, logOdds, decision }: WeighedPair): ToldPair {
  return {
    a: toldName(live, a),
    b: toldName(live, b),
    ...(level === undefined ? {} : { level }),
    comparisons: comparisons.map(({ name, found, weight }) => (weight === Number.NEGATIVE_INFINITY ? { name, found, weight: null, veto: true } : { name, found, weight })),
    logOdds,
    probability: probabilityOfLogOdds(logOdds),
    ...(decision === undefined ? {} : { decision }),
  };
}
