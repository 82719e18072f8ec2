// Questions answered from the facts of a graph. The tagger and the names of the graph say which entities a question speaks of, working memory whom
// "she" means; what may be the answer is put into the statement that the question asks for, and the relation models judge whether that
// statement says the fact (`extractors/question/statement.ts`). What the graph does not know it does not answer.
import { createGenderGuess } from '../extractors/coreference/gender.ts';
import { loadWordVectors } from '../extractors/network/word-vectors.ts';
import { createTagger } from '../extractors/ner/tagger.ts';
import { statementOf, type QuestionWord, type Statement } from '../extractors/question/statement.ts';
import { createRelationReader, type RelationReader } from '../extractors/relation/relation-reader.ts';
import type { Passage } from '../extractors/relation/passage.ts';
import { segmentText } from '../extractors/text/segmenter.ts';
import { createSnapshot, type Snapshot } from '../graph/activation/snapshot.ts';
import type { SpreadOptions } from '../graph/activation/spread.ts';
import { WorkingMemory, type WorkingMemoryState } from '../graph/activation/working-memory.ts';
import { compareText } from '../graph/evidence.ts';
import { claimsOf, type Claim } from '../graph/query/explain.ts';
import { refOf, type EntityRef } from '../graph/query/related.ts';
import { createSearch, type EntitySearch } from '../graph/query/search.ts';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import type { ActivationOptions } from './activation-weights.ts';
import type { Config } from './core/config.ts';
import { documentIdOf } from './core/ids.ts';
import type { DocumentId, EntityId, Extraction, Fact, Provenance, Sentence } from './core/model.ts';
import { nameKey } from './core/names/normalize-name.ts';
import type { RelationSchema } from './core/relation-schema.ts';
import { readRelationSchema } from './read-schema.ts';

export interface Answer {
  /** The name of an entity, a value of an attribute, or `yes`. */
  readonly text: string;
  readonly entity?: EntityRef;
  readonly about: EntityRef;
  readonly predicate: string;
  /** That this answers the question: of the fact, and of the question asking for it. */
  readonly probability: number;
  /** The pattern that leads to it, where no document states it. */
  readonly inferred?: string;
  /** Strongest first. */
  readonly evidence: readonly Claim[];
}

export interface AskResult {
  readonly question: string;
  /** What the question was taken to speak of. */
  readonly about: readonly EntityRef[];
  /** Best first; empty where the graph does not know. */
  readonly answers: readonly Answer[];
  /** Why there is none. */
  readonly reason?: 'no question' | 'unknown name' | 'nobody meant' | 'not known';
}

export interface Conversation {
  /** @param now milliseconds since 1970 */
  ask(question: string, now?: number): Promise<AskResult>;
  state(): WorkingMemoryState;
}

export interface Answerer {
  /** @param state of a conversation to go on with */
  begin(state?: WorkingMemoryState): Conversation;
}

/** What reads questions and judges answers, whatever the graph. */
export interface AnswerModels {
  readonly tagger: Awaited<ReturnType<typeof createTagger>>;
  readonly reader: RelationReader;
  readonly genderOf: ReturnType<typeof createGenderGuess>;
  readonly schema: RelationSchema;
  close(): Promise<void>;
}

/** One state of a graph, and what is made of it. */
export interface AskedGraph {
  readonly graph: KnowledgeGraph;
  /** Those that the graph was built from; they hold the texts. */
  readonly documents: ReadonlyMap<DocumentId, Extraction>;
  readonly search: EntitySearch;
  /** Its inferred links may be answers. */
  readonly snapshot: Snapshot;
  readonly spread?: SpreadOptions;
}

/** A statement says a fact from this probability on, where its words, and not only the two names, tell so: by so much in log odds. */
const LEAST_SAID = 0.3;
const LEAST_TOLD = 0.7;
/** Less is taken for it. */
const LEAST_READ = 1e-3;
/** Further answers are as likely as this share of the best. */
const NEARLY = 0.5;
const MOST_OF_A_NAME = 4;
const LONGEST_NAME = 8;
/** Words that stand for something spoken of before: the types it may be, and the gender. */
const REFERENCES: ReadonlyMap<string, { readonly types: readonly string[]; readonly gender?: 'male' | 'female'; readonly owns?: boolean }> = new Map([
  ['he', { types: ['PER'], gender: 'male' }],
  ['him', { types: ['PER'], gender: 'male' }],
  ['his', { types: ['PER'], gender: 'male', owns: true }],
  ['she', { types: ['PER'], gender: 'female' }],
  ['her', { types: ['PER'], gender: 'female', owns: true }],
  ['it', { types: ['ORG', 'MISC', 'LOC'] }],
  ['its', { types: ['ORG', 'MISC', 'LOC'], owns: true }],
  ['they', { types: ['ORG', 'PER'] }],
  ['their', { types: ['ORG', 'PER'], owns: true }],
  ['there', { types: ['LOC', 'ORG'] }],
]);

