// `engram topics [TOPIC]`: what the documents are about, and which entities tell so; or the documents of one topic.
import type { Command } from 'commander';
import type { DocumentTopics } from '../../graph/topics.ts';
import { addCommonOptions, addDirOption, addExample, configOf, wholeNumber, type DirFlags } from './options.ts';
import { formatCount, paint, plural, print, printJson, shorten, table } from './output.ts';

const ENTITIES_COLUMNS = 100;

interface TopicFlags extends DirFlags {
  readonly limit: number;
}

export function addTopicsCommand(program: Command): void {
  const command = program
    .command('topics')
    .description('what the documents are about: labels of a classifier (build --topics) or, without one, communities of documents that name the same entities')
    .argument('[topic]', 'its documents; all topics when left out')
    .option('--limit <count>', 'most topics, or most documents of one', wholeNumber(1), 20);
  addExample(addDirOption(addCommonOptions(command)), 'topics', 'topics sport --limit 50');
  command.action(async (label: string | undefined, flags: TopicFlags) => {
    const { openGraph } = await import('../open-graph.ts');
    const { documentsAbout, documentTopics } = await import('../../graph/topics.ts');
    const { graph } = await openGraph(flags.dir, await configOf(flags));
    const found: DocumentTopics = documentTopics(graph);
    if (label !== undefined) {
      const documents = [...documentsAbout(found, label)].map((id) => graph.document(id)!);
      if (flags.json) return printJson({ label, documents: documents.map(({ id, uri, title, date }) => ({ id, uri, title, date })) });
      print(`${paint(label, 'bold')} ${plural(documents.length, 'document')}`);
      return print(table(documents.slice(0, flags.limit).map(({ uri, title, date }) => [`  ${title ?? uri}`, date ?? '', title === undefined ? '' : uri]), [{}, { colours: ['cyan'] }, { colours: ['dim'] }]));
    }
    const topics = found.topics.slice(0, flags.limit).map((topic) => ({ label: topic.label, documents: topic.documents.length, entities: topic.entities.map(({ id, documents }) => ({ id, name: graph.entity(id)!.name, type: graph.entity(id)!.type, documents })) }));
    if (flags.json) return printJson({ origin: found.origin, topics });
    if (topics.length === 0) return print('No two documents name the same entity, and no classifier said what they are about (build --topics).');
    print(table(topics.map(({ label: name, documents, entities }) => [name, plural(documents, 'document'), shorten(entities.map((entity) => `${entity.name} ${formatCount(entity.documents)}`).join(', '), ENTITIES_COLUMNS)]), [{ colours: ['bold'] }, { align: 'right' }, { colours: ['dim'] }]));
  });
}
