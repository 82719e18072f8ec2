// `engram sentiment [NAME]`: who is spoken of how, since when, and in which words.
import type { Command } from 'commander';
import type { EntitySentiment, SpokenOf } from '../../graph/sentiment.ts';
import { EngramError } from '../core/errors.ts';
import { addCommonOptions, addDirOption, addExample, configOf, wholeNumber, type DirFlags } from './options.ts';
import { formatCount, paint, plural, print, printJson, shorten, table } from './output.ts';

const SENTENCE_COLUMNS = 100;

interface SentimentFlags extends DirFlags {
  readonly limit: number;
}

export function addSentimentCommand(program: Command): void {
  const command = program
    .command('sentiment')
    .description('who is spoken of how, since when, and in which sentences; of a build with --sentiment')
    .argument('[entity]', 'a name or an id; those most clearly spoken of when left out')
    .option('--limit <count>', 'most entities, or most sentences of one', wholeNumber(1), 10);
  addExample(addDirOption(addCommonOptions(command)), 'sentiment', 'sentiment "Bell Labs" --limit 20');
  command.action(async (name: string | undefined, flags: SentimentFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { mostSpokenOf, sentimentOfEntity } = await import('../../graph/sentiment.ts');
    const { entityNamed } = await import('../../graph/query/search.ts');
    const { graph, documents } = await openGraph(flags.dir, await configOf(flags));
    const isJudged = [...documents.values()].some(({ sentiment }) => sentiment !== undefined);
    if (!isJudged) throw new EngramError('ENGRAM_USAGE', { problem: `No document in '${flags.dir}' has a sentiment: build it with --sentiment.` });
    if (name === undefined) {
      const found = mostSpokenOf(graph).slice(0, flags.limit).map(({ id, ...spoken }) => ({ id, name: graph.entity(id)!.name, type: graph.entity(id)!.type, ...spoken }));
      if (flags.json) return printJson({ entities: found });
      if (found.length === 0) return print('Nobody is clearly spoken of.');
      return print(table(found.map(({ name: own, type, ...spoken }) => [own, type, scoreText(spoken.score), countsText(spoken)]), [{ colours: ['bold'] }, { colours: ['cyan'] }, { align: 'right' }, {}]));
    }
    const id = entityNamed(graph, name);
    const entity = graph.entity(id)!;
    const spoken = sentimentOfEntity(graph, id, flags.limit);
    const evidence = (spoken?.evidence ?? []).map((each) => {
      const { uri, text, sentences } = documents.get(each.documentId)!;
      const [start, end] = sentences[each.sentence]!;
      return { ...each, uri, text: text.slice(start, end) };
    });
    if (flags.json) return printJson({ id, name: entity.name, type: entity.type, ...spoken, evidence });
    print(`${paint(entity.name, 'bold')} ${paint(entity.type, 'cyan')}  ${spoken === undefined ? 'no sentence about it was judged' : `${scoreText(spoken.score)}  ${countsText(spoken)}`}`);
    if (spoken === undefined) return;
    print(periodsText(spoken));
    for (const { sentiment, text, uri, date } of evidence) print(`  ${scoreText(sentiment)}  “${shorten(text, SENTENCE_COLUMNS)}” ${paint([date, uri].filter(Boolean).join(' '), 'dim')}`);
  });
}

const scoreText = (score: number): string => paint(`${score < 0 ? '−' : '+'}${Math.abs(score).toFixed(2)}`, score > 0 ? 'green' : score < 0 ? 'red' : 'dim');
const countsText = ({ mentions, positive, negative }: SpokenOf): string => `${formatCount(positive)} well, ${formatCount(negative)} badly, of ${plural(mentions, 'mention')}`;

const periodsText = ({ periods }: EntitySentiment): string => table(periods.map((each) => [`  ${each.period}`, scoreText(each.score), countsText(each)]), [{ colours: ['dim'] }, { align: 'right' }, {}]);