interface Candidate {
  readonly about: EntityId;
  readonly other: EntityId | undefined;
  readonly predicate: string;
  /** Whether the entity that the question speaks of is the object. */
  readonly reversed: boolean;
  readonly label: string;
  readonly text: string;
  /** As it stands in a text. */
  readonly surface: string;
  readonly probability: number;
  readonly provenance: readonly Provenance[];
  readonly inferred?: string;
}

/** @throws EngramError `ENGRAM_MODEL_INVALID`, `ENGRAM_MODEL_ENGINE_MISSING` */
export async function loadAnswerModels({ engine: { kind, precision }, extract, graph }: Config): Promise<AnswerModels> {
  const model = (name: string): string | undefined => (name === 'shipped' ? undefined : name);
  const tagger = await createTagger({ engine: kind, precision, model: model(extract.ner) });
  const reader = await createRelationReader({ engine: kind, precision, model: model(extract.relation) });
  const schema = await readRelationSchema(graph.schema);
  return {
    ...{ tagger, reader, schema, genderOf: createGenderGuess(loadWordVectors()) },
    async close() {
      await tagger.close?.();
      await reader.close();
    },
  };
}

/** What of a build folder or a store was opened, ready to be asked. */
export const askedGraph = (graph: KnowledgeGraph, documents: AskedGraph['documents'], { spread, links }: ActivationOptions): AskedGraph => ({ graph, documents, search: createSearch(graph), snapshot: createSnapshot(graph, links), spread });

