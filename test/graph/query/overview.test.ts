import test from 'ava';
import { buildGraph } from '../../../graph/build-graph.ts';
import { createOverview, firstOf } from '../../../graph/query/overview.ts';
import { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { generateGraph } from '../../bench/generate-graph.ts';
import { sampleExtractions } from '../../support/sample-graph.ts';

test('the best connected come first, by id where they are alike, and those without facts not at all', (t) => {
  const graph = buildGraph(sampleExtractions);
  const { ids, facts } = createOverview(graph, 100);
  t.deepEqual(ids.map((id) => graph.factCount(id)), [2, 2, 1, 1]);
  t.deepEqual(ids, [...ids].sort((a, b) => graph.factCount(b) - graph.factCount(a) || (a < b ? -1 : 1)));
  t.is(facts.length, 3);
});

test('the first so many have exactly the facts among them', (t) => {
  const graph = KnowledgeGraph.fromDelta(generateGraph({ entities: 200, facts: 600, groups: 20 }, 3));
  const whole = createOverview(graph, 150);
  for (const limit of [1, 2, 40, 149, 150, 1000]) {
    const { ids, facts } = firstOf(whole, limit);
    t.deepEqual(ids, whole.ids.slice(0, limit));
    const among = graph.facts().filter(({ subject, object }) => ids.includes(subject) && ids.includes(object));
    t.deepEqual(facts.map(({ subject, predicate, object, probability }) => `${ids[subject]} ${predicate} ${ids[object]} ${probability}`).sort(), among.map(({ subject, predicate, object, probability }) => `${subject} ${predicate} ${object} ${probability}`).sort());
  }
  t.is(whole.ids.length, 150);
});
