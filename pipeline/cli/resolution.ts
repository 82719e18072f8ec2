// `engram merge`, `engram unmerge`, `engram review`: what people say of what is one; and how `engram explain --merge` shows what was found.
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { WeighedPair } from '../../graph/resolve/doubts.ts';
import { idOfCluster } from '../../graph/resolve/resolved-entity.ts';
import { EngramError } from '../core/errors.ts';
import type { Reference } from '../core/model.ts';
import type { JournalRecord } from '../journal.ts';
import type { NamedThing, Resolution } from '../resolution.ts';
import { addCommonOptions, addDirOption, addExample, configOf, wholeNumber, type DirFlags } from './options.ts';
import { formatShare, paint, plural, print, printJson, shorten, table } from './output.ts';

const LONGEST_QUOTE = 150;

export function addResolutionCommands(program: Command): void {
  addMergeCommand(program);
  addUnmergeCommand(program);
  addReviewCommand(program);
}

function addMergeCommand(program: Command): void {
  const command = program.command('merge').description('say that two things are one; it holds for good').argument('<a>', 'a name, an id, or "NAME @ DOCUMENT"').argument('<b>', 'the other');
  addExample(addDirOption(addCommonOptions(command)), 'merge "Bell Labs" "Bell Telephone Laboratories"');
  command.action(async (a: string, b: string, flags: DirFlags) => {
    const { decide, findNamed, openResolution, referenceTo } = await import('../resolution.ts');
    const config = await configOf(flags);
    const resolution = await openResolution(flags.dir, config);
    const [x, y] = [findNamed(resolution, a), findNamed(resolution, b)];
    if (x.cluster === y.cluster) throw new EngramError('ENGRAM_USAGE', { problem: `'${a}' and '${b}' are one already (${idOfCluster(x.cluster)}).` });
    if (x.cluster.type !== y.cluster.type) throw new EngramError('ENGRAM_USAGE', { problem: `'${a}' is ${x.cluster.type} and '${b}' is ${y.cluster.type}: things of two types are never one.` });
    await decide(flags.dir, config, [{ kind: 'decision', a: referenceTo(x.appearances[0]!), b: referenceTo(y.appearances[0]!), same: true }]);
    if (flags.json) return printJson({ merged: [idOfCluster(x.cluster), idOfCluster(y.cluster)] });
    if (!flags.quiet) print(`One from now on: ${a} and ${b}. \`engram unmerge "${b}"\` takes it back.`);
  });
}

function addUnmergeCommand(program: Command): void {
  const command = program.command('unmerge').description('say that what is called so is not one with the rest of its entity; it holds for good').argument('<name>', 'a name that the entity has, or "NAME @ DOCUMENT" for one of its documents');
  addExample(addDirOption(addCommonOptions(command)), 'unmerge "Thomas Watson Jr."', 'unmerge "James Clark @ fixtures/documents/james-clark-xml.txt"');
  command.action(async (name: string, flags: DirFlags) => {
    const { decide, findNamed, openResolution, separate } = await import('../resolution.ts');
    const config = await configOf(flags);
    const thing = findNamed(await openResolution(flags.dir, config), name);
    const records = separate(thing);
    await decide(flags.dir, config, records);
    if (flags.json) return printJson({ separated: thing.appearances.length, from: thing.cluster.appearances.length - thing.appearances.length });
    if (!flags.quiet) print(`Apart from now on: ${name} in ${plural(thing.appearances.length, 'document')}, and the rest of its entity in ${thing.cluster.appearances.length - thing.appearances.length}.`);
  });
}

interface ReviewFlags extends DirFlags {
  readonly limit: number;
  readonly list?: boolean;
}

function addReviewCommand(program: Command): void {
  const command = program
    .command('review')
    .description('ask about pairs that are neither surely one nor surely two; answers hold for good')
    .option('--limit <count>', 'most pairs to ask about', wholeNumber(1), 20)
    .option('--list', 'only list them');
  addExample(addDirOption(addCommonOptions(command)), 'review', 'review --list --json');
  command.action(async (flags: ReviewFlags) => {
    const { decide, openResolution } = await import('../resolution.ts');
    const config = await configOf(flags);
    const resolution = await openResolution(flags.dir, config);
    const pairs = mostTelling(resolution.resolver.doubtfulPairs(), flags.limit);
    if (flags.json) return printJson({ pairs: pairs.map((pair) => jsonOf(resolution, pair)) });
    if (pairs.length === 0) return print('Nothing is in doubt.');
    if (flags.list) {
      for (const pair of pairs) print(`${weighedText(resolution, pair)}\n`);
      return;
    }
    const answers = await ask(resolution, pairs);
    if (answers.length > 0) await decide(flags.dir, config, answers);
    if (!flags.quiet) print(`${plural(answers.length, 'answer')} kept.`);
  });
}

