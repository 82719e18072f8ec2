// `engram queue status|drain`: what a queue holds, who works for it, and emptying it.
import type { Command } from 'commander';
import { addCommonOptions, addExample, addQueueOptions, configOf, queueOf, type CommonFlags, type QueueFlags } from './options.ts';
import { formatCount, heading, plural, print, printJson, table } from './output.ts';

/** Of its signs of life, which come every few seconds. */
const QUIET_SECONDS = 15;

export function addQueueCommands(program: Command): void {
  const group = program.command('queue').description('look into the queue of a build on several machines, or empty it');
  const status = group.command('status').description('batches that wait, are being read and are finished; workers with their rate');
  addExample(addQueueOptions(addCommonOptions(status), 'which queue'), 'queue status --queue redis://queue.local:6379');
  status.action(async (flags: CommonFlags & QueueFlags) => {
    const { readQueueStatus } = await import('../queue/status.ts');
    const found = await readQueueStatus(await configOf(flags, queueOf(flags)));
    if (flags.json) return printJson(found);
    const { queue, build, waiting, active, finished, dead, workers } = found;
    print(heading(`${queue}: ${build === undefined ? 'no build' : `a build (process ${build.pid} on ${build.host})`}`));
    print(table([['batches', 'waiting', 'being read', 'finished, not taken', 'dead'], ['', ...[waiting, active, finished, dead].map(formatCount)]]));
    if (workers.length === 0) return print('No worker.');
    print(
      table([
        ['worker', 'at once', 'batches', 'documents', 'words/s', 'last seen'],
        ...workers.map(({ host, pid, concurrency, batches, documents, wordsPerSecond, secondsSinceSeen }) => [
          `${host} ${pid}`,
          ...[concurrency, batches, documents].map(formatCount),
          secondsSinceSeen > QUIET_SECONDS ? '' : formatCount(wordsPerSecond),
          secondsSinceSeen > QUIET_SECONDS ? `${formatCount(secondsSinceSeen)} s ago, gone` : `${secondsSinceSeen} s ago`,
        ]),
      ]),
    );
  });
  const drain = group.command('drain').description('remove all batches and results of a queue that no build uses; what a stopped build had sent is read anew when it goes on');
  addExample(addQueueOptions(addCommonOptions(drain), 'which queue'), 'queue drain --queue redis://queue.local:6379');
  drain.action(async (flags: CommonFlags & QueueFlags) => {
    const { drainQueue } = await import('../queue/status.ts');
    const { queue, ...removed } = await drainQueue(await configOf(flags, queueOf(flags)));
    if (flags.json) return printJson({ queue, removed });
    const { waiting, active, finished, dead } = removed;
    if (!flags.quiet) print(`Emptied ${queue}: ${plural(waiting, 'batch', 'batches')} that waited, ${active} being read, ${finished} finished, ${dead} dead.`);
  });
}
