// `engram export --format … --out PATH`: the graph for other tools, or to be looked at.
import { Option, type Command } from 'commander';
import { commandFor, EXPORTERS, type ExportFormat } from '../../graph/export/index.ts';
import { EngramError } from '../core/errors.ts';
import type { Depiction, DepictOptions } from '../depict.ts';
import { addCommonOptions, addDirOption, addExample, addStoreOption, configOf, wholeNumber, type StoreFlags } from './options.ts';
import { noteStore, plural, print, printJson } from './output.ts';

const DEPICTIONS: readonly Depiction[] = ['svg', 'png', 'html'];

interface ExportFlags extends StoreFlags, DepictOptions {
  readonly format: ExportFormat | Depiction;
  readonly out: string;
}

export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('write the graph as files for other tools, as a picture (svg, png), or as a page that opens without a server (html)')
    .addOption(new Option('--format <format>', 'of the files').choices([...Object.keys(EXPORTERS), ...DEPICTIONS]).makeOptionMandatory())
    .requiredOption('--out <path>', 'file, or folder where the format has several files')
    .option('--around <name...>', 'of svg, png and html: show what lies around these entities, names or ids; all of a small graph when left out')
    .option('--hops <count>', 'most facts to go along from them (2)', wholeNumber(1))
    .option('--limit <count>', 'most entities to show (40, in html 500)', wholeNumber(1))
    .addOption(new Option('--scale <factor>', 'of png: pixels for each unit of the picture (2)').argParser(wholeNumber(1)));
  addExample(
    addStoreOption(addDirOption(addCommonOptions(command))),
    'export --format graphml --out graph.graphml',
    'export --format csv --out tables/',
    'export --format neo4j-admin --out import/',
    'export --format jsonl --store neo4j://localhost:7687 --out graph.jsonl',
    'export --format svg --around "Grace Hopper" --out hopper.svg',
    'export --format html --around "Grace Hopper" "Alan Turing" --limit 100 --out both.html',
  );
  command.action(async (flags: ExportFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { openRows } = await import('../open-rows.ts');
    const { exportGraph, writeFiles } = await import('../export.ts');
    if (flags.scale !== undefined && flags.format !== 'png') throw new EngramError('ENGRAM_USAGE', { problem: `--scale is for png; ${flags.format} has no pixels.` });
    const config = await configOf(flags);
    if (isDepiction(flags.format)) {
      if (flags.store !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `--store is for files of all of a graph; ${flags.format} is made from a build.` });
      const { depict } = await import('../depict.ts');
      const { piece, counts } = await depict(await openGraph(flags.dir, config), flags.dir, config, flags.format, flags);
      return tell(flags, await writeFiles([piece], flags.out, false), counts);
    }
    if ((flags.around ?? flags.hops ?? flags.limit) !== undefined) throw new EngramError('ENGRAM_USAGE', { problem: `--around, --hops and --limit are for ${DEPICTIONS.join(', ')}; ${flags.format} holds all of the graph.` });
    const opened = await openRows(flags.dir, config, flags.store, flags.dir);
    try {
      noteStore(opened, flags);
      const files = await exportGraph(opened.rows, flags.format, flags.out);
      tell(flags, files, await opened.counts(), commandFor(flags.format, flags.out));
    } finally {
      await opened.close();
    }
  });
}

const isDepiction = (format: ExportFlags['format']): format is Depiction => DEPICTIONS.some((each) => each === format);

function tell(flags: ExportFlags, files: readonly string[], counts: { readonly entities: number; readonly facts: number }, command?: string): void {
  if (flags.json) return printJson({ format: flags.format, files, ...(command === undefined ? {} : { command }), ...counts });
  if (flags.quiet) return;
  print(`Wrote ${plural(counts.entities, 'entity', 'entities')} and ${plural(counts.facts, 'fact')} to ${files.join(', ')}`);
  if (command !== undefined) print(`While the server is stopped, into a database that is not there yet (--overwrite-destination replaces one):\n  ${command}`);
}
