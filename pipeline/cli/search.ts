// `engram search TEXT`: the entities a text may mean, best first.
import type { Command } from 'commander';
import { addCommonOptions, addDirOption, addExample, configOf, wholeNumber, type DirFlags } from './options.ts';
import { plural, print, printJson, shorten, table } from './output.ts';

const MOST_ALIAS_COLUMNS = 60;

export function addSearchCommand(program: Command): void {
  const command = program
    .command('search')
    .description('find entities by name, alias or attribute')
    .argument('<text...>', 'words; spelling may be a little off')
    .option('--limit <count>', 'most entities to show', wholeNumber(1), 10);
  addExample(addDirOption(addCommonOptions(command)), 'search turing', 'search "Bell Labs" --limit 3 --json');
  command.action(async (words: string[], flags: DirFlags & { readonly limit: number }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { createSearch } = await import('../../graph/query/search.ts');
    const { graph } = await openGraph(flags.dir, await configOf(flags));
    const text = words.join(' ');
    const hits = createSearch(graph).search(text, { limit: flags.limit });
    const found = hits.map((hit) => ({ ...hit, facts: graph.factsOf(hit.id).length }));
    if (flags.json) return printJson({ text, entities: found });
    if (found.length === 0) return print(`Nothing fits '${text}'.`);
    const rows = found.map((hit) => [
      hit.name,
      hit.type,
      plural(hit.mentions, 'mention'),
      plural(hit.facts, 'fact'),
      shorten(hit.aliases.join(', '), MOST_ALIAS_COLUMNS),
    ]);
    print(table(rows, [{ colours: ['bold'] }, { colours: ['cyan'] }, { align: 'right' }, { align: 'right' }, { colours: ['dim'] }], ''));
  });
}