/** The least sure first, and of pairs about one name only the first: an answer to it may settle the others. */
function mostTelling(pairs: readonly WeighedPair[], limit: number): WeighedPair[] {
  const asked = new Set<string>();
  const [first, again]: WeighedPair[][] = [[], []];
  for (const pair of pairs) {
    const names = [pair.a, pair.b].map(({ type, key }) => `${type} ${key}`);
    if (names.some((name) => asked.has(name))) again!.push(pair);
    else first!.push(pair);
    for (const name of names) asked.add(name);
  }
  return [...first!, ...again!].slice(0, limit);
}

async function ask(resolution: Resolution, pairs: readonly WeighedPair[]): Promise<JournalRecord[]> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: process.stdin.isTTY ?? false });
  const answers: JournalRecord[] = [];
  process.stdout.write('y: one thing, n: two, s: skip, q: stop\n');
  const given = lines[Symbol.asyncIterator]();
  asking: for (const [index, pair] of pairs.entries()) {
    print(`\n${index + 1} of ${pairs.length}\n${weighedText(resolution, pair)}`);
    for (;;) {
      process.stdout.write('One thing? [y/n/s/q] ');
      const next = await given.next();
      const answer = next.done ? 'q' : next.value.trim().toLowerCase();
      if (answer === 'q') break asking;
      if (answer === 's') break;
      if (answer !== 'y' && answer !== 'n') continue;
      answers.push({ kind: 'decision', a: pair.a, b: pair.b, same: answer === 'y' });
      break;
    }
  }
  lines.close();
  return answers;
}

/** What `engram explain --merge A B` prints. */
export async function explainMerge(resolution: Resolution, a: string, b: string, json: boolean): Promise<void> {
  const { findNamed, weighThings } = await import('../resolution.ts');
  const things: readonly [NamedThing, NamedThing] = [findNamed(resolution, a), findNamed(resolution, b)];
  const pair = weighThings(resolution, ...things);
  const isOne = things[0].cluster === things[1].cluster;
  if (json) return printJson({ ...jsonOf(resolution, pair), one: isOne });
  print(weighedText(resolution, pair));
  print(`  ${paint(isOne ? 'One entity' : 'Two entities', 'bold')}${reasonOf(pair, isOne)}`);
}

function reasonOf({ logOdds, comparisons, decision }: WeighedPair, isOne: boolean): string {
  if (decision !== undefined) return `: a person said so${(decision === 'same') === isOne ? '' : ' otherwise, and other decisions contradict it'}.`;
  const veto = comparisons.find(({ weight }) => weight === Number.NEGATIVE_INFINITY);
  if (veto !== undefined) return `: ${veto.name} rules a match out.`;
  if (logOdds > 0 === isOne) return '.';
  return isOne ? ': joined through other documents or names that are surer.' : ': kept apart by other documents or names that contradict, or since the name may as well mean another thing.';
}

function jsonOf(resolution: Resolution, pair: WeighedPair): object {
  const end = (reference: Reference): object => ({ ...reference, ...quoteOf(resolution, reference) });
  return { a: end(pair.a), b: end(pair.b), level: pair.level, logOdds: pair.logOdds, probability: 1 / (1 + Math.exp(-pair.logOdds)), comparisons: pair.comparisons.map(({ weight, ...rest }) => (weight === Number.NEGATIVE_INFINITY ? { ...rest, weight: null, veto: true } : { ...rest, weight })), decision: pair.decision };
}

function weighedText(resolution: Resolution, pair: WeighedPair): string {
  const quoted = [pair.a, pair.b].map((reference) => {
    const { name, uri, text } = quoteOf(resolution, reference);
    return `${paint(name, 'bold')} ${paint(reference.type, 'cyan')}  “${text}” ${paint(uri, 'dim')}`;
  });
  const sign = (weight: number): string => (weight === Number.NEGATIVE_INFINITY ? 'rules it out' : `${weight >= 0 ? '+' : '−'}${Math.abs(weight).toFixed(2)}`);
  const rows = [...pair.comparisons.map(({ name, found, weight }) => [name, sign(weight), shorten(found, 90)]), ['together', sign(pair.logOdds), `probability ${formatShare(1 / (1 + Math.exp(-pair.logOdds)))}`]];
  return `${quoted.join('\n')}\n${table(rows, [{ colours: ['magenta'] }, { align: 'right' }, { colours: ['dim'] }])}`;
}

function quoteOf({ clusters }: Resolution, { type, key, documentId }: Reference): { readonly name: string; readonly uri: string; readonly text: string } {
  for (const { appearances } of clusters) {
    for (const { documentId: id, extraction, entity } of appearances) {
      if (id !== documentId || entity.type !== type || entity.key !== key) continue;
      const { sentence } = extraction.mentions[entity.mentions[0]!]!;
      const [start, end] = extraction.sentences[sentence] ?? [0, extraction.text.length];
      return { name: entity.names.get(key) ?? key, uri: extraction.uri, text: shorten(extraction.text.slice(start, end), LONGEST_QUOTE) };
    }
  }
  return { name: key, uri: '', text: '' };
}
