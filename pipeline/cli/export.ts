// `engram export --format … --out PATH`: the graph for other tools.
import { Option, type Command } from 'commander';
import { commandFor, EXPORTERS, type ExportFormat } from '../../graph/export/index.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { plural, print, printJson } from './output.ts';

interface ExportFlags extends DirFlags {
  readonly format: ExportFormat;
  readonly out: string;
}

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('write the graph as files for other tools')
    .addOption(new Option('--format <format>', 'of the files').choices(Object.keys(EXPORTERS)).makeOptionMandatory())
    .requiredOption('--out <path>', 'file, or folder where the format has several files');
  addExample(
    addDirOption(addCommonOptions(command)),
    'export --format graphml --out graph.graphml',
    'export --format csv --out tables/',
    'export --format neo4j-admin --out import/',
  );
  command.action(async (flags: ExportFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { exportGraph } = await import('../export.ts');
    const { graph } = await openGraph(flags.dir, await configOf(flags));
    const files = await exportGraph(graph, flags.format, flags.out);
    const command = commandFor(flags.format, flags.out);
    if (flags.json) printJson({ format: flags.format, files, ...(command === undefined ? {} : { command }), ...graph.counts });
    else if (!flags.quiet) {
      const { entities, facts } = graph.counts;
      print(`Wrote ${plural(entities, 'entity', 'entities')} and ${plural(facts, 'fact')} to ${files.join(', ')}`);
      if (command !== undefined) print(`While the server is stopped, into a database that is not there yet (--overwrite-destination replaces one):\n  ${command}`);
    }
  });
}
