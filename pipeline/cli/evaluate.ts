// `engram evaluate …`: the field's own scores of a model on a labelled file.
import { Option, type Command } from 'commander';
import type { CoreferenceEvaluation } from '../../extractors/coreference/evaluate.ts';
import type { TaggerEvaluation } from '../../extractors/ner/evaluate.ts';
import type { Config } from '../core/config.ts';
import { readRelationSchema } from '../read-schema.ts';
import { addEvaluateClassify } from './classify.ts';
import { addEvaluateGraphCommand } from './evaluate-graph.ts';
import { addEvaluateQuestionsCommand } from './evaluate-questions.ts';
import { addEvaluateResolutionCommand } from './evaluate-resolution.ts';
import { addCommonOptions, addEngineOptions, addExample, configOf, requirePath, shareOfOne, wholeNumber, type EngineFlags } from './options.ts';
import { formatCount, heading, paint, print, printJson } from './output.ts';
import { percent, printChains, printTaggerErrors, printTypes, type TypeScores } from './score-tables.ts';

interface EvaluateFlags extends EngineFlags {
  readonly data: string;
  readonly format?: string;
  readonly map?: string;
  readonly limit?: number;
  readonly model?: string;
  readonly minProbability?: number;
  readonly robustness?: boolean;
  readonly errors?: number;
  readonly goldMentions?: boolean;
  readonly acrossSentences?: boolean;
  readonly tagger?: string;
  readonly trainedOn?: string;
  readonly threshold?: number;
}

interface EvaluateOptions {
  readonly engine: Config['engine']['kind'];
  readonly precision: Config['engine']['precision'];
  readonly model?: string;
  readonly data: string;
  readonly format?: string;
  readonly map?: string;
  readonly limit?: number;
  readonly minProbability?: number;
  readonly robustness?: boolean;
  readonly errors?: number;
  readonly goldMentions?: boolean;
  readonly acrossSentences?: boolean;
  readonly tagger?: string;
  readonly trainedOn?: string;
  readonly threshold?: number;
}

interface Task {
  readonly name: 'ner' | 'coreference' | 'relations';
  readonly what: string;
  readonly formats: readonly string[];
  readonly slot: 'ner' | 'relation';
  evaluate(options: EvaluateOptions): Promise<object>;
}

const TASKS: readonly Task[] = [
  {
    name: 'ner',
    what: 'exact span match of mentions, as conlleval counts',
    formats: ['conll', 'iob2', 'jsonl', 'gmb', 'docred'],
    slot: 'ner',
    async evaluate(options) {
      const { evaluateTagger } = await import('../../extractors/ner/evaluate.ts');
      return evaluateTagger(options as Parameters<typeof evaluateTagger>[0]);
    },
  },
  {
    name: 'coreference',
    what: 'MUC, B³ and CEAF-φ4 of chains: of gold names (docred), or from the text on (gum)',
    formats: ['docred', 'gum'],
    slot: 'ner',
    async evaluate(options) {
      const { evaluateCoreference } = await import('../../extractors/coreference/evaluate.ts');
      return evaluateCoreference(options as Parameters<typeof evaluateCoreference>[0]);
    },
  },
  {
    name: 'relations',
    what: 'facts found in text (knowledgenet, docred, conll04), or relations between gold mentions (semeval, --gold-mentions)',
    formats: ['knowledgenet', 'docred', 'semeval', 'conll04', 'jsonl'],
    slot: 'relation',
    async evaluate(options) {
      const { relationFormatOf } = await import('../../extractors/relation/datasets.ts');
      const { evaluateRelations } = await import('../../extractors/relation/evaluate.ts');
      const given = options as Parameters<typeof evaluateRelations>[0];
      const format = relationFormatOf(options.data, given.format);
      if (!options.goldMentions) {
        if (format === 'knowledgenet') return (await import('../../extractors/relation/end-to-end.ts')).evaluateEndToEnd(options);
        if (format === 'docred') return (await import('../../extractors/relation/evaluate-documents.ts')).evaluateDocuments(options);
        if (format === 'conll04') return (await import('../../extractors/relation/evaluate-strict.ts')).evaluateStrict(options);
      }
      return evaluateRelations(given);
    },
  },
];

