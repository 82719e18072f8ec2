// `engram worker`: reads documents for a build on another machine, until it is told to stop.
import type { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExample, addQueueOptions, addReadingOptions, configOf, queueOf, readingOf, wholeNumber, type EngineFlags, type QueueFlags, type ReadingFlags } from './options.ts';
import { EXIT, formatCount, note, plural, print, printJson } from './output.ts';

interface WorkerFlags extends EngineFlags, QueueFlags, ReadingFlags {
  readonly concurrency?: number;
}

export function addWorkerCommand(program: Command): void {
  const command = program
    .command('worker')
    .description('read documents for a build with --queue, on this or any machine; its flags are those of the build, or it refuses')
    .option('--concurrency <count>', 'batches read at once (default: extract.concurrency of the config, for each of its processes)', wholeNumber(1));
  addExample(addQueueOptions(addEngineOptions(addCommonOptions(addReadingOptions(command))), 'where batches are taken from'), 'worker --queue redis://queue.local:6379');
  command.action(async (flags: WorkerFlags) => {
    const config = await configOf(flags, { ...queueOf(flags), ...readingOf(flags) });
    const { runWorker } = await import('../queue/worker.ts');
    const { processesOf } = await import('../extraction-process.ts');
    const stop = new AbortController();
    const interrupt = (): void => {
      if (stop.signal.aborted) process.exit(EXIT.unreachable);
      stop.abort();
      if (!flags.quiet) note('\nengram: finishing the batches in hand; once more to stop at once.');
    };
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    const concurrency = flags.concurrency ?? processesOf(config) * config.extract.concurrency;
    const done = await runWorker({
      config,
      concurrency,
      signal: stop.signal,
      onReady: (queue, device) => void (flags.quiet || flags.json || note(`engram: taking batches from ${queue}, ${concurrency} at once, networks by ${device}; ^C ends it.`)),
    });
    if (flags.json) printJson(done);
    else if (!flags.quiet) print(`Read ${plural(done.batches, 'batch', 'batches')}: ${plural(done.documents, 'document')}, ${formatCount(done.words)} words.`);
  });
}