export function createAnswerer({ tagger, reader, genderOf, schema }: AnswerModels, { graph, documents, search, snapshot, spread: spreadOptions }: AskedGraph): Answerer {
  /** Of one name: what is in mind before what is spoken of most. */
  const inOrder = (ids: readonly EntityId[], memory: WorkingMemory): EntityId[] => {
    const weight = (id: EntityId): number => memory.levelOf(id) * 1000 + Math.log1p(graph.entity(id)!.mentions.length);
    return [...ids].sort((a, b) => weight(b) - weight(a)).slice(0, MOST_OF_A_NAME);
  };

  const readThings = async (sentence: Sentence, question: string, memory: WorkingMemory) => {
    const { tokens } = sentence;
    const things: EntityId[][] = [];
    const words: QuestionWord[] = [];
    const [tagged] = await tagger.process([{ id: documentIdOf('question'), uri: 'question', text: question, sentences: [sentence] }]);
    let unknown = false;
    let nobody = false;
    for (let at = 0; at < tokens.length; ) {
      const text = tokens[at]!.text;
      const found = longestName(tokens.map((token) => token.text), at, search);
      const mention = tagged!.mentions.find(({ tokenStart, label }) => tokenStart === at && label !== 'TIME' && label !== 'NUM');
      const reference = REFERENCES.get(text.toLowerCase());
      if (found !== undefined && (mention === undefined || found.end >= mention.tokenEnd || found.end - at > 1)) {
        words.push({ text, thing: things.push(inOrder(found.ids, memory)) - 1 });
        at = found.end;
      } else if (reference !== undefined) {
        const meant = memory.active().filter(({ id }) => {
          const { type, name } = graph.entity(id) ?? { type: '', name: '' };
          return reference.types.includes(type) && (reference.gender === undefined || (genderOf(name) ?? reference.gender) === reference.gender);
        });
        if (meant.length === 0) nobody = true;
        else words.push({ text, thing: things.push([meant[0]!.id]) - 1 }, ...(reference.owns && tokens[at + 1] !== undefined && !/^\W/.test(tokens[at + 1]!.text) ? [{ text: "'s" }] : []));
        at++;
      } else if (mention !== undefined) {
        const hits = search.search(mention.surface, { limit: 1 });
        if (hits.length === 0 || !isNearly(mention.surface, hits[0]!)) unknown = true;
        else words.push({ text, thing: things.push([hits[0]!.id]) - 1 });
        at = mention.tokenEnd;
      } else {
        words.push({ text });
        at++;
      }
    }
    return { words, things, unknown, nobody };
  };

  const candidatesOf = (things: readonly (readonly EntityId[])[], statement: Statement): (Candidate & { readonly thing: number; readonly filler: number | undefined })[] =>
    things.flatMap((ids, thing) =>
      ids.flatMap((about) => {
        const inferred = snapshot.further
          .filter(({ origin, subject, object }) => origin === 'inference' && (subject === about || object === about))
          .map(({ subject, predicate, object, strength, because, facts }) => ({ subject, predicate, object, probability: strength, provenance: facts.flatMap((fact) => fact.provenance), inferred: because }));
        const facts = [...graph.factsOf(about), ...inferred].flatMap((fact: Omit<Fact, 'id'> & { readonly inferred?: string }) => {
          const reversed = fact.object === about;
          const other = reversed ? fact.subject : fact.object;
          const { type, name } = graph.entity(other)!;
          const filler = things.findIndex((others, index) => index !== thing && others.includes(other));
          if (statement.answers.size === 0 ? filler < thing : !statement.answers.has(type) || filler >= 0) return [];
          return [{ about, other, predicate: fact.predicate, reversed, label: type, text: name, surface: name, probability: fact.probability, provenance: fact.provenance, ...(fact.inferred === undefined ? {} : { inferred: fact.inferred }), thing, filler: filler < 0 ? undefined : filler }];
        });
        const values = graph.entity(about)!.attributes.flatMap(({ name, value, kind, surface, probability, provenance }) => {
          const label: string = kind === 'date' ? 'TIME' : 'NUM';
          return statement.answers.has(label) ? [{ about, other: undefined, predicate: name, reversed: false, label, text: value, surface, probability, provenance, thing, filler: undefined }] : [];
        });
        return [...facts, ...values];
      }),
    );

  /** That each passage says the fact of its candidate, between two clusters of it. */
  const probabilities = async (candidates: readonly Candidate[], passages: readonly Passage[], clusters: readonly { readonly about: number; readonly other: number }[]): Promise<number[]> => {
    const found = await reader.read(passages, LEAST_READ);
    return candidates.map(({ predicate, reversed }, at) => {
      const { about, other } = clusters[at]!;
      const { labels = [], inverse = [], symmetric = false } = schema.predicates.get(predicate) ?? {};
      const [subject, object] = reversed ? [other, about] : [about, other];
      const forward = new Set([predicate, ...labels]);
      const backward = new Set(symmetric ? [...forward, ...inverse] : inverse);
      return found[at]!.reduce((most, r) => {
        const isSaid = (r.head === subject && r.tail === object && forward.has(r.label)) || (r.head === object && r.tail === subject && backward.has(r.label));
        return isSaid ? Math.max(most, r.probability) : most;
      }, LEAST_READ);
    });
  };

  const answer = async (question: string, memory: WorkingMemory, now: number): Promise<AskResult> => {
    memory.advance(now);
    const sentences = segmentText(question);
    const none = (reason: NonNullable<AskResult['reason']>, about: readonly EntityId[] = []): AskResult => ({ question, about: about.map((id) => refOf(graph, id)), answers: [], reason });
    if (sentences.length === 0) return none('no question');
    const { words, things, unknown, nobody } = await readThings(sentences.at(-1)!, question, memory);
    const statement = statementOf(words);
    const spokenOf = things.map(([first]) => first!);
    memory.refresh(snapshot, spokenOf, spreadOptions);
    if (statement === undefined) return none('no question', spokenOf);
    if (unknown) return none('unknown name', spokenOf);
    if (things.length === 0) return none(nobody ? 'nobody meant' : 'unknown name');
    const candidates = candidatesOf(things, statement);
    const passages = candidates.map((candidate) => passageOf(statement, things.map((ids, index) => (index === candidate.thing ? candidate.about : index === candidate.filler ? candidate.other! : ids[0]!)), candidate, graph));
    const said = await probabilities(candidates, passages.map(({ passage }) => passage), passages);
    const anyhow = await probabilities(candidates, passages.map(namesOnly), passages.map(() => ({ about: 0, other: 1 })));
    const judged = candidates
      .map((candidate, at) => ({ candidate, said: said[at]!, told: logOdds(said[at]!) - logOdds(anyhow[at]!) }))
      .filter((each) => each.said >= LEAST_SAID && each.told >= LEAST_TOLD);
    const label = [...statement.answers.keys()].find((each) => judged.some(({ candidate }) => candidate.label === each));
    const answers = judged
      .filter(({ candidate }) => label === undefined || candidate.label === label)
      .map(({ candidate, said: asked }) => ({ candidate, probability: asked * candidate.probability }))
      .sort((a, b) => b.probability - a.probability || compareText(a.candidate.text, b.candidate.text));
    const best = answers.filter(({ probability }) => probability >= NEARLY * answers[0]!.probability);
    const once = best.filter(({ candidate }, at) => best.findIndex((other) => other.candidate.text === candidate.text) === at);
    memory.refresh(snapshot, once.flatMap(({ candidate }) => [candidate.about, ...(candidate.other === undefined ? [] : [candidate.other])]).slice(0, 2), spreadOptions);
    return {
      question,
      about: spokenOf.map((id) => refOf(graph, id)),
      answers: once.map(({ candidate: { about, other, text, predicate, provenance, inferred }, probability }) => ({
        text: statement.answers.size === 0 ? 'yes' : text,
        ...(other === undefined ? {} : { entity: refOf(graph, other) }),
        about: refOf(graph, about),
        predicate,
        probability,
        ...(inferred === undefined ? {} : { inferred }),
        evidence: claimsOf(graph, documents, provenance),
      })),
      ...(once.length === 0 ? { reason: 'not known' as const } : {}),
    };
  };

  return {
    begin(state) {
      const memory = new WorkingMemory({}, state);
      return { ask: (question, now = Date.now()) => answer(question, memory, now), state: () => memory.state() };
    },
  };
}

