// `engram train ner|relations`: trains a model from labelled data and writes it as a folder that `--model` takes.
import type { Command } from 'commander';
import { addCommonOptions, addExample, requirePath, wholeNumber, type CommonFlags } from './options.ts';
import { note, print, printJson } from './output.ts';

interface TrainFlags extends CommonFlags {
  readonly data: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
}

interface TrainOptions {
  readonly data: string;
  readonly out: string;
  readonly seed: number;
  readonly epochs: number;
  readonly report: (line: string) => void;
}

interface Task {
  readonly name: 'ner' | 'relations';
  readonly what: string;
  readonly epochs: number;
  train(options: TrainOptions): Promise<object>;
}

const TASKS: readonly Task[] = [
  {
    name: 'ner',
    what: 'train the BiLSTM-CRF tagger of mentions',
    epochs: 6,
    async train(options) {
      const { trainTagger } = await import('../../extractors/ner/train.ts');
      return trainTagger(options);
    },
  },
  {
    name: 'relations',
    what: 'train the BiLSTM classifier of pairs of mentions',
    epochs: 5,
    async train(options) {
      const { trainRelations } = await import('../../extractors/relation/train.ts');
      return trainRelations(options);
    },
  },
];

export function addTrainCommand(program: Command): void {
  const command = program.command('train').description('train a model from labelled data');
  for (const task of TASKS) addTask(command, task);
}

function addTask(parent: Command, { name, what, epochs, train }: Task): void {
  const command = parent
    .command(name)
    .description(what)
    .requiredOption('--data <dir>', 'folder of the data sets; the README lists those known')
    .requiredOption('--out <model>', 'folder to write the model to')
    .option('--seed <number>', 'every random choice follows from it', wholeNumber(0), 17)
    .option('--epochs <count>', 'passes over the data', wholeNumber(1), epochs);
  addExample(addCommonOptions(command), `train ${name} --data data --out models/${name} --seed 1`);
  command.action(async (flags: TrainFlags) => {
    const { data, out, seed, epochs: passes } = flags;
    requirePath(data);
    const result = await train({ data, out, seed, epochs: passes, report: (line) => void (flags.quiet || note(line)) });
    if (flags.json) printJson(result);
    else print(`Wrote ${out}. Try it: engram evaluate ${name} --model ${out} --data FILE`);
  });
}
