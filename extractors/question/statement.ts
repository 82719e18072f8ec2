// A question as the statement it asks for: "Where did Grace Hopper study?" is "Grace Hopper studied at …". The gap is then filled with what may be the
// answer, and the relation models, which read statements, judge what it says.

export interface QuestionWord {
  readonly text: string;
  /** The thing that the word is the name of, or stands for; undefined for all other words. */
  readonly thing?: number;
}

export type StatementPart = { readonly word: string } | { readonly thing: number } | { readonly gap: true };

export interface Statement {
  readonly parts: readonly StatementPart[];
  /** What may fill the gap, with the preposition that stands before it; empty where the question has none and asks for yes or no. */
  readonly answers: ReadonlyMap<string, string>;
}

const be = new Set(['is', 'was', 'are', 'were']);
const help = new Set(['did', 'does', 'do']);
const have = new Set(['has', 'have', 'had']);
const PREPOSITIONS = new Set(['in', 'at', 'to', 'for', 'of', 'by', 'from', 'with', 'on', 'into', 'after']);
const answers = (entries: readonly (readonly [string, string])[]): ReadonlyMap<string, string> => new Map(entries);

const WHO = answers([['PER', ''], ['ORG', '']]);
const WHERE = answers([['LOC', 'in'], ['ORG', 'at']]);
const WHEN = answers([['TIME', 'in']]);
const WHAT = answers([['MISC', ''], ['ORG', ''], ['LOC', ''], ['PER', '']]);
/** What nouns after "which" and "what" ask for. */
const KINDS: readonly (readonly [RegExp, ReadonlyMap<string, string>])[] = [
  [/^(year|date|day|month|time)s?$/, WHEN],
  [/^(compan(y|ies)|firms?|employers?|organi[sz]ations?|societ(y|ies)|academ(y|ies)|laborator(y|ies)|business(es)?)$/, answers([['ORG', 'at']])],
  [/^(universit(y|ies)|colleges?|schools?|institutes?|institutions?)$/, answers([['ORG', 'at']])],
  [/^(city|cities|towns?|countr(y|ies)|states?|places?|counties|county|villages?|regions?)$/, answers([['LOC', 'in']])],
  [/^(person|people|man|woman|men|women|scientists?|engineers?|mathematicians?|founders?|persons?)$/, answers([['PER', '']])],
  [/^(awards?|prizes?|medals?|honou?rs?|books?|works?|papers?|wars?|battles?|programs?|languages?|machines?|computers?|systems?)$/, answers([['MISC', '']])],
];

/** Past tenses that no rule makes. */
const IRREGULAR: Readonly<Record<string, string>> = Object.fromEntries(
  'be was|become became|begin began|build built|buy bought|come came|draw drew|fight fought|find found|get got|give gave|go went|grow grew|have had|hold held|know knew|lead led|leave left|live lived|lose lost|make made|meet met|pay paid|read read|receive received|run ran|sell sold|serve served|set set|speak spoke|spend spent|take took|teach taught|tell told|think thought|wed wed|win won|write wrote'.split('|').map((pair) => pair.split(' ')),
);

