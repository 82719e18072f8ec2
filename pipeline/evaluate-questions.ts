// Questions with their answers, put to a graph: how many are answered right.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { KnowledgeGraph } from '../graph/knowledge-graph.ts';
import type { Answerer, AskResult } from './ask.ts';
import { EngramError, messageOf } from './core/errors.ts';
import { nameKey } from './core/names/normalize-name.ts';

const questionLine = z.strictObject({
  /** `dev` where the question was in view when the reader of questions was written. */
  part: z.string().default('all'),
  /** Questions of one conversation follow one another. */
  conversation: z.string(),
  question: z.string().min(1),
  /** Any of these is right; none where the graph does not know. */
  answers: z.array(z.string()),
});
export type GoldQuestion = z.output<typeof questionLine>;

export interface JudgedQuestion extends GoldQuestion {
  readonly result: AskResult;
  /** The best answer is among those expected, or none was expected and none given. */
  readonly isRight: boolean;
  /** Of several answers, those that were expected. */
  readonly rightAnswers: number;
}

/** Between two turns; nothing is as slow as a person. */
const TURN = 10_000;

/** @throws EngramError `ENGRAM_DATA_INVALID` with the line */
export async function readQuestions(path: string): Promise<GoldQuestion[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return [];
    try {
      return [questionLine.parse(JSON.parse(line))];
    } catch (cause) {
      throw new EngramError('ENGRAM_DATA_INVALID', { path: `${path}, line ${at + 1}`, problem: 'it is no {"conversation": …, "question": …, "answers": […]}' }, { cause });
    }
  });
}

export async function judgeQuestions(graph: KnowledgeGraph, answerer: Answerer, questions: readonly GoldQuestion[]): Promise<JudgedQuestion[]> {
  const judged: JudgedQuestion[] = [];
  const talks = new Map<string, GoldQuestion[]>();
  for (const question of questions) talks.set(question.conversation, [...(talks.get(question.conversation) ?? []), question]);
  for (const talk of talks.values()) {
    const conversation = answerer.begin();
    let now = 0;
    for (const gold of talk) {
      const result = await conversation.ask(gold.question, (now += TURN));
      const rightAnswers = result.answers.filter(({ text, entity }) => {
        const names = entity === undefined || text === 'yes' ? [text] : [text, ...graph.entity(entity.id)!.aliases];
        return gold.answers.some((expected) => names.some((name) => nameKey(name) === nameKey(expected)));
      });
      const isRight = gold.answers.length === 0 ? result.answers.length === 0 : rightAnswers[0] !== undefined && rightAnswers[0] === result.answers[0];
      judged.push({ ...gold, result, isRight, rightAnswers: rightAnswers.length });
    }
  }
  return judged;
}
