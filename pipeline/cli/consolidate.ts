// `engram consolidate FILE`: what a conversation had in mind together becomes weak links that activation goes along.
import { basename } from 'node:path';
import type { Command } from 'commander';
import { EngramError } from '../core/errors.ts';
import { readConversation } from './ask.ts';
import { addCommonOptions, addDirOption, addExample, type DirFlags } from './options.ts';
import { plural, print, printJson } from './output.ts';

export function addConsolidateCommand(program: Command): void {
  const command = program
    .command('consolidate')
    .description('keep what was often spoken of together in a conversation as weak links for activation, apart from the facts')
    .argument('[file]', 'of `engram ask --conversation`')
    .option('--forget', 'take back what was kept of this conversation, or of all');
  addExample(addDirOption(addCommonOptions(command)), 'consolidate talk.json', 'consolidate talk.json --forget', 'consolidate --forget');
  command.action(async (path: string | undefined, flags: DirFlags & { readonly forget?: boolean }) => {
    const { consolidate, forgetAssociations } = await import('../associations.ts');
    if (flags.forget) {
      const forgotten = await forgetAssociations(flags.dir, path === undefined ? undefined : basename(path));
      if (flags.json) return printJson({ forgotten });
      return flags.quiet ? undefined : print(`Forgot ${plural(forgotten, 'link')}.`);
    }
    if (path === undefined) throw new EngramError('ENGRAM_USAGE', { problem: 'Name the file of a conversation, or --forget.' });
    const state = await readConversation(path);
    if (state === undefined) throw new EngramError('ENGRAM_SOURCE_NOT_FOUND', { path });
    const kept = await consolidate(flags.dir, basename(path), state.together ?? []);
    if (flags.json) return printJson({ kept });
    if (!flags.quiet) print(kept === 0 ? 'Nothing was spoken of together often enough.' : `Kept ${plural(kept, 'link')}; \`engram consolidate ${basename(path)} --forget\` takes them back.`);
  });
}
