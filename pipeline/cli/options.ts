// What several commands share: their common flags, the folder they read by default, and flags turned into settings.
import { existsSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ENGINE_KINDS, TRAINING_ENGINES, type Config, type ConfigInput } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import { readConfig } from '../read-config.ts';

const OWN_DIR = 'engram-graph';
const SAMPLE_DIR = '.engram/sample';

export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly config?: string;
}

export interface DirFlags extends CommonFlags {
  readonly dir: string;
}

export interface EngineFlags extends CommonFlags {
  readonly engine?: Config['engine']['kind'];
  readonly precision?: Config['engine']['precision'];
}

export const DEFAULT_OUT = OWN_DIR;

/** The reader's own graph where there is one, else the sample's. */
export function defaultDir(): string {
  return !existsSync(OWN_DIR) && existsSync(SAMPLE_DIR) ? SAMPLE_DIR : OWN_DIR;
}

/** `npm run engram --` inside a checkout, `engram` where it is installed. */
export function invocation(): string {
  return process.env['npm_lifecycle_event'] ? 'npm run -s engram --' : 'engram';
}

export function addCommonOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON object and nothing else on standard output')
    .option('--quiet', 'print the result only')
    .option('--config <file>', 'settings in YAML or JSON; configs/default.yaml shows them all');
}

export function addDirOption(command: Command): Command {
  return command.option('--dir <dir>', 'folder of a build', defaultDir());
}

/** Of commands that only go through a graph. */
export function addStoreOption(command: Command): Command {
  return command.option('--store <address>', 'read the graph from this store, a record at a time, and not from the journal of the build: neo4j://HOST:7687, embedded:PATH, jsonl:FOLDER');
}

export interface StoreFlags extends DirFlags {
  readonly store?: string;
}

export function addEngineOptions(command: Command): Command {
  return command
    .addOption(new Option('--engine <kind>', 'what runs the networks').choices(ENGINE_KINDS))
    .addOption(new Option('--precision <precision>', 'of the weights').choices(['int8', 'float32']));
}

/** Of trainings: engines that give gradients. */
export interface TrainingEngineFlags {
  readonly engine?: (typeof TRAINING_ENGINES)[number];
}

export function addTrainingEngineOption(command: Command): Command {
  return command.addOption(new Option('--engine <kind>', 'what it is trained on: the CPU, or TensorFlow on a GPU').choices(TRAINING_ENGINES));
}

export interface ReadingFlags {
  readonly model?: string;
  readonly acrossSentences?: boolean;
  readonly sentiment?: boolean;
  readonly topics?: string;
}

/** What is read from documents, and by which models. */
export function addReadingOptions(command: Command): Command {
  return command
    .option('--model <model>', 'that finds the mentions: shipped (default), small, or a folder made by `engram train ner`')
    .option('--across-sentences', 'also find facts that no single sentence states: more of them, less of them right')
    .option('--sentiment', 'also judge what documents think of whom')
    .option('--topics <model>', 'also say what documents are about, with a classifier made by `engram train classify`');
}

/** What these flags mean for `configOf`. */
export const readingOf = ({ model, acrossSentences, sentiment, topics }: ReadingFlags): ConfigInput => ({
  extract: { ...(model !== undefined && { ner: model }), ...(acrossSentences && { acrossSentences: true }), ...(sentiment && { sentiment: 'shipped' }), ...(topics !== undefined && { topics }) },
});

export interface QueueFlags {
  readonly queue?: string;
  readonly queueName?: string;
}

export function addQueueOptions(command: Command, meaning: string): Command {
  return command.option('--queue <address>', `redis://HOST:6379, or rediss:// with TLS: ${meaning}`).option('--queue-name <name>', 'where several builds share a Redis');
}

/** What the flags of a queue mean for `configOf`. */
export const queueOf = ({ queue, queueName }: QueueFlags): ConfigInput => ({
  queue: { ...(queue !== undefined && { address: queue }), ...(queueName !== undefined && { name: queueName }) },
});

export function addExample(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ engram ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length > 1 ? 'Examples' : 'Example'}:\n${lines}`);
}

/** Defaults < file < environment < the flags of this command. */
export function configOf(flags: EngineFlags, more: ConfigInput = {}): Promise<Config> {
  return readConfig({
    file: flags.config,
    environment: process.env,
    flags: { engine: { kind: flags.engine, precision: flags.precision }, ...more },
  });
}

export interface RankingFlags extends DirFlags {
  readonly limit: number;
  readonly type?: readonly string[];
  readonly inferred?: boolean;
}

/** Of commands that rank entities. */
export function addRankingOptions(command: Command): Command {
  return command.option('--limit <count>', 'most entities to show', wholeNumber(1), 10).option('--type <types>', 'only entities of these, with commas between', commaList).option('--inferred', INFERRED_HELP);
}

export const INFERRED_HELP = 'also use links that no document states but that patterns of the graph lead to';

/** What `--inferred` means for `configOf`. */
export const inferredOf = ({ inferred }: { readonly inferred?: boolean }): ConfigInput => (inferred ? { activation: { inferred } } : {});

/** @throws EngramError `ENGRAM_SOURCE_NOT_FOUND` */
export function requirePath(path: string): void {
  if (!existsSync(path)) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
}

/** Parses a positive multiple of 8. */
export function multipleOf8(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value === 0 || value % 8 !== 0) throw new InvalidArgumentError('Expected a positive multiple of 8.');
  return value;
}

/** Parses a number from 0 to 1. */
export function shareOfOne(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return value;
}

/** Parses "PER,ORG". */
const commaList = (text: string): string[] => text.split(',').map((each) => each.trim()).filter((each) => each !== '');

/** A parser for whole numbers from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least) throw new InvalidArgumentError(`Expected a whole number from ${least} on.`);
    return value;
  };
}
