// `engram train classify` and `engram evaluate classify`: a classifier of whole texts from one's own labelled data, and its scores.
import type { Command } from 'commander';
import type { ClassifierEvaluation } from '../../extractors/classify/evaluate.ts';
import type { LabelScores } from '../../extractors/classify/label-scores.ts';
import { addCommonOptions, addEngineOptions, addExample, addTrainingEngineOption, configOf, multipleOf8, requirePath, wholeNumber, type CommonFlags, type EngineFlags, type TrainingEngineFlags } from './options.ts';
import { formatCount, heading, note, paint, print, printJson } from './output.ts';
import { percent, printTaggerErrors, printTypes } from './score-tables.ts';

interface TextFlags {
  readonly text: string;
  readonly label: string;
  readonly multiLabel?: boolean;
  readonly keepTokens?: boolean;
}

interface TrainFlags extends CommonFlags, TextFlags, TrainingEngineFlags {
  readonly data: readonly string[];
  readonly dev?: string;
  readonly test?: string;
  readonly silver?: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly hidden?: number;
}

interface EvaluateFlags extends EngineFlags, TextFlags {
  readonly data: string;
  readonly model: string;
  readonly limit?: number;
}

function addTextOptions(command: Command): Command {
  return command
    .option('--text <column>', 'column or field of the texts', 'text')
    .option('--label <column>', 'column or field of the labels', 'label')
    .option('--keep-tokens', 'the texts are words with spaces between them: leave them as they are');
}

export function addTrainClassify(parent: Command): void {
  const command = parent
    .command('classify')
    .description('train a classifier of whole texts: topics, sentiment, anything that labels tell apart')
    .requiredOption('--data <path...>', 'CSV, TSV or JSON lines with a text and a label, or a folder with a folder of texts for each label')
    .option('--dev <file>', 'decides which epoch is kept; every tenth text of each label when left out')
    .option('--test <file>', 'scored after each epoch, for the report only')
    .option('--silver <file>', 'JSON lines of {"text", "probabilities"}: what a teacher thinks of further texts')
    .option('--multi-label', 'a text may have several labels, or none: lists in JSON, | between them in a table')
    .option('--hidden <size>', 'states of the BiLSTM in each direction, a multiple of 8 (64)', multipleOf8)
    .requiredOption('--out <model>', 'folder to write the model to')
    .option('--seed <number>', 'every random choice follows from it', wholeNumber(0), 17)
    .option('--epochs <count>', 'passes over the data (12)', wholeNumber(1));
  addExample(addTrainingEngineOption(addCommonOptions(addTextOptions(command))), 'train classify --data tickets.csv --text body --label topic --out models/topics', 'train classify --data reviews/ --out models/stars');
  command.action(async (flags: TrainFlags) => {
    for (const path of [...flags.data, flags.dev, flags.test, flags.silver]) if (path !== undefined) requirePath(path);
    const { trainClassifier } = await import('../../extractors/classify/train.ts');
    const { hidden, dev, quiet, json, ...rest } = flags;
    const result = await trainClassifier({ ...rest, development: dev, ...(hidden === undefined ? {} : { settings: { hiddenSizes: [hidden] } }), report: (line) => void (quiet || note(line)) });
    if (json) return printJson(result);
    if (!quiet) printScores(result.development);
    print(`Wrote ${flags.out}. Try it: engram evaluate classify --model ${flags.out} --data FILE`);
  });
}

export function addEvaluateClassify(parent: Command): void {
  const command = parent
    .command('classify')
    .description('precision, recall and F1 of each label, which are taken for which, and whether probabilities mean what they say')
    .requiredOption('--data <file>', 'labelled texts, as `train classify` takes them')
    .requiredOption('--model <folder>', 'a model made by `engram train classify`')
    .option('--limit <count>', 'use only the first so many texts', wholeNumber(1));
  addExample(addEngineOptions(addCommonOptions(addTextOptions(command))), 'evaluate classify --model models/topics --data test.csv --text body --label topic');
  command.action(async (flags: EvaluateFlags) => {
    requirePath(flags.data);
    const { engine } = await configOf(flags);
    const { evaluateClassifier } = await import('../../extractors/classify/evaluate.ts');
    const report = await evaluateClassifier({ ...flags, engine: engine.kind, precision: engine.precision });
    if (flags.json) return printJson(report);
    printEvaluation(report);
  });
}

function printEvaluation(report: ClassifierEvaluation): void {
  print(heading(`${report.task} · ${report.model}`));
  printScores(report);
  print(`  ${formatCount(report.texts)} texts, ${formatCount(report.empty)} without words; ${formatCount(report.wordsPerSecond)} words/s`);
  const { named, random, texts } = report.faithfulness;
  print(`  of ${formatCount(texts)} texts a fifth of the words hidden: ${named.toFixed(3)} of the probability goes with those that the model names, ${random.toFixed(3)} with others`);
  const unknown = Object.entries(report.leftOut).map(([label, count]) => `${label} (${formatCount(count)})`);
  if (unknown.length > 0) print(`  Not scored, since the model does not know them: ${unknown.join(', ')}.`);
}

function printScores(scores: LabelScores): void {
  printTypes(scores.byLabel);
  printTaggerErrors({ ...scores, worst: [] });
  print(`  macro F1: ${paint(percent(scores.macroF1), 'bold', 'green')}, accuracy: ${percent(scores.accuracy)}`);
}
