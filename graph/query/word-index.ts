// Full-text search (BM25+) that stays quick where many records have a word of the query: records are found by its rarer words, and how many common words they have
// too decides among them; what a common word alone finds is kept for the next query. The words are a radix tree of MiniSearch, which finds unfinished and misspelt ones;
// records are weighed here, as its own search makes a class of objects for each that it finds, which a service then collects for a second at a time.
import SearchableMap from 'minisearch/SearchableMap';

export interface WordIndexOptions<Record> {
  /** Names of fields that are texts, and what a word in each counts. */
  readonly fields: Readonly<{ [Field in keyof Record]?: number }>;
  readonly tokenize: (text: string) => string[];
  /** What the score of a record is multiplied by; 1 where it is left out. */
  readonly weightOf?: (record: Record) => number;
  /** Whether a word of a query may be the beginning of a longer one. */
  readonly isUnfinished?: (word: string, at: number, words: readonly string[]) => boolean;
  /** Share of the letters of a word that may be wrong, where no record has it as it is. */
  readonly typingErrors?: (word: string) => number | false;
}

export interface WordHit<Id> {
  readonly id: Id;
  readonly score: number;
  /** Those of the query that it has, in full or nearly. */
  readonly words: readonly string[];
}

/** A word that more records have is common. */
const COMMON_FROM = 1000;
/** Records that a common word finds by itself. */
const MOST_OF_A_COMMON_WORD = 200;
/** Records found by rarer words that are looked through for common ones. */
const MOST_LOOKED_THROUGH = 200;

/** BM25+ (Lv & Zhai, Lower-Bounding Term Frequency Normalization, CIKM 2011): saturation, part of the length, least share of a word that is there. */
const [K, B, DELTA] = [1.2, 0.7, 0.5];
/** What a longer word counts beside the word itself, less with each letter more. */
const [UNFINISHED, EACH_LETTER_MORE] = [0.375, 0.3];
/** What a misspelt word counts beside the word itself, less with each letter that differs. */
const MISSPELT = 0.45;
/** However long the word. */
const MOST_WRONG_LETTERS = 6;

/** A word that records have. */
interface Word {
  readonly text: string;
  /** Records that have it. */
  count: number;
  /** By field: places of records, and how often each has it, in turn. */
  readonly postings: number[][];
}

interface Indexed<Id> {
  readonly id: Id;
  readonly weight: number;
  readonly words: readonly Word[];
  /** Different words, by field. */
  readonly lengths: readonly number[];
}

type Scores = Map<number, { score: number; readonly words: string[] }>;

export class WordIndex<Id extends string | number, Record extends { readonly id: Id }> {
  private readonly options: WordIndexOptions<Record>;
  private readonly fields: readonly (readonly [name: keyof Record, weight: number])[];
  private readonly words = new SearchableMap<Word>();
  private readonly records: (Indexed<Id> | undefined)[] = [];
  private readonly placeOf = new Map<Id, number>();
  /** Of records that were removed. */
  private readonly freePlaces: number[] = [];
  /** Of all records, by field. */
  private readonly lengths: number[];
  private readonly ofCommonWord = new Map<Word, readonly WordHit<Id>[]>();

  constructor(options: WordIndexOptions<Record>, records: readonly Record[]) {
    this.options = options;
    this.fields = Object.entries(options.fields as Readonly<{ readonly [field: string]: number }>).map(([name, weight]) => [name as keyof Record, weight]);
    this.lengths = this.fields.map(() => 0);
    for (const record of records) this.add(record);
  }

