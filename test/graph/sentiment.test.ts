import test from 'ava';
import { LiveGraph } from '../../graph/live-graph.ts';
import { mostSpokenOf, sentimentOfEntity, spokenOf } from '../../graph/sentiment.ts';
import { documentsAbout, documentTopics, topicsOf } from '../../graph/topics.ts';
import { createSearch, type SearchOptions } from '../../graph/query/search.ts';
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import type { Extraction } from '../../pipeline/core/model.ts';
import { extractionOf } from '../support/graph-arbitraries.ts';

const judged = (name: string, text: string, date: string | undefined, mentions: readonly number[], topic = 'news'): Extraction => ({
  ...extractionOf(name, text),
  ...(date === undefined ? {} : { date }),
  sentiment: { model: 'sentiment@test', score: mentions[0] ?? 0, sentences: [0], mentions },
  topics: { model: 'topics@test', labels: [{ label: topic, probability: 0.9 }] },
});

const live = new LiveGraph();
live.apply({
  added: [
    judged('a.txt', '[ORG Acme] is loved, [PER Ada Kent] is not.', '2020-03-02', [0.9, -0.8]),
    judged('b.txt', '[ORG Acme] is feared.', '2020-03-09', [-0.5]),
    judged('c.txt', '[ORG Acme] is here.', '2021-01-01', [0.05], 'sport'),
    judged('d.txt', '[ORG Acme] cheats.', undefined, [-0.95]),
    extractionOf('e.txt', '[LOC Oslo] is far.'),
  ],
});
const { graph } = live;
const idOf = (name: string) => graph.entities().find((entity) => entity.name === name)!.id;

test('what sentences think of an entity is taken together over documents and time', (t) => {
  const acme = sentimentOfEntity(graph, idOf('Acme'), 2)!;
  t.like(acme, { score: -0.125, mentions: 4, positive: 1, negative: 2 });
  t.deepEqual(acme.periods.map(({ period, score, mentions }) => [period, score, mentions]), [['2020-03', 0.2, 2], ['2021-01', 0.05, 1], ['undated', -0.95, 1]]);
  t.deepEqual(acme.evidence.map(({ sentiment, date }) => [sentiment, date]), [[-0.95, undefined], [0.9, '2020-03-02']]);
  t.is(sentimentOfEntity(graph, idOf('Oslo')), undefined);
});

test('those most clearly spoken of come first, those nobody judged not at all', (t) => {
  t.deepEqual(mostSpokenOf(graph).map(({ id, score }) => [graph.entity(id)!.name, score]), [['Ada Kent', -0.8], ['Acme', -0.125]]);
  t.is(spokenOf([]), undefined);
});

test('a search takes only what is spoken of so, or is in documents of a topic', (t) => {
  const search = createSearch(graph);
  const found = (options: SearchOptions): string[] => search.search('acme kent oslo', options).map(({ name }) => name).sort();
  const about = (topic: string) => documentsAbout(documentTopics(graph), topic);
  t.deepEqual(found({}), ['Acme', 'Ada Kent', 'Oslo']);
  t.deepEqual(found({ sentiment: 'negative' }), ['Acme', 'Ada Kent']);
  t.deepEqual(found({ sentiment: 'positive' }), []);
  t.deepEqual(found({ namedIn: about('sport') }), ['Acme']);
  t.deepEqual(found({ namedIn: about('news'), types: ['PER'] }), ['Ada Kent']);
});

test('sentiments and topics are part of the graph, and survive being written and read', (t) => {
  const again = KnowledgeGraph.fromDelta(JSON.parse(JSON.stringify(graph.toDelta())) as ReturnType<KnowledgeGraph['toDelta']>);
  t.deepEqual(again.toDelta(), graph.toDelta());
  t.deepEqual(topicsOf(documentTopics(graph), new Set(graph.entity(idOf('Acme'))!.mentions.map(({ documentId }) => documentId))), [{ label: 'news', documents: 3 }, { label: 'sport', documents: 1 }]);
  t.is(graph.documents().filter(({ sentiment }) => sentiment === -0.5).length, 1);
});
