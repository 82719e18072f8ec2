// `engram features --out F.parquet|F.csv`: a row of numbers for each entity; `engram similar ENTITY`: those whose rows are alike.
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { EngramError, messageOf } from '../core/errors.ts';
import { addCommonOptions, addDirOption, addExample, addStoreOption, configOf, wholeNumber, type DirFlags, type StoreFlags } from './options.ts';
import { formatShare, noteStore, plural, print, printJson, table } from './output.ts';

interface FeatureFlags extends StoreFlags {
  readonly out: string;
  readonly for?: string;
  readonly neighbours: number;
}

export function addFeatureCommands(program: Command): void {
  const features = program
    .command('features')
    .description('write a row of features for each entity: Parquet or CSV')
    .requiredOption('--out <file>', 'ends in .parquet or .csv')
    .option('--for <file>', 'only entities whose ids or names are the lines of this file')
    .option('--neighbours <count>', 'most neighbours of a row; 0 is much faster on a large graph', wholeNumber(0), 10);
  addExample(addStoreOption(addDirOption(addCommonOptions(features))), 'features --out features.parquet', 'features --out some.csv --for items.txt --neighbours 5', 'features --store neo4j://localhost:7687 --neighbours 0 --out features.parquet');
  features.action(async (flags: FeatureFlags) => {
    const write = flags.out.endsWith('.parquet') ? 'writeParquet' : flags.out.endsWith('.csv') ? 'writeCsv' : undefined;
    if (write === undefined) throw new EngramError('ENGRAM_USAGE', { problem: `'${flags.out}' ends in neither .parquet nor .csv.` });
    const { openRows } = await import('../open-rows.ts');
    const { entityFeatures } = await import('../../graph/features/entity-features.ts');
    const writers = await import('../../graph/features/write-features.ts');
    const config = await configOf(flags);
    const { entityNamed } = await import('../../graph/query/search.ts');
    const { entitiesNamed } = await import('../../graph/query/rows-of.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const opened = await openRows(flags.dir, config, flags.store, dirname(flags.out));
    const beside = `${flags.out}.new`;
    let rows: number;
    try {
      noteStore(opened, flags);
      const graph = opened.held?.graph;
      const names = flags.for === undefined ? undefined : await linesOf(flags.for);
      const only = names === undefined ? undefined : graph === undefined ? await entitiesNamed(opened.rows, names) : names.map((name) => entityNamed(graph, name));
      const { spread: activation, links } = await readActivation(config.activation, graph, flags.dir);
      rows = await writers[write](beside, entityFeatures(opened.rows, { ...(only === undefined ? {} : { only }), neighbours: flags.neighbours, activation, links, budget: opened.budget }));
      await rename(beside, flags.out);
    } catch (cause) {
      await rm(beside, { force: true });
      throw cause instanceof EngramError ? cause : new EngramError('ENGRAM_USAGE', { problem: `'${flags.out}' cannot be written: ${messageOf(cause)}` }, { cause });
    } finally {
      await opened.close();
    }
    if (flags.json) printJson({ out: flags.out, rows });
    else if (!flags.quiet) print(`Wrote ${plural(rows, 'row')} to ${flags.out}`);
  });

  const similar = program
    .command('similar')
    .description('entities of the same type that have to do with the same things')
    .argument('<entity>', 'name or id')
    .option('--limit <count>', 'most entities to show', wholeNumber(1), 10)
    .option('--any-type', 'those of other types too');
  addExample(addDirOption(addCommonOptions(similar)), 'similar "Grace Hopper"');
  similar.action(async (name: string, flags: DirFlags & { readonly limit: number; readonly anyType?: boolean }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { similarEntities } = await import('../../graph/query/similar.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { createSnapshot } = await import('../../graph/activation/snapshot.ts');
    const config = await configOf(flags);
    const { graph } = await openGraph(flags.dir, config);
    const { links } = await readActivation(config.activation, graph, flags.dir);
    const answer = similarEntities(graph, name, { limit: flags.limit, anyType: flags.anyType ?? false, snapshot: createSnapshot(graph, links) });
    if (flags.json) return printJson(answer);
    print(`Similar to ${answer.entity.name}:`);
    print(table(answer.similar.map((each) => [formatShare(each.similarity), each.name, each.type, each.shared.map(({ name: shared }) => shared).join(', ')]), [{ colours: ['green'] }, { colours: ['bold'] }, { colours: ['cyan'] }, { colours: ['dim'] }]));
  });
}

async function linesOf(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line.trim() !== '');
  } catch (cause) {
    throw new EngramError('ENGRAM_SOURCE_UNREADABLE', { path, problem: messageOf(cause) }, { cause });
  }
}