export function addEvaluateCommand(program: Command): void {
  const command = program.command('evaluate').description('score a model on labelled data, or a graph on gold documents');
  for (const task of TASKS) addTask(command, task);
  addEvaluateClassify(command);
  addEvaluateGraphCommand(command);
  addEvaluateResolutionCommand(command);
  addEvaluateQuestionsCommand(command);
}

function addTask(parent: Command, task: Task): void {
  const command = parent
    .command(task.name)
    .description(task.what)
    .requiredOption('--data <file>', task.name === 'coreference' ? 'labelled data; of GUM a file or a folder' : 'labelled data')
    .addOption(new Option('--format <format>', 'of the data; told from the name of the file when left out').choices(task.formats))
    .option('--limit <count>', 'use only the first so many items', wholeNumber(1))
    .option('--model <folder>', task.slot === 'ner' ? 'tagger: shipped (default), small, or a model made by `engram train`' : 'a model made by `engram train`; the shipped one when left out');
  if (task.name === 'ner') {
    command
      .option('--map <pairs>', 'names of types: person=PER,location=LOC; types left out are not scored')
      .option('--min-probability <share>', 'mentions below it count as not found: more precision, less recall', shareOfOne)
      .option('--robustness', 'also score the sentences in small letters, in capitals and with 5 % wrong characters')
      .option('--errors <count>', 'list so many of the errors that the model was surest of', wholeNumber(0));
  }
  if (task.name === 'relations') {
    command
      .option('--gold-mentions', 'relations between the mentions that people marked, in place of those found')
      .option('--across-sentences', 'read passages as wholes too')
      .option('--tagger <model>', 'that finds the mentions: shipped (default), small, or a folder made by `engram train ner`')
      .option('--trained-on <file>', 'DocRED: labelled data whose facts are left out for Ign F1')
      .option('--threshold <share>', "least probability of a relation; the model's own when left out", shareOfOne);
  }
  addExample(addEngineOptions(addCommonOptions(command)), `evaluate ${task.name} --data test.json --limit 250 --json`);
  command.action(async (flags: EvaluateFlags) => {
    const config = await configOf(flags);
    requirePath(flags.data);
    const configured = config.extract[task.slot];
    const report = await task.evaluate({
      engine: config.engine.kind,
      precision: config.engine.precision,
      model: flags.model ?? (configured === 'shipped' ? undefined : configured),
      data: flags.data,
      format: flags.format,
      map: flags.map,
      limit: flags.limit,
      minProbability: flags.minProbability,
      robustness: flags.robustness,
      errors: flags.errors,
      goldMentions: flags.goldMentions,
      acrossSentences: flags.acrossSentences ?? config.extract.acrossSentences,
      tagger: flags.tagger,
      trainedOn: flags.trainedOn,
      threshold: flags.threshold,
    });
    if (flags.json) printJson(report);
    else {
      const { ofLabel } = await readRelationSchema(config.graph.schema);
      printReport(report as Record<string, unknown>, (type) => (ofLabel.has(type) ? `${type} ${ofLabel.get(type)!.predicate.name}` : type));
      if (task.name === 'coreference') printChains(report as CoreferenceEvaluation);
      if (task.name === 'ner') printTaggerErrors(report as TaggerEvaluation);
    }
  });
}

function printReport(report: Record<string, unknown>, nameOf: (type: string) => string): void {
  const scores = Object.entries(report).filter((entry): entry is [string, Record<string, TypeScores>] => entry[0].startsWith('by'));
  const plain = Object.entries(report).filter(([, value]) => typeof value === 'number' || typeof value === 'string');
  print(heading(`${String(report['task'])} · ${String(report['model'])}`));
  for (const [, byType] of scores) printTypes(byType, nameOf);
  const isScore = (name: string): boolean => /^(precision|recall|f1)$/i.test(name);
  for (const [name, value] of plain) {
    if (name === 'task' || name === 'model' || name === 'mean') continue;
    const text = typeof value === 'number' ? (isScore(name) ? percent(value) : formatNumber(value)) : String(value);
    print(`  ${name}: ${name === 'f1' ? paint(text, 'bold', 'green') : text}`);
  }
}

function formatNumber(value: number): string {
  return Number.isInteger(value) || value >= 1000 ? formatCount(value) : value.toPrecision(4);
}
