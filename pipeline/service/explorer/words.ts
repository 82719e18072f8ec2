// The words that moved the decision on a claim, marked in its sentence: underlined, the heavier the more the claim rests on them, and named below it.
import type { OutputOf } from '../client.ts';
import { element, marked, type Span } from './elements.ts';

export type ClaimWords = OutputOf<'words'>['items'][number];
type Claim = OutputOf<'explain'>['facts'][number]['claims'][number];

const STRENGTHS = ['weak', 'middling', 'strong'] as const;

/** The sentence with its two names and the words. */
export function claimText({ text, head, tail }: Claim, words: ClaimWords['words'] = []): Node[] {
  const strongest = Math.max(...words.map(({ effect }) => effect), Number.MIN_VALUE);
  const strengthOf = (effect: number): string => STRENGTHS[Math.min(2, Math.floor((3 * effect) / strongest))]!;
  const spans: Span[] = [head, tail, ...words.map(({ start, end, effect }) => ({ start, end, mark: (word: string) => element('u', { class: `word ${strengthOf(effect)}`, title: lossOf(effect) }, word) }))];
  return marked(text, spans);
}

/** For those who do not see lines, or not how heavy they are. */
export function wordList(words: ClaimWords['words']): HTMLElement | undefined {
  return words.length === 0 ? undefined : element('p', { class: 'quiet' }, `Decided by ${words.map(({ text, effect }) => `${text} (${lossOf(effect)})`).join(', ')}`);
}

export const legend = (): (Node | string)[] => [element('mark', {}, 'marked'), ' the two names, ', element('u', { class: 'word strong' }, 'underlined'), ' words without which the models would be less sure: the heavier the line, the less sure'];

const lossOf = (effect: number): string => `−${Math.max(1, Math.round(100 * effect))} %`;