  /** One that has the id of another takes its place. */
  add(record: Record): void {
    this.remove(record.id);
    const place = this.freePlaces.pop() ?? this.records.length;
    const words = new Set<Word>();
    const lengths = this.fields.map(([name], field) => {
      const counts = new Map<Word, number>();
      for (const text of this.options.tokenize(record[name] as string)) {
        const word = this.words.fetch(text, () => ({ text, count: 0, postings: this.fields.map(() => []) }));
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
      for (const [word, count] of counts) {
        word.postings[field]!.push(place, count);
        words.add(word);
      }
      this.lengths[field]! += counts.size;
      return counts.size;
    });
    for (const word of words) {
      word.count++;
      this.ofCommonWord.delete(word);
    }
    this.records[place] = { id: record.id, weight: this.options.weightOf?.(record) ?? 1, words: [...words], lengths };
    this.placeOf.set(record.id, place);
  }

  remove(id: Id): void {
    const place = this.placeOf.get(id);
    if (place === undefined) return;
    const { words, lengths } = this.records[place]!;
    for (const word of words) {
      for (const postings of word.postings) {
        let at = 0;
        while (at < postings.length && postings[at] !== place) at += 2;
        postings.splice(at, 2);
      }
      if (--word.count === 0) this.words.delete(word.text);
      this.ofCommonWord.delete(word);
    }
    lengths.forEach((length, field) => (this.lengths[field]! -= length));
    this.records[place] = undefined;
    this.freePlaces.push(place);
    this.placeOf.delete(id);
  }

  /** Looks for the common words now, so that no later search has to. */
  warm(): void {
    for (const word of this.words.values()) if (word.count > COMMON_FROM) this.withCommonWord(word);
  }

  /** Best first, of the same score in order of id. Of records that have common words alone not all are found. */
  search(text: string): WordHit<Id>[] {
    const words = [...new Set(this.options.tokenize(text))];
    const common = words.flatMap((text) => this.words.get(text) ?? []).filter(({ count }) => count > COMMON_FROM);
    const found = this.find(words.filter((word) => !common.some((other) => other.text === word))).sort(byScore);
    if (common.length === 0) return found;
    const hits = new Map(found.map((hit): [Id, WordHit<Id>] => [hit.id, hit]));
    const best = Math.max(...this.fields.map(([, weight]) => weight));
    for (const { id } of found.slice(0, MOST_LOOKED_THROUGH)) {
      const { words: own } = this.records[this.placeOf.get(id)!]!;
      for (const word of common) {
        if (!own.includes(word)) continue;
        const { score, words: before } = hits.get(id)!;
        hits.set(id, { id, score: score + best * this.inverseDocumentFrequency(word.count), words: [...before, word.text] });
      }
    }
    for (const word of common) {
      for (const { id, score } of this.withCommonWord(word)) {
        const hit = hits.get(id);
        if (hit === undefined) hits.set(id, { id, score, words: [word.text] });
        else if (!hit.words.includes(word.text)) hits.set(id, { id, score: hit.score + score, words: [...hit.words, word.text] });
      }
    }
    return [...hits.values()].sort(byScore);
  }

  private withCommonWord(word: Word): readonly WordHit<Id>[] {
    let hits = this.ofCommonWord.get(word);
    if (hits === undefined) {
      const scores: Scores = new Map();
      this.weigh(word.text, word, 1, scores);
      this.ofCommonWord.set(word, (hits = this.hitsOf(scores).sort(byScore).slice(0, MOST_OF_A_COMMON_WORD)));
    }
    return hits;
  }

  /** In no order. */
  private find(words: readonly string[]): WordHit<Id>[] {
    const scores: Scores = new Map();
    for (const [at, asked] of words.entries()) for (const [word, share] of this.meantBy(asked, at, words)) this.weigh(asked, word, share, scores);
    return this.hitsOf(scores);
  }

  /** The word itself, longer ones that it may be the beginning of, and where it is nobody's those that it may be misspelt of; what each counts, in (0, 1]. */
  private *meantBy(asked: string, at: number, words: readonly string[]): Generator<readonly [Word, number]> {
    const { isUnfinished = () => false, typingErrors = () => false } = this.options;
    const itself = this.words.get(asked);
    if (itself !== undefined) yield [itself, 1];
    const isBeginning = isUnfinished(asked, at, words);
    if (isBeginning) {
      for (const [{ length }, word] of this.words.atPrefix(asked)) {
        if (length > asked.length) yield [word, (UNFINISHED * length) / (length + EACH_LETTER_MORE * (length - asked.length))];
      }
    }
    const errors = itself === undefined && typingErrors(asked);
    const most = errors === false ? 0 : Math.min(MOST_WRONG_LETTERS, Math.round(asked.length * errors));
    if (most === 0) return;
    for (const [text, [word, wrong]] of this.words.fuzzyGet(asked, most)) {
      if (!(isBeginning && text.startsWith(asked))) yield [word, (MISSPELT * text.length) / (text.length + wrong)];
    }
  }

  private weigh(asked: string, { postings }: Word, share: number, scores: Scores): void {
    for (const [field, [, fieldWeight]] of this.fields.entries()) {
      const own = postings[field]!;
      const meanLength = this.lengths[field]! / this.placeOf.size;
      const most = share * fieldWeight * this.inverseDocumentFrequency(own.length / 2);
      for (let at = 0; at < own.length; at += 2) {
        const [place, count] = [own[at]!, own[at + 1]!];
        const { weight, lengths } = this.records[place]!;
        const score = most * weight * (DELTA + (count * (K + 1)) / (count + K * (1 - B + (B * lengths[field]!) / meanLength)));
        const known = scores.get(place);
        if (known === undefined) {
          scores.set(place, { score, words: [asked] });
          continue;
        }
        known.score += score;
        if (known.words.at(-1) !== asked) known.words.push(asked);
      }
    }
  }

  /** The more words of the query a record has, the better. */
  private hitsOf(scores: Scores): WordHit<Id>[] {
    return Array.from(scores, ([place, { score, words }]) => ({ id: this.records[place]!.id, score: score * words.length, words }));
  }

  private inverseDocumentFrequency(count: number): number {
    return Math.log1p((this.placeOf.size - count + 0.5) / (count + 0.5));
  }
}

const byScore = <Id extends string | number>(a: WordHit<Id>, b: WordHit<Id>): number => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
