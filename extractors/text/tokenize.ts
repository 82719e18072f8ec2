// How a text is cut into tokens: one pass over character classes, in the manner of the corpora the tagger learns from.
// As in Re-DocRED, a hyphen between two letters is a token (`Anglo - Saxon`) and one beside a digit is not (`F-16`);
// abbreviations keep their period, clitics (`'s`, `n't`) and every other punctuation mark stand alone.
import type { Token } from '../../pipeline/core/model.ts';
import { abbreviationKindOf } from './abbreviations.ts';
import { DIGIT, LETTER, SPACE, SYMBOL, UNSPACED, classAt, classOf, isLowerAt, isUpperAt, widthAt } from './char-class.ts';
import { findLinks } from './links.ts';

/** A longer run of letters or equal marks is cut, so that no input makes a token of a megabyte. */
export const MAX_TOKEN_CHARS = 256;
/** Runs of scripts without spaces are cut shorter: they hold several words anyway. */
export const MAX_UNSPACED_CHARS = 32;

const DOT = 46;
const HYPHEN = 45;
const APOSTROPHE = 39;
const RIGHT_QUOTE = 0x2019;
const ZERO_WIDTH_JOINER = 0x200d;
const clitics = new Set(['s', 're', 've', 'll', 'd', 'm']);
const units = new Set('km m kg cm mm mi ft lb lbs oz mph kmh kWh MW GW kHz MHz GHz Hz kB KB MB GB TB am pm'.split(' '));
const dottedPattern = /^(?:\p{L}{1,2}\.)+\p{L}{1,2}$/u;
const quantityPattern = /^[\d.,]+(?=\p{L}+$)/u;
const isoDatePattern = /\d{4}-\d{2}-\d{2}(?![\d-])/y;
const currencyPattern = /^[A-Z]{1,3}$/;
const programmingLanguages = new Set(['C', 'F', 'J']);

function isApostrophe(unit: number): boolean {
  return unit === APOSTROPHE || unit === RIGHT_QUOTE;
}

/** Marks that stand as one token when repeated: `...`, `--`, `***`, `===`, `___`, `~~~`. */
function isRunMark(unit: number): boolean {
  return unit === DOT || unit === HYPHEN || unit === 0x2013 || unit === 0x2014 || unit === 42 || unit === 61 || unit === 95 || unit === 126;
}

/** Where the next character stands after white space, unless the text or paragraph ends before it (−1). */
export function nextInParagraph(text: string, from: number): number {
  let lineBreaks = 0;
  for (let at = from; at < text.length && at < from + MAX_TOKEN_CHARS; at++) {
    const unit = text.charCodeAt(at);
    if (classOf(unit) !== SPACE) return at;
    if (unit === 10 && ++lineBreaks > 1) return -1;
  }
  return -1;
}

class Scanner {
  readonly tokens: Token[] = [];
  private readonly text: string;
  /** Scanning stops here: the start of the next address, or the end of the text. */
  private limit = 0;
  /** Place of the last apostrophe inside the word just scanned, or −1. */
  private apostrophe = -1;
  private hasDot = false;

  constructor(text: string) {
    this.text = text;
  }

  scanAll(): Token[] {
    const links = findLinks(this.text);
    let at = 0;
    for (let link = 0; link < links.length; link += 2) {
      this.scanTo(at, links[link]);
      this.push(links[link], links[link + 1]);
      at = links[link + 1];
    }
    this.scanTo(at, this.text.length);
    return this.tokens;
  }

  private push(start: number, end: number): void {
    this.tokens.push({ text: this.text.slice(start, end), start, end });
  }

  private scanTo(from: number, limit: number): void {
    this.limit = limit;
    let at = from;
    while (at < limit) {
      const kind = classAt(this.text, at);
      if (kind === SPACE) at++;
      else if (kind === SYMBOL) at = this.scanSymbol(at);
      else if (kind === UNSPACED) at = this.scanUnspaced(at);
      else at = this.scanWord(at, at);
    }
  }

  private scanUnspaced(start: number): number {
    let end = start;
    while (end < this.limit && end - start < MAX_UNSPACED_CHARS && classAt(this.text, end) === UNSPACED) end += widthAt(this.text, end);
    this.push(start, end);
    return end;
  }

