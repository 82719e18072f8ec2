// `engram serve [DIR|ADDRESS]`: the graph over HTTP, until the process is told to stop.
import type { Command } from 'commander';
import { addCommonOptions, addExample, configOf, defaultDir, wholeNumber, type CommonFlags } from './options.ts';
import { formatCount, note, print, printJson } from './output.ts';

const DEFAULT_PORT = 8484;

interface ServeFlags extends CommonFlags {
  readonly host: string;
  readonly port: number;
  readonly requestsPerMinute?: number;
  readonly write?: boolean;
  readonly watch?: readonly string[];
}

export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description('serve a graph over HTTP: search, facts with evidence, activation, features; GET /openapi.json describes it')
    .argument('[source]', 'folder of a build, or neo4j://…', defaultDir())
    .option('--host <address>', 'another one than this machine needs a token in ENGRAM_TOKEN', '127.0.0.1')
    .option('--port <number>', '0 takes any that is free', wholeNumber(0), DEFAULT_PORT)
    .option('--requests-per-minute <count>', 'of one address (60000); more are told to wait', wholeNumber(1))
    .option('--watch <folder...>', 'keep the graph in step with the files of folders; the build is made where there is none')
    .option('--write', 'let callers add and remove documents and decide what is one; no other build can write to the folder meanwhile');
  addExample(addCommonOptions(command), 'serve graph --port 8080', 'serve neo4j://localhost:7687', 'serve graph --watch articles/');
  command.action(async (source: string, flags: ServeFlags) => {
    const { serve } = await import('../service/serve.ts');
    const token = process.env['ENGRAM_TOKEN'];
    const { url, counts, close } = await serve({ source, config: await configOf(flags), host: flags.host, port: flags.port, requestsPerMinute: flags.requestsPerMinute, writable: flags.write === true, watch: flags.watch ?? [], onTrouble: note, ...(token === undefined || token === '' ? {} : { token }) });
    if (flags.json) printJson({ url, counts });
    else if (!flags.quiet) print(`Serving ${source}: ${formatCount(counts.documents)} documents, ${formatCount(counts.entities)} entities, ${formatCount(counts.facts)} facts at ${url}`);
    await new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    if (!flags.quiet) note('Stopping.');
    await close();
  });
}
