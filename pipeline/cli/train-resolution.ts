// `engram train resolution`: learns from labelled pairs which records of a table, or of two, are one.
import type { Command } from 'commander';
import { EngramError } from '../core/errors.ts';
import { addCommonOptions, addExample, requirePath, wholeNumber, type CommonFlags } from './options.ts';
import { formatCount, note, print, printJson } from './output.ts';

interface TrainResolutionFlags extends CommonFlags {
  readonly data: readonly string[];
  readonly columns: string;
  readonly pairs: string;
  readonly out: string;
  readonly id: string;
  readonly seed: number;
}

export function addTrainResolution(parent: Command): void {
  const command = parent
    .command('resolution')
    .description('learn from labelled pairs which records are one')
    .requiredOption('--data <file...>', 'a table, or two tables to link')
    .requiredOption('--columns <kinds>', 'what is compared, as `engram evaluate resolution` takes it')
    .requiredOption('--pairs <file>', 'labels, one a line: id,id,1 for one record, id,id,0 for two')
    .requiredOption('--out <file>', 'the model, a .json')
    .option('--id <column>', 'that tells records apart', 'id')
    .option('--seed <number>', 'of the folds that decide how much is learnt', wholeNumber(0), 17);
  addExample(addCommonOptions(command), 'train resolution --data amazon.csv google.csv --columns title=text,price=number --pairs labels.csv --out products.json');
  command.action(async (flags: TrainResolutionFlags) => {
    for (const path of [...flags.data, flags.pairs]) requirePath(path);
    if (flags.data.length > 2) throw new EngramError('ENGRAM_USAGE', { problem: '--data takes one table or two.' });
    const { parseColumns, readLabels, readRecordTable } = await import('../read-records.ts');
    const { linkRecords } = await import('../../graph/resolve/records/link.ts');
    const { trainWithLabels, writeResolutionModel } = await import('../pair-labels.ts');
    const columns = parseColumns(flags.columns);
    const tables = await Promise.all(flags.data.map((path) => readRecordTable(path, { columns, id: flags.id })));
    for (const { message } of tables.flatMap(({ refused }) => refused)) if (!flags.quiet) note(`engram: ${message}`);
    const rows = tables.flatMap((each) => each.rows);
    const places = tables.map(({ ids }, at) => new Map(ids.map((id, index) => [id, index + (at === 0 ? 0 : tables[0]!.rows.length)])));
    const labels = await readLabels(flags.pairs, [places[0]!, places.at(-1)!]);
    const source = tables.length === 2 ? tables.flatMap(({ rows: own }, at) => own.map(() => at)) : undefined;
    const linkage = await linkRecords(rows, { kinds: columns.map(({ kind }) => kind), source });
    const { model, used } = trainWithLabels(rows, linkage, labels, flags.seed);
    await writeResolutionModel(flags.out, { columns, linkage, pairs: model });
    if (flags.json) return printJson({ task: 'resolution', model: flags.out, labels: labels.length, used });
    if (!flags.quiet) print(`Wrote ${flags.out}, learnt from ${formatCount(used)} of ${formatCount(labels.length)} labels (the others are of records too unlike to be compared).`);
  });
}
