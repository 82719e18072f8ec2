// `engram evaluate resolution`: records of one table, or of two, against what people say which of them are one.
import type { Command } from 'commander';
import { EngramError } from '../core/errors.ts';
import { addCommonOptions, addExample, configOf, requirePath, wholeNumber, type CommonFlags } from './options.ts';
import { formatCount, heading, note, paint, print, printJson, table } from './output.ts';
import { percent } from './score-tables.ts';

interface ResolutionFlags extends CommonFlags {
  readonly data: readonly string[];
  readonly columns?: string;
  readonly goldMentions?: boolean;
  readonly id: string;
  readonly truth?: string;
  readonly entity?: string;
  readonly labels?: number;
  readonly model?: string;
  readonly seed: number;
}

export function addEvaluateResolutionCommand(parent: Command): void {
  const command = parent
    .command('resolution')
    .description('records or names of documents that are one, against what people say: pairs and B³')
    .requiredOption('--data <file...>', 'a table (.csv, any usual delimiter) whose records may be one, or two tables to link; a folder like fixtures/resolution/plain, or DocRED documents (.json)')
    .option('--columns <kinds>', 'what is compared: given_name=name,title=text,phone=identifier,born=date,price=number')
    .option('--gold-mentions', 'of documents: with the names that people marked, not those that are found')
    .option('--id <column>', 'that tells records apart', 'id')
    .option('--labels <count>', 'learn from so many pairs of the truth, half of them those that teach most; scores leave them out', wholeNumber(2))
    .option('--model <file>', 'made by `engram train resolution`')
    .option('--seed <number>', 'which pairs are drawn', wholeNumber(0), 17)
    .option('--truth <file>', 'pairs of ids, one a line')
    .option('--entity <column>', 'that names the entity, where the table says it; rec_id:rec-(\\d+) takes a part of it');
  addExample(addCommonOptions(command), 'evaluate resolution --data fixtures/resolution/plain', 'evaluate resolution --data dblp.csv acm.csv --truth gt.csv --columns title=text,authors=text,venue=text,year=number');
  command.action(async (flags: ResolutionFlags) => {
    for (const path of [...flags.data, flags.truth]) if (path !== undefined) requirePath(path);
    if (flags.columns === undefined) {
      const { printTextResolution } = await import('./text-resolution.ts');
      return printTextResolution(flags.data, await configOf(flags), flags);
    }
    if (flags.data.length > 2) throw new EngramError('ENGRAM_USAGE', { problem: '--data takes one table or two.' });
    if ((flags.truth === undefined) === (flags.entity === undefined)) throw new EngramError('ENGRAM_USAGE', { problem: 'Say which records are one: --truth or --entity.' });
    const { parseColumns, readRecordTable, readTruth } = await import('../read-records.ts');
    const { linkRecords } = await import('../../graph/resolve/records/link.ts');
    const { scoreClusters } = await import('../../graph/resolve/records/score-clusters.ts');
    const columns = parseColumns(flags.columns);
    const [, entityColumn, pattern] = /^([^:]+)(?::(.+))?$/.exec(flags.entity ?? '') ?? [];
    const entity = entityColumn === undefined ? undefined : { column: entityColumn, pattern: pattern === undefined ? undefined : new RegExp(pattern) };
    const tables = await Promise.all(flags.data.map((path) => readRecordTable(path, { columns, id: flags.id, entity })));
    for (const { message } of tables.flatMap(({ refused }) => refused)) if (!flags.quiet) note(`engram: ${message}`);
    const rows = tables.flatMap((each) => each.rows);
    const offset = tables.length === 2 ? tables[0]!.rows.length : 0;
    const places = [0, tables.length - 1].map((at) => new Map(tables[at]!.ids.map((id, index) => [id, index + (at === 0 ? 0 : offset)]))) as [Map<string, number>, Map<string, number>];
    const gold = flags.truth === undefined ? namedClusters(tables.flatMap(({ entities }) => entities)) : joinedClusters(rows.length, await readTruth(flags.truth, places));
    const source = tables.length === 2 ? tables.flatMap(({ rows: own }, at) => own.map(() => at)) : undefined;
    const started = performance.now();
    const { clusterWith, learnWithLabels, readResolutionModel } = await import('../pair-labels.ts');
    const model = flags.model === undefined ? undefined : await readResolutionModel(flags.model);
    if (model !== undefined && JSON.stringify(model.columns) !== JSON.stringify(columns)) {
      throw new EngramError('ENGRAM_USAGE', { problem: `'${flags.model}' was learnt from other columns: --columns ${model.columns.map(({ name, kind }) => `${name}=${kind}`).join(',')}` });
    }
    const linkage = await linkRecords(rows, { kinds: columns.map(({ kind }) => kind), source, known: model?.linkage });
    const compared = linkage.pairs;
    const learnt = flags.labels === undefined ? undefined : learnWithLabels(rows, linkage, flags.labels, flags.seed, (a, b) => gold[a] === gold[b]);
    const pairModel = learnt?.model ?? model?.pairs;
    const clusters = pairModel === undefined ? linkage.clusters : clusterWith(rows, linkage, pairModel, source, learnt?.answers);
    const seconds = (performance.now() - started) / 1000;
    const { pairs, bCubed } = scoreClusters(clusters, gold);
    const unseen = learnt === undefined ? undefined : withoutPairs(pairs, clusters, gold, [...learnt.answers.keys()].map((pair) => [compared.a[pair]!, compared.b[pair]!] as const));
    const together = compared.a.reduce((sum, a, pair) => sum + (gold[a] === gold[compared.b[pair]] ? 1 : 0), 0);
    const report = { task: 'resolution', records: rows.length, refused: tables.reduce((n, { refused }) => n + refused.length, 0), compared: compared.a.length, recallOfCompared: (100 * together) / Math.max(1, pairs.gold), pairs, ...(unseen === undefined ? {} : { labels: learnt!.answers.size, pairsNotLabelled: unseen }), bCubed, seconds };
    if (flags.json) return printJson(report);
    print(heading(`resolution · ${formatCount(report.records)} records, ${formatCount(report.compared)} pairs compared in ${seconds.toFixed(1)} s, among them ${report.recallOfCompared.toFixed(2)} % of those that are one`));
    const right = { align: 'right' } as const;
    const line = (name: string, score: { precision: number; recall: number; f1: number }): string[] => [name, exactPercent(score.precision), exactPercent(score.recall), paint(exactPercent(score.f1), 'bold', 'green')];
    print(table([['', 'precision', 'recall', 'F1'], line('pairs', pairs), ...(unseen === undefined ? [] : [line(`pairs, without the ${formatCount(learnt!.answers.size)} labelled ones`, unseen)]), line('B³', bCubed)], [{}, right, right, right]));
  });
}