function pastOf(verb: string): string {
  if (IRREGULAR[verb] !== undefined) return IRREGULAR[verb];
  if (/e$/.test(verb)) return `${verb}d`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ied`;
  return /^[^aeiou]*[aeiou][bdgmnprt]$/.test(verb) ? `${verb}${verb.at(-1)}ed` : `${verb}ed`;
}

function thirdPersonOf(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(s|sh|ch|x|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

/** @returns undefined for what is no question about things: no words, or "how" and "why" */
export function statementOf(question: readonly QuestionWord[]): Statement | undefined {
  const words = question.filter(({ text, thing }) => thing !== undefined || !/^[?.!,"]+$/.test(text)).map(({ text, thing }) => ({ text: thing === undefined ? text.toLowerCase() : text, thing }));
  while (words.length > 0 && words[0]!.thing === undefined && /^(and|but|so|then|also|please|tell|me)$/.test(words[0]!.text)) words.shift();
  const preposition = PREPOSITIONS.has(words[0]?.text ?? '') && /^(which|what|whom)$/.test(words[1]?.text ?? '') ? words.shift()!.text : undefined;
  const [first] = words;
  if (first === undefined) return undefined;
  const isAsking = first.thing === undefined && /^(who|whom|where|when|what|which)$/.test(first.text);
  if (!isAsking) {
    if (first.thing !== undefined || !(be.has(first.text) || help.has(first.text))) return undefined;
    return { parts: invert(words), answers: new Map() };
  }
  words.shift();
  const [asked, rest] = askedFor(first.text, words);
  const filled = preposition === undefined ? asked : new Map([...asked.keys()].map((label) => [label, preposition]));
  const verb = rest[0]?.thing === undefined ? (rest[0]?.text ?? '') : '';
  // "was Ada married to", but not "was Ada's husband".
  const isAboutSubject = rest[1]?.thing !== undefined && rest[2]?.text !== "'s";
  const singular = /^(are|were)$/.test(verb) && !isAboutSubject ? inSingular(rest) : rest;
  const isPlaceOrTime = first.text === 'where' || first.text === 'when';
  if (!help.has(verb) && !((be.has(verb) || have.has(verb)) && isAboutSubject) && !(isPlaceOrTime && be.has(verb))) {
    return { parts: [{ gap: true }, ...singular.map(partOf)], answers: new Map([...filled.keys()].map((label) => [label, ''])) };
  }
  const parts = invert(singular);
  const last = parts.at(-1);
  const ends = last !== undefined && 'word' in last && PREPOSITIONS.has(last.word);
  return { parts: [...parts, { gap: true }], answers: ends ? new Map([...filled.keys()].map((label) => [label, ''])) : filled };
}

/** "were the parents of Ada" becomes "was the parent of Ada". */
function inSingular([aux, ...rest]: readonly Word[]): Word[] {
  const noun = rest.findIndex(({ text, thing }) => thing === undefined && /[^s]s$/.test(text) && text !== "'s");
  return [{ ...aux!, text: aux!.text === 'are' ? 'is' : 'was' }, ...rest.map((word, at) => (at === noun ? { ...word, text: word.text.slice(0, -1) } : word))];
}

type Word = { readonly text: string; readonly thing: number | undefined };

const partOf = ({ text, thing }: Word): StatementPart => (thing === undefined ? { word: text } : { thing });

/** What "which company" or "what year" asks for, and the words after it. */
function askedFor(word: string, words: Word[]): readonly [ReadonlyMap<string, string>, Word[]] {
  if (word === 'who' || word === 'whom') return [WHO, words];
  if (word === 'where') return [WHERE, words];
  if (word === 'when') return [WHEN, words];
  const verb = words.findIndex(({ text, thing }) => thing !== undefined || be.has(text) || help.has(text) || have.has(text));
  const noun = words.slice(0, verb < 0 ? 2 : verb).findLastIndex(({ text }) => KINDS.some(([kind]) => kind.test(text)));
  if (noun >= 0) return [KINDS.find(([kind]) => kind.test(words[noun]!.text))![1], words.slice(noun + 1)];
  return [WHAT, words];
}

/** "did Ada die" becomes "Ada died", "was Ada born" becomes "Ada was born", "is the capital of Ohio" becomes "the capital of Ohio is". */
function invert(words: readonly Word[]): StatementPart[] {
  const [aux, ...rest] = words;
  if (aux === undefined) return [];
  const subject = rest.findIndex(({ thing }) => thing !== undefined);
  // "Ada Lovelace 's mother" is the subject as a whole.
  let end = subject + 1;
  if (rest[end]?.text === "'s" && rest[end]?.thing === undefined) end = Math.min(rest.length, end + 2);
  if (subject < 0) return [...rest.map(partOf), partOf(aux)];
  if (!help.has(aux.text)) return subject === 0 ? [...rest.slice(0, end).map(partOf), partOf(aux), ...rest.slice(end).map(partOf)] : [...rest.map(partOf), partOf(aux)];
  const after = rest.slice(end);
  const verb = after.findIndex(({ thing, text }) => thing === undefined && !/^(also|first|originally|ever)$/.test(text));
  const inflected = after.map((word, at) => (at === verb ? { ...word, text: aux.text === 'did' ? pastOf(word.text) : aux.text === 'does' ? thirdPersonOf(word.text) : word.text } : word));
  return [...rest.slice(0, end), ...inflected].map(partOf);
}
