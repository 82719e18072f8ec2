// `engram merge`, `engram unmerge`, `engram review`: what people say of what is one; and how `engram explain --merge` shows what was found.
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { idOfCluster } from '../../graph/resolve/resolved-entity.ts';
import type { Reference } from '../core/model.ts';
import type { DecisionRecord } from '../journal.ts';
import type { NamedThing, Resolution } from '../resolution.ts';
import type { ToldName, ToldPair } from '../told-pairs.ts';
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
    const { decide, findNamed, merge, openResolution } = await import('../resolution.ts');
    const config = await configOf(flags);
    const resolution = await openResolution(flags.dir, config);
    const [x, y] = [findNamed(resolution, a), findNamed(resolution, b)];
    await decide(flags.dir, config, merge(resolution, x, y));
    if (flags.json) return printJson({ merged: [idOfCluster(x.cluster), idOfCluster(y.cluster)] });
    if (!flags.quiet) print(`One from now on: ${a} and ${b}. \`engram unmerge "${b}"\` takes it back.`);
  });
}

function addUnmergeCommand(program: Command): void {
  const command = program.command('unmerge').description('say that what is called so is not one with the rest of its entity; it holds for good').argument('<name>', 'a name that the entity has, or "NAME @ DOCUMENT" for one of its documents');
  addExample(addDirOption(addCommonOptions(command)), 'unmerge "Thomas Watson Jr."', 'unmerge "James Clark @ fixtures/documents/james-clark-xml.txt"');
  command.action(async (name: string, flags: DirFlags) => {
    const { decide, findNamed, openResolution, restOf, tellApart } = await import('../resolution.ts');
    const config = await configOf(flags);
    const resolution = await openResolution(flags.dir, config);
    const thing = findNamed(resolution, name);
    await decide(flags.dir, config, tellApart(resolution, thing, restOf(thing)));
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
    const { mostTelling, toldPair } = await import('../told-pairs.ts');
    const config = await configOf(flags);
    const resolution = await openResolution(flags.dir, config);
    const pairs = mostTelling(resolution.live.resolver.doubtfulPairs()).slice(0, flags.limit).map((pair) => toldPair(resolution.live, pair));
    if (flags.json) return printJson({ pairs });
    if (pairs.length === 0) return print('Nothing is in doubt.');
    if (flags.list) {
      for (const pair of pairs) print(`${pairText(pair)}\n`);
      return;
    }
    const answers = await ask(pairs);
    if (answers.length > 0) await decide(flags.dir, config, answers);
    if (!flags.quiet) print(`${plural(answers.length, 'answer')} kept.`);
  });
}

async function ask(pairs: readonly ToldPair[]): Promise<DecisionRecord[]> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: process.stdin.isTTY ?? false });
  const answers: DecisionRecord[] = [];
  process.stdout.write('y: one thing, n: two, s: skip, q: stop\n');
  const given = lines[Symbol.asyncIterator]();
  asking: for (const [index, pair] of pairs.entries()) {
    print(`\n${index + 1} of ${pairs.length}\n${pairText(pair)}`);
    for (;;) {
      process.stdout.write('One thing? [y/n/s/q] ');
      const next = await given.next();
      const answer = next.done ? 'q' : next.value.trim().toLowerCase();
      if (answer === 'q') break asking;
      if (answer === 's') break;
      if (answer !== 'y' && answer !== 'n') continue;
      answers.push({ kind: 'decision', a: referenceOf(pair.a), b: referenceOf(pair.b), same: answer === 'y' });
      break;
    }
  }
  lines.close();
  return answers;
}

/** What `engram explain --merge A B` prints. */
export async function explainMerge(resolution: Resolution, a: string, b: string, json: boolean): Promise<void> {
  const { findNamed, weighThings } = await import('../resolution.ts');
  const { toldPair } = await import('../told-pairs.ts');
  const things: readonly [NamedThing, NamedThing] = [findNamed(resolution, a), findNamed(resolution, b)];
  const pair = toldPair(resolution.live, weighThings(resolution, ...things));
  const isOne = things[0].cluster === things[1].cluster;
  if (json) return printJson({ ...pair, one: isOne });
  print(pairText(pair));
  print(`  ${paint(isOne ? 'One entity' : 'Two entities', 'bold')}${reasonOf(pair, isOne)}`);
}

const referenceOf = ({ type, key, documentId }: ToldName): Reference => ({ type, key, documentId });

function reasonOf({ logOdds, comparisons, decision }: ToldPair, isOne: boolean): string {
  if (decision !== undefined) return `: a person said so${(decision === 'same') === isOne ? '' : ' otherwise, and other decisions contradict it'}.`;
  const ruling = comparisons.find(({ veto }) => veto);
  if (ruling !== undefined) return `: ${ruling.name} rules a match out.`;
  if (logOdds > 0 === isOne) return '.';
  return isOne ? ': joined through other documents or names that are surer.' : ': kept apart by other documents or names that contradict, or since the name may as well mean another thing.';
}

function pairText({ a, b, comparisons, logOdds, probability }: ToldPair): string {
  const quoted = [a, b].map(({ name, type, uri, text }) => `${paint(name, 'bold')} ${paint(type, 'cyan')}  “${shorten(text, LONGEST_QUOTE)}” ${paint(uri, 'dim')}`);
  const sign = (weight: number | null): string => (weight === null ? 'rules it out' : `${weight >= 0 ? '+' : '−'}${Math.abs(weight).toFixed(2)}`);
  const rows = [...comparisons.map(({ name, found, weight }) => [name, sign(weight), shorten(found, 90)]), ['together', sign(logOdds), `probability ${formatShare(probability)}`]];
  return `${quoted.join('\n')}\n${table(rows, [{ colours: ['magenta'] }, { align: 'right' }, { colours: ['dim'] }])}`;
}
