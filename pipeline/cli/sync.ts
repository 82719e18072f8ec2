// `engram sync`: the graph of a build into a store; `engram verify`: whether a store holds it.
import type { Command } from 'commander';
import type { StoreCounts } from '../core/stage.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { EXIT, formatCount, note, plural, print, printJson, table } from './output.ts';

interface SyncFlags extends DirFlags {
  readonly store?: string;
}

const MOST_SHOWN = 20;

export function addSyncCommands(program: Command): void {
  const sync = program.command('sync').description('write into a store what differs from the graph of a build; no document is read').option('--store <address>', 'embedded, neo4j://HOST:7687, jsonl:FOLDER; the one it was built into when left out');
  addExample(addDirOption(addCommonOptions(sync)), 'sync --store neo4j://localhost:7687');
  sync.action(async (flags: SyncFlags) => {
    const { configWithStore, syncStore } = await import('../sync.ts');
    const config = await configWithStore(flags.dir, await configOf(flags), flags.store);
    const { counts, report } = await syncStore(flags.dir, config);
    if (report.refused.length > 0) process.exitCode = EXIT.someFailed;
    if (flags.json) return printJson({ store: { address: config.store.address, ...counts }, ...report });
    if (!flags.quiet) print(`Wrote ${rowsOf(report.written)}, removed ${rowsOf(report.removed)}; the store holds ${rowsOf(counts)}.`);
    for (const { kind, id, reason } of report.refused.slice(0, MOST_SHOWN)) note(`engram: ${kind} ${id} was refused: ${reason}`);
    if (report.refused.length > MOST_SHOWN) note(`engram: … and ${formatCount(report.refused.length - MOST_SHOWN)} more; --json names all.`);
  });

  const verify = program
    .command('verify')
    .description('compare all that a store holds with the graph of a build')
    .option('--store <address>', 'the one it was built into when left out')
    .option('--repair', 'write anew what differs');
  addExample(addDirOption(addCommonOptions(verify)), 'verify', 'verify --store neo4j://localhost:7687 --repair');
  verify.action(async (flags: SyncFlags & { readonly repair?: boolean }) => {
    const { configWithStore, verifyStore } = await import('../sync.ts');
    const { found, left } = await verifyStore(flags.dir, await configWithStore(flags.dir, await configOf(flags), flags.store), flags.repair ?? false);
    if (left.length > 0) process.exitCode = EXIT.someFailed;
    if (flags.json) return printJson({ found, left });
    if (found.length === 0) return flags.quiet ? undefined : print('The store holds the graph as it was built.');
    print(table(found.slice(0, MOST_SHOWN).map(({ kind, id, problem }) => [problem, kind, id])));
    if (found.length > MOST_SHOWN) print(`… and ${formatCount(found.length - MOST_SHOWN)} more; --json names all.`);
    print(flags.repair ? `${plural(found.length, 'difference')} found, ${formatCount(left.length)} left.` : `${plural(found.length, 'difference')}; \`engram verify --repair\` writes them anew.`);
  });
}

const rowsOf = ({ documents, entities, facts }: StoreCounts): string => `${plural(documents, 'document')}, ${plural(entities, 'entity', 'entities')}, ${plural(facts, 'fact')}`;
