// Time and place change places: "born on 4 May 1900 in Oslo" also reads "born in Oslo on 4 May 1900". The data sets have mostly the one or
// the other, and a model of them that has met the one alone doubts the other.
import type { LabelledPassage } from './labelled-passages.ts';

/** Words that begin a phrase of time or of place. */
const PREPOSITIONS: ReadonlySet<string> = new Set(['in', 'on', 'at', 'near']);
const WITHOUT_PREPOSITION = 'on';

interface Phrase {
  /** Tokens, half-open: the preposition, the mention, and of places those that it lies in ("in Oslo, Norway"). */
  readonly start: number;
  readonly end: number;
  readonly isTime: boolean;
}

/** @returns the sentence with the first phrases of time and of place that stand side by side in each other's place, or nothing where there are none */
export function otherOrder(sentence: LabelledPassage): LabelledPassage[] {
  const { tokens } = sentence;
  const phrases = phrasesOf(sentence);
  const at = phrases.findIndex((phrase, index) => {
    const next = phrases[index + 1];
    return next !== undefined && phrase.isTime !== next.isTime && (next.start === phrase.end || (next.start === phrase.end + 1 && tokens[phrase.end] === ','));
  });
  if (at < 0) return [];
  const [first, second] = [phrases[at]!, phrases[at + 1]!];
  const place = new Map<number, number>();
  const words: string[] = [];
  const put = (from: number, to: number): void => {
    for (let token = from; token < to; token++) {
      place.set(token, words.length);
      words.push(tokens[token]!);
    }
  };
  put(0, first.start);
  put(second.start, second.end);
  if (!second.isTime && second.end - second.start > 1 && tokens.slice(second.start, second.end).includes(',')) words.push(',');
  if (first.isTime && !PREPOSITIONS.has(tokens[first.start]!.toLowerCase())) words.push(WITHOUT_PREPOSITION);
  put(first.start, first.end);
  put(second.end, tokens.length);
  const mentions = sentence.mentions.map((mention) => {
    const start = place.get(mention.start)!;
    return { ...mention, start, end: start + mention.end - mention.start };
  });
  return [{ ...sentence, tokens: words, sentences: [[0, words.length]], mentions }];
}

function phrasesOf({ tokens, mentions }: LabelledPassage): Phrase[] {
  const phrases: Phrase[] = [];
  for (const { start, end, label } of mentions.toSorted((a, b) => a.start - b.start)) {
    if (label !== 'TIME' && label !== 'LOC') continue;
    const last = phrases.at(-1);
    const isTime = label === 'TIME';
    if (!isTime && last !== undefined && !last.isTime && last.end === start - 1 && tokens[last.end] === ',') {
      phrases[phrases.length - 1] = { ...last, end };
      continue;
    }
    const hasPreposition = PREPOSITIONS.has(tokens[start - 1]?.toLowerCase() ?? '');
    // A place without a preposition is no phrase of its own; a date may be ("born 4 May 1900 in Oslo").
    if (hasPreposition || isTime) phrases.push({ start: hasPreposition ? start - 1 : start, end, isTime });
  }
  return phrases;
}
