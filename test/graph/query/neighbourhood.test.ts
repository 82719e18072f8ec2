import test from 'ava';
import { KnowledgeGraph } from '../../../graph/knowledge-graph.ts';
import { neighbourhoodOf, partOf } from '../../../graph/query/neighbourhood.ts';
import { entityNamed } from '../../../graph/query/search.ts';
import { drawnGraph } from '../../support/drawn-graph.ts';

const graph = drawnGraph(['a knows b 0.9', 'a knows c 0.6', 'd knows a 0.8', 'b knows e 0.9', 'c knows f 0.9', 'd knows f 0.7', 'f knows g 0.9']);
const idOf = (name: string) => entityNamed(graph, name);
const near = (names: readonly string[], hops: number, limit: number) => {
  const { ids, isWhole } = neighbourhoodOf(graph, names.map(idOf), { hops, limit });
  return { names: ids.map((id) => graph.entity(id)!.name).join(''), isWhole };
};

test('nearest first; of those equally far the one joined to more, then the likelier; facts count in both directions', (t) => {
  t.deepEqual(near(['a'], 1, 10), { names: 'abdc', isWhole: true });
  t.deepEqual(near(['a'], 2, 10), { names: 'abdcfe', isWhole: true });
  t.deepEqual(near(['a'], 9, 10), { names: 'abdcfeg', isWhole: true });
});

test('no more than the limit, and those asked for always', (t) => {
  t.deepEqual(near(['a'], 2, 3), { names: 'abd', isWhole: false });
  t.deepEqual(near(['a'], 1, 4), { names: 'abdc', isWhole: true });
  t.deepEqual(near(['a'], 2, 4), { names: 'abdc', isWhole: false });
  t.deepEqual(near(['g', 'e'], 1, 1), { names: 'ge', isWhole: false });
});

test('a part has the facts among its entities, and the documents that name them', (t) => {
  const part = KnowledgeGraph.fromDelta(partOf(graph, ['a', 'b', 'e'].map(idOf)));
  t.deepEqual(part.counts, { documents: 4, entities: 3, facts: 2 });
  t.deepEqual(part.entity(idOf('a')), graph.entity(idOf('a')));
  t.true(part.facts().every((fact) => JSON.stringify(fact) === JSON.stringify(graph.fact(fact.id))));
});
