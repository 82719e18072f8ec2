// `engram build INPUT…`: documents in, a graph out. The same command again resumes or updates.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { BuildResult } from '../build.ts';
import type { Config, ConfigInput } from '../core/config.ts';
import type { RunManifest } from '../manifest.ts';
import { addCommonOptions, addDirOption, addEngineOptions, addExample, addQueueOptions, addReadingOptions, configOf, DEFAULT_OUT, queueOf, readingOf, shareOfOne, type EngineFlags, type QueueFlags, type ReadingFlags } from './options.ts';
import { EXIT, formatCount, formatSeconds, note, paint, plural, print, printJson } from './output.ts';
import { createProgressView } from './progress.ts';

interface BuildFlags extends EngineFlags, QueueFlags, ReadingFlags {
  readonly out: string;
  readonly store?: string;
  readonly minProbability?: number;
  readonly show?: boolean;
}

export function addBuildCommand(program: Command): void {
  const command = program
    .command('build')
    .description('build a graph from documents, or resume or update one')
    .argument('<input...>', 'files, folders, quoted globs, or - for standard input: .txt .md .html .jsonl .csv .tsv, each also .gz')
    .option('--out <dir>', 'folder of the build', DEFAULT_OUT)
    .option('--store <address>', 'embedded, neo4j://HOST:7687, bolt://HOST:7687 or jsonl:FOLDER')
    .option('--min-probability <share>', 'mentions below it stay out of the graph: more precision, less recall', shareOfOne)
    .option('--show', 'print what the graph holds when it is done');
  addExample(
    addQueueOptions(addEngineOptions(addCommonOptions(addReadingOptions(command))), '`engram worker` reads the documents, on any machine'),
    'build articles/ --out engram-graph --show',
    "build 'news/*.jsonl.gz' --store neo4j://localhost:7687",
    'build articles/ --queue redis://queue.local:6379',
  );
  command.action(async (inputs: string[], flags: BuildFlags) => {
    const more: ConfigInput = {
      ...queueOf(flags),
      ...(flags.store !== undefined && { store: { address: flags.store } }),
      ...readingOf(flags),
      ...(flags.minProbability !== undefined && { graph: { minMentionScore: flags.minProbability } }),
    };
    await buildAndTell(inputs, flags, await configOf(flags, more));
  });
}

/** Runs a build and says how it went; its exit code is the outcome's. */
async function buildAndTell(inputs: readonly string[], flags: Omit<BuildFlags, 'store' | 'model'>, config: Config): Promise<void> {
  const { runBuild } = await import('../build.ts');
  const { buildReport } = await import('../report.ts');
  const view = createProgressView(process.stderr.isTTY && !flags.quiet && !flags.json);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.unreachable);
    stop.abort();
    if (!flags.quiet) note('\nengram: finishing the batches in flight; once more to stop at once.');
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  const result = await runBuild({ inputs, out: flags.out, config, signal: stop.signal, onProgress: view.update }).finally(() => {
    view.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  });
  const counts = result.manifest.counts!;
  if (flags.json) printJson(buildReport(result, flags.out));
  else {
    if (flags.show && result.held === undefined) note(`engram: the graph takes more than graph.memory (${formatCount(config.graph.memory)} MiB), so nothing of it is shown; the store holds it.`);
    else if (flags.show) {
      const { graph, documents } = result.held!;
      const { showGraph } = await import('./show.ts');
      const { readActivation } = await import('../activation-weights.ts');
      print(showGraph(graph, documents, await readActivation(config.activation, graph, flags.out), flags.out));
      print();
    }
    if (!flags.quiet) print(summaryLine(result, flags.out));
    if (!flags.quiet && counts.extracted > 0) print(paint(timesLine(result.manifest), 'dim'));
    const rejected = Object.entries(counts.rejected ?? {});
    if (!flags.quiet && rejected.length > 0) {
      const total = rejected.reduce((sum, [, count]) => sum + count, 0);
      print(`The schema rejected ${plural(total, 'relation')} (${rejected.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(', ')}); ${flags.out}/rejected.jsonl lists them.`);
    }
  }
  for (const { path, line, reason } of flags.quiet ? [] : result.journalProblems) note(`engram: ${path}, line ${line}: ${reason}`);
  if (counts.deadLetters === 0) return;
  process.exitCode = EXIT.someFailed;
  for (const { message } of flags.quiet ? [] : result.deadLetters) note(`engram: ${message}`);
  if (!flags.json) note(`engram: ${plural(counts.deadLetters, 'document')} could not be read; ${flags.out}/dead-letter.jsonl says why.`);
}

