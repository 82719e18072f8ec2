// A mention whose label is in doubt takes the one that the other mentions of its name in the document speak for (label
// consistency within a document: Krishnan & Manning 2006, ACL P06-1141). One that is sure keeps its own: a city and its team
// share a name. A person's full name speaks for the surname too. What is a date or a number does not depend on the rest of the document.
import type { ScoredSpan } from './tagger-model.ts';

/** Least probability of a mention that is not in doubt; best on the development part of CoNLL-2003. */
const SURE = 0.8;

const isValue = (label: string): boolean => label === 'TIME' || label === 'NUM';

/**
 * @param sentences tokens of the sentences of one document
 * @param spans of each sentence
 * @returns the same spans; one that was outvoted has the label of its name, and as score that label's mean probability over the name's mentions
 */
export function agreeOnLabels(sentences: readonly (readonly string[])[], spans: readonly (readonly ScoredSpan[])[]): ScoredSpan[][] {
  const nameOf = (sentence: number, { start, end }: ScoredSpan): string => sentences[sentence]!.slice(start, end).join(' ').toLowerCase();
  const votes = new Map<string, { readonly byLabel: Map<string, number>; mentions: number }>();
  const cast = (name: string, { label, score }: ScoredSpan): void => {
    const vote = votes.get(name) ?? { byLabel: new Map<string, number>(), mentions: 0 };
    votes.set(name, vote);
    vote.byLabel.set(label, (vote.byLabel.get(label) ?? 0) + score);
    vote.mentions++;
  };
  spans.forEach((found, sentence) => {
    for (const span of found) {
      if (isValue(span.label)) continue;
      cast(nameOf(sentence, span), span);
      if (span.label === 'PER' && span.end - span.start > 1) cast(nameOf(sentence, { ...span, start: span.end - 1 }), span);
    }
  });
  return spans.map((found, sentence) =>
    found.map((span) => {
      if (isValue(span.label) || span.score >= SURE) return span;
      const { byLabel, mentions } = votes.get(nameOf(sentence, span))!;
      if (byLabel.size === 1) return span;
      const [label, sum] = [...byLabel].reduce((best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best));
      return label === span.label ? span : { ...span, label, score: sum / mentions };
    }),
  );
}
