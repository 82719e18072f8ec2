// `engram infer [ENTITY]`: links and values that patterns of the graph lead to, which no document states.
import type { Command } from 'commander';
import { addCommonOptions, addDirOption, addExample, configOf, shareOfOne, wholeNumber, type DirFlags } from './options.ts';
import { formatShare, paint, print, printJson } from './output.ts';

interface InferFlags extends DirFlags {
  readonly limit: number;
  readonly minProbability: number;
  readonly patterns?: boolean;
}

export function addInferCommand(program: Command): void {
  const command = program
    .command('infer')
    .description('suggest links, dates and numbers that no document states, with the patterns and facts behind them')
    .argument('[entity]', 'only those of this one')
    .option('--limit <count>', 'most links, and most values, to show', wholeNumber(1), 20)
    .option('--min-probability <share>', 'leave out less likely ones', shareOfOne, 0.4)
    .option('--patterns', 'show the patterns instead');
  addExample(addDirOption(addCommonOptions(command)), 'infer', 'infer "Grace Hopper" --json', 'infer --patterns');
  command.action(async (name: string | undefined, flags: InferFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { suggestLinks } = await import('../../graph/inference/suggest.ts');
    const { linkTable, minePatterns, patternText } = await import('../../graph/inference/patterns.ts');
    const { missingValues } = await import('../../graph/inference/missing-values.ts');
    const { readRelationSchema } = await import('../read-schema.ts');
    const { entityNamed } = await import('../../graph/query/search.ts');
    const config = await configOf(flags);
    const { graph } = await openGraph(flags.dir, config);
    if (flags.patterns) {
      const patterns = minePatterns(linkTable(graph)).map((pattern) => ({ pattern: patternText(pattern), confidence: pattern.confidence, support: pattern.support }));
      if (flags.json) return printJson({ patterns });
      for (const { pattern, confidence, support } of patterns) print(`${paint(formatShare(confidence), 'green')}  ${pattern}  (${support} pairs)`);
      return;
    }
    const { readActivation } = await import('../activation-weights.ts');
    const { createSnapshot } = await import('../../graph/activation/snapshot.ts');
    const { spread, links } = await readActivation(config.activation, graph, flags.dir);
    const about = name === undefined ? undefined : entityNamed(graph, name);
    const suggestions = suggestLinks(graph, { activation: spread, snapshot: createSnapshot(graph, links), ...(about === undefined ? {} : { about }), limit: flags.limit, leastProbability: flags.minProbability });
    const names = new Set([...(await readRelationSchema(config.graph.schema)).predicates.values()].flatMap((predicate) => (predicate.total ? [predicate.name] : [])));
    const values = missingValues(graph, linkTable(graph), { names }).filter(({ subject, probability }) => (about === undefined || subject.id === about) && probability >= flags.minProbability).slice(0, flags.limit);
    if (flags.json) return printJson({ suggestions, values });
    if (suggestions.length + values.length === 0) return print('Nothing is suggested: no pattern that the graph shows often enough leads to a link or a value it lacks.');
    for (const { subject, predicate, object, probability, support } of suggestions) {
      print(`${paint(formatShare(probability), 'green')}  ${paint(subject.name, 'bold')} ─${paint(predicate, 'magenta')}→ ${paint(object.name, 'bold')}  ${paint('inferred', 'dim')}`);
      const [{ pattern, facts }] = support as [(typeof support)[0]];
      const said = facts.map((fact) => `${graph.entity(fact.subject)!.name} ${fact.predicate} ${graph.entity(fact.object)!.name} ${formatShare(fact.probability)}`);
      print(paint(`      ${pattern}: ${said.join(', ')}`, 'dim'));
    }
    for (const { subject, name: attribute, low, high, unit, kind, probability, pattern, support, from } of values) {
      const span = kind === 'date' ? `${low} to ${high}` : `${low.toPrecision(3)} to ${high.toPrecision(3)}${unit === undefined ? '' : ` ${unit}`}`;
      print(`${paint(formatShare(probability), 'green')}  ${paint(subject.name, 'bold')} ${paint(attribute, 'magenta')} ${paint(span, 'bold')}  ${paint('inferred', 'dim')}`);
      print(paint(`      ${pattern} (${support} cases): ${from.name} ${from.attribute} ${from.value}`, 'dim'));
    }
  });
}