type PairScore = ReturnType<typeof import('../../graph/resolve/records/score-clusters.ts').scoreClusters>['pairs'];

/** The score of all other pairs. */
function withoutPairs({ correct, predicted, gold: wanted }: PairScore, clusters: ArrayLike<number>, gold: readonly number[], known: readonly (readonly [number, number])[]): { precision: number; recall: number; f1: number } {
  const isJoined = ([a, b]: readonly [number, number]): boolean => clusters[a] === clusters[b];
  const isOne = ([a, b]: readonly [number, number]): boolean => gold[a] === gold[b];
  const right = correct - known.filter((pair) => isJoined(pair) && isOne(pair)).length;
  const [found, all] = [predicted - known.filter(isJoined).length, wanted - known.filter(isOne).length];
  const [precision, recall] = [found === 0 ? 0 : right / found, all === 0 ? 0 : right / all];
  return { precision: 100 * precision, recall: 100 * recall, f1: precision + recall === 0 ? 0 : (200 * precision * recall) / (precision + recall) };
}

/** Near the top the second digit matters. */
const exactPercent = (score: number): string => (score > 99 ? score.toFixed(2) : percent(score));

function namedClusters(names: readonly string[]): number[] {
  const ids = new Map<string, number>();
  return names.map((name) => {
    if (!ids.has(name)) ids.set(name, ids.size);
    return ids.get(name)!;
  });
}

/** Records that a chain of pairs joins are one. */
function joinedClusters(count: number, pairs: readonly (readonly [number, number])[]): number[] {
  const up = Array.from({ length: count }, (_, index) => index);
  const find = (index: number): number => {
    let at = index;
    while (up[at] !== at) {
      up[at] = up[up[at]!]!;
      at = up[at]!;
    }
    return at;
  };
  for (const [a, b] of pairs) up[find(b)] = find(a);
  return up.map((_, index) => find(index));
}
