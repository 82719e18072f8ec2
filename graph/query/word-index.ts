// Full-text search (MiniSearch, BM25+) that stays quick where many records have a word of the query: records are found by its rarer words, and how many common words they have
// too decides among them; what a common word alone finds is kept for the next query.
import MiniSearch, { type SearchOptions } from 'minisearch';

export interface WordIndexOptions<Record> {
  /** Names of fields that are texts, and what a word in each counts. */
  readonly fields: Readonly<{ [Field in keyof Record]?: number }>;
  readonly tokenize: (text: string) => string[];
  /** Of the library: unfinished words, boosts by stored fields. */
  readonly search?: SearchOptions;
  /** Share of the letters of a word that may be wrong, where no record has it as it is. */
  readonly typingErrors?: (word: string) => number | false;
  readonly store?: readonly string[];
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

export class WordIndex<Id extends string | number, Record extends { readonly id: Id }> {
  private readonly index: MiniSearch<Record>;
  private readonly options: WordIndexOptions<Record>;
  private readonly fields: readonly string[];
  /** Numbers of words, and how many records have each. */
  private readonly numbers = new Map<string, number>();
  private readonly counts: number[] = [];
  private readonly wordsOf = new Map<Id, Uint32Array>();
  /** Of the record that is being added. */
  private words = new Set<number>();
  /** By the number of the word. */
  private readonly ofCommonWord = new Map<number, readonly WordHit<Id>[]>();

  constructor(options: WordIndexOptions<Record>, records: readonly Record[]) {
    this.options = options;
    this.fields = Object.keys(options.fields);
    const tokenize = (text: string, field?: string): string[] => {
      const words = options.tokenize(text);
      if (field !== undefined) for (const word of words) this.words.add(this.numberOf(word));
      return words;
    };
    this.index = new MiniSearch<Record>({ fields: [...this.fields], tokenize, processTerm: (term) => term, ...(options.store === undefined ? {} : { storeFields: [...options.store] }) });
    for (const record of records) this.add(record);
  }

  add(record: Record): void {
    this.words.clear();
    this.index.add(record);
    this.wordsOf.set(record.id, Uint32Array.from(this.words));
    for (const word of this.words) this.counts[word]!++;
    this.forget(this.words);
  }

  remove(id: Id): void {
    if (!this.index.has(id)) return;
    this.index.discard(id);
    for (const word of this.wordsOf.get(id)!) this.counts[word]!--;
    this.forget(this.wordsOf.get(id)!);
    this.wordsOf.delete(id);
  }

  /** Looks for the common words now, so that no later search has to. */
  warm(): void {
    for (const [word, number] of this.numbers) if (this.counts[number]! > COMMON_FROM) this.withCommonWord(word);
  }

  private forget(words: Iterable<number>): void {
    if (this.ofCommonWord.size > 0) for (const word of words) this.ofCommonWord.delete(word);
  }

  private numberOf(word: string): number {
    let number = this.numbers.get(word);
    if (number === undefined) this.numbers.set(word, (number = this.counts.push(0) - 1));
    return number;
  }

  private countOf(word: string): number {
    return this.counts[this.numbers.get(word) ?? -1] ?? 0;
  }

  /** Best first, of the same score in order of id. Of records that have common words alone not all are found. */
  search(text: string): WordHit<Id>[] {
    const words = [...new Set(this.options.tokenize(text))];
    const common = words.filter((word) => this.countOf(word) > COMMON_FROM);
    if (common.length === 0) return this.find(text).sort(byScore);
    const rare = words.filter((word) => !common.includes(word));
    const found = rare.length === 0 ? [] : this.find(rare.join(' '));
    const hits = new Map<Id, { score: number; words: readonly string[] }>(found.map(({ id, score, words: own }) => [id, { score, words: own }]));
    const weights = common.map((word) => Math.log1p((this.index.documentCount - this.countOf(word) + 0.5) / (this.countOf(word) + 0.5)));
    const best = Math.max(0, ...Object.values(this.options.fields as Readonly<{ readonly [field: string]: number }>));
    for (const { id } of found.slice(0, MOST_LOOKED_THROUGH)) {
      const own = this.wordsOf.get(id)!;
      common.forEach((word, at) => {
        if (!own.includes(this.numbers.get(word)!)) return;
        const { score, words: before } = hits.get(id)!;
        hits.set(id, { score: score + best * weights[at]!, words: [...before, word] });
      });
    }
    for (const word of common) {
      for (const { id, score } of this.withCommonWord(word)) {
        const hit = hits.get(id);
        if (hit === undefined) hits.set(id, { score, words: [word] });
        else if (!hit.words.includes(word)) hits.set(id, { score: hit.score + score, words: [...hit.words, word] });
      }
    }
    return Array.from(hits, ([id, { score, words: own }]) => ({ id, score, words: own })).sort(byScore);
  }

  private withCommonWord(word: string): readonly WordHit<Id>[] {
    const number = this.numbers.get(word)!;
    let hits = this.ofCommonWord.get(number);
    if (hits === undefined) this.ofCommonWord.set(number, (hits = this.find(word, { prefix: false }).slice(0, MOST_OF_A_COMMON_WORD)));
    return hits;
  }

  private find(text: string, more: Pick<SearchOptions, 'prefix'> = {}): WordHit<Id>[] {
    const boost = this.options.fields as { [field: string]: number };
    const { typingErrors = () => false, search } = this.options;
    return this.index.search(text, { boost, fuzzy: (word) => (this.countOf(word) > 0 ? false : typingErrors(word)), ...search, ...more }).map(({ id, score, queryTerms }) => ({ id: id as Id, score, words: queryTerms }));
  }
}

const byScore = <Id extends string | number>(a: WordHit<Id>, b: WordHit<Id>): number => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
