// `engram search TEXT`: the entities a text may mean, best first.
import { Option, type Command } from 'commander';
import type { ContextHit } from '../../graph/query/search-in-context.ts';
import { addCommonOptions, addDirOption, addExample, addRankingOptions, configOf, inferredOf, type RankingFlags } from './options.ts';
import { formatShare, paint, plural, print, printJson, shorten, table } from './output.ts';

const MOST_ALIAS_COLUMNS = 60;
const SENTENCE_COLUMNS = 100;

interface SearchFlags extends RankingFlags {
  readonly why?: boolean;
  readonly sentiment?: 'positive' | 'negative';
  readonly topic?: string;
}

export function addSearchCommand(program: Command): void {
  const command = program
    .command('search')
    .description('find entities by name, alias or attribute, by what sentences say of them, and by what other words of the text lead to')
    .argument('<text...>', 'words; spelling may be a little off')
    .addOption(new Option('--sentiment <how>', 'only what more sentences speak so of than the other way').choices(['positive', 'negative']))
    .option('--topic <topic>', 'only what a document about it names; `engram topics` lists them')
    .option('--why', 'show what each rank is made of');
  addExample(addRankingOptions(addDirOption(addCommonOptions(command))), 'search turing', 'search mccarthy lisp --why', 'search "Bell Labs" --limit 3 --json');
  command.action(async (words: string[], flags: SearchFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { readActivation } = await import('../activation-weights.ts');
    const { createSnapshot } = await import('../../graph/activation/snapshot.ts');
    const { createContextSearch } = await import('../../graph/query/search-in-context.ts');
    const { createSearch } = await import('../../graph/query/search.ts');
    const { SentenceIndex } = await import('../../graph/query/sentence-index.ts');
    const { documentsAbout, documentTopics } = await import('../../graph/topics.ts');
    const config = await configOf(flags, inferredOf(flags));
    const { graph, documents } = await openGraph(flags.dir, config);
    const { spread, links } = await readActivation(config.activation, graph, flags.dir);
    const search = createContextSearch(graph, new SentenceIndex(graph, documents), createSearch(graph), createSnapshot(graph, links), spread);
    const text = words.join(' ');
    const namedIn = flags.topic === undefined ? undefined : documentsAbout(documentTopics(graph), flags.topic);
    const hits = search.search(text, { limit: flags.limit, types: flags.type, sentiment: flags.sentiment, namedIn });
    const found = hits.map(({ words: _, why, ...hit }) => ({ ...hit, facts: graph.factsOf(hit.id).length, ...(flags.why ? { why } : {}) }));
    if (flags.json) return printJson({ text, entities: found });
    if (found.length === 0) return print(`Nothing fits '${text}'.`);
    const rows = found.map((hit) => [
      hit.name,
      hit.type,
      plural(hit.mentions, 'mention'),
      plural(hit.facts, 'fact'),
      shorten(hit.aliases.join(', '), MOST_ALIAS_COLUMNS),
    ]);
    const lines = table(rows, [{ colours: ['bold'] }, { colours: ['cyan'] }, { align: 'right' }, { align: 'right' }, { colours: ['dim'] }], '').split('\n');
    print((flags.why ? lines.flatMap((line, place) => [line, ...reasons(hits[place]!)]) : lines).join('\n'));
  });
}

function reasons({ why: { name, text, context, sentence, from } }: ContextHit): string[] {
  const lines = [`name ${formatShare(name)}, text ${formatShare(text)}, context ${formatShare(context)}`];
  if (sentence !== undefined) lines.push(`“${shorten(sentence.text!, SENTENCE_COLUMNS)}” ${sentence.uri}`);
  if (from.length > 0) lines.push(`activation from ${from.map((source) => `${source.name} ${source.activation.toPrecision(2)}`).join(', ')}`);
  return lines.map((line) => paint(`      ${line}`, 'dim'));
}