export function addRetryCommand(program: Command): void {
  const command = program.command('retry').description('read again what the last build could not read, with the settings it was built with');
  addExample(addQueueOptions(addDirOption(addEngineOptions(addCommonOptions(command))), '`engram worker` reads the documents, on any machine'), 'retry --dir engram-graph');
  command.action(async (flags: EngineFlags & QueueFlags & { readonly dir: string }) => {
    const { readDeadLetters } = await import('../dead-letter.ts');
    const { manifestOf } = await import('../manifest.ts');
    const { config: before } = await manifestOf(flags.dir);
    const letters = await readDeadLetters(flags.dir);
    if (letters.length === 0) return flags.json ? printJson({ retried: 0 }) : flags.quiet ? undefined : print('There is nothing to retry.');
    const named = [...new Set(letters.filter(({ stage }) => stage !== 'store').map(({ uri }) => uri.replace(/#[^#]*$/, '')))];
    const files = named.filter((file) => existsSync(file));
    for (const file of named) if (!files.includes(file) && !flags.quiet) note(`engram: ${file} is not there any more and is left out.`);
    const config = await configOf(flags, queueOf(flags));
    await buildAndTell(files, { ...flags, out: flags.dir }, { ...config, extract: before.extract, graph: before.graph, sources: before.sources, store: { ...config.store, address: before.store.address } });
  });
}

const TIMES: Readonly<Record<string, string>> = { models: 'loading models', segment: 'sentences', ner: 'NER', coreference: 'coreference', relation: 'relations', classify: 'sentiment and topics', journal: 'journal', graph: 'graph', store: 'store' };

const MOST_DEVICES = 5;

/** What ran the networks; of workers elsewhere each device with its documents, most first. Undefined where nobody says. */
export function networksBy({ device, devices = [] }: Pick<RunManifest, 'device' | 'devices'>): string | undefined {
  if (devices.length === 0) return device;
  const others = devices.slice(MOST_DEVICES);
  const shown = others.length === 0 ? devices : [...devices.slice(0, MOST_DEVICES), { device: plural(others.length, 'other'), documents: others.reduce((sum, { documents }) => sum + documents, 0) }];
  return shown.map(({ device: name, documents }) => `${name} (${plural(documents, 'document')})`).join(', ');
}

/** What each part took, where parts that read documents run beside each other, and what ran the networks. */
function timesLine(manifest: RunManifest): string {
  const { seconds = {} } = manifest;
  const networks = networksBy(manifest);
  const parts = Object.entries(TIMES).flatMap(([part, name]) => (!seconds[part] ? [] : [`${name} ${formatSeconds(seconds[part])}`])).join(', ');
  return networks === undefined ? parts : `${parts}; networks by ${networks}`;
}

function summaryLine(result: BuildResult, out: string): string {
  const { counts, seconds, wordsPerSecond } = result.manifest;
  const c = counts!;
  const changes = [
    `${formatCount(c.extracted)} read`,
    ...(c.unchanged > 0 ? [`${formatCount(c.unchanged)} unchanged`] : []),
    ...(c.removed > 0 ? [`${formatCount(c.removed)} removed`] : []),
  ];
  const rate = wordsPerSecond ? `, ${formatCount(wordsPerSecond)} words/s` : '';
  return (
    `${paint('Built', 'bold', 'green')} ${out}: ${plural(c.documents, 'document')} (${changes.join(', ')}), ` +
    `${plural(c.entities, 'entity', 'entities')}, ${plural(c.facts, 'fact')}, ${plural(c.attributes, 'attribute')} ` +
    `in ${formatSeconds(seconds!['total']!)}${rate}`
  );
}
