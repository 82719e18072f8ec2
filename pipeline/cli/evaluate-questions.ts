// `engram evaluate questions`: how many questions a graph answers right, and how often it knows that it does not know.
import type { Command } from 'commander';
import type { JudgedQuestion } from '../evaluate-questions.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { formatCount, heading, print, printJson, table } from './output.ts';
import { percent } from './score-tables.ts';

export function addEvaluateQuestionsCommand(parent: Command): void {
  const command = parent
    .command('questions')
    .description('answers of a built graph against those that people expect')
    .requiredOption('--data <file>', 'JSON lines of {"conversation", "question", "answers"}');
  addExample(addDirOption(addCommonOptions(command)), 'evaluate questions --data fixtures/questions/sample.jsonl --dir .engram/sample');
  command.action(async (flags: DirFlags & { readonly data: string }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { askedGraph, createAnswerer, loadAnswerModels } = await import('../ask.ts');
    const { judgeQuestions, readQuestions } = await import('../evaluate-questions.ts');
    const config = await configOf(flags);
    const questions = await readQuestions(flags.data);
    const { graph, documents } = await openGraph(flags.dir, config);
    const asked = askedGraph(graph, documents, await readActivation(config.activation, graph, flags.dir));
    const models = await loadAnswerModels(config);
    const judged = await judgeQuestions(graph, createAnswerer(models, asked), questions).finally(() => models.close());
    const groups = [['all', judged], ...[...new Set(judged.map(({ part }) => part))].map((part) => [part, judged.filter((each) => each.part === part)] as const), ['with an answer', judged.filter(({ answers }) => answers.length > 0)], ['without one', judged.filter(({ answers }) => answers.length === 0)]] as const;
    const rows = groups.map(([name, own]) => ({ name, questions: own.length, ...shares(own) }));
    if (flags.json) return printJson({ task: 'questions', rows, wrong: judged.filter(({ isRight }) => !isRight).map(({ question, answers, result }) => ({ question, expected: answers, given: result.answers.map(({ text }) => text) })) });
    print(heading(`questions · ${flags.dir}`));
    const right = { align: 'right' } as const;
    print(table([['', 'questions', 'right', 'accuracy', 'of all answers given, expected'], ...rows.map((row) => [row.name, formatCount(row.questions), formatCount(row.right), percent(row.accuracy), percent(row.precision)])], [{}, right, right, right, right]));
    for (const { question, answers, result, isRight } of judged) {
      if (!isRight) print(`  ${question}  expected ${answers.join(' / ') || 'nothing'}, got ${result.answers.map(({ text }) => text).join(', ') || result.reason}`);
    }
  });
}

function shares(judged: readonly JudgedQuestion[]): { readonly right: number; readonly accuracy: number; readonly precision: number } {
  const right = judged.filter(({ isRight }) => isRight).length;
  const given = judged.reduce((sum, { result }) => sum + result.answers.length, 0);
  return { right, accuracy: (100 * right) / (judged.length || 1), precision: (100 * judged.reduce((sum, { rightAnswers }) => sum + rightAnswers, 0)) / (given || 1) };
}