  private scanSymbol(start: number): number {
    const { text, limit } = this;
    const unit = text.charCodeAt(start);
    let end = start + widthAt(text, start);
    const next = end < limit ? text.charCodeAt(end) : 0;
    const isFirst = start === 0 || classOf(text.charCodeAt(start - 1)) === SPACE || text.charCodeAt(start - 1) === 40;
    if (isFirst && (unit === HYPHEN || unit === 43 || unit === DOT) && classOf(next) === DIGIT) return this.scanWord(start, end);
    if ((unit === 64 || unit === 35) && isFirst && classOf(next) === LETTER) return this.scanWord(start, end);
    if (isRunMark(unit)) {
      while (end < limit && end - start < MAX_TOKEN_CHARS && text.charCodeAt(end) === unit) end++;
    } else if ((unit === APOSTROPHE || unit === 96) && next === unit) {
      end++;
    } else if (isApostrophe(unit)) {
      end = this.cliticEnd(end);
    } else if (unit > 127) {
      end = this.pictographEnd(start, end);
    }
    this.push(start, end);
    return end;
  }

  /** A clitic that stands apart from its word, or after a mark: `U.S.'s`, `)'s`, `" 's`. */
  private cliticEnd(afterMark: number): number {
    let end = afterMark;
    while (end < this.limit && end - afterMark < 3 && classAt(this.text, end) === LETTER) end += widthAt(this.text, end);
    if (!clitics.has(this.text.slice(afterMark, end).toLowerCase())) return afterMark;
    const follower = end < this.limit ? classAt(this.text, end) : 0;
    return follower === LETTER || follower === DIGIT || isApostrophe(this.text.charCodeAt(end)) ? afterMark : end;
  }

  /** Takes in variation selectors, skin tones, and pictographs glued by a joiner. */
  private pictographEnd(start: number, firstEnd: number): number {
    const { text, limit } = this;
    let end = firstEnd;
    while (end < limit && end - start < MAX_TOKEN_CHARS) {
      const codePoint = text.codePointAt(end) as number;
      if (codePoint === ZERO_WIDTH_JOINER) end += 1 + (end + 1 < limit && classAt(text, end + 1) === SYMBOL ? widthAt(text, end + 1) : 0);
      else if (codePoint === 0xfe0f || codePoint === 0x20e3 || (codePoint >= 0x1f3fb && codePoint <= 0x1f3ff)) end += widthAt(text, end);
      else break;
    }
    return end;
  }

  /** @param start of the token; `from` is after its sign, if it has one */
  private scanWord(start: number, from: number): number {
    const { text } = this;
    const end = this.wordEnd(start, from);
    const unit = end < this.limit ? text.charCodeAt(end) : 0;
    if (unit === DOT && this.keepsPeriod(start, end)) {
      this.push(start, end + 1);
      return end + 1;
    }
    if (unit === 36 && end - start <= 3 && currencyPattern.test(text.slice(start, end))) {
      this.push(start, end + 1);
      return end + 1;
    }
    if (end - start === 1 && programmingLanguages.has(text[start])) {
      const mark = unit === 43 && text.charCodeAt(end + 1) === 43 ? 2 : unit === 35 ? 1 : 0;
      if (mark > 0 && end + mark <= this.limit) {
        this.push(start, end + mark);
        return end + mark;
      }
    }
    this.pushWord(start, end);
    return end;
  }

  private wordEnd(start: number, from: number): number {
    const { text, limit } = this;
    const cap = Math.min(limit, start + MAX_TOKEN_CHARS);
    this.apostrophe = -1;
    this.hasDot = false;
    let end = from;
    let last = 0;
    while (end < cap) {
      const kind = classAt(text, end);
      if (kind === LETTER || kind === DIGIT) {
        last = kind;
        end += text.charCodeAt(end) < 128 ? 1 : widthAt(text, end);
        continue;
      }
      if (kind !== SYMBOL || last === 0 || end + 1 >= cap) break;
      const unit = text.charCodeAt(end);
      const next = classAt(text, end + 1);
      if (unit === HYPHEN && last === DIGIT && next === DIGIT) {
        isoDatePattern.lastIndex = start;
        if (from !== start || end - start !== 4 || !isoDatePattern.test(text) || isoDatePattern.lastIndex > limit) break;
        return isoDatePattern.lastIndex;
      }
      if ((next !== LETTER && next !== DIGIT) || !this.joins(unit, last, next, start, end)) break;
      if (isApostrophe(unit)) this.apostrophe = end;
      if (unit === DOT) this.hasDot = true;
      end++;
    }
    return end;
  }

