// `engram remove`: documents out of the graph and the store; `engram forget`: out of everything that Engram wrote.
import type { Command } from 'commander';
import type { RemovedDocuments } from '../forget.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { EXIT, note, plural, print, printJson } from './output.ts';

export function addRemoveCommands(program: Command): void {
  const remove = program.command('remove').description('take documents out of the graph and the store; an input that still holds them brings them back with the next build').argument('<document...>', 'path, path#L17 for a row, or id');
  addExample(addDirOption(addCommonOptions(remove)), 'remove articles/old.txt', 'remove rows.csv#L17');
  remove.action(async (names: string[], flags: DirFlags) => {
    const { removeDocuments } = await import('../forget.ts');
    const done = await removeDocuments(flags.dir, await configOf(flags), names);
    if (flags.json) return printJson(done);
    if (!flags.quiet) print(`Removed ${summary(done)}`);
  });

  const forget = program.command('forget').description('take documents out of everything that Engram wrote, journal and dead letters included, and look whether anything is left').argument('[document...]', 'path, path#L17 for a row, or id; none: what was removed before');
  addExample(addDirOption(addCommonOptions(forget)), 'forget letters/private.txt', 'forget');
  forget.action(async (names: string[], flags: DirFlags) => {
    const { forgetDocuments } = await import('../forget.ts');
    const done = await forgetDocuments(flags.dir, await configOf(flags), names);
    if (done.found.length > 0) process.exitCode = EXIT.someFailed;
    if (flags.json) return printJson(done);
    if (!flags.quiet) print(`Forgot ${summary(done)}`);
    if (done.found.length > 0) note(`engram: something of it still stands in ${done.found.join(', ')}`);
    else if (!flags.quiet) print(`Neither its name nor a sentence of it stands in any of the ${plural(done.searched, 'file')} of ${flags.dir}.`);
  });
}

const summary = ({ removed, documents, entities, facts }: RemovedDocuments): string => `${plural(removed.length, 'document')}; ${plural(documents, 'document')}, ${plural(entities, 'entity', 'entities')} and ${plural(facts, 'fact')} are left.`;
