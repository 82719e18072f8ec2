// `engram evaluate graph`: a built graph against what people take from the same documents.
import type { Command } from 'commander';
import type { Extraction } from '../core/model.ts';
import { addCommonOptions, addDirOption, addExample, configOf, type DirFlags } from './options.ts';
import { formatCount, heading, print, printJson, table } from './output.ts';
import { percent } from './score-tables.ts';

export function addEvaluateGraphCommand(parent: Command): void {
  const command = parent
    .command('graph')
    .description('entities and facts of a built graph against gold documents, with and without resolution')
    .requiredOption('--data <path>', 'gold: a JSON file for each document, or a folder of them');
  addExample(addDirOption(addCommonOptions(command)), 'evaluate graph --data fixtures/gold --dir .engram/sample');
  command.action(async (flags: DirFlags & { readonly data: string }) => {
    const { openGraph } = await import('../open-graph.ts');
    const { readGold } = await import('../read-gold.ts');
    const { readRelationSchema } = await import('../read-schema.ts');
    const { buildGraph } = await import('../../graph/build-graph.ts');
    const { scoreGraph } = await import('../../graph/score-graph.ts');
    const config = await configOf(flags);
    const gold = await readGold(flags.data);
    const schema = await readRelationSchema(config.graph.schema);
    const { graph, documents } = await openGraph(flags.dir, config);
    const resolved = scoreGraph(graph, gold, schema);
    const unresolved = scoreGraph(buildGraph([...documents.values()].map(withoutChains), { ...config.graph, schema }), gold, schema);
    if (flags.json) return printJson({ task: 'graph', documents: gold.length, ...resolved, withoutResolution: unresolved });
    print(heading(`graph · ${flags.dir}, ${formatCount(gold.length)} gold documents`));
    const rows = [['entities', resolved.entities], ['facts', resolved.facts], ['entities, equal names only', unresolved.entities], ['facts, equal names only', unresolved.facts]] as const;
    const right = { align: 'right' } as const;
    print(table([['', 'precision', 'recall', 'F1', 'right', 'in the graph', 'gold'], ...rows.map(([name, s]) => [name, percent(s.precision), percent(s.recall), percent(s.f1), formatCount(s.right), formatCount(s.predicted), formatCount(s.gold)])], [{}, right, right, right, right, right, right]));
  });
}

/** Every wording of a label is a thing of its own, and a pronoun stands for nothing. */
function withoutChains(extraction: Extraction): Extraction {
  const byName = new Map<string, { label: string; mentions: number[] }>();
  extraction.mentions.forEach(({ label, surface, reference }, index) => {
    if (reference !== undefined) return;
    const chain = byName.get(`${label} ${surface}`) ?? { label, mentions: [] };
    byName.set(`${label} ${surface}`, chain);
    chain.mentions.push(index);
  });
  return { ...extraction, chains: [...byName.values()] };
}
