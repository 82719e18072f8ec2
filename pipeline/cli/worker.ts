// `engram worker`: reads documents for a build on another machine, until it is told to stop.
import type { Command } from 'commander';
import { addCommonOptions, addEngineOptions, addExample, addQueueOptions, configOf, queueOf, wholeNumber, type EngineFlags, type QueueFlags } from './options.ts';
import { EXIT, formatCount, note, plural, print, printJson } from './output.ts';

interface WorkerFlags extends EngineFlags, QueueFlags {
  readonly concurrency?: number;
  readonly model?: string;
}

export function addWorkerCommand(program: Command): void {
  const command = program
    .command('worker')
    .description('read documents for a build with --queue, on this or any machine; it takes the models that the build names, or refuses')
    .option('--concurrency <count>', 'batches read at once (default: extract.concurrency of the config)', wholeNumber(1))
    .option('--model <model>', 'that finds the mentions; the same as of the build');
  addExample(addQueueOptions(addEngineOptions(addCommonOptions(command)), 'where batches are taken from'), 'worker --queue redis://queue.local:6379');
  command.action(async (flags: WorkerFlags) => {
    const config = await configOf(flags, { ...queueOf(flags), extract: { ...(flags.model !== undefined && { ner: flags.model }) } });
    const { runWorker } = await import('../queue/worker.ts');
    const stop = new AbortController();
    const interrupt = (): void => {
      if (stop.signal.aborted) process.exit(EXIT.unreachable);
      stop.abort();
      if (!flags.quiet) note('\nengram: finishing the batches in hand; once more to stop at once.');
    };
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    const concurrency = flags.concurrency ?? config.extract.concurrency;
    const done = await runWorker({
      config,
      concurrency,
      signal: stop.signal,
      onReady: (queue) => void (flags.quiet || flags.json || note(`engram: taking batches from ${queue}, ${concurrency} at once; ^C ends it.`)),
    });
    if (flags.json) printJson(done);
    else if (!flags.quiet) print(`Read ${plural(done.batches, 'batch', 'batches')}: ${plural(done.documents, 'document')}, ${formatCount(done.words)} words.`);
  });
}