/** The longest name of the graph that begins at a word. A name of one word that is no name as it is written ("it", "is") is none. */
function longestName(words: readonly string[], start: number, names: EntitySearch): { readonly ids: readonly EntityId[]; readonly end: number } | undefined {
  for (let end = Math.min(words.length, start + LONGEST_NAME); end > start; end--) {
    const text = words.slice(start, end).join(' ');
    if (end === start + 1 && !/^[\p{Lu}\d]/u.test(text)) continue;
    const ids = [text, text.replace(/ ([.'’,-])/g, '$1').replace(/([-]) /g, '$1')].map((name) => names.called(name)).find((called) => called.length > 0);
    if (ids !== undefined && !(start === 0 && end === 1)) return { ids, end };
  }
  return undefined;
}

/** Whether a hit of the search has a word of what was asked for, or one a letter away from it. */
const isNearly = (surface: string, { name, aliases }: { readonly name: string; readonly aliases: readonly string[] }): boolean =>
  nameKey(surface).split(' ').every((word) => [name, ...aliases].some((each) => nameKey(each).split(' ').some((other) => other.startsWith(word.slice(0, Math.max(3, word.length - 2))))));

/** A passage and the clusters of the two that are asked about. */
interface StatedPassage {
  readonly passage: Passage;
  readonly about: number;
  readonly other: number;
}

/** The statement with names in it, as the relation models read it. */
function passageOf({ parts, answers }: Statement, things: readonly EntityId[], { label, surface, about }: Candidate & { readonly thing: number; readonly filler: number | undefined }, graph: KnowledgeGraph): StatedPassage {
  const tokens: string[] = [];
  const mentions: { start: number; end: number; label: string }[] = [];
  const clusters: number[][] = [];
  const places = new Map<string, number>();
  const put = (key: string, name: string, type: string): void => {
    const start = tokens.length;
    tokens.push(...segmentText(name).flatMap((sentence) => sentence.tokens.map((token) => token.text)));
    mentions.push({ start, end: tokens.length, label: type });
    if (!places.has(key)) places.set(key, clusters.push([]) - 1);
    clusters[places.get(key)!]!.push(mentions.length - 1);
  };
  for (const part of parts) {
    if ('word' in part) tokens.push(part.word);
    else if ('thing' in part) {
      const { name, type } = graph.entity(things[part.thing]!)!;
      put(things[part.thing]!, name, type);
    } else {
      const preposition = answers.get(label);
      if (preposition) tokens.push(preposition);
      put('', surface, label);
    }
  }
  tokens.push('.');
  const gap = places.get('') ?? [...places].find(([key]) => key !== about)?.[1] ?? 0;
  return { passage: { tokens, sentences: [[0, tokens.length]], mentions, clusters }, about: places.get(about) ?? 0, other: gap };
}

/** The two names without the words of the question: what the models think of them anyhow. */
function namesOnly({ passage: { tokens, mentions, clusters }, about, other }: StatedPassage): Passage {
  const named = [about, other].map((cluster) => mentions[clusters[cluster]![0]!]!);
  const words: string[] = [];
  const placed = named.map((mention) => ({ mention, cluster: named.indexOf(mention) })).sort((a, b) => a.mention.start - b.mention.start);
  const kept = placed.map(({ mention: { start, end, label } }) => {
    const at = words.push(...tokens.slice(start, end)) - (end - start);
    words.push(',');
    return { start: at, end: at + end - start, label };
  });
  words[words.length - 1] = '.';
  return { tokens: words, sentences: [[0, words.length]], mentions: kept, clusters: [0, 1].map((cluster) => [placed.findIndex((each) => each.cluster === cluster)]) };
}

const logOdds = (probability: number): number => Math.log(probability / (1 - probability));