  /** Whether the mark at `at`, between two word characters, belongs to the word. */
  private joins(unit: number, last: number, next: number, start: number, at: number): boolean {
    const { text } = this;
    switch (unit) {
      case DOT:
        if (last === DIGIT) return next === DIGIT || isLowerAt(text, at + 1);
        if (next === DIGIT) return at - start === 1;
        return !(isLowerAt(text, at - 1) && isUpperAt(text, at + 1)) || at - start <= 2;
      case 44: // ,
      case 58: // :
        return last === DIGIT && next === DIGIT;
      case APOSTROPHE:
      case RIGHT_QUOTE:
      case 0x2018:
        return last === LETTER ? next === LETTER : next === DIGIT || this.endsInClitic(at);
      case HYPHEN:
      case 0x2010:
      case 0x2011:
        return last !== next;
      case 47: // /
        return last !== LETTER || next !== LETTER || text.slice(start, at + 3).toLowerCase() === 'and/or';
      case 38: // &
      case 95: // _
        return true;
      case 0xb7:
        return last === LETTER && next === LETTER;
      default:
        return false;
    }
  }

  /** `1990's`: a digit, an apostrophe and no more than a clitic. */
  private endsInClitic(apostrophe: number): boolean {
    const follower = classAt(this.text, apostrophe + 2);
    return this.text[apostrophe + 1] === 's' && follower !== LETTER && follower !== DIGIT;
  }

  private keepsPeriod(start: number, end: number): boolean {
    const { text } = this;
    if (end - start > 12 || text.charCodeAt(end + 1) === DOT) return false;
    const word = text.slice(start, end);
    if (this.hasDot) return dottedPattern.test(word) || abbreviationKindOf(word) !== undefined;
    if (end - start === 1 && isUpperAt(text, start)) return this.isInitial(word, end);
    const kind = abbreviationKindOf(word);
    if (kind === undefined) return word === 'v' && isUpperAt(text, nextInParagraph(text, end + 1));
    if (word === 'al') return this.tokens.at(-1)?.text === 'et';
    if (kind === 'title') return nextInParagraph(text, end + 1) >= 0;
    if (kind !== 'number' && kind !== 'shortDate') return true;
    const next = nextInParagraph(text, end + 1);
    return next >= 0 && (classAt(text, next) === DIGIT || (kind === 'number' && word.length > 1 && /^[IVXLC]+\b/.test(text.slice(next, next + 8))));
  }

  /** `J.` of a name, rather than the last word of a sentence (`vitamin C.`, `and I.`). */
  private isInitial(word: string, end: number): boolean {
    const { text } = this;
    const next = nextInParagraph(text, end + 1);
    if (next < 0 || isLowerAt(text, next)) return this.isAfterInitial();
    if (word !== 'I') return true;
    return this.isAfterInitial() || (isUpperAt(text, next) && text.charCodeAt(next + 1) === DOT);
  }

  private isAfterInitial(): boolean {
    const before = this.tokens.at(-1)?.text;
    return before !== undefined && before.length === 2 && before.charCodeAt(1) === DOT;
  }

  private pushWord(start: number, end: number): void {
    const cut = this.apostrophe >= 0 ? this.cliticStart(start, end) : this.compoundCut(start, end);
    if (cut > start) this.push(start, cut);
    this.push(Math.max(cut, start), end);
  }

  /** Where `'s` or `n't` starts in the word, or `start` when it has none. */
  private cliticStart(start: number, end: number): number {
    const suffix = this.text.slice(this.apostrophe + 1, end).toLowerCase();
    if (clitics.has(suffix)) return this.apostrophe;
    const before = this.apostrophe - 1;
    const isNegation = suffix === 't' && before > start && (this.text.charCodeAt(before) | 32) === 110;
    return isNegation ? before : start;
  }

  /** `can|not`, `10|km`. */
  private compoundCut(start: number, end: number): number {
    const length = end - start;
    if (length === 6 && (this.text.charCodeAt(start) | 32) === 99 && this.text.slice(start + 1, end) === 'annot') return start + 3;
    const first = this.text.charCodeAt(start);
    const last = this.text.charCodeAt(end - 1);
    if (length > 12 || first > 57 || first < 46 || (last >= 48 && last <= 57)) return start;
    const number = quantityPattern.exec(this.text.slice(start, end));
    return number && units.has(this.text.slice(start + number[0].length, end)) ? start + number[0].length : start;
  }
}

/** Tokens in order; each is an unaltered slice of the text, none overlap, and all but white space is covered. */
export function tokenize(text: string): Token[] {
  return new Scanner(text).scanAll();
}
