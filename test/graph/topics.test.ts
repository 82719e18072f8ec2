import test from 'ava';
import fc from 'fast-check';
import { LiveGraph } from '../../graph/live-graph.ts';
import { documentsAbout, documentTopics, topicsOf } from '../../graph/topics.ts';
import { documentIdOf } from '../../pipeline/core/ids.ts';
import { extractionOf } from '../support/graph-arbitraries.ts';

const graphOf = (texts: Readonly<Record<string, string>>) => {
  const live = new LiveGraph();
  live.apply({ added: Object.entries(texts).map(([name, text]) => extractionOf(name, text)) });
  return live.graph;
};

const SHIPS = {
  'ship1.txt': '[ORG White Star] built [MISC Titanic] in [LOC Belfast].',
  'ship2.txt': '[MISC Titanic] left [LOC Belfast] for [ORG White Star].',
  'ship3.txt': '[ORG White Star] lost [MISC Titanic].',
};
const PLANES = {
  'plane1.txt': '[ORG Boeing] flew [MISC Dreamliner] over [LOC Seattle].',
  'plane2.txt': '[MISC Dreamliner] came from [LOC Seattle] and [ORG Boeing].',
};
const alone = { 'alone.txt': '[PER Ada Kent] is here.' };

test('documents that name the same entities are one topic, named by what tells them from the others', (t) => {
  const graph = graphOf({ ...SHIPS, ...PLANES, ...alone });
  const found = documentTopics(graph);
  t.is(found.origin, 'communities');
  t.deepEqual(found.topics.map(({ documents }) => documents.map((id) => graph.document(id)!.uri).sort()), [Object.keys(SHIPS), Object.keys(PLANES)]);
  const [ships, planes] = found.topics;
  t.deepEqual([ships!.label, planes!.label].map((label) => label.split(', ').sort()), [['Belfast', 'Titanic', 'White Star'], ['Boeing', 'Dreamliner', 'Seattle']]);
  t.is(ships!.label.split(', ')[2], 'Belfast', 'what two of three documents name comes after what all name');
  t.is(found.labelOf(documentIdOf('alone.txt')), undefined);
  t.deepEqual(topicsOf(found, ['ship1.txt', 'ship2.txt', 'plane1.txt', 'alone.txt'].map(documentIdOf)), [{ label: ships!.label, documents: 2 }, { label: planes!.label, documents: 1 }]);
  t.deepEqual([...documentsAbout(found, planes!.label)].sort(), Object.keys(PLANES).map(documentIdOf).sort());
  t.throws(() => documentsAbout(found, 'nothing'), { code: 'ENGRAM_GRAPH_UNKNOWN_TOPIC' });
});

test('what all documents name joins none of them, and a graph without any shares nothing', (t) => {
  t.deepEqual(documentTopics(graphOf({ 'a.txt': '[LOC Oslo] here.', 'b.txt': '[LOC Oslo] there.' })).topics, []);
  t.deepEqual(documentTopics(graphOf({})).topics, []);
});

test('a group has a name of its own: no two are called the same, and the order of documents plays no part', (t) => {
  const NAMES = ['White Star', 'Boeing', 'Titanic', 'Belfast', 'Seattle', 'Acme'];
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 12 }), (documents) => {
      const texts = documents.map((names, at) => [`${at}.txt`, names.map((name) => `[ORG ${name}] is here.`).join(' ')] as const);
      const { topics } = documentTopics(graphOf(Object.fromEntries(texts)));
      t.is(new Set(topics.map(({ label }) => label)).size, topics.length);
      t.true(topics.every(({ label, documents: { length } }) => label !== '' && length >= 2));
      const all = topics.flatMap((topic) => topic.documents);
      t.is(new Set(all).size, all.length, 'a document has one topic');
      t.deepEqual(documentTopics(graphOf(Object.fromEntries([...texts].reverse()))).topics, topics);
    }),
    { numRuns: 60 },
  );
});
