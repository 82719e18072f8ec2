// Where sentences end: rules over tokens and the white space between them.
// A mark that ends sentences does so unless an abbreviation, a small letter or quoted speech says that the sentence goes on.
import type { Sentence, Token } from '../../pipeline/core/model.ts';
import { SENTENCE_OPENERS, SPEECH_VERBS, abbreviationKindOf } from './abbreviations.ts';
import { LETTER, classAt, isLowerAt, isUpperAt } from './char-class.ts';

export interface SentenceOptions {
  /** A longer sentence is cut, after a comma or semicolon of its second half where there is one. Default 120. */
  readonly maxSentenceTokens?: number;
}

export const DEFAULT_MAX_SENTENCE_TOKENS = 120;

const unspacedStops = new Set(['。', '！', '？', '｡']);
const stops = new Set(['.', '!', '?', '…', '‽', '؟', '۔', '।', ...unspacedStops]);
const closers = new Set(['"', "'", "''", '”', '’', '»', ')', ']', '}', '」', '』', '）', '›']);
const quotes = new Set(['"', "'", "''", '”', '’', '»']);
const softBreaks = new Set([',', ';', ':', '--', '—', '–']);
const bullets = new Set(['-', '*', '•', '‣', '◦', '▪', '●', '–', '+']);
const companySuffixes = new Set(['Inc.', 'Inc', 'Corp.', 'Ltd.', 'Co.', 'Music', 'News', 'Mail', 'Magazine']);

const PERIOD = 46;
const BLANK = 32;
const NONE = 0;
const PARAGRAPH = 2;

/** Line breaks in the white space: none, one, or a paragraph's. */
function gapOf(text: string, start: number, end: number): number {
  let lines = 0;
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) lines++;
    else if (unit === 12 || unit === 0x2029) return PARAGRAPH;
  }
  return lines > 1 ? PARAGRAPH : lines;
}

class Splitter {
  readonly sentences: Sentence[] = [];
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private readonly maxTokens: number;
  /** First token of the sentence that is open. */
  private first = 0;
  private softBreak = -1;

  constructor(text: string, tokens: readonly Token[], maxTokens: number) {
    this.text = text;
    this.tokens = tokens;
    this.maxTokens = maxTokens;
  }

  splitAll(): Sentence[] {
    const { tokens } = this;
    for (let at = 0; at < tokens.length; at++) {
      const isWord = this.endsInLetter(at);
      if (!isWord && softBreaks.has(tokens[at].text)) this.softBreak = at;
      const last = isWord ? -1 : this.lastAfterStop(at);
      if (last >= 0) {
        while (last + 1 - this.first > this.maxTokens) this.cut(last);
        this.close(last + 1);
        at = last;
      } else if (at + 1 < tokens.length && this.endsByLayout(at)) {
        this.close(at + 1);
      } else if (at + 1 - this.first >= this.maxTokens && at + 1 < tokens.length) {
        this.cut(at);
      }
    }
    if (this.first < tokens.length) this.close(tokens.length);
    return this.sentences;
  }

  /** Most tokens do: a quick look that spares them the tables. */
  private endsInLetter(at: number): boolean {
    const small = this.text.charCodeAt(this.tokens[at].end - 1) | 32;
    return small >= 97 && small <= 122;
  }

  private close(end: number): void {
    const tokens = this.tokens.slice(this.first, end);
    this.sentences.push({ index: this.sentences.length, start: tokens[0].start, end: tokens[tokens.length - 1].end, tokens });
    this.first = end;
  }

  /** Ends the open sentence, which is too long, at a comma or where it has reached its limit. */
  private cut(at: number): void {
    const limit = this.first + this.maxTokens;
    const isUseful = this.softBreak >= this.first + this.maxTokens / 2 && this.softBreak < Math.min(limit, at + 1);
    this.close(isUseful ? this.softBreak + 1 : Math.min(limit, at + 1));
  }

  private gapAfter(at: number): number {
    const start = this.tokens[at].end;
    const end = this.tokens[at + 1].start;
    if (end === start || (end - start === 1 && this.text.charCodeAt(start) === BLANK)) return NONE;
    return gapOf(this.text, start, end);
  }

  private isAdjacent(at: number): boolean {
    return this.tokens[at].end === this.tokens[at + 1].start;
  }

  private endsByLayout(at: number): boolean {
    const gap = this.gapAfter(at);
    if (gap === NONE) return false;
    if (gap === PARAGRAPH || this.isBullet(at + 1)) return true;
    if (this.isHeading(this.first)) return true;
    if (!this.isBullet(this.first)) return false;
    const next = this.tokens[at + 1];
    return this.text.charCodeAt(next.start - 1) === 10 && !isLowerAt(this.text, next.start);
  }

