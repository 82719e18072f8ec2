// What a tagger gets wrong on labelled sentences: which types it takes for which, and the errors it was surest of.
import type { LabelledSentence, LabelledSpan } from './data-formats.ts';
import { forEachEmissions, probabilitiesOf, tagLabelled, type ScoredSpan, type Tagger } from './tagger-model.ts';

/** `type`: right words, wrong label; `boundary`: some of the words; `spurious`: nothing is there; `missed`: nothing was found. */
export type TaggerErrorKind = 'type' | 'boundary' | 'spurious' | 'missed';

export interface TaggerError {
  readonly kind: TaggerErrorKind;
  /** How sure the tagger was, in [0, 1]: of what it found, or that what it missed is not there. */
  readonly certainty: number;
  /** `words/LABEL` */
  readonly gold?: string;
  readonly predicted?: string;
  /** The mention and the words around it. */
  readonly context: string;
}

export interface TaggerErrors {
  /** Mentions by gold label, then by predicted label; `-` stands for none. Mentions that share a word are the same. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Surest first. */
  readonly worst: readonly TaggerError[];
}

const NONE = '-';
const CONTEXT_TOKENS = 6;

export async function findErrors(sentences: readonly LabelledSentence[], tagger: Tagger, most = 20): Promise<TaggerErrors> {
  const texts = sentences.map((s) => s.tokens);
  const predicted = await tagLabelled(sentences, tagger);
  const goldProbability: number[][] = sentences.map(() => []);
  await forEachEmissions(texts, tagger, (index, emissions) => {
    goldProbability[index] = probabilitiesOf(tagger, emissions, sentences[index]!.spans);
  });
  const confusion: Record<string, Record<string, number>> = {};
  const count = (gold: string, found: string): void => {
    const row = (confusion[gold] ??= {});
    row[found] = (row[found] ?? 0) + 1;
  };
  const errors: TaggerError[] = [];
  sentences.forEach((sentence, index) => {
    const asked = predicted[index]!.filter(({ label }) => sentence.annotated.includes(label));
    const gold = sentence.spans;
    const met = new Set<LabelledSpan>();
    for (const found of asked) {
      const partner = partnerOf(found, gold.filter((span) => !met.has(span)));
      if (partner) met.add(partner);
      count(partner?.label ?? NONE, found.label);
      const isSame = partner?.start === found.start && partner.end === found.end;
      if (isSame && partner.label === found.label) continue;
      const kind = !partner ? 'spurious' : isSame ? 'type' : 'boundary';
      errors.push({ kind, certainty: found.score, ...(partner && { gold: named(sentence, partner) }), predicted: named(sentence, found), context: contextOf(sentence, found) });
    }
    gold.forEach((span, at) => {
      if (met.has(span)) return;
      count(span.label, NONE);
      errors.push({ kind: 'missed', certainty: 1 - goldProbability[index]![at]!, gold: named(sentence, span), context: contextOf(sentence, span) });
    });
  });
  return { confusion, worst: errors.sort((a, b) => b.certainty - a.certainty).slice(0, most) };
}

/** The gold span of the same words, else the first one that shares a word. */
function partnerOf(found: ScoredSpan, gold: readonly LabelledSpan[]): LabelledSpan | undefined {
  return gold.find(({ start, end }) => start === found.start && end === found.end) ?? gold.find(({ start, end }) => start < found.end && found.start < end);
}

function named({ tokens }: LabelledSentence, { start, end, label }: LabelledSpan): string {
  return `${tokens.slice(start, end).join(' ')}/${label}`;
}

function contextOf({ tokens }: LabelledSentence, { start, end }: LabelledSpan): string {
  const before = tokens.slice(Math.max(0, start - CONTEXT_TOKENS), start).join(' ');
  const after = tokens.slice(end, end + CONTEXT_TOKENS).join(' ');
  return `${before} [${tokens.slice(start, end).join(' ')}] ${after}`.trim();
}
