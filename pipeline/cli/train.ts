// `engram train ner|relations|classify|resolution|activation`: trains a model from labelled data and writes it as a folder that `--model` takes.
import { Option, type Command } from 'commander';
import type { RelationFormat } from '../../extractors/relation/datasets.ts';
import { addTrainClassify } from './classify.ts';
import { addTrainActivation } from './train-activation.ts';
import { addTrainResolution } from './train-resolution.ts';
import { addCommonOptions, addExample, addTrainingEngineOption, multipleOf8, requirePath, wholeNumber, type CommonFlags, type TrainingEngineFlags } from './options.ts';
import { note, print, printJson } from './output.ts';
import { printTaggerErrors, printTypes } from './score-tables.ts';

interface TrainFlags extends CommonFlags, TrainingEngineFlags {
  readonly out: string;
  readonly seed: number;
  readonly epochs?: number;
}

interface NerFlags extends TrainFlags {
  readonly data: readonly string[];
  readonly dev?: string;
  readonly test?: string;
  readonly format?: 'conll' | 'iob2' | 'jsonl' | 'gmb' | 'docred';
  readonly map?: string;
  readonly keepTokens?: boolean;
  readonly silver?: string;
  readonly from?: string;
  readonly rehearsal: boolean;
  readonly teachers?: readonly string[];
  readonly texts?: readonly string[];
  readonly hidden?: number;
}

interface RelationFlags extends TrainFlags {
  readonly data: readonly string[];
  readonly dev?: string;
  readonly test?: string;
  readonly format?: RelationFormat;
  readonly hidden?: number;
}

export function addTrainCommand(program: Command): void {
  const train = program.command('train').description('train a model from labelled data');
  addNer(train);
  addRelations(train);
  addTrainClassify(train);
  addTrainResolution(train);
  addTrainActivation(train);
}

function addNer(parent: Command): void {
  const command = parent
    .command('ner')
    .description('train the BiLSTM-CRF tagger of mentions')
    .requiredOption('--data <path...>', 'labelled files, or the folder of the data sets that the README lists')
    .option('--dev <file>', 'decides which epoch is kept; every tenth sentence of the data when left out')
    .option('--test <file>', 'scored after each epoch, for the report only')
    .addOption(new Option('--format <format>', 'of the files; told from their names when left out').choices(['conll', 'iob2', 'jsonl', 'gmb', 'docred']))
    .option('--map <pairs>', 'names of types: person=PER,location=LOC; types left out are not trained')
    .option('--keep-tokens', 'keep the tokens of the files, for scores that compare with published ones')
    .option('--from <model>', "go on from a trained model, or from 'shipped' or 'small': its labels stay, those of the data are added")
    .option('--no-rehearsal', 'with --from: do not rehearse the old labels on the new sentences')
    .option('--teachers <model...>', 'trained models that label --texts for the new one to learn from')
    .option('--texts <file...>', 'text, or labelled files whose labels are not read')
    .option('--hidden <size>', 'states of the BiLSTM in each direction, a multiple of 8; 160 for a folder of data sets, 200 for files', multipleOf8)
    .option('--silver <file>', 'JSON lines that a teacher labelled, beside a folder of data sets');
  addShared(command, 'train ner --data train.conll --dev dev.conll --out models/mine --seed 1');
  command.action(async (flags: NerFlags) => {
    const models = [flags.from, ...(flags.teachers ?? [])].filter((model) => model !== 'shipped' && model !== 'small');
    for (const path of [...flags.data, flags.dev, flags.test, flags.silver, ...models, ...(flags.texts ?? [])]) if (path !== undefined) requirePath(path);
    const { trainTagger } = await import('../../extractors/ner/train.ts');
    const result = await trainTagger({ ...flags, development: flags.dev, settings: flags.hidden === undefined ? {} : { hiddenSizes: [flags.hidden] }, report: reporterOf(flags) });
    if (!flags.json && !flags.quiet) {
      printTypes(result.byType);
      printTaggerErrors({ ...result.calibration, ...result.errors });
    }
    finish('ner', flags, result);
  });
}

function addRelations(parent: Command): void {
  const command = parent
    .command('relations')
    .description('train the two models of relations: of pairs of mentions of a sentence, and of whole passages')
    .requiredOption('--data <path...>', 'labelled files, or the folder of the data sets that the README lists')
    .option('--dev <file>', 'decides epoch, calibration and threshold; every tenth passage of the files when left out')
    .option('--test <file>', 'scored after each epoch, for the report only')
    .addOption(new Option('--format <format>', 'of the files; told from their names when left out').choices(['docred', 'knowledgenet', 'semeval', 'conll04', 'jsonl']))
    .option('--hidden <size>', 'states of the BiLSTM in each direction, a multiple of 8; 128 of pairs and 160 of passages when left out', multipleOf8);
  addShared(command, 'train relations --data train.json --test test.json --out models/relations --seed 1');
  command.action(async (flags: RelationFlags) => {
    for (const path of [...flags.data, flags.dev, flags.test]) if (path !== undefined) requirePath(path);
    const { trainRelations } = await import('../../extractors/relation/train.ts');
    finish('relations', flags, await trainRelations({ ...flags, development: flags.dev, report: reporterOf(flags) }));
  });
}

function addShared(command: Command, example: string): void {
  command
    .requiredOption('--out <model>', 'folder to write the model to')
    .option('--seed <number>', 'every random choice follows from it', wholeNumber(0), 17)
    .option('--epochs <count>', 'passes over the data', wholeNumber(1));
  addExample(addTrainingEngineOption(addCommonOptions(command)), example);
}

function reporterOf({ quiet }: TrainFlags): (line: string) => void {
  return (line) => void (quiet || note(line));
}

function finish(name: string, { json, out }: TrainFlags, result: object): void {
  if (json) printJson(result);
  else print(`Wrote ${out}. Try it: engram evaluate ${name} --model ${out} --data FILE`);
}