  private isLineStart(at: number): boolean {
    return at === 0 || this.gapAfter(at - 1) !== NONE;
  }

  private isHeading(at: number): boolean {
    return this.tokens[at].text === '#' && this.isLineStart(at);
  }

  /** `- item`, `* item`, `1. item`, `2) item` at the start of a line. A bare number counts where a list is likely. */
  private isBullet(at: number): boolean {
    const { tokens } = this;
    const next = tokens[at + 1];
    if (next === undefined || !this.isLineStart(at)) return false;
    if (bullets.has(tokens[at].text)) return !this.isAdjacent(at);
    if (!/^\d{1,2}$/.test(tokens[at].text) || !(next.text === '.' || next.text === ')') || !this.isAdjacent(at)) return false;
    if (at === this.first) return true;
    return tokens[at - 1].text === ':' || /^\d{1,2}$/.test(tokens[this.first].text);
  }

  /** Last token of the sentence that the mark at `at` ends, with the quotes and brackets that close it; −1 when it goes on. */
  private lastAfterStop(at: number): number {
    const { tokens } = this;
    const mark = tokens[at].text;
    const isPeriod = mark.charCodeAt(mark.length - 1) === PERIOD;
    if (!isPeriod && !stops.has(mark)) return -1;
    const last = this.afterClosers(at);
    if (last + 1 === tokens.length || this.gapAfter(last) === PARAGRAPH) return last;
    return this.goesOn(at, last) ? -1 : last;
  }

  private afterClosers(at: number): number {
    const { tokens } = this;
    let last = at;
    const limit = Math.min(tokens.length - 1, at + 8);
    while (last < limit && this.isAdjacent(last)) {
      const next = tokens[last + 1].text;
      if (closers.has(next) || stops.has(next)) last++;
      else if (next === '[' && /^\d{1,3}$/.test(tokens[last + 2]?.text ?? '') && tokens[last + 3]?.text === ']') last += 3;
      else break;
    }
    return last;
  }

  /** Whether the sentence goes on after the mark at `at`, whose closing quotes end at `last`. */
  private goesOn(at: number, last: number): boolean {
    const { text, tokens } = this;
    const mark = tokens[at].text;
    if (unspacedStops.has(mark)) return false;
    const next = tokens[last + 1];
    if (this.isAdjacent(last) && !this.isMissingSpace(at, last)) return true;
    if (isLowerAt(text, next.start)) return !isUpperAt(text, next.start + 1);
    if (last === at + 1 && quotes.has(tokens[last].text) && SPEECH_VERBS.has(tokens[last + 2]?.text ?? '')) return true;
    if (/^[,;:)\]%]/.test(next.text)) return true;
    if (mark === '.') return this.isListNumber(at);
    if (mark === '!') return companySuffixes.has(next.text);
    if (mark === '…' || mark.startsWith('..')) return next.text === 'I';
    return mark.length > 1 && this.abbreviationGoesOn(mark.slice(0, -1), next);
  }

  /** `end.The`: a small letter, the period and a capital. */
  private isMissingSpace(at: number, last: number): boolean {
    const isPeriod = this.tokens[at].text === '.' && last === at && at > this.first;
    return isPeriod && isLowerAt(this.text, this.tokens[at].start - 1) && isUpperAt(this.text, this.tokens[at].end);
  }

  private isListNumber(at: number): boolean {
    return at === this.first + 1 && this.isAdjacent(this.first) && /^(?:\d{1,3}|[ivx]{1,4}|[IVX]{1,4}|[a-z])$/.test(this.tokens[this.first].text);
  }

  private abbreviationGoesOn(word: string, next: Token): boolean {
    const kind = abbreviationKindOf(word);
    if (kind === 'title' || kind === 'number' || kind === 'inner') return true;
    if (kind === 'final') return classAt(this.text, next.start) !== LETTER || /^(?:[A-Z]+T|GMT|UTC|\w+day|on)$/.test(next.text);
    return !SENTENCE_OPENERS.has(next.text) && !(next.text === '"' || next.text === '“');
  }
}

/** Sentences of a text from its tokens, in order; every token is in exactly one. */
export function splitSentences(text: string, tokens: readonly Token[], options: SentenceOptions = {}): Sentence[] {
  const maxTokens = Math.max(1, options.maxSentenceTokens ?? DEFAULT_MAX_SENTENCE_TOKENS);
  return new Splitter(text, tokens, maxTokens).splitAll();
}
