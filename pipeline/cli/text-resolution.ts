// How `engram evaluate resolution` scores names of documents: pairs that people judged, or marked chains poured into one graph.
import type { Config } from '../core/config.ts';
import { EngramError } from '../core/errors.ts';
import { formatCount, heading, note, paint, print, printJson, table } from './output.ts';
import { percent } from './score-tables.ts';

interface Flags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly goldMentions?: boolean;
}

const RIGHT = { align: 'right' } as const;

export async function printTextResolution(paths: readonly string[], config: Config, flags: Flags): Promise<void> {
  const [path] = paths;
  if (path === undefined || paths.length > 1) throw new EngramError('ENGRAM_USAGE', { problem: 'Without --columns, --data takes one folder of judged pairs or one file of marked documents.' });
  if (path.endsWith('.csv') || path.endsWith('.tsv')) throw new EngramError('ENGRAM_USAGE', { problem: `Say what the columns of '${path}' hold: --columns title=text,year=number.` });
  const { evaluatePairs, evaluatePoured } = await import('../evaluate-resolution.ts');
  if (path.endsWith('.json')) {
    const { documents, resolved, equalNames, acrossDocuments } = await evaluatePoured(path);
    if (flags.json) return printJson({ task: 'resolution', data: path, documents, resolved, equalNames, acrossDocuments });
    print(heading(`resolution · ${formatCount(documents)} documents in one graph, names within each document against marked chains`));
    const row = (name: string, { precision, recall, f1 }: { precision: number; recall: number; f1: number }): string[] => [name, percent(precision), percent(recall), paint(percent(f1), 'bold', 'green')];
    print(table([['', 'precision', 'recall', 'F1'], row('B³', resolved.bCubed), row('pairs', resolved.pairs), row('B³, equal names of one type', equalNames.bCubed), row('pairs, equal names of one type', equalNames.pairs)], [{}, RIGHT, RIGHT, RIGHT]));
    return print(`Things of different documents with one name and type that are kept together: B³ recall ${percent(acrossDocuments.bCubed.recall)}, of pairs ${percent(acrossDocuments.pairs.recall)}`);
  }
  const { documents, scores, baseline, notFound } = await evaluatePairs(path, config, flags.goldMentions === true);
  if (flags.json) return printJson({ task: 'resolution', data: path, mentions: flags.goldMentions ? 'gold' : 'found', documents, scores, baseline, notFound });
  print(heading(`resolution · ${formatCount(documents)} documents, pairs that are one, names ${flags.goldMentions ? 'as people marked them' : 'as they are found'}`));
  const rows = Object.entries(scores).map(([name, score]) => [name, formatCount(score.pairs), formatCount(score.same), percent(score.precision), percent(score.recall), paint(percent(score.f1), 'bold', 'green'), percent(baseline[name]!.precision), percent(baseline[name]!.f1)]);
  print(table([['', 'pairs', 'one', 'precision', 'recall', 'F1', 'equal names: precision', 'F1'], ...rows], [{}, ...Array.from({ length: 7 }, () => RIGHT)]));
  if (notFound > 0 && !flags.quiet) note(`Of ${notFound} things no name was found; their pairs count as two.`);
}
